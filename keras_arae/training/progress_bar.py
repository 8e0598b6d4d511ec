"""The progress bar of `fit` and `evaluate`: few numbers on narrow lines."""

from __future__ import annotations

import math
import shutil
import sys
import time
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import keras
from absl import logging

MAX_COLUMNS = 80
BAR_COLUMNS = 8
SECONDS_BETWEEN = 0.1

LEVELS = {"auto": 1, 0: 0, 1: 1, 2: 2, "0": 0, "1": 1, "2": 2}


class ProgressBar(keras.callbacks.ProgbarLogger):
    """Shows how far an epoch is, and the few numbers that matter.

    Stands in for Keras' own bar, which shows every number of the log. On a
    terminal one line is drawn over and over, with the time that is left; at
    the end of an epoch, with the time it took, numbers without room follow on
    the next line. Elsewhere, such as in a file, an epoch is one line of text.

    As a context manager it ends the line that an exception cuts short.

    Args:
        names: sequence of str. Which numbers of the log to show, in order.
        unit: str. What an epoch is called. Defaults to `"Epoch"`.
    """

    # Looks at the logs of a batch only, so that JAX need not wait for it.
    async_safe = True

    def __init__(self, names: Sequence[str], unit: str = "Epoch") -> None:
        super().__init__()
        self.names = names
        self.unit = unit
        self._in_fit = False
        self._title = ""
        self._seen = 0
        self._drawn_columns = 0  # Of a line that has not ended.
        self._drawn_at = 0.0

    def set_params(self, params: Mapping[str, Any]) -> None:
        self.verbose = params["verbose"]
        self.epochs = params["epochs"]
        self.target = params["steps"]
        self._on_terminal = _on_terminal()
        self._draws = self.verbose == 1 and self._on_terminal

    # What Keras calls, in `fit` and in `evaluate`.

    def on_train_begin(self, logs: Any = None) -> None:
        self._in_fit = True

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._begin(f"{self.unit} {epoch + 1}/{self.epochs}  ")
        if self._draws and self.epochs > 1:
            _write(f"{self._title.rstrip()}\n")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._advance(batch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._end(logs)

    def on_test_begin(self, logs: Any = None) -> None:
        if not self._in_fit:
            self._begin()

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        if not self._in_fit:
            self._advance(batch, logs)

    def on_test_end(self, logs: Any = None) -> None:
        if not self._in_fit:
            self._end(logs)

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *exception: Any) -> None:
        if self._drawn_columns:
            _write("\n")

    # What it does then.

    def _begin(self, title: str = "") -> None:
        self._title = title
        self._seen = 0
        self._began_at = time.monotonic()
        self._first: tuple[int, float] | None = None

    def _advance(self, batch: int, logs: Any) -> None:
        now = time.monotonic()
        self._seen = max(self._seen, batch + 1)
        if self._first is None:  # It may have been compiled: not the rule.
            self._first = self._seen, now
        if not self._draws or now - self._drawn_at < SECONDS_BETWEEN:
            return
        self._drawn_at = now
        head = f"{self._count()}{_duration(self._seconds_left(now))}"
        self._draw(_lines(head, self._numbers(logs), _num_columns())[0])

    def _end(self, logs: Any) -> None:
        if not self.verbose:
            return
        if self.target is None:  # Unknown until the data have come to an end.
            self.target = self._seen
        head = self._title
        if self._draws or not head:  # The title stands above, or is none.
            head = self._count()
        head += _duration(time.monotonic() - self._began_at)
        num_columns = _num_columns() if self._on_terminal else math.inf
        lines = _lines(head, self._numbers(logs), num_columns)
        if self._draws:
            self._draw(lines.pop(0))
            _write("\n")
            self._drawn_columns = 0
        _write("".join(f"{line}\n" for line in lines))

    def _draw(self, line: str) -> None:
        """Draws a line over the one before."""
        _write("\r" + line.ljust(self._drawn_columns))
        self._drawn_columns = len(line)

    def _count(self) -> str:
        """Steps done and, on a terminal, the bar."""
        if not self.target:
            return f"{self._seen} steps  "
        count = f"{self._seen:{len(str(self.target))}}/{self.target}"
        if not self._draws:
            return f"{count}  "
        return f"{count} {_bar(self._seen / self.target)} "

    def _seconds_left(self, now: float) -> float:
        """From the steps after the first; without, the time that is gone."""
        first, first_at = self._first or (0, now)
        if not self.target or self._seen == first:
            return now - self._began_at
        pace = (now - first_at) / (self._seen - first)
        return pace * (self.target - self._seen)

    def _numbers(self, logs: Mapping[str, float] | None) -> list[str]:
        return [
            f"{name} {_short(logs[name])}"
            for name in self.names
            if logs and name in logs
        ]


def _on_terminal() -> bool:
    """Whether a line can be drawn again; in a notebook it can."""
    if not keras.config.is_interactive_logging_enabled():
        return False
    return sys.stdout.isatty() or "ipykernel" in sys.modules


def _num_columns() -> int:
    """Columns of a line; the last one is left free, where some wrap."""
    return min(shutil.get_terminal_size().columns, MAX_COLUMNS) - 1


def _write(text: str) -> None:
    """Writes where Keras writes."""
    if keras.config.is_interactive_logging_enabled():
        sys.stdout.write(text)
        sys.stdout.flush()
    elif text:
        logging.info(text.rstrip())


def _lines(head: str, numbers: Sequence[str], num_columns: float) -> list[str]:
    """The head and the numbers, on as many lines as they need."""
    lines = [head]
    for number in numbers:
        longer = f"{lines[-1]}  {number}"
        if len(longer) <= num_columns:
            lines[-1] = longer
        else:
            lines.append(f"  {number}")
    return lines


def _bar(share: float) -> str:
    done = round(BAR_COLUMNS * min(share, 1.0))
    full, empty = "━─" if _writes_unicode() else "#-"
    return full * done + empty * (BAR_COLUMNS - done)


def _writes_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().startswith("utf")


def _short(number: float) -> str:
    """A number with three decimals, or three digits where they say little."""
    if number and not 1e-3 <= abs(number) < 1e4 and math.isfinite(number):
        return f"{number:.2e}"
    return f"{number:.3f}"


def _duration(seconds: float) -> str:
    """Seconds as `12s`, `3:45` or `1:02:03`."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{seconds:02}"
    return f"{minutes}:{seconds:02}" if minutes else f"{seconds}s"
