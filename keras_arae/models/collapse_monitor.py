"""Warns of codes that say nothing: all alike, or not read by the decoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
from absl import logging
from keras import ops

NUM_STEPS = 300  # Before that, codes of a young encoder are all alike.
WINDOW = 100  # Steps over which a mean is taken.
LEAST_SPREAD = 0.05  # Of the noise's squared norm: the trace of its codes.
LEAST_GAIN = 0.01  # Of the loss: what a code that is read saves, at least.


class CollapseMonitor(keras.callbacks.Callback):
    """Part of every `fit` of an `ARAE`: warns once, in words.

    Of a model that has taken 300 steps it looks, every 100 steps or at the
    end of a shorter epoch, at the trace of the covariance of codes over these
    steps, and at the end of an epoch, where there are held-out data, at what
    their codes save of the loss.

    Args:
        stddev: float. Standard deviation of the noise on codes.
        code_dim: int. Width of codes.
        standardized: bool. Whether codes are standardized.
    """

    # It looks at logs only, so that JAX need not wait for it.
    async_safe = True

    def __init__(
        self, stddev: float, code_dim: int, standardized: bool
    ) -> None:
        super().__init__()
        self.stddev = stddev
        self.code_dim = code_dim
        self.standardized = standardized
        self._before = 0  # Steps before this epoch.
        self._steps = 0  # Of this epoch.
        self._last = (0, 0.0)  # Steps, and the sum of traces over them.
        self._has_warned = False

    def on_train_begin(self, logs: Any = None) -> None:
        iterations = self.model.optimizer.iterations
        self._before = int(ops.convert_to_numpy(iterations))

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._before += self._steps
        self._steps, self._last = 0, (0, 0.0)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._steps = max(self._steps, batch + 1)
        first, total = self._last
        num_steps = self._steps - first
        if num_steps < WINDOW or "code_trace" not in (logs or {}):
            return
        # The log has means over the epoch; this one is over the window.
        mean = float(logs["code_trace"])
        self._last = (self._steps, mean * self._steps)
        if self._is_old_enough():
            self._warn(self._collapse((self._last[1] - total) / num_steps))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        if not self._is_old_enough():
            return
        if self._steps < WINDOW and "code_trace" in logs:
            self._warn(self._collapse(float(logs["code_trace"])))
        if "val_code_gain" in logs:
            self._warn(self._neglect(logs))

    def _is_old_enough(self) -> bool:
        return self._before + self._steps >= NUM_STEPS

    def _warn(self, said: str | None) -> None:
        if said and not self._has_warned:
            self._has_warned = True
            logging.warning(said)

    def _collapse(self, trace: float) -> str | None:
        """What to say where noise hides how codes differ."""
        noise = self.stddev**2 * self.code_dim
        # Exactly zero is what batches of one row have.
        if not 0.0 < trace < LEAST_SPREAD * noise:
            return None
        return (
            "Codes have collapsed: the trace of their covariance is "
            f"{trace:.2g}, that of the noise on them {noise:.2g}, so that the "
            "decoder cannot tell one from another. "
            f"{self._advice()}. Received: code_noise={self.stddev}"
        )

    def _neglect(self, logs: Mapping[str, Any]) -> str | None:
        """What to say where the decoder does as well with other codes."""
        loss = float(logs["val_reconstruction_loss"])
        gain = float(logs["val_code_gain"])
        if not gain < LEAST_GAIN * loss:
            return None
        return (
            "The decoder does not read codes: with the code of another piece "
            f"of data its loss is {gain:.2g} more than with the right one, of "
            f"{loss:.3g} nats. {self._advice()}, train longer, or take a "
            f"smaller decoder. Received: code_noise={self.stddev}"
        )

    def _advice(self) -> str:
        less_noise = "lower `code_noise`" if self.stddev else ""
        if self.standardized:
            return less_noise.capitalize() or "Look at the encoder"
        return " or ".join(
            filter(None, ["Set standardize_codes=True", less_noise])
        )
