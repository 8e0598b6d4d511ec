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
from keras_arae.arguments import shown
from keras_arae.atomic_file import replacing
from keras_arae.callbacks.appended_files import AppendedFiles
from keras_arae.data import CorpusStream
from keras_arae.training import WritingCallback
from keras_arae.training.load_model import load_model

# Members of a checkpoint's archive: how far files went, and the stream.
MARKS = "appended_files.json"
STREAM = "stream.json"


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
        stream: `keras_arae.data.CorpusStream` or `None`. What `fit` reads:
            its place stands in the checkpoint, and `restore` brings a stream
            of the same corpus there. Defaults to `None`.

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
        stream=optional(instance(CorpusStream)),
    )
    def __init__(
        self,
        directory: str | os.PathLike,
        every: int = 1,
        appended: AppendedFiles | None = None,
        stream: CorpusStream | None = None,
    ) -> None:
        super().__init__()
        self.directory = pathlib.Path(directory)
        self.every = every
        self.appended = appended
        self.stream = stream
        self._first_step = 0

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
        stream: CorpusStream | None = None,
    ) -> tuple[keras.Model | None, int, dict[str, list] | None]:
        """Loads the newest checkpoint of a folder that is not damaged.

        Args:
            directory: str or path.
            model_class: class of the model. Defaults to `keras.Model`.
            stream: `keras_arae.data.CorpusStream` or `None`. Goes where it
                was then. Defaults to `None`.

        Returns:
            The model, the number of epochs trained, and the marks of the
            appended files or `None`; `(None, 0, {})` without a checkpoint.

        Raises:
            ValueError: There are checkpoints, and none can be read; or the
                newest does not say where a stream was.
        """
        problems = []
        for epoch, path in sorted(_found(directory).items(), reverse=True):
            try:
                model = load_model(path, model_class)
                marks, place = _member(path, MARKS), _member(path, STREAM)
            except Exception as error:  # Of any reader that it passes through.
                problems.append(f"{path.name}: {error}")
                logging.warning("%s\nThe one before it is tried.", error)
                continue
            if stream is not None:
                _go_to(stream, place, path)
            return model, epoch, marks
        if problems:
            raise ValueError(
                f"None of the checkpoints in {directory} can be read. Bring "
                "one back from a copy, or begin anew: overwrite "
                "(--overwrite), or choose another folder. Received: "
                + "; ".join(problems)
            )
        return None, 0, {}

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Remembers when the stream was begun."""
        self._first_step = self._step()

    def _step(self) -> int:
        """Steps that the model has taken, where a stream asks for them."""
        return 0 if self.stream is None else self.model.clock()()

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
            members = self._members()
            if members:
                with zipfile.ZipFile(partial, "a") as archive:
                    for name, content in members.items():
                        archive.writestr(name, json.dumps(content))
        found = _found(self.directory)
        kept = epoch + 1, max((n for n in found if n <= epoch), default=0)
        for number, old in found.items():
            if number not in kept:
                old.unlink()

    def _members(self) -> dict[str, Any]:
        """What a checkpoint holds beside the model."""
        members: dict[str, Any] = {}
        if self.appended is not None:
            members[MARKS] = self.appended.marks()
        if self.stream is not None:
            num_batches = self._step() - self._first_step
            members[STREAM] = self.stream.state_dict(num_batches)
        return members


def _found(directory: str | os.PathLike) -> dict[int, pathlib.Path]:
    """The checkpoints of a folder, by the number of epochs trained."""
    return {
        int(match.group(1)): path
        for path in pathlib.Path(directory).glob("epoch-*.keras")
        if (match := re.fullmatch(r"epoch-(\d+)\.keras", path.name))
    }


def _go_to(stream: CorpusStream, place: Any, path: pathlib.Path) -> None:
    if place is None:
        raise ValueError(
            "The checkpoint was saved without a stream and knows no place in "
            "one. Leave `stream` out here to read it from its beginning, and "
            "give it to the callback, which then keeps its place. "
            f"Received: stream={shown(stream)} and {path}"
        )
    stream.load_state_dict(place)


def _member(path: pathlib.Path, name: str) -> Any:
    """What stands in a checkpoint beside the model, or `None`."""
    with zipfile.ZipFile(path) as archive:
        if name not in archive.namelist():
            return None
        return json.loads(archive.read(name))
