"""A folder for the results of one training run, which may be resumed."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import keras

from keras_arae.arguments import COUNT
from keras_arae.arguments import DICT
from keras_arae.arguments import FLAG
from keras_arae.arguments import PATH
from keras_arae.arguments import TEXT
from keras_arae.arguments import checked
from keras_arae.arguments import several
from keras_arae.callbacks.learning_curves import LearningCurves
from keras_arae.callbacks.resumable_checkpoint import ResumableCheckpoint


class RunFolder:
    """A folder that loses no results and that a killed run continues from.

    It keeps the flags of the run, its log, its learning curves and its last
    checkpoint; what else a run writes goes to `folder / name`. It refuses a
    folder that is not empty, unless it is told what to do with it.

    Make it once the data are loaded, so that a typo in their name leaves no
    folder behind.

    Args:
        path: str or path. The folder; made if need be.
        resume: bool. Whether to continue the run in the folder, or to start
            one where there is none. Defaults to `False`.
        overwrite: bool. Whether to replace the results of an earlier run.
            Removes what a new run would continue or add to: checkpoints, the
            log and `appended`; other files stay until they are written anew.
            With `resume` nothing is removed. Defaults to `False`.
        appended: sequence of str. Patterns of other files that a run adds to,
            such as `"samples.txt"` or `"pictures/*.png"`. Defaults to `()`.

    Raises:
        FileExistsError: The folder is not empty, and neither `resume` nor
            `overwrite` is given.

    Example:

    ```python
    x = np.random.default_rng(0).integers(2, size=(64, 6, 6))
    path = tempfile.mkdtemp()

    def train(epochs, resume):
        folder = keras_arae.callbacks.RunFolder(path, resume=resume)
        folder.save_flags({"epochs": epochs})
        model, epoch = folder.restore()
        if model is None:
            model = keras_arae.ImageARAE((6, 6), code_dim=8)
            model.compile()
        model.fit(
            x, epochs=epochs, initial_epoch=epoch, verbose=0,
            callbacks=folder.callbacks(),
        )
        model.save(folder / "model.keras")
        return epoch

    assert train(epochs=1, resume=False) == 0
    assert train(epochs=2, resume=True) == 1
    ```
    """

    @checked(path=PATH, resume=FLAG, overwrite=FLAG, appended=several(TEXT))
    def __init__(
        self,
        path: str | os.PathLike,
        resume: bool = False,
        overwrite: bool = False,
        appended: Sequence[str] = (),
    ) -> None:
        self.path = pathlib.Path(path)
        self.resume = resume
        if self.path.is_dir() and any(self.path.iterdir()) and not resume:
            if not overwrite:
                raise FileExistsError(
                    "Expected a new or an empty folder, so that no results "
                    "are lost. Overwrite (--overwrite) to replace what is "
                    "there, resume (--resume) to continue, or choose another "
                    f"folder. Received: {self.path}, which is not empty"
                )
            for pattern in ("checkpoints/*.keras", self.log.name, *appended):
                for file in self.path.glob(pattern):
                    file.unlink()
        self.path.mkdir(parents=True, exist_ok=True)

    def __truediv__(self, name: str | os.PathLike) -> pathlib.Path:
        return self.path / name

    def __fspath__(self) -> str:
        return str(self.path)

    @property
    def log(self) -> pathlib.Path:
        """The CSV file with the numbers of each epoch."""
        return self.path / "training_log.csv"

    @property
    def checkpoints(self) -> pathlib.Path:
        """The folder of checkpoints."""
        return self.path / "checkpoints"

    @checked(flags=DICT)
    def save_flags(self, flags: Mapping[str, Any]) -> None:
        """Writes the settings of the run to `flags.json`, all or nothing.

        Args:
            flags: dict of name to value. What JSON does not know is written
                as text.
        """
        partial = self.path / "flags.partial"
        partial.write_text(
            json.dumps(dict(flags), indent=1, default=str) + "\n",
            encoding="utf-8",
        )
        partial.replace(self.path / "flags.json")

    def restore(self) -> tuple[keras.Model | None, int]:
        """Loads what an interrupted run has reached.

        Cuts the log to the epochs of the checkpoint: a run that was killed
        between the two has logged an epoch that the checkpoint does not know.

        Returns:
            The model and the number of epochs trained, the `initial_epoch` of
            `fit`; `(None, 0)` without `resume`, or without a checkpoint.
        """
        if not self.resume:
            return None, 0
        path, epoch = ResumableCheckpoint.latest(self.checkpoints)
        trim_log(self.log, epoch)
        return None if path is None else keras.saving.load_model(path), epoch

    @checked(every=COUNT)
    def callbacks(self, every: int = 1) -> list[keras.callbacks.Callback]:
        """What keeps log, checkpoints and learning curves in the folder.

        Callbacks that add numbers to the log, such as `ReversePerplexity`,
        come before these in the list for `fit`; others come after them.

        Args:
            every: int. Epochs between two checkpoints. Defaults to `1`.

        Returns:
            A list of callbacks: `CSVLogger`, `ResumableCheckpoint` and
            `LearningCurves`.
        """
        return [
            keras.callbacks.CSVLogger(str(self.log), append=True),
            ResumableCheckpoint(self.checkpoints, every),
            LearningCurves(self.log, self.path / "learning_curves.png"),
        ]


def trim_log(path: str | os.PathLike, num_epochs: int) -> None:
    """Cuts a CSV log to its first epochs, so that a resumed run appends.

    A missing file is left missing.

    Args:
        path: str or path. File of a `keras.callbacks.CSVLogger`.
        num_epochs: int. Epochs to keep.
    """
    path = pathlib.Path(path)
    if path.is_file():
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = lines[: num_epochs + 1] if num_epochs else []
        path.write_text("".join(kept), encoding="utf-8")
