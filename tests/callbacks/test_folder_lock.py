"""One process at a time writes to a run's folder."""

import json
import os
import signal
import subprocess
import sys

import pytest

from keras_arae.callbacks import RunFolder
from keras_arae.callbacks.folder_lock import LOCK
from keras_arae.callbacks.folder_lock import _started

pytestmark = pytest.mark.once


@pytest.fixture
def sleeper():
    """A process that does nothing for a while."""
    process = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(100)"]
    )
    yield process
    process.kill()
    process.wait()


def hold(folder, process, **changes):
    """Leaves the lock of a process in a folder."""
    RunFolder(folder)._lock.take()
    holder = json.loads((folder / LOCK).read_text())
    holder.update(pid=process.pid, started=_started(process.pid), **changes)
    (folder / LOCK).write_text(json.dumps(holder))


def test_a_second_process_is_refused_and_told_who_holds_it(tmp_path, sleeper):
    hold(tmp_path, sleeper)
    (tmp_path / "notes.txt").write_text("results")
    for options in ({"resume": True}, {"overwrite": True}):
        folder = RunFolder(tmp_path, appended=["notes.txt"], **options)
        for enter in (folder.running().__enter__, folder.begin):
            with pytest.raises(BlockingIOError) as error:
                enter()
            for part in (f"process {sleeper.pid}", "since 20", str(tmp_path)):
                assert part in str(error.value)
    assert (tmp_path / "notes.txt").exists()


@pytest.mark.parametrize("reaped", [True, False])
def test_the_lock_of_a_killed_process_is_taken_over(tmp_path, sleeper, reaped):
    hold(tmp_path, sleeper)
    os.kill(sleeper.pid, signal.SIGKILL)
    if reaped:
        sleeper.wait()
    else:  # Its parent has not asked yet how it ended.
        os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    with RunFolder(tmp_path, resume=True).running():
        assert json.loads((tmp_path / LOCK).read_text())["pid"] == os.getpid()
    assert not tmp_path.exists()  # Nothing was written.


def test_a_number_given_anew_is_another_process(tmp_path, sleeper):
    hold(tmp_path, sleeper)
    holder = json.loads((tmp_path / LOCK).read_text())
    (tmp_path / LOCK).write_text(json.dumps({**holder, "started": "before"}))
    with RunFolder(tmp_path, resume=True).running():
        pass


def test_of_another_machine_nobody_can_tell(tmp_path, sleeper):
    hold(tmp_path, sleeper, host="elsewhere")
    sleeper.kill()
    sleeper.wait()
    with pytest.raises(BlockingIOError, match="on elsewhere since"):
        RunFolder(tmp_path, resume=True).begin()


def test_a_lock_without_a_holder(tmp_path):
    (tmp_path / LOCK).touch()  # Being written just now.
    with pytest.raises(BlockingIOError, match="since just now"):
        RunFolder(tmp_path, resume=True).begin()
    os.utime(tmp_path / LOCK, (0, 0))  # Killed long ago, before it was.
    RunFolder(tmp_path, resume=True).begin()
