"""Runs the scripts of the project as a user does."""

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
