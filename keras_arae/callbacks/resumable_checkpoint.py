"""Checkpoints that a killed run can continue from."""

from __future__ import annotations

import os
import pathlib
import re
from typing import Any

import keras

from keras_arae.arguments import COUNT
from keras_arae.arguments import PATH
from keras_arae.arguments import checked


class ResumableCheckpoint(keras.callbacks.Callback):
    """Saves the whole model after each epoch, all or nothing.

    The file is written under another name and then renamed, so a run killed
    at any moment leaves either the last checkpoint or the new one, never half
    of one; the file's name tells the epoch. One checkpoint is kept.

    `keras.callbacks.BackupAndRestore` works too, but writes weights and epoch
    one after the other, over the last ones.

    Args:
        directory: str or path. Where to save; made if need be.
        every: int. Epochs between two checkpoints. Defaults to `1`.

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

    @checked(directory=PATH, every=COUNT)
    def __init__(self, directory: str | os.PathLike, every: int = 1) -> None:
        super().__init__()
        self.directory = pathlib.Path(directory)
        self.every = every

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
        found = [
            (int(match.group(1)), path)
            for path in pathlib.Path(directory).glob("epoch-*.keras")
            if (match := re.fullmatch(r"epoch-(\d+)\.keras", path.name))
        ]
        epoch, path = max(found, default=(0, None))
        return path, epoch

    def on_epoch_end(
        self, epoch: int, logs: dict[str, Any] | None = None
    ) -> None:
        """Saves the model, where it is time to."""
        if (epoch + 1) % self.every:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        previous, _ = self.latest(self.directory)
        partial = self.directory / "partial.keras"
        path = self.directory / f"epoch-{epoch + 1:04d}.keras"
        self.model.save(partial)
        os.replace(partial, path)
        if previous is not None and previous != path:
            previous.unlink()
