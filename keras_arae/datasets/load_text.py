"""Sentences from corpora, text files and folders of text files."""

from __future__ import annotations

import functools
import os
import pathlib
from collections.abc import Callable

from keras_arae.arguments import PATH
from keras_arae.arguments import SEED
from keras_arae.arguments import TEXT
from keras_arae.arguments import checked
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.datasets import packaged
from keras_arae.datasets import snli
from keras_arae.datasets import text_files
from keras_arae.datasets.hold_out import hold_out
from keras_arae.datasets.splits import SPLITS
from keras_arae.datasets.splits import file_of_split
from keras_arae.datasets.splits import held_out_split

CORPORA: dict[str, Callable[[str], list[str]]] = {
    "snli": snli.load_snli,
    "tatoeba": functools.partial(packaged.load_packaged, "tatoeba"),
    "web_clauses": functools.partial(packaged.load_packaged, "web_clauses"),
}


@checked(source=PATH, split=one_of(*SPLITS), column=optional(TEXT))
def load_text(
    source: str | os.PathLike = "tatoeba",
    split: str = "train",
    column: str | None = None,
) -> list[str]:
    """Loads sentences from a corpus, a text file or a folder.

    Use it to feed `TextPreprocessor` and `TextARAE`. Sentences from files are
    not changed, except that whitespace around them is stripped. The corpora
    are lowercase, with tokens separated by single spaces.

    Corpora:

    *   `"tatoeba"`: 100,000 everyday English sentences of 4 to 12 words that
        come with the library, from Tatoeba (https://tatoeba.org), CC BY 2.0
        FR. The splits hold 89,987, 4,936 and 5,077 sentences, none of which
        is in two.
    *   `"web_clauses"`: about 49,000 short English clauses that come with
        the library, from a public-domain Bible translation
        (https://ebible.org/web/). The splits hold 44,292, 2,489 and 2,445
        clauses, none of which is in two.
    *   `"snli"`: premises and hypotheses of the Stanford Natural Language
        Inference corpus (https://nlp.stanford.edu/projects/snli/), prepared
        as in the code released with https://arxiv.org/abs/1706.04223 and
        downloaded once into the Keras cache. As in that code, "train"
        contains "validation".

    Args:
        source: str or path-like. The name of a corpus; a UTF-8 text file with
            one sentence on each line; a table (`.csv` or `.tsv`) with the
            sentences in a column; or a folder of such files for the splits,
            such as `train.txt`, `ptb.train.txt` or `wiki.train.tokens`. The
            split "validation" may also be named `valid`, `val` or `dev`.
            Files may be gzipped (`.txt.gz`). For a file that has the name of
            a corpus, write `"./tatoeba"`. Defaults to `"tatoeba"`.
        split: str. `"train"`, `"validation"` or `"test"`. A single file has
            only `"train"`, the whole file. Defaults to `"train"`.
        column: str or `None`. Of a table: the name, in its first row, of the
            column with the sentences. Defaults to `None`.

    Returns:
        list of str. The sentences.

    Raises:
        FileNotFoundError: if `source` is neither a corpus nor an existing
            path, or the folder has no file for the split.
        OSError: if SNLI is not in the cache and cannot be downloaded.
        ValueError: if the split is unknown or missing, several files could
            be meant, a table lacks the column, or a file is empty, damaged or
            not UTF-8.

    Example:

    ```python
    sentences = keras_arae.datasets.load_text("tatoeba", "test")
    assert len(sentences) == 5077
    ```
    """
    if isinstance(source, str) and source in CORPORA:
        text_files.refuse_columns(source, column)
        return CORPORA[source](split)
    path = pathlib.Path(os.fspath(source)).expanduser()
    if not path.exists():
        raise FileNotFoundError(
            f"`source` must be the name of a corpus, {list(CORPORA)}, or the "
            "path of a text file or folder that exists. "
            f"Received: source={str(source)!r}"
        )
    if path.is_dir():
        return text_files.read_sentences(file_of_split(path, split), column)
    if split != "train":
        raise ValueError(
            "A single file has no splits. Load all of it with "
            '`split="train"` and divide it with `hold_out`. Received: '
            f"split={split!r} of the file {str(source)!r}"
        )
    return text_files.read_sentences(path, column)


@checked(source=PATH, seed=SEED, column=optional(TEXT))
def load_train_and_held_out(
    source: str | os.PathLike = "tatoeba",
    seed: int = 0,
    column: str | None = None,
) -> tuple[list[str], list[str]]:
    """Loads training sentences and held-out ones.

    The held-out sentences are the split "test". Without one, they are the
    split "validation". Without either, as in a single file, they are 5% of
    the distinct sentences (see `hold_out`).

    Args:
        source: as in `load_text`. Defaults to `"tatoeba"`.
        seed: int. Seed of `hold_out`. Defaults to `0`.
        column: as in `load_text`. Defaults to `None`.

    Returns:
        A tuple `(train, held_out)` of two lists of str.

    Raises:
        FileNotFoundError: as in `load_text`.
        OSError: as in `load_text`.
        ValueError: as in `load_text`.

    Example:

    ```python
    train, held_out = keras_arae.datasets.load_train_and_held_out()
    assert (len(train), len(held_out)) == (89987, 5077)
    ```
    """
    train = load_text(source, column=column)
    if isinstance(source, str) and source in CORPORA:
        return train, load_text(source, "test")
    split = held_out_split(pathlib.Path(os.fspath(source)).expanduser())
    if split is None:
        return hold_out(train, seed=seed)
    return train, load_text(source, split, column)
