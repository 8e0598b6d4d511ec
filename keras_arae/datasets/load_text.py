"""Loading of corpora, text files and folders of text files."""

import os
import pathlib

from keras_arae.datasets import snli
from keras_arae.datasets import text_files
from keras_arae.datasets import web_clauses
from keras_arae.datasets.hold_out import hold_out

CORPORA = {
    "snli": snli.load_snli,
    "web_clauses": web_clauses.load_web_clauses,
}

# Names a split's file may have in a folder, without ".txt" or ".txt.gz".
FILE_NAMES = {
    "train": ("train",),
    "validation": ("validation", "valid", "dev"),
    "test": ("test",),
}


def load_text(source="web_clauses", split="train"):
    """Loads sentences from a corpus, a text file or a folder.

    Use it to feed `TextPreprocessor` and `TextARAE`. Sentences come as they
    stand, one string each; the packaged corpora are lower-cased and have
    their tokens separated by blanks.

    Corpora:

    *   `"web_clauses"`: about 49,000 short English clauses that come with
        the library. Splits 44,292 / 2,489 / 2,445, no clause in two splits.
        Cut from a public-domain Bible translation
        (https://ebible.org/web/).
    *   `"snli"`: premises and hypotheses of the Stanford Natural Language
        Inference corpus (https://nlp.stanford.edu/projects/snli/), prepared
        as in the code released with https://arxiv.org/abs/1706.04223:
        downloaded once into the Keras cache. As there, "train" contains
        "validation".

    Args:
        source: str or path-like. The name of a corpus; or a UTF-8 text file,
            one sentence a line; or a folder with `train.txt`, `test.txt` and
            perhaps `validation.txt`, `valid.txt` or `dev.txt`. Files may be
            gzipped (`.txt.gz`). A corpus name wins over a file of that name,
            which `"./web_clauses"` reaches. Defaults to `"web_clauses"`.
        split: str. `"train"`, `"validation"` or `"test"`. A single file has
            only `"train"`, which is all of it. Defaults to `"train"`.

    Returns:
        list of str. The sentences.

    Raises:
        FileNotFoundError: `source` is neither a corpus nor an existing path,
            or the folder has no file for the split.
        OSError: SNLI is not in the cache and cannot be downloaded.
        ValueError: The split is unknown or not there, or a file is empty,
            damaged or not UTF-8.

    Example:

    ```python
    sentences = keras_arae.datasets.load_text("web_clauses", "test")
    assert len(sentences) == 2445
    ```
    """
    if split not in FILE_NAMES:
        raise ValueError(
            f"`split` must be one of {list(FILE_NAMES)}. Received: "
            f"split={split!r}"
        )
    if isinstance(source, str) and source in CORPORA:
        return CORPORA[source](split)
    path = pathlib.Path(os.fspath(source)).expanduser()
    if path.is_dir():
        return text_files.read_sentences(find_split(path, split))
    if not path.exists():
        raise FileNotFoundError(
            f"`source` must be the name of a corpus, {list(CORPORA)}, or the "
            "path of a text file or folder, and this path does not exist. "
            f"Received: source={str(source)!r}"
        )
    if split != "train":
        raise ValueError(
            "A single file has no splits: load all of it with "
            '`split="train"` and divide it with `hold_out`. Received: '
            f"split={split!r} of the file {str(source)!r}"
        )
    return text_files.read_sentences(path)


def load_train_and_held_out(source="web_clauses", seed=0):
    """Loads sentences to learn from and sentences to judge by.

    The held-out ones are the split "test"; without one, "validation"; without
    either, as in a single file, a twentieth of the distinct sentences (see
    `hold_out`).

    Args:
        source: as in `load_text`. Defaults to `"web_clauses"`.
        seed: int. Seed of `hold_out`. Defaults to `0`.

    Returns:
        A tuple `(train, held_out)` of two lists of str.

    Raises:
        FileNotFoundError, OSError, ValueError: as in `load_text`.

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


def find_split(folder, split):
    """Returns the file of a split in a folder."""
    for name in file_names(split):
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(
        f"The folder has no file for the split {split!r}, which would be one "
        f"of {file_names(split)}; add one, or make one with `hold_out`. "
        f"Received: source={str(folder)!r}"
    )


def file_names(split):
    """Returns the names that the file of a split may have in a folder."""
    return [
        f"{name}{suffix}"
        for name in FILE_NAMES[split]
        for suffix in (".txt", ".txt.gz")
    ]
