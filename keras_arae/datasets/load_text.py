"""Sentences from a corpus by name, a text file or a folder of them."""

import pathlib

import numpy as np

from keras_arae.datasets import snli
from keras_arae.datasets import web_clauses
from keras_arae.datasets.text_files import read_lines

CORPORA = {"snli": snli.load, "web_clauses": web_clauses.load}
SPLIT_FILES = {
    "train": ("train.txt", "train.txt.gz"),
    "validation": (
        "validation.txt", "valid.txt", "dev.txt", "validation.txt.gz",
    ),
    "test": ("test.txt", "test.txt.gz"),
}  # fmt: skip


def load_text(source="web_clauses", split="train"):
    """Loads sentences.

    Args:
        source: str or path. One of

            - `"web_clauses"`: the packaged corpus, 66,275 short English
              clauses of 3,000 words, with 3,661 and 3,648 held out;
            - `"snli"`: downloaded once and cached, see
              `keras_arae.datasets.snli`;
            - a text file with one sentence a line (UTF-8, may be gzipped);
            - a folder with `train.txt` and `test.txt`, the layout of the
              released code, and perhaps `validation.txt`.

            A corpus name wins over a file of that name; `"./snli"` is the
            file. Defaults to `"web_clauses"`.
        split: `"train"`, `"validation"` or `"test"`. A single file has only
            `"train"`: all of it. Defaults to `"train"`.

    Returns:
        A list of str. Blank lines are skipped, counted and reported.

    Raises:
        FileNotFoundError: if there is no such corpus, file or split.
        ValueError: if a file is empty or not UTF-8 (names the line).

    Example:

    ```python
    sentences = keras_arae.datasets.load_text("web_clauses", "test")
    assert len(sentences) == 3648
    ```
    """
    if split not in SPLIT_FILES:
        raise ValueError(
            f"`split` must be one of {tuple(SPLIT_FILES)}. "
            f"Received: split={split!r}"
        )
    if str(source) in CORPORA:
        return CORPORA[str(source)](split)
    path = pathlib.Path(source)
    if path.is_dir():
        for name in SPLIT_FILES[split]:
            if (path / name).is_file():
                return read_lines(path / name)
        raise FileNotFoundError(
            f"The folder {path} has no {SPLIT_FILES[split][0]}. Expected "
            "train.txt and test.txt, one sentence a line. "
            f"Received: split={split!r}"
        )
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is neither a file nor a folder nor a corpus; corpora "
            f"are {sorted(CORPORA)}. Received: source={str(source)!r}"
        )
    if split != "train":
        raise ValueError(
            f"The file {path} is not split: load it whole and use "
            "`keras_arae.datasets.hold_out`. "
            f"Received: split={split!r}"
        )
    return read_lines(path)


def hold_out(sentences, fraction=0.05, seed=0):
    """Splits sentences in two, with no sentence on both sides.

    Args:
        sentences: list of str. A repeated sentence goes to one side with all
            its copies.
        fraction: float. Share of distinct sentences to hold out. Defaults to
            `0.05`.
        seed: int. Defaults to `0`.

    Returns:
        Two lists of str, the rest and what is held out, in their old order.

    Raises:
        ValueError: if either side would be empty.

    Example:

    ```python
    rest, held_out = keras_arae.datasets.hold_out(list("abcdefgh"), 0.25)
    assert len(rest) == 6 and len(held_out) == 2
    ```
    """
    distinct = sorted(set(sentences))
    num_held_out = max(1, round(fraction * len(distinct)))
    if not 0 < fraction < 1 or num_held_out >= len(distinct):
        raise ValueError(
            "Each side needs at least one distinct sentence and `fraction` "
            "lies between 0 and 1. "
            f"Received: {len(distinct)} distinct sentences, "
            f"fraction={fraction}"
        )
    order = np.random.default_rng(seed).permutation(len(distinct))
    held_out = {distinct[index] for index in order[:num_held_out]}
    return (
        [sentence for sentence in sentences if sentence not in held_out],
        [sentence for sentence in sentences if sentence in held_out],
    )
