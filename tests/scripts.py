"""Runs the scripts of the project as a user does."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[1]


def run_script(script, *options, backend=None):
    """The finished process of `python SCRIPT OPTIONS`, with what it said."""
    environment = dict(os.environ)
    environment.pop("XLA_FLAGS", None)  # Of small models, see conftest.py.
    if backend:
        environment["KERAS_BACKEND"] = backend
    return subprocess.run(
        [sys.executable, ROOT / script, *options],
        capture_output=True,
        text=True,
        env=environment,
    )
