"""Ctrl-C that is heard."""

from __future__ import annotations

import contextlib
import os
import signal
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
    each second until the context is left, and once more when it is. Nothing
    is changed in other threads than the main one, and where the program has a
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

    numbers = [signal.SIGINT, *([signal.SIGALRM] if has_timer else [])]
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        if has_timer:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            raise KeyboardInterrupt
