"""Warns of codes that say nothing: all alike, or not read by the decoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
from absl import logging

NUM_STEPS = 300  # Before that, codes of a young encoder are all alike.
LEAST_SPREAD = 0.02  # Of the codes' squared norm: the trace of healthy ones.
LEAST_GAIN = 0.01  # Of the loss: what a code that is read saves, at least.


class CollapseMonitor(keras.callbacks.Callback):
    """Part of every `fit` of an `ARAE`: warns once, in words.

    It looks after 300 steps and at the end of each epoch that comes later: at
    the trace of the covariance of codes, and, where there are held-out data,
    at what their codes save of the loss.

    Args:
        stddev: float. Standard deviation of the noise on codes.
    """

    # It looks at logs only, so that JAX need not wait for it.
    async_safe = True

    def __init__(self, stddev: float) -> None:
        super().__init__()
        self.stddev = stddev
        self._steps = 0
        self._has_warned = False

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._steps += 1
        if self._steps == NUM_STEPS:
            self._look(logs or {})

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self._steps >= NUM_STEPS:
            self._look(logs or {})

    def _look(self, logs: Mapping[str, Any]) -> None:
        """Warns where the numbers of a run say that codes say nothing."""
        if self._has_warned:
            return
        said = self._collapse(logs) or self._neglect(logs)
        if said:
            self._has_warned = True
            logging.warning(said)

    def _collapse(self, logs: Mapping[str, Any]) -> str | None:
        if "code_trace" not in logs:
            return None
        trace, norm = float(logs["code_trace"]), float(logs["code_norm"])
        if trace >= LEAST_SPREAD * norm**2:
            return None
        return (
            f"Codes have collapsed: the trace of their covariance is "
            f"{trace:.2g}, {trace / max(norm**2, 1e-12):.2g} of their squared "
            "norm, so that all data have nearly the same code, and noise on "
            "codes hides what is left. Set standardize_codes=True, or lower "
            f"`code_noise`. Received: code_noise={self.stddev}"
        )

    def _neglect(self, logs: Mapping[str, Any]) -> str | None:
        if "val_code_gain" not in logs:
            return None
        loss = float(logs["val_reconstruction_loss"])
        gain = float(logs["val_code_gain"])
        if gain >= LEAST_GAIN * loss:
            return None
        return (
            "The decoder does not read codes: with the code of another piece "
            f"of data its loss is {gain:.2g} more than with the right one, of "
            f"{loss:.3g} nats. Set standardize_codes=True, lower `code_noise`, "
            "train longer, or take a smaller decoder. "
            f"Received: code_noise={self.stddev}"
        )
