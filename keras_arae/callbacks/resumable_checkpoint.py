"""Checkpoints that a killed run can continue from."""

from __future__ import annotations

import json
import os
import pathlib
import re
import zipfile
from typing import Any

import keras
from absl import logging

from keras_arae.arguments import COUNT
from keras_arae.arguments import PATH
from keras_arae.arguments import checked
from keras_arae.arguments import instance
from keras_arae.arguments import optional
from keras_arae.atomic_file import replacing
from keras_arae.callbacks.appended_files import AppendedFiles
from keras_arae.training import WritingCallback
from keras_arae.training.load_model import load_model

# The member of a checkpoint's archive that says how far files went.
MARKS = "appended_files.json"


class ResumableCheckpoint(WritingCallback):
    """Saves the whole model after each epoch, all or nothing.

    The file is written under another name and then renamed, so a run killed
    at any moment leaves either the last checkpoint or the new one, never half
    of one; the file's name tells the epoch. Two checkpoints are kept: should
    the last one be damaged, `restore` takes the one before.

    Give it as the last of the callbacks: what the others write of an epoch is
    then there before the epoch counts as done.

    `keras.callbacks.BackupAndRestore` works too, but writes weights and epoch
    one after the other, over the last ones.

    Args:
        directory: str or path. Where to save; made if need be.
        every: int. Epochs between two checkpoints. Defaults to `1`.
        appended: `AppendedFiles` or `None`. Files that the run adds to: how
            far they went stands in the checkpoint. Defaults to `None`.

    Example:

    ```python
    directory = tempfile.mkdtemp()
    text = ["a man sleeps .", "two men talk ."] * 20
    preprocessor = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    model = keras_arae.TextARAE(preprocessor, embedding_dim=8, code_dim=8)
    model.compile()
    checkpoint = keras_arae.callbacks.ResumableCheckpoint(directory)
    model.fit(text, epochs=2, callbacks=[checkpoint], verbose=0)
    path, epoch = checkpoint.latest(directory)
    model = keras.saving.load_model(path)
    model.fit(text, initial_epoch=epoch, epochs=3, verbose=0)
    ```
    """

    @checked(
        directory=PATH,
        every=COUNT,
        appended=optional(instance(AppendedFiles)),
    )
    def __init__(
        self,
        directory: str | os.PathLike,
        every: int = 1,
        appended: AppendedFiles | None = None,
    ) -> None:
        super().__init__()
        self.directory = pathlib.Path(directory)
        self.every = every
        self.appended = appended

    @staticmethod
    @checked(directory=PATH)
    def latest(
        directory: str | os.PathLike,
    ) -> tuple[pathlib.Path | None, int]:
        """Finds the newest checkpoint of a folder.

        Args:
            directory: str or path.

        Returns:
            Its path and the number of epochs trained, or `(None, 0)`.
        """
        epoch, path = max(_found(directory).items(), default=(0, None))
        return path, epoch

    @staticmethod
    def restore(
        directory: str | os.PathLike,
        model_class: type[keras.Model] = keras.Model,
    ) -> tuple[keras.Model | None, int, dict[str, list] | None]:
        """Loads the newest checkpoint of a folder that is not damaged.

        Args:
            directory: str or path.
            model_class: class of the model. Defaults to `keras.Model`.

        Returns:
            The model, the number of epochs trained, and the marks of the
            appended files or `None`; `(None, 0, {})` without a checkpoint.

        Raises:
            ValueError: There are checkpoints, and none can be read.
        """
        problems = []
        for epoch, path in sorted(_found(directory).items(), reverse=True):
            try:
                return load_model(path, model_class), epoch, _marks_in(path)
            except Exception as error:  # Of any reader that it passes through.
                problems.append(f"{path.name}: {error}")
                logging.warning("%s\nThe one before it is tried.", error)
        if problems:
            raise ValueError(
                f"None of the checkpoints in {directory} can be read. Bring "
                "one back from a copy, or begin anew: overwrite "
                "(--overwrite), or choose another folder. Received: "
                + "; ".join(problems)
            )
        return None, 0, {}

    def on_epoch_end(
        self, epoch: int, logs: dict[str, Any] | None = None
    ) -> None:
        """Saves the model, where it is time to."""
        if (epoch + 1) % self.every:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / f"epoch-{epoch + 1:04d}.keras"
        with replacing(path) as partial:
            self.model.save(partial)
            if self.appended is not None:
                with zipfile.ZipFile(partial, "a") as archive:
                    archive.writestr(MARKS, json.dumps(self.appended.marks()))
        found = _found(self.directory)
        kept = epoch + 1, max((n for n in found if n <= epoch), default=0)
        for number, old in found.items():
            if number not in kept:
                old.unlink()


def _found(directory: str | os.PathLike) -> dict[int, pathlib.Path]:
    """The checkpoints of a folder, by the number of epochs trained."""
    return {
        int(match.group(1)): path
        for path in pathlib.Path(directory).glob("epoch-*.keras")
        if (match := re.fullmatch(r"epoch-(\d+)\.keras", path.name))
    }


def _marks_in(path: pathlib.Path) -> dict[str, list] | None:
    """What `AppendedFiles.marks` was when a checkpoint was made."""
    with zipfile.ZipFile(path) as archive:
        if MARKS not in archive.namelist():
            return None
        return json.loads(archive.read(MARKS))
