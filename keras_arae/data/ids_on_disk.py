"""Corpora that are larger than memory."""

from __future__ import annotations

import itertools
import os
import pathlib
from collections.abc import Iterable

import numpy as np
from absl import logging

from keras_arae.arguments import FLAG
from keras_arae.arguments import NEW_FILE
from keras_arae.arguments import PATH
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import instance
from keras_arae.arguments import shown
from keras_arae.atomic_file import replacing
from keras_arae.data.text import TextPreprocessor
from keras_arae.data.text import each_sentence

CHUNK = 10_000


@checked(codec=instance(TextPreprocessor), path=PATH, overwrite=FLAG)
def ids_on_disk(
    sentences: Iterable[str],
    codec: TextPreprocessor,
    path: str | os.PathLike,
    overwrite: bool = False,
) -> np.ndarray:
    """Turns a corpus into rows of ids in a file, a few sentences at a time.

    `fit` and `evaluate` take the rows as they take any array, in shuffled
    order if asked, and read only those of the current batch. Sentences that
    are too long go as the codec's `overflow` says.

    Args:
        sentences: iterable of str, such as an open text file or a generator.
            Blank lines are skipped.
        codec: `keras_arae.TextPreprocessor`.
        path: str or path. File for the rows, an `.npy`.
        overwrite: bool. Whether to replace a file that is there. Defaults to
            `False`.

    Returns:
        An int32 `numpy.memmap` of shape `(num_kept, max_length + 1)`.

    Example:

    ```python
    codec = keras_arae.TextPreprocessor(["a", "man"], max_length=4)
    path = tempfile.mkdtemp() + "/ids.npy"
    lines = (line for line in ["a man\\n", "a a man\\n"])
    rows = keras_arae.data.ids_on_disk(lines, codec, path)
    assert rows.shape == (2, 5)
    ```
    """
    if isinstance(sentences, (str, bytes, os.PathLike)):
        raise ValueError(
            "Expected an iterable of sentences, such as an open file: "
            "`open(path, encoding='utf-8')`. "
            f"Received: sentences={shown(sentences)}"
        )
    path = pathlib.Path(check("path", path, NEW_FILE))
    if path.exists() and not overwrite:
        raise FileExistsError(
            "The file is there: pass `overwrite=True` to replace it, or load "
            f"it with numpy.load(path, mmap_mode='r'). Received: path={path}"
        )
    partial = path.with_name(path.name + ".partial")
    lines = (line.strip() for line in each_sentence(sentences))
    lines = (line for line in lines if line)
    width, num_read, num_kept = codec.sequence_length, 0, 0
    with partial.open("wb") as file:
        while chunk := list(itertools.islice(lines, CHUNK)):
            rows = codec.rows_that_fit(chunk)[0]
            file.write(rows.tobytes())
            num_read, num_kept = num_read + len(chunk), num_kept + len(rows)
    if not num_kept:
        partial.unlink()
        raise ValueError(
            "No sentence is left: expected some of at most max_length="
            f"{codec.max_length} tokens. Received: {num_read} sentences"
        )
    if num_kept < num_read:
        logging.warning(
            "%d of %d sentences have more than max_length=%d tokens and were "
            "dropped.", num_read - num_kept, num_read, codec.max_length,
        )  # fmt: skip
    _add_header(partial, path, (num_kept, width))
    return np.load(path, mmap_mode="r")


def _add_header(
    raw_path: pathlib.Path, path: pathlib.Path, shape: tuple[int, int]
) -> None:
    """Copies rows of int32 into an `.npy`, chunk by chunk."""
    rows = np.memmap(raw_path, "int32", "r", shape=shape)
    with replacing(path) as partial:
        target = np.lib.format.open_memmap(partial, "w+", "int32", shape)
        for start in range(0, len(rows), CHUNK):
            target[start : start + CHUNK] = rows[start : start + CHUNK]
        target.flush()
        del target
    del rows
    raw_path.unlink()
