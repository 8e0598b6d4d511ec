"""Runs the scripts of the project as a user does."""

import atexit
import contextlib
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[1]


def run_script(script, *options, backend=None):
    """The finished process of `python SCRIPT OPTIONS`, with what it said."""
    return run_python(ROOT / script, *options, backend=backend)


def run_python(*command, backend=None, folder=None):
    """The finished process of `python COMMAND`, with what it said.

    On PyTorch, which starts no threads that a fork would lose, what every
    script imports is imported once for all of them.
    """
    command = [str(part) for part in command]
    backend = backend or os.environ["KERAS_BACKEND"]
    environment = {**os.environ, "KERAS_BACKEND": backend}
    if backend == "torch" and sys.platform == "linux":
        return run_warm(command, folder or os.getcwd(), environment)
    return subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
    )


@functools.cache
def warm_process():
    """A process that has imported Keras on PyTorch."""
    process = subprocess.Popen(
        [sys.executable, ROOT / "tests" / "warm.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "KERAS_BACKEND": "torch"},
    )
    atexit.register(process.communicate)  # At the end of its input it ends.
    return process


def run_warm(command, folder, environment):
    process = warm_process()
    with (
        tempfile.NamedTemporaryFile("r") as stdout,
        tempfile.NamedTemporaryFile("r") as stderr,
    ):
        request = {
            "command": command,
            "folder": str(folder),
            "environment": environment,
            "stdout": stdout.name,
            "stderr": stderr.name,
        }
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        status = int(process.stdout.readline())
        return subprocess.CompletedProcess(
            command, status, stdout.read(), stderr.read()
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
