"""Ctrl-C that is heard."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

# Seconds after which Ctrl-C is raised once more.
PATIENCE = 1.0


@contextlib.contextmanager
def hearing_interrupts() -> Iterator[None]:
    """A context that Ctrl-C ends, by a `KeyboardInterrupt`, in any case.

    What Ctrl-C raises is lost where Python or a library takes no exceptions:
    in a finalizer, a callback from C, a bare `except`. So it is raised again
    each second until the context is left, and once more when it is; Python's
    report of the loss ("Exception ignored in") is left out. Nothing is
    changed in other threads than the main one, and where the program has a
    handler of its own.
    """
    default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not (default and in_main_thread):
        yield
        return
    has_timer, came = os.name == "posix", False

    def interrupt(*_: Any) -> None:
        nonlocal came
        came = True
        if has_timer:
            signal.setitimer(signal.ITIMER_REAL, PATIENCE)
        raise KeyboardInterrupt

    report = sys.unraisablehook

    def report_others(lost: Any) -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            report(lost)

    numbers = [signal.SIGINT, *([signal.SIGALRM] if has_timer else [])]
    before = {number: signal.signal(number, interrupt) for number in numbers}
    sys.unraisablehook = report_others
    try:
        yield
    finally:
        if has_timer:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
        sys.unraisablehook = report
        if came:
            raise KeyboardInterrupt
