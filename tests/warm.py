"""Runs scripts as `python SCRIPT` does, in processes that have imported Keras.

Imports take a script of the tests longer than all else it does. So this process
imports once what every script imports, and forks for each request: a line of
JSON with the command, its folder, its environment and where it may write. The
answer is a line with its exit status. `scripts.py` asks.
"""

import gc
import json
import os
import runpy
import sys

import keras  # noqa: F401
import keras_nlp  # noqa: F401

import keras_arae  # noqa: F401


def requests():
    """Forks for each request; returns it in the new process."""
    gc.freeze()  # Else its first collection copies what has been imported.
    for line in sys.stdin:
        process = os.fork()
        if not process:
            return json.loads(line)
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    sys.exit()


def become(request):
    """Has this process what a new one would have."""
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    for descriptor, path in enumerate(
        (os.devnull, request["stdout"], request["stderr"])
    ):
        file = os.open(path, os.O_RDWR)
        os.dup2(file, descriptor)
        os.close(file)


request = requests()
become(request)
first, *rest = request["command"]
if first == "-m":
    sys.argv[:], sys.path[0] = rest, request["folder"]
    runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
else:
    sys.argv[:], sys.path[0] = [first, *rest], os.path.dirname(first)
    runpy.run_path(first, run_name="__main__")
