"""Runs that are stopped, anywhere, go on as if they had never stopped."""

import os

import pytest
from scripts import run_script

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(os.name != "posix", reason="kills by signals"),
]


def test_stopped_runs_leave_what_others_leave():
    process = run_script(
        "tools/inject_faults.py", "--runs=3", "--epochs=2",
        "--faults=kill_at_write", "--faults=interrupt", "--faults=disk_full",
        backend="torch",
    )  # fmt: skip
    assert process.returncode == 0, process.stdout + process.stderr[-3000:]
    assert "| kill before a write | 3 | 0 |" in process.stdout
