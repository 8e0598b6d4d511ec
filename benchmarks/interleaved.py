"""Timing several programs in turns, so that a slow minute hits them all.

A worker is a Python process that builds its model once and then waits. The
parent lets one worker run at a time: A B C A B C.
"""

import ctypes
import gc
import json
import os
import pathlib
import subprocess
import sys


class Worker:
    """A process that answers requests, one line of JSON each.

    Args:
        script: str. Path of the worker's program.
        arguments: list of str.
        backend: str or `None`. Keras backend. Defaults to `None`.
    """

    def __init__(self, script, arguments, backend=None):
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        if backend is not None:
            environment["KERAS_BACKEND"] = backend
        self.process = subprocess.Popen(
            [sys.executable, script, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.ready = self.read()

    def ask(self, **request):
        """Sends a request; waits for the answer."""
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self.read()

    def read(self):
        for line in self.process.stdout:
            if line.startswith(PREFIX):
                return json.loads(line[len(PREFIX) :])
        raise RuntimeError(
            f"The worker {self.process.args[1:]} ended before it answered."
        )

    def close(self):
        self.process.stdin.close()
        self.process.wait()


PREFIX = "answer: "


def serve(answer, **ready):
    """Answers requests from the standard input until it ends.

    Args:
        answer: callable. Takes a request's items, returns what JSON can hold.
        **ready: what to say first.
    """
    print(PREFIX + json.dumps(ready), flush=True)
    for line in sys.stdin:
        print(PREFIX + json.dumps(answer(**json.loads(line))), flush=True)


def resident_megabytes():
    """Memory that this process holds now (Linux), in MB."""
    return _status("VmRSS")


def peak_megabytes():
    """The most that it held since `reset_peak`, in MB."""
    return _status("VmHWM")


def reset_peak():
    """Starts a new peak, with what compilation left behind given back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pathlib.Path("/proc/self/clear_refs").write_text("5")


def _status(name):
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return float("nan")
