"""Watches a run: stops it on NaN, logs noise and learning rates."""

from __future__ import annotations

import math
from collections.abc import Container
from typing import Any

import keras
from keras import ops


class TrainingMonitor(keras.callbacks.Callback):
    """Part of every `fit` of a `PhasedModel`.

    Args:
        stop_on_nan: bool. Whether to raise when a logged number is not
            finite. Raising ends `fit` before any callback can write a broken
            model over a good checkpoint. Defaults to `True`.
    """

    # Looks at the logs of a batch only, so that JAX need not wait for it: in
    # a thread of its own, where `self.model` must not be touched.
    async_safe = True

    def __init__(self, stop_on_nan: bool = True) -> None:
        super().__init__()
        self.stop_on_nan = stop_on_nan
        self._epoch = 0
        self._phase_names: dict[str, str] = {}

    def on_train_begin(self, logs: Any = None) -> None:
        self._phase_names = {
            name: phase.name
            for phase in self.model.phases()
            for name in (*phase.logs, phase.regularization)
        }

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if not self.stop_on_nan:
            return
        for key, phase in self._phase_names.items():
            value = (logs or {}).get(key, 0.0)
            if not math.isfinite(value):
                raise FloatingPointError(
                    f"Training stopped: {key}, or a gradient of the {phase} "
                    f"phase, is {value} since batch {batch + 1} of epoch "
                    f"{self._epoch + 1}. The last checkpoint is untouched. "
                    "Lower that phase's learning rate or clip its gradients "
                    "(global_clipnorm). "
                    f"Received: {key}={value}"
                )

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs.update(self.model.epoch_numbers())
        for optimizer in self.model.optimizer.optimizers:
            logs[f"learning_rate_{optimizer.name}"] = float(
                ops.convert_to_numpy(optimizer.learning_rate)
            )


def set_directions(callbacks: list, names: Container[str]) -> None:
    """Tells callbacks of mode `"auto"` which way a number is better.

    Keras asks metrics that it compiled itself. Of losses and accuracies it is
    clear; of other numbers Keras goes on asking for `mode`.

    Args:
        callbacks: list of Keras callbacks.
        names: the names that the model logs.
    """
    for callback in callbacks:
        if not isinstance(
            callback,
            (keras.callbacks.EarlyStopping, keras.callbacks.ModelCheckpoint),
        ):
            continue
        name = callback.monitor.removeprefix("val_")
        if callback.mode != "auto" or name not in names:
            continue
        if name.endswith("accuracy"):
            callback.mode = "max"
        elif name.endswith(("loss", "cross_entropy")):
            callback.mode = "min"


def watches_nan(callbacks: list) -> bool:
    """Whether the user's own callbacks look after NaN."""
    return any(
        isinstance(callback, keras.callbacks.TerminateOnNaN)
        for callback in callbacks
    )
