"""Text files with one sentence on each line, and tables with a column of them.

Every file of text that the library reads comes through `read_text`.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import pathlib
import re
import shlex
import sys
import zlib
from collections.abc import Iterator
from typing import Any

from absl import logging

from keras_arae.arguments import FILE
from keras_arae.arguments import check
from keras_arae.extras import require

BOM = b"\xef\xbb\xbf"
LINE_END = re.compile(rb"\r\n|\n|\r")
DELIMITERS = {".csv": ",", ".tsv": "\t"}
PACKED = (".gz", ".zst")
ZSTD = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"

# First bytes of files that are no text, and what to do about them.
NO_TEXT = {
    b"\x1f\x8b": "It is packed with gzip: rename it to {name}.gz",
    b"PK\x03\x04": "It is a zip archive, or a document in one: unpack it, or "
    "save the document as plain text (UTF-8)",
    b"%PDF": "It is a PDF: save its text as plain text (UTF-8)",
}
# First bytes of text in other encodings; the longer mark comes first.
MARKS = {
    b"\xff\xfe\0\0": "UTF-32",
    b"\0\0\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


def read_bytes(path: str | os.PathLike) -> bytes:
    """Reads a file and unpacks it if its name ends in `.gz` or `.zst`.

    Args:
        path: str or path-like. The file.

    Returns:
        bytes. The unpacked content.

    Raises:
        FileNotFoundError: if the file does not exist.
        ValueError: if it is not complete, or packed in another way.
        ImportError: a `.zst` file needs a package that is not installed.
    """
    check("path", path, FILE)
    try:
        with opened(path) as file:
            return file.read()
    except unpacking_errors(path) as error:
        raise ValueError(
            "A file named .gz must be a complete gzip file, one named .zst a "
            "complete zstandard file. Copy it again or rename it. "
            f"Received: {path} ({error})"
        ) from error


def opened(path: str | os.PathLike) -> Any:
    """A file of bytes, unpacked as it is read."""
    kind = pathlib.PurePath(path).suffix.lower()
    if kind == ".gz":
        return gzip.open(path)
    if kind == ".zst":
        return require(ZSTD, "streams").open(path)
    return open(path, "rb")


def unpacking_errors(path: str | os.PathLike) -> tuple:
    """What `opened` and reading from it raise if a file is damaged."""
    if pathlib.PurePath(path).suffix.lower() == ".zst":
        return EOFError, require(ZSTD, "streams").ZstdError
    return EOFError, gzip.BadGzipFile, zlib.error


def read_text(path: str | os.PathLike) -> str:
    """Reads a UTF-8 text file, with a byte order mark or without.

    Args:
        path: str or path-like. The file; packed if its name ends in `.gz` or
            `.zst`.

    Returns:
        str. The text, its lines ended by line feeds.

    Raises:
        FileNotFoundError: if the file does not exist.
        ValueError: if the file is not UTF-8, or no text at all. The message
            says how to convert it.
    """
    raw = read_bytes(path)
    for first, advice in NO_TEXT.items():
        if raw.startswith(first):
            name = pathlib.Path(path).name
            raise ValueError(
                f"Expected plain text. {advice.format(name=name)}. "
                f"Received: {path}"
            )
    content = raw.removeprefix(BOM)
    encoding = _sixteen_bit_encoding(content)
    if encoding is not None:
        raise ValueError(f"{_advice(path, encoding)} Received: {path}")
    if b"\0" in content:
        command = _command(path, r"tr -d '\000'")
        raise ValueError(
            "Text holds no NUL characters: the file is damaged, or no text. "
            f"If it is text, take them out: `{command}`. "
            f"Received: {path}, with {content.count(0)} of them"
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = len(LINE_END.split(content[: error.start]))
        offset = error.start + len(raw) - len(content)
        raise ValueError(
            f"{_advice(path, _eight_bit_encoding(content))} "
            f"Received: {path}, where line {line} (byte offset {offset}) has "
            f"the byte 0x{content[error.start]:02x}: {error.reason}"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _sixteen_bit_encoding(content: bytes) -> str | None:
    """UTF-16 or UTF-32, by its mark or by where its zero bytes stand."""
    for mark, name in MARKS.items():
        if content.startswith(mark):
            return name
    even, odd = content[::2].count(0), content[1::2].count(0)
    # Of Western text every second byte is zero; a stray one is a fault.
    some = len(content) / 8
    if max(even, odd) > some > min(even, odd):
        return "UTF-16LE" if odd > even else "UTF-16BE"
    return None


def _eight_bit_encoding(content: bytes) -> str:
    """A Western encoding in which every byte is a character."""
    try:
        content.decode("windows-1252")
    except UnicodeDecodeError:
        return "ISO-8859-1"
    return "WINDOWS-1252"


def _advice(path: str | os.PathLike, encoding: str) -> str:
    """How to convert a file, as a command that may be pasted."""
    command = _command(path, f"iconv -f {encoding} -t UTF-8")
    if encoding in ("WINDOWS-1252", "ISO-8859-1"):
        return (
            "A text file must be UTF-8. Convert it, from the encoding that "
            f"it has: of Western Europe, `{command}`."
        )
    return f"A text file must be UTF-8; this is {encoding}: `{command}`."


def _command(path: str | os.PathLike, program: str) -> str:
    """A shell command that writes a file anew, beside the old one."""
    path = pathlib.Path(path)
    read = f"{program} < {shlex.quote(str(path))}"
    unpack = {".gz": "gzip", ".zst": "zstd"}.get(path.suffix.lower())
    if unpack:
        read = f"{unpack} -dc {shlex.quote(str(path))} | {program}"
        path = path.with_suffix("")
    new = path.with_name(f"utf8-{path.name}")
    return f"{read} > {shlex.quote(str(new))}"


def read_lines(path: str | os.PathLike) -> list[str]:
    """Reads the lines of a UTF-8 text file that are not blank.

    Lines may end as on Unix, Windows or old Macs, and the file may begin
    with a byte order mark. Whitespace around lines is stripped. A warning
    says how many blank lines there were.

    Args:
        path: str or path-like. A text file; packed if its name ends in
            `.gz` or `.zst`.

    Returns:
        list of str. The lines in the order of the file.

    Raises:
        FileNotFoundError: if the file does not exist.
        ValueError: if all lines are blank, or as in `read_text`.
    """
    # Not `str.splitlines`: it also cuts at rare characters such as U+2028.
    lines = read_text(path).split("\n")
    if not lines[-1]:
        lines.pop()  # After the last line end there is no line.
    return _not_blank(lines, path, "lines")


def read_sentences(
    path: str | os.PathLike, column: str | None = None
) -> list[str]:
    """Reads sentences: lines of a text file, or a column of a table.

    Args:
        path: str or path-like. A text file, or a table named `.csv` or
            `.tsv`; packed if its name ends in `.gz` or `.zst`.
        column: str or `None`. Of a table: the column with the sentences.
            Defaults to `None`.

    Returns:
        list of str. The sentences in the order of the file, without blank
        ones; a warning says how many those were.

    Raises:
        FileNotFoundError: if the file does not exist.
        ValueError: if a table comes without a column or a text file with one,
            if the table lacks the column, if there is no sentence, or as in
            `read_text`.
    """
    if not is_table(path) and column is None:
        return read_lines(path)
    (cells,) = read_columns(path, column)
    return _not_blank(cells, path, "rows")


def refuse_columns(source: str | os.PathLike, *columns: str | None) -> None:
    """Refuses columns of what has none, such as a corpus by name."""
    if any(column is not None for column in columns):
        raise ValueError(
            "Only tables have columns, files named .csv (commas) or .tsv "
            "(tabs): leave `column` and `label_column` out. "
            f"Received: {source} and the columns {list(columns)}"
        )


def is_table(path: str | os.PathLike) -> bool:
    """Whether a file is a table by its name: `.csv` or `.tsv`."""
    return suffix(path) in DELIMITERS


def read_columns(
    path: str | os.PathLike, *columns: str | None
) -> list[list[str]]:
    """Reads columns of a table whose first row names them.

    In a `.csv` file commas separate cells, and quotation marks stand around
    those that hold commas; in a `.tsv` file tabs do, and quotation marks are
    plain text. Line ends within a cell become spaces.

    Args:
        path: str or path-like. The table; packed if its name ends in `.gz` or
            `.zst`.
        *columns: str. Their names.

    Returns:
        A list of str for each of the columns.

    Raises:
        FileNotFoundError: if the file does not exist.
        ValueError: if the file is no table or lacks a column, or as in
            `read_text`.
    """
    if not is_table(path):
        refuse_columns(path, *columns)
    rows = _rows(path)
    names = _names(rows)
    for column in columns:
        if column not in names:
            raise ValueError(
                "Name the columns of a table as its first row does, "
                f"{names}: `column` (--column) is that of the text, "
                "`label_column` (--label_column) that of the classes. "
                f"Received: {path} and the column {column!r}"
            )
    table = []
    for number, row in enumerate(rows, start=2):
        if row and len(row) != len(names):
            raise ValueError(
                f"Each row must have as many cells as the first, {len(names)}. "
                f"Received: {path}, whose row {number} has {len(row)}, "
                f"beginning {row[0][:50]!r}"
            )
        if row:
            table.append([re.sub(r"\s*\n\s*", " ", cell) for cell in row])
    indices = [names.index(str(column)) for column in columns]
    return [[row[index].strip() for row in table] for index in indices]


def column_names(path: str | os.PathLike) -> list[str]:
    """Names of the columns of a table, from its first row."""
    return _names(_rows(path))


def _names(rows: Iterator[list[str]]) -> list[str]:
    return [name.strip() for name in next(rows, [])]


def _rows(path: str | os.PathLike) -> Iterator[list[str]]:
    """Rows of cells; a blank line is an empty row."""
    text = io.StringIO(read_text(path), newline="")
    try:
        yield from csv.reader(text, **table_format(path))
    except csv.Error as error:
        raise ValueError(
            "A table must be well-formed; a quotation mark within a cell is "
            f"written twice. Received: {path} ({error})"
        ) from error


def table_format(path: str | os.PathLike) -> dict[str, Any]:
    """How a table's cells are told apart, in the words of `csv`.

    In a `.tsv` file quotation marks are plain text.
    """
    delimiter = DELIMITERS[suffix(path)]
    quoting = csv.QUOTE_MINIMAL if delimiter == "," else csv.QUOTE_NONE
    return {"delimiter": delimiter, "quoting": quoting, "strict": True}


def suffix(path: str | os.PathLike) -> str:
    """What a file is by its name, packed or not: `".txt"`, `".csv"`."""
    name = pathlib.PurePath(os.fspath(path).lower())
    if name.suffix in PACKED:
        name = name.with_suffix("")
    return name.suffix


def _not_blank(
    sentences: list[str], path: str | os.PathLike, what: str
) -> list[str]:
    """Stripped sentences, without blank ones, of which a warning tells."""
    kept = [sentence for line in sentences if (sentence := line.strip())]
    if not kept:
        raise ValueError(
            "A text file must hold at least one sentence. "
            f"Received: {path}, with {len(sentences)} {what}, all blank"
        )
    if len(kept) < len(sentences):
        logging.warning(
            "Skipped %d blank %s of %d in %s.",
            len(sentences) - len(kept), what, len(sentences), path,
        )  # fmt: skip
    return kept
