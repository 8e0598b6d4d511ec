"""Sentences from corpora, text files and folders of text files."""

from __future__ import annotations

import os
import pathlib

from keras_arae.arguments import PATH
from keras_arae.arguments import SEED
from keras_arae.arguments import checked
from keras_arae.arguments import one_of
from keras_arae.datasets import snli
from keras_arae.datasets import text_files
from keras_arae.datasets import web_clauses
from keras_arae.datasets.hold_out import hold_out

CORPORA = {
    "snli": snli.load_snli,
    "web_clauses": web_clauses.load_web_clauses,
}

# Names that the file of a split may have, without ".txt" or ".txt.gz".
FILE_NAMES = {
    "train": ("train",),
    "validation": ("validation", "valid", "dev"),
    "test": ("test",),
}


@checked(source=PATH, split=one_of(*FILE_NAMES))
def load_text(
    source: str | os.PathLike = "web_clauses", split: str = "train"
) -> list[str]:
    """Loads sentences from a corpus, a text file or a folder.

    Use it to feed `TextPreprocessor` and `TextARAE`. Sentences from files are
    not changed, except that whitespace around them is stripped. The corpora
    are lowercase, with tokens separated by single spaces.

    Corpora:

    *   `"web_clauses"`: about 49,000 short English clauses that come with
        the library, from a public-domain Bible translation
        (https://ebible.org/web/). The splits hold 44,292, 2,489 and 2,445
        clauses. No clause is in two splits.
    *   `"snli"`: premises and hypotheses of the Stanford Natural Language
        Inference corpus (https://nlp.stanford.edu/projects/snli/), prepared
        as in the code released with https://arxiv.org/abs/1706.04223 and
        downloaded once into the Keras cache. As in that code, "train"
        contains "validation".

    Args:
        source: str or path-like. The name of a corpus; a UTF-8 text file with
            one sentence on each line; or a folder with `train.txt`,
            `test.txt` and, if there is one, `validation.txt`, `valid.txt` or
            `dev.txt`. Files may be gzipped (`.txt.gz`). For a file that has
            the name of a corpus, write `"./web_clauses"`. Defaults to
            `"web_clauses"`.
        split: str. `"train"`, `"validation"` or `"test"`. A single file has
            only `"train"`, the whole file. Defaults to `"train"`.

    Returns:
        list of str. The sentences.

    Raises:
        FileNotFoundError: if `source` is neither a corpus nor an existing
            path, or the folder has no file for the split.
        OSError: if SNLI is not in the cache and cannot be downloaded.
        ValueError: if the split is unknown or missing, or a file is empty,
            damaged or not UTF-8.

    Example:

    ```python
    sentences = keras_arae.datasets.load_text("web_clauses", "test")
    assert len(sentences) == 2445
    ```
    """
    if isinstance(source, str) and source in CORPORA:
        return CORPORA[source](split)
    path = pathlib.Path(os.fspath(source)).expanduser()
    if path.is_dir():
        return text_files.read_sentences(find_split(path, split))
    if not path.exists():
        raise FileNotFoundError(
            f"`source` must be the name of a corpus, {list(CORPORA)}, or the "
            "path of a text file or folder that exists. "
            f"Received: source={str(source)!r}"
        )
    if split != "train":
        raise ValueError(
            "A single file has no splits. Load all of it with "
            '`split="train"` and divide it with `hold_out`. Received: '
            f"split={split!r} of the file {str(source)!r}"
        )
    return text_files.read_sentences(path)


@checked(source=PATH, seed=SEED)
def load_train_and_held_out(
    source: str | os.PathLike = "web_clauses", seed: int = 0
) -> tuple[list[str], list[str]]:
    """Loads training sentences and held-out ones.

    The held-out sentences are the split "test". Without one, they are the
    split "validation". Without either, as in a single file, they are 5% of
    the distinct sentences (see `hold_out`).

    Args:
        source: as in `load_text`. Defaults to `"web_clauses"`.
        seed: int. Seed of `hold_out`. Defaults to `0`.

    Returns:
        A tuple `(train, held_out)` of two lists of str.

    Raises:
        FileNotFoundError: as in `load_text`.
        OSError: as in `load_text`.
        ValueError: as in `load_text`.

    Example:

    ```python
    train, held_out = keras_arae.datasets.load_train_and_held_out()
    assert (len(train), len(held_out)) == (44292, 2445)
    ```
    """
    train = load_text(source)
    if isinstance(source, str) and source in CORPORA:
        return train, load_text(source, "test")
    folder = pathlib.Path(os.fspath(source)).expanduser()
    for split in ("test", "validation"):
        if any((folder / name).is_file() for name in file_names(split)):
            return train, load_text(source, split)
    return hold_out(train, seed=seed)


def find_split(folder: pathlib.Path, split: str) -> pathlib.Path:
    """The file of a split in a folder."""
    for name in file_names(split):
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(
        f"The folder has no file for the split {split!r}. Add one of "
        f"{file_names(split)}, or make one with `hold_out`. "
        f"Received: source={str(folder)!r}"
    )


def file_names(split: str) -> list[str]:
    """The names that the file of a split may have."""
    return [
        f"{name}{suffix}"
        for name in FILE_NAMES[split]
        for suffix in (".txt", ".txt.gz")
    ]
