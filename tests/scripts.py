"""Runs the scripts of the project as a user does."""

import contextlib
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[1]


def run_script(script, *options, backend=None):
    """The finished process of `python SCRIPT OPTIONS`, with what it said."""
    chosen = {"KERAS_BACKEND": backend} if backend else {}
    return subprocess.run(
        [sys.executable, ROOT / script, *options],
        capture_output=True,
        text=True,
        env={**os.environ, **chosen},
    )


def run_on_terminal(script, *options, backend):
    """What a terminal of 80 columns was sent, and the exit status."""
    parent, child = os.openpty()
    process = subprocess.Popen(
        [sys.executable, ROOT / script, *options],
        stdout=child,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "KERAS_BACKEND": backend, "COLUMNS": "80"},
    )
    os.close(child)
    sent = []
    with contextlib.suppress(OSError):  # When the script is done.
        while data := os.read(parent, 4096):
            sent.append(data)
    os.close(parent)
    text = b"".join(sent).decode().replace("\r\n", "\n")
    return text, process.wait()
