"""Files that a run adds to, cut back to where a checkpoint was made."""

from __future__ import annotations

import hashlib
import os
import pathlib
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from absl import logging


class AppendedFiles:
    """Files that a run adds to, such as its log, and how far they went.

    A run that is killed may have written to them since its last checkpoint.
    Cut to the marks that stand in the checkpoint, they hold what belongs to
    it: no epoch is missing and none stands there twice.

    Args:
        folder: str or path. Where they are.
        patterns: sequence of str. Of their names in the folder, such as
            `"samples.txt"` or `"pictures/*.png"`.
    """

    def __init__(
        self, folder: str | os.PathLike, patterns: Sequence[str]
    ) -> None:
        self.folder = pathlib.Path(folder)
        self.patterns = tuple(patterns)

    def marks(self) -> dict[str, list]:
        """Bytes of each file and their hash, by its name in the folder.

        What is in them is on the disk afterwards.
        """
        found = {}
        for name, path in self._paths():
            with path.open("rb+") as file:
                content = file.read()
                os.fsync(file.fileno())
            found[name] = [len(content), hashlib.sha256(content).hexdigest()]
        return found

    def cut(self, marks: Mapping[str, Sequence]) -> None:
        """Takes away what was written since.

        A file that was changed by another hand is left as it is, with a
        warning.

        Args:
            marks: what `marks` returned. Files that it does not name are
                removed.
        """
        for name, path in self._paths():
            if name not in marks:
                path.unlink()
                continue
            size, digest = marks[name]
            content = path.read_bytes()
            if hashlib.sha256(content[:size]).hexdigest() != digest:
                logging.warning(
                    "%s was changed after the run wrote it, and is left as it "
                    "is: epochs may stand there twice.", path,
                )  # fmt: skip
            elif len(content) > size:
                os.truncate(path, size)

    def _paths(self) -> Iterator[tuple[str, pathlib.Path]]:
        for pattern in self.patterns:
            for path in sorted(self.folder.glob(pattern)):
                if path.is_file():
                    yield path.relative_to(self.folder).as_posix(), path
