"""Text in many files, read line by line."""

from __future__ import annotations

import csv
import glob
import hashlib
import io
import itertools
import json
import os
import pathlib
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_arae.arguments import NATURAL
from keras_arae.arguments import PATH
from keras_arae.arguments import SEED
from keras_arae.arguments import TEXT
from keras_arae.arguments import checked
from keras_arae.arguments import either
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.arguments import shown
from keras_arae.datasets import text_files

# What reading raises where a file is not what its name says.
FAULTS = (
    UnicodeDecodeError,
    csv.Error,
    json.JSONDecodeError,
    KeyError,
    TypeError,
    AttributeError,
)


class TextFiles:
    """The sentences of many text files, read as they are needed.

    One sentence a line; blank lines are passed over, and whitespace around
    lines is stripped. Made for `keras_arae.data.CorpusStream`; each pass
    reads the files in a new order, and the place can be kept and taken up
    again.

    Args:
        paths: str or path, or a list of them. Files, or patterns of them such
            as `"corpus/*.txt.gz"`. UTF-8 text; packed if the name ends in
            `.gz` or `.zst` (which needs `pip install "keras-arae[streams]"`).
        column: str or `None`. Of tables, `.csv` and `.tsv` with names in the
            first row and `.jsonl` with an object a line: the column with the
            sentences. Defaults to `None`.
        label_column: str or `None`. The column of labels: pieces are then
            pairs of a sentence and its label. Defaults to `None`.
        seed: int or `None`. Of the order of the files; `None` keeps it.
            Defaults to `0`.

    Raises:
        FileNotFoundError: if there is no such file.

    Example:

    ```python
    folder = tempfile.mkdtemp()
    for name in ("a", "b"):
        with open(f"{folder}/{name}.txt", "w") as file:
            file.write("a man sleeps\\n\\na man runs\\n")
    files = keras_arae.datasets.TextFiles(f"{folder}/*.txt")
    assert list(files) == ["a man sleeps", "a man runs"] * 2
    ```
    """

    @checked(
        paths=either(PATH, several(PATH, 1)),
        column=optional(TEXT),
        label_column=optional(TEXT),
        seed=optional(SEED),
    )
    def __init__(
        self,
        paths: str | os.PathLike | Sequence[str | os.PathLike],
        column: str | None = None,
        label_column: str | None = None,
        seed: int | None = 0,
    ) -> None:
        if isinstance(paths, (str, os.PathLike)):
            paths = [paths]
        self.paths = [path for given in paths for path in _found(given)]
        self.column = column
        self.label_column = label_column
        self.seed = seed
        for path in self.paths:
            is_table = text_files.is_table(path) or _is_jsonl(path)
            if is_table is (column is None):
                raise ValueError(
                    "Tables (.csv, .tsv, .jsonl) need `column`, the name of "
                    "the one with the sentences; other files have none. "
                    f"Received: {path} and column={column!r}"
                )
        if label_column is not None and column is None:
            raise ValueError(
                "Labels stand in a column of tables. Received: "
                f"label_column={label_column!r}, column=None"
            )
        self._epoch = 0
        self._place = (0, 0)  # File and piece, after the last that was read.
        self._start: tuple[int, tuple[int, int]] | None = None

    def __iter__(self) -> Iterator[Any]:
        first, piece = 0, 0
        if self._start is not None and self._start[0] == self._epoch:
            first, piece = self._start[1]
        order = self._order()
        for file in range(first, len(order)):
            pieces = self._read(self.paths[order[file]])
            for read in itertools.islice(pieces, piece, None):
                piece += 1
                self._place = file, piece
                yield read
            piece = 0

    @checked(epoch=NATURAL)
    def set_epoch(self, epoch: int) -> None:
        """Says which pass begins, by which the order of files is drawn."""
        self._epoch = epoch

    def state_dict(self) -> dict[str, Any]:
        """The place after the last piece that was read."""
        file, piece = self._place
        return {
            "epoch": self._epoch,
            "file": file,
            "piece": piece,
            "files": self._fingerprint(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Has a pass of the same number begin at a place of these files.

        Args:
            state: dict. What `state_dict` returned.
        """
        names = set(self.state_dict())
        if not isinstance(state, Mapping) or set(state) != names:
            raise ValueError(
                "Expected what `state_dict` of `TextFiles` returned. "
                f"Received: {shown(state)}"
            )
        if state["files"] != self._fingerprint():
            raise ValueError(
                "Expected the files that were read before, of the same names: "
                "a place in others says nothing. "
                f"Received: {len(self.paths)} files, first {self.paths[0]}"
            )
        self._place = state["file"], state["piece"]
        self._start = state["epoch"], self._place

    def _order(self) -> np.ndarray:
        if self.seed is None:
            return np.arange(len(self.paths))
        generator = np.random.default_rng([self.seed, self._epoch])
        return generator.permutation(len(self.paths))

    def _fingerprint(self) -> str:
        names = "\n".join(path.name for path in self.paths)
        return hashlib.sha256(names.encode()).hexdigest()[:16]

    def _read(self, path: pathlib.Path) -> Iterator[Any]:
        """The pieces of a file; refuses what is no text, by its place."""
        number = 0
        faults = (*FAULTS, *text_files.unpacking_errors(path))
        with text_files.opened(path) as file:
            text = io.TextIOWrapper(file, "utf-8-sig", newline=None)
            pieces = self._pieces(path, text)
            while True:
                try:
                    piece = next(pieces)
                except StopIteration:
                    return
                except faults as error:
                    raise self._refusal(path, number, error) from error
                number += 1
                yield piece

    def _refusal(
        self, path: pathlib.Path, number: int, error: Exception
    ) -> ValueError:
        names = [self.column, self.label_column]
        table = f", a table with the columns {names}" if names[0] else ""
        return ValueError(
            f"Expected a complete file of UTF-8 text{table}. "
            f"Received: {path}, after piece {number}: {error!r}"
        )

    def _pieces(self, path: pathlib.Path, file: io.TextIOBase) -> Iterator[Any]:
        if self.column is None:
            yield from filter(None, map(str.strip, file))
            return
        rows: Iterator[Mapping] = (
            map(json.loads, filter(None, map(str.strip, file)))
            if _is_jsonl(path)
            else csv.DictReader(file, **text_files.table_format(path))
        )
        for row in rows:
            sentence = row[self.column].strip()
            if sentence and self.label_column is not None:
                yield sentence, row[self.label_column]
            elif sentence:
                yield sentence


def _found(path: str | os.PathLike) -> list[pathlib.Path]:
    """The file, or the files of a pattern in the order of their names."""
    path = os.path.expanduser(os.fspath(path))
    if os.path.isfile(path):
        return [pathlib.Path(path)]
    found = sorted(filter(os.path.isfile, glob.glob(path, recursive=True)))
    if not found:
        raise FileNotFoundError(
            "Expected a file that exists, or a pattern of some. "
            f"Received: {path}"
        )
    return [pathlib.Path(name) for name in found]


def _is_jsonl(path: pathlib.Path) -> bool:
    return text_files.suffix(path) == ".jsonl"
