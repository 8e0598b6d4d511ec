"""Reading of text files, one sentence a line."""

import gzip
import pathlib
import re
import zlib

from absl import logging

BOM = b"\xef\xbb\xbf"
LINE_END = re.compile(rb"\r\n|\n|\r")


def read_bytes(path):
    """Reads a file, unpacking it if its name ends in `.gz`.

    Args:
        path: path-like. The file.

    Returns:
        bytes. The unpacked content.

    Raises:
        FileNotFoundError: The file does not exist.
        ValueError: The file is no intact gzip file though it is named so.
    """
    path = pathlib.Path(path)
    if path.suffix != ".gz":
        return path.read_bytes()
    try:
        with gzip.open(path) as file:
            return file.read()
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(
            "A file named .gz must be a complete gzip file; copy it again or "
            f"rename it. Received: {path} ({error})"
        ) from error


def read_sentences(path):
    """Reads a UTF-8 text file, one sentence a line.

    Any of the three line ends and a byte order mark are understood. White
    space around a sentence is stripped. Blank lines are skipped, and a
    warning says how many there were.

    Args:
        path: path-like. A text file, gzipped if its name ends in `.gz`.

    Returns:
        list of str. The sentences in the order of the file.

    Raises:
        FileNotFoundError: The file does not exist.
        ValueError: The file is empty, has only blank lines, is not UTF-8 or
            is a damaged gzip file.
    """
    raw = read_bytes(path)
    content = raw.removeprefix(BOM)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = len(LINE_END.split(content[: error.start]))
        offset = error.start + len(raw) - len(content)
        raise ValueError(
            "A text file must be UTF-8; convert it first, for instance with "
            f"`iconv -t UTF-8`. Received: {path}, where line {line} (byte "
            f"offset {offset}) has the byte 0x{content[error.start]:02x}: "
            f"{error.reason}"
        ) from error
    # Not `str.splitlines`: it also cuts at rare characters such as U+2028.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[-1]:
        lines.pop()  # What follows the last line end is no line.
    sentences = [line.strip() for line in lines]
    sentences = [sentence for sentence in sentences if sentence]
    if not sentences:
        raise ValueError(
            "A text file must hold at least one sentence, one a line. "
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
