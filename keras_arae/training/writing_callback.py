"""Callbacks that write: of several processes in the first alone."""

from __future__ import annotations

import keras

from keras_arae import backend


class WritingCallback(keras.callbacks.Callback):
    """A callback that does nothing but write, or print.

    Where a run has several processes, it runs in the first one alone. Others
    run in all, and see the same numbers in all: early stopping must stop all.

    Example:

    ```python
    class Diary(keras_arae.training.WritingCallback):
        def on_epoch_end(self, epoch, logs=None):
            print(epoch, logs["loss"])
    ```
    """


WRITERS = (
    WritingCallback,
    keras.callbacks.CSVLogger,
    keras.callbacks.TensorBoard,
)


def of_this_process(callbacks: list) -> list:
    """The callbacks that run in this process.

    Args:
        callbacks: list of Keras callbacks.

    Raises:
        ValueError: if one would write in all of several processes.
    """
    if backend.replicas.processes > 1:
        for callback in callbacks:
            if isinstance(callback, keras.callbacks.BackupAndRestore):
                raise ValueError(
                    "Several processes would write over each other's files: "
                    "use `keras_arae.callbacks.ResumableCheckpoint`, or a "
                    "`RunFolder`. Received: a BackupAndRestore in a run of "
                    f"{backend.replicas.processes} processes"
                )
    if backend.replicas.writes:
        return callbacks
    return [c for c in callbacks if not isinstance(c, WRITERS)]
