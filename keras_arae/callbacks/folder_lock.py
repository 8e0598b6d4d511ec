"""A folder that one process at a time writes to."""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import socket
import time
from typing import Any

LOCK = "run.lock"


class FolderLock:
    """A file that says which process writes to a folder.

    The lock of a process that has ended, on this machine, is taken over: so a
    killed run can be resumed. Of another machine nobody can tell.

    Args:
        folder: str or path. Made, when the lock is taken, if need be.
    """

    def __init__(self, folder: str | os.PathLike) -> None:
        self.path = pathlib.Path(folder) / LOCK
        self._held = False

    def take(self) -> None:
        """Takes the lock, unless it is held already.

        Raises:
            BlockingIOError: Another process holds it.
        """
        if self._held:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "started": _started(os.getpid()),
            "since": datetime.datetime.now().isoformat(" ", "seconds"),
        }
        while not self._held:
            try:
                file = self.path.open("x", encoding="utf-8")
            except FileExistsError:
                self._remove_if_left_behind()
                continue
            self._held = True
            try:
                with file:
                    file.write(json.dumps(holder) + "\n")
            except BaseException:  # Such as a full disk.
                self.release()
                raise

    def release(self) -> None:
        """Gives the lock back, and leaves no empty folder behind."""
        if not self._held:
            return
        self._held = False
        self.path.unlink(missing_ok=True)
        folder = self.path.parent
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()

    def _remove_if_left_behind(self) -> None:
        """Removes the lock of a process that has ended, or refuses."""
        try:
            text = self.path.read_text(encoding="utf-8")
            age = time.time() - self.path.stat().st_mtime
        except FileNotFoundError:
            return  # Given back in this moment.
        holder = _parse(text)
        # Without a text: being written just now, or killed before it was.
        if _may_run(holder) if holder else age < 5:
            raise BlockingIOError(
                "Expected a folder to which no other run writes: wait for "
                "that run, end it, or choose another folder. If it has ended "
                f"(on a machine that broke down), delete {self.path}. "
                f"Received: {self.path.parent}, held by process "
                f"{holder.get('pid', '?')} on {holder.get('host', '?')} since "
                f"{holder.get('since', 'just now')}"
            )
        # Another process may have taken it over meanwhile: then it differs.
        aside = self.path.with_name(f"{LOCK}.{os.getpid()}")
        self.path.replace(aside)
        if aside.read_text(encoding="utf-8") != text:
            aside.replace(self.path)
            return
        aside.unlink()


def _parse(text: str) -> dict[str, Any]:
    try:
        return dict(json.loads(text))
    except ValueError:
        return {}


def _may_run(holder: dict[str, Any]) -> bool:
    """Whether a process other than this one may still hold its lock."""
    pid, host = int(holder.get("pid", 0)), holder.get("host")
    if host != socket.gethostname() or os.name != "posix":
        return True
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    # Numbers of processes are given anew; when one began tells them apart.
    return holder.get("started") == _started(pid)


def _started(pid: int) -> str | None:
    """When a process began, where the system tells; `None` once it ended."""
    try:
        boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text()
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name, in parentheses, may hold anything.
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in "ZX" else f"{boot.strip()} {fields[18]}"
