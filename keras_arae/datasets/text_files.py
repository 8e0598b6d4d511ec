"""Text files with one sentence on each line."""

from __future__ import annotations

import gzip
import os
import pathlib
import re
import zlib

from absl import logging

from keras_arae.arguments import FILE
from keras_arae.arguments import check

BOM = b"\xef\xbb\xbf"
LINE_END = re.compile(rb"\r\n|\n|\r")


def read_bytes(path: str | os.PathLike) -> bytes:
    """Reads a file and unpacks it if its name ends in `.gz`.

    Args:
        path: str or path-like. The file.

    Returns:
        bytes. The unpacked content.

    Raises:
        FileNotFoundError: if the file does not exist.
        ValueError: if the name ends in `.gz` and the file is not a complete
            gzip file.
    """
    check("path", path, FILE)
    if pathlib.Path(path).suffix != ".gz":
        return pathlib.Path(path).read_bytes()
    try:
        with gzip.open(path) as file:
            return file.read()
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(
            "A file named .gz must be a complete gzip file. Copy it again or "
            f"rename it. Received: {path} ({error})"
        ) from error


def read_sentences(path: str | os.PathLike) -> list[str]:
    """Reads a UTF-8 text file with one sentence on each line.

    Lines may end as on Unix, Windows or old Macs, and the file may begin
    with a byte order mark. Whitespace around sentences is stripped. Blank
    lines are skipped, and a warning says how many there were.

    Args:
        path: str or path-like. A text file; gzipped if its name ends in
            `.gz`.

    Returns:
        list of str. The sentences in the order of the file.

    Raises:
        FileNotFoundError: if the file does not exist.
        ValueError: if the file has no sentence, is not UTF-8 or is a damaged
            gzip file.
    """
    raw = read_bytes(path)
    content = raw.removeprefix(BOM)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = len(LINE_END.split(content[: error.start]))
        offset = error.start + len(raw) - len(content)
        raise ValueError(
            "A text file must be UTF-8. Convert it first, for instance with "
            f"`iconv -t UTF-8`. Received: {path}, where line {line} (byte "
            f"offset {offset}) has the byte 0x{content[error.start]:02x}: "
            f"{error.reason}"
        ) from error
    # Not `str.splitlines`: it also cuts at rare characters such as U+2028.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[-1]:
        lines.pop()  # After the last line end there is no line.
    sentences = [line.strip() for line in lines]
    sentences = [sentence for sentence in sentences if sentence]
    if not sentences:
        raise ValueError(
            "A text file must hold at least one sentence. "
            f"Received: {path}, with {len(lines)} lines, all blank"
        )
    if len(sentences) < len(lines):
        logging.warning(
            "Skipped %d blank lines of %d in %s.",
            len(lines) - len(sentences),
            len(lines),
            path,
        )
    return sentences
