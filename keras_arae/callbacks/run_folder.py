"""A folder for the results of one training run, which may be resumed."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import sys
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import keras
from absl import flags as absl_flags
from absl import logging

from keras_arae import backend
from keras_arae.arguments import COUNT
from keras_arae.arguments import DICT
from keras_arae.arguments import FLAG
from keras_arae.arguments import PATH
from keras_arae.arguments import TEXT
from keras_arae.arguments import checked
from keras_arae.arguments import either
from keras_arae.arguments import instance
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.atomic_file import PARTIAL
from keras_arae.atomic_file import full_disk
from keras_arae.atomic_file import write_text
from keras_arae.callbacks.appended_files import AppendedFiles
from keras_arae.callbacks.folder_lock import LOCK
from keras_arae.callbacks.folder_lock import FolderLock
from keras_arae.callbacks.interrupts import hearing_interrupts
from keras_arae.callbacks.learning_curves import LearningCurves
from keras_arae.callbacks.resumable_checkpoint import ResumableCheckpoint
from keras_arae.data import CorpusStream
from keras_arae.data import fingerprint

# Flags that say how long to train, where, and what to show: a resumed run may
# change them.
FREE = (
    "epochs",
    "num_samples",
    "output_dir",
    "overwrite",
    "resume",
    "verbose",
)  # fmt: skip


class RunFolder:
    """A folder that loses no results and that a killed run continues from.

    It keeps the flags of the run, its log, its learning curves and its last
    two checkpoints; what else a run writes goes to `folder / name`. It
    refuses a folder that is not empty, unless it is told what to do with it.

    Nothing in the folder changes before training begins: settings that a
    model or `fit` refuses cost no earlier results, and leave no folder behind.
    Of several processes of one run the first writes; all must see the folder.

    Args:
        path: str or path. The folder; made, when training begins, if need be.
        resume: bool. Whether to continue the run in the folder, or to start
            one where there is none. Defaults to `False`.
        overwrite: bool. Whether to replace the results of an earlier run.
            Removes what a new run would continue or add to: checkpoints, the
            log and `appended`; other files stay until they are written anew.
            With `resume` nothing is removed. Defaults to `False`.
        appended: sequence of str. Patterns of other files that a run adds to,
            such as `"samples.txt"` or `"pictures/*.png"`. Resumed, they go on
            where its checkpoint was made. Defaults to `()`.
        stream: `keras_arae.data.CorpusStream` or `None`. What `fit` reads:
            `restore` brings it where the checkpoint was made. Defaults to
            `None`.

    Raises:
        FileExistsError: The folder is not empty, and neither `resume` nor
            `overwrite` is given.

    Example:

    ```python
    x = np.random.default_rng(0).integers(2, size=(64, 6, 6))
    path = tempfile.mkdtemp()

    def train(epochs, resume):
        folder = keras_arae.callbacks.RunFolder(path, resume=resume)
        folder.save_flags({"epochs": epochs}, data=x)
        with folder.running():
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

    @checked(
        path=PATH,
        resume=FLAG,
        overwrite=FLAG,
        appended=several(TEXT),
        stream=optional(instance(CorpusStream)),
    )
    def __init__(
        self,
        path: str | os.PathLike,
        resume: bool = False,
        overwrite: bool = False,
        appended: Sequence[str] = (),
        stream: CorpusStream | None = None,
    ) -> None:
        self.path = pathlib.Path(path)
        self.resume = resume
        self.stream = stream
        self._appended = AppendedFiles(self.path, (self.log.name, *appended))
        self._lock = FolderLock(self.path)
        self._running = self._begun = False
        self._settings: dict[str, Any] | None = None
        # Of the appended files, to begin with; `None` leaves them as they are.
        self._marks: dict[str, list] | None = None if resume else {}
        if not resume and not overwrite and self._holds_results():
            raise FileExistsError(
                "Expected a new or an empty folder, so that no results "
                "are lost. Overwrite (--overwrite) to replace what is "
                "there, resume (--resume) to continue, or choose another "
                f"folder. Received: {self.path}, which is not empty"
            )

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

    @checked(
        flags=either(DICT, instance(absl_flags.FlagValues)),
        free=several(TEXT),
    )
    def save_flags(
        self,
        flags: Mapping[str, Any] | absl_flags.FlagValues,
        data: Any = None,
        free: Iterable[str] = (),
    ) -> None:
        """Keeps the settings of the run, to be written when it begins.

        A resumed run must have those that the run began with, and its data;
        where the epochs differ, what the model was compiled with, such as a
        schedule of its learning rate, stays that of the first.

        Args:
            flags: dict of name to value, or absl's `FLAGS`, of which absl's
                own are left out. What JSON does not know is written as text.
            data: what is learned from and what is held out, as
                `keras_arae.data.fingerprint` takes them. Defaults to `None`.
            free: names of flags that a resumed run may change, beside
                `callbacks.run_folder.FREE`. Defaults to `()`.

        Raises:
            ValueError: The run in the folder has other settings or data.
        """
        settings = _as_json(_own_flags(flags))
        if data is not None:
            settings["data_fingerprint"] = fingerprint(data)
        self._settings = settings
        path = self.path / "flags.json"
        if self.resume and path.exists():
            stored = _read_flags(path)
            self._settings = _continued(
                stored, settings, {*FREE, *free}, self.path
            )

    def restore(
        self, model_class: type[keras.Model] = keras.Model
    ) -> tuple[keras.Model | None, int]:
        """Loads what an interrupted run has reached.

        Where the last checkpoint is damaged, the one before is taken, with a
        warning.

        Args:
            model_class: class of the model. Defaults to `keras.Model`.

        Returns:
            The model and the number of epochs trained, the `initial_epoch` of
            `fit`; `(None, 0)` without `resume`, or without a checkpoint.

        Raises:
            ValueError: There are checkpoints, and none can be read.
        """
        if not self.resume:
            return None, 0
        model, epoch, self._marks = ResumableCheckpoint.restore(
            self.checkpoints, model_class, self.stream
        )
        return model, epoch

    @checked(every=COUNT)
    def callbacks(
        self, *others: keras.callbacks.Callback, every: int = 1
    ) -> list[keras.callbacks.Callback]:
        """What keeps log, learning curves and checkpoints in the folder.

        Args:
            *others: the other callbacks of the run, such as samplers. They
                come before the log, which holds the numbers that they add,
                and before the checkpoint: an epoch counts as done when all
                that belongs to it is written.
            every: int. Epochs between two checkpoints. Defaults to `1`.

        Returns:
            A list of callbacks: what begins the run, `others`, `CSVLogger`,
            `LearningCurves` and `ResumableCheckpoint`.
        """
        return [
            keras.callbacks.LambdaCallback(
                on_train_begin=lambda logs: self.begin(),
                on_train_end=lambda logs: self._end(),
            ),
            *others,
            keras.callbacks.CSVLogger(str(self.log), append=True),
            LearningCurves(self.log, self.path / "learning_curves.png"),
            ResumableCheckpoint(
                self.checkpoints, every, self._appended, self.stream
            ),
        ]

    def begin(self) -> None:
        """Makes the folder ready, once; the callbacks call it.

        Removes what `overwrite` gives up, or what was written after the
        checkpoint that `restore` has found, and writes the flags.

        Raises:
            BlockingIOError: Another process writes to the folder.
        """
        if not backend.replicas.writes:
            return
        self._lock.take()
        if self._begun:
            return
        self._begun = True
        for partial in self.path.rglob(f"{PARTIAL}*"):
            partial.unlink()
        if not self.resume:
            for path in self.checkpoints.glob("*.keras"):
                path.unlink()
        if self._marks is not None:
            self._appended.cut(self._marks)
        if self._settings is not None:
            text = json.dumps(self._settings, indent=1) + "\n"
            write_text(self.path / "flags.json", text)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """A context for a script's run: in the folder alone, to a clear end.

        No other process may write to the folder meanwhile. Ctrl-C ends the
        script with status 130, a full disk with status 1, each with a line
        that says what is saved and how to go on.

        Raises:
            BlockingIOError: Another process writes to the folder.
        """
        try:
            with hearing_interrupts():
                if backend.replicas.writes:
                    self._lock.take()
                self._running = True
                yield
        except KeyboardInterrupt:
            print(f"\nInterrupted. {self._state()}", file=sys.stderr)
            raise SystemExit(130) from None
        except Exception as error:
            if full_disk(error) is None:
                raise
            raise SystemExit(f"{error}\n{self._state()}") from None
        finally:
            self._running = False
            self._lock.release()

    def write_lines(self, name: str, lines: Iterable[str]) -> None:
        """Writes a text file in the folder, all or nothing.

        Of several processes the first one writes.

        Args:
            name: str. Of the file.
            lines: iterable of str, without their ends.
        """
        if backend.replicas.writes:
            text = "".join(f"{line}\n" for line in lines)
            write_text(self.path / name, text)

    def _end(self) -> None:
        """Gives the folder free, unless a context does it later."""
        if not self._running:
            self._lock.release()

    def _holds_results(self) -> bool:
        return self.path.is_dir() and any(
            not path.name.startswith(LOCK) for path in self.path.iterdir()
        )

    def _state(self) -> str:
        """What is saved, and how to go on."""
        if not self._begun and not self.resume:
            return "Training had not begun: nothing was changed."
        _, epoch = ResumableCheckpoint.latest(self.checkpoints)
        return (
            f"Saved in {self.path}: {epoch} epochs. To go on, give the same "
            "command and --resume."
        )


def _own_flags(
    flags: Mapping[str, Any] | absl_flags.FlagValues,
) -> dict[str, Any]:
    """Values by name; of absl's flags, those that absl itself has not."""
    if not isinstance(flags, absl_flags.FlagValues):
        return dict(flags)
    return {
        flag.name: flag.value
        for module, of_module in flags.flags_by_module_dict().items()
        if module.split(".")[0] != "absl"
        for flag in of_module
    }


def _as_json(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they come back from a JSON file."""
    return json.loads(json.dumps(settings, default=str))


def _read_flags(path: pathlib.Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ValueError(
            f"{path} is damaged, so nobody can tell whether these are the "
            "settings that the run began with. Delete it to go on all the "
            f"same. Received: {error}"
        ) from error


def _continued(
    stored: dict[str, Any],
    settings: dict[str, Any],
    free: set[str],
    folder: pathlib.Path,
) -> dict[str, Any]:
    """The stored settings and what a resumed run has changed of them.

    Names that only one of the two knows are of another version of a script.
    """
    changed = {
        name: value
        for name, value in settings.items()
        if name in stored and stored[name] != value
    }
    refused = {name: changed[name] for name in changed if name not in free}
    if "data_fingerprint" in refused:
        refused.pop("data_fingerprint")
        refused["the data"] = "others, or split otherwise"
        stored = {**stored, "the data": "those that the run began with"}
    if refused:
        raise ValueError(
            "A run continues with the settings and the data that it began "
            "with. Give those, or train anew: in another folder, or with "
            f"--overwrite in place of --resume. Received, for {folder}: "
            + "; ".join(
                f"{name} was {stored[name]!r} and is {value!r}"
                for name, value in refused.items()
            )
        )
    if "epochs" in changed:
        logging.warning(
            "epochs was %s and is %s: what the model was compiled with, such "
            "as a schedule of its learning rate, stays.",
            stored["epochs"], changed["epochs"],
        )  # fmt: skip
    if changed:
        resumed = [*stored.get("resumed_with", []), changed]
        stored = {**stored, "resumed_with": resumed}
    return {**settings, **stored}
