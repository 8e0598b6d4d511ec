"""Files that are there whole or not at all, whatever stops the writer."""

from __future__ import annotations

import contextlib
import errno
import os
import pathlib
from collections.abc import Iterator

# What files that are being written are called, before their own name.
PARTIAL = "partial-"

# No room on the disk, in the user's share of it, or in one file.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[pathlib.Path]:
    """Yields another path; what is written there takes the place of `path`.

    The file takes its name when all is in it and on the disk: a process that
    is killed at any moment leaves the file of before or the new one. An
    exception leaves that of before, and nothing else.

    Args:
        path: str or path. A file, which need not be there yet.

    Raises:
        OSError: There is no room for the file.

    Example:

    ```python
    path = tempfile.mkdtemp() + "/numbers.txt"
    with keras_arae.atomic_file.replacing(path) as partial:
        partial.write_text("1 2 3")
    assert open(path).read() == "1 2 3"
    ```
    """
    path = pathlib.Path(os.path.realpath(path))
    partial = path.with_name(PARTIAL + path.name)
    try:
        with _explaining(path):
            yield partial
            _sync(partial)
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        _sync(path.parent)


def write_text(path: str | os.PathLike, text: str) -> None:
    """Writes a text file, all or nothing.

    Args:
        path: str or path.
        text: str. Written as UTF-8.
    """
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")


def append_text(path: str | os.PathLike, text: str) -> None:
    """Adds to a text file; where not all fits, nothing is added.

    Args:
        path: str or path. A file, which need not be there yet.
        text: str. Written as UTF-8.
    """
    path = pathlib.Path(path)
    size = path.stat().st_size if path.exists() else 0
    try:
        with _explaining(path), path.open("a", encoding="utf-8") as file:
            file.write(text)
    except BaseException:
        if path.exists():
            os.truncate(path, size)
        raise


def full_disk(error: BaseException) -> OSError | None:
    """The error among what led to another that says that a disk is full.

    Libraries that write for us raise errors of their own on the way.

    Args:
        error: an exception.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in FULL:
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


@contextlib.contextmanager
def _explaining(path: pathlib.Path) -> Iterator[None]:
    """Says in a sentence that a disk is full."""
    try:
        yield
    except Exception as error:
        cause = full_disk(error)
        if cause is None:
            raise
        explained = OSError(
            f"There is no room left on the disk for {path}; what was there "
            "before is untouched. Make room, then write it again. "
            f"Received: {cause}"
        )
        explained.errno = cause.errno
        raise explained from error


def _sync(path: pathlib.Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk."""
    opened = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
