"""Reading text files with one sentence a line."""

import gzip
import pathlib

from absl import logging


def read_lines(path):
    """Sentences of a file, without blank lines.

    Args:
        path: str or path. A UTF-8 text file; gzipped if it ends in `.gz`.
            Line ends of any system and a byte order mark are understood.

    Returns:
        A list of str, stripped. Blank lines are counted and reported.

    Raises:
        ValueError: if the file has no sentences or is not UTF-8.
    """
    path = pathlib.Path(path)
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    lines = decode(data, path).splitlines()
    sentences = [line.strip() for line in lines if line.strip()]
    if not sentences:
        raise ValueError(
            f"{path} holds no sentences: expected one a line. "
            f"Received: {len(lines)} lines, all blank"
        )
    if len(sentences) < len(lines):
        logging.warning(
            "Skipped %d blank lines of %s.", len(lines) - len(sentences), path
        )
    return sentences


def decode(data, path):
    """Text of a file's bytes; an error names the line that is not UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"{path} is not UTF-8 at line {line}: convert it, for instance "
            "with iconv. "
            f"Received: byte {data[error.start]:#04x} at offset {error.start}"
        ) from error
    # Other separators that str.splitlines knows stay inside sentences.
    for separator in ("\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028",
                      "\u2029"):  # fmt: skip
        text = text.replace(separator, " ")
    return text
