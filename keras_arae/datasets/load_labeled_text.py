"""Sentences by class."""

from __future__ import annotations

import os
import pathlib
import re
from collections.abc import Mapping
from collections.abc import Sequence

from keras_arae.arguments import DICT
from keras_arae.arguments import PATH
from keras_arae.arguments import SEED
from keras_arae.arguments import TEXT
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.data.text import check_sentences
from keras_arae.datasets import packaged
from keras_arae.datasets import text_files
from keras_arae.datasets.hold_out import hold_out
from keras_arae.datasets.splits import SPLITS
from keras_arae.datasets.splits import file_of_split
from keras_arae.datasets.splits import files_of_split

# Words that show which time a sentence is about. They stand in for annotations:
# sentences with words of more than one time, or of none, are left out.
TENSES = {
    "web_clauses_tense": {
        "past": "was were had did came went said made gave took",
        "future": "will shall",
    },
    "tatoeba_tense": {
        "past": (
            "was were wasn't weren't did didn't had hadn't went came said told "
            "made took got gave saw found thought left kept knew felt became "
            "met lost heard ran began wrote brought bought spoke stood fell "
            "could couldn't wanted looked used asked tried seemed called "
            "turned lived died played worked started stopped happened decided "
            "helped arrived visited moved returned"
        ),
        "present": (
            "is are am isn't aren't i'm you're he's she's it's we're they're "
            "that's do does don't doesn't has have haven't hasn't can can't "
            "must may wants likes knows looks seems lives goes makes speaks "
            "like want know think need love live hope"
        ),
        "future": (
            "will shall won't i'll you'll he'll she'll it'll we'll they'll "
            "that'll there'll"
        ),
    },
}

# Files of these names are no classes.
SPLIT_WORDS = [word for words in SPLITS.values() for word in words]


@checked(source=PATH, split=TEXT)
def load_labeled_text(
    source: str | os.PathLike = "web_clauses_tense",
    split: str = "train",
    column: str | None = None,
    label_column: str | None = None,
) -> dict[str, list[str]]:
    """Loads sentences by class, from files or from the packaged corpus.

    Use it to feed `TransferARAE`, with `keras_arae.datasets.flatten`.

    Args:
        source: str or path-like. The name of the packaged corpus, a folder or
            a table. Defaults to `"web_clauses_tense"`.

            *   `"tatoeba_tense"`: sentences of `tatoeba` about the past, the
                present or the future, told apart by some eighty frequent
                words such as was, is and will. The labels come from this
                rule, not from annotators; sentences with words of two times,
                or of none, are left out.
            *   `"web_clauses_tense"`: clauses of `web_clauses` about the past
                (was, were, had, did, came, went, said, made, gave or took) or
                about the future (will or shall), by the same kind of rule.
            *   a folder with one file for each class, such as `positive.txt`
                and `negative.txt`. Splits are subfolders:
                `train/positive.txt`.
            *   a folder in the layout of the Yelp corpus of Shen et al.
                (https://arxiv.org/abs/1705.09655): `sentiment.train.0` and
                `sentiment.train.1`, which are "negative" and "positive".
                If the files have other names, the classes are "0", "1" and
                so on.
            *   a table, `.csv` or `.tsv`, with a column of sentences and one
                of classes, or a folder with a table for each split.

            Text files are as in `load_text`; `.txt.gz` works too.
        split: str. In the Yelp layout any word that the file names contain,
            such as `"dev"`; otherwise `"train"`, `"validation"` or `"test"`.
            Defaults to `"train"`.
        column: str or `None`. Of a table: the name, in its first row, of the
            column with the sentences. Defaults to `None`.
        label_column: str or `None`. Likewise, of the column with the classes.
            Defaults to `None`.

    Returns:
        A dict of class name to list of str. Classes are sorted by name; in
        the Yelp layout by number.

    Raises:
        FileNotFoundError: if the folder or the table does not exist.
        ValueError: if it holds fewer than two classes for this split.

    Example:

    ```python
    classes = keras_arae.datasets.load_labeled_text(split="test")
    assert list(classes) == ["past", "future"]
    ```
    """
    if source in TENSES:
        text_files.refuse_columns(source, column, label_column)
        corpus = str(source).removesuffix("_tense")
        return tenses(packaged.load_packaged(corpus, split), TENSES[source])
    folder = pathlib.Path(os.fspath(source)).expanduser()
    is_table = folder.is_file() and text_files.is_table(folder)
    if not folder.is_dir() and not is_table:
        raise FileNotFoundError(
            f"`source` must be one of {sorted(TENSES)}, a folder with a file "
            "for each class, or a table (.csv, .tsv). "
            f"Received: source={str(source)!r}"
        )
    if is_table or column or label_column:
        path = table_of_split(folder, split)
        return classes_of_table(path, column, label_column)
    files = yelp_files(folder, split) or class_files(folder, split)
    if len(files) < 2 or set(files) <= set(SPLIT_WORDS):
        names = sorted(path.name for path in folder.iterdir())
        raise ValueError(
            f"Expected files of at least two classes for the split {split!r}: "
            f"{split}/NAME.txt, NAME.{split}.0 or, without splits, NAME.txt; "
            "tables need `column` and `label_column`. "
            f"Received: a folder with {names[:10]}"
        )
    return {
        name: text_files.read_sentences(path) for name, path in files.items()
    }


@checked(source=PATH, seed=SEED)
def load_labeled_train_and_held_out(
    source: str | os.PathLike = "web_clauses_tense",
    seed: int = 0,
    column: str | None = None,
    label_column: str | None = None,
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Loads training sentences by class, and held-out ones.

    The held-out sentences are the split "test". Without one, they are 5% of
    the distinct sentences of each class (see `hold_out`).

    Args:
        source: as in `load_labeled_text`. Defaults to `"web_clauses_tense"`.
        seed: int. Seed of `hold_out`. Defaults to `0`.
        column: as in `load_labeled_text`. Defaults to `None`.
        label_column: as in `load_labeled_text`. Defaults to `None`.

    Returns:
        A tuple `(train, held_out)` of two dicts of class name to list of str.

    Raises:
        FileNotFoundError: as in `load_labeled_text`.
        ValueError: as in `load_labeled_text`.

    Example:

    ```python
    datasets = keras_arae.datasets
    train, held_out = datasets.load_labeled_train_and_held_out()
    assert list(train) == list(held_out)
    ```
    """
    columns = column, label_column
    train = load_labeled_text(source, "train", *columns)
    if source in TENSES or has_split(source, "test"):
        return train, load_labeled_text(source, "test", *columns)
    parts = {name: hold_out(text, seed=seed) for name, text in train.items()}
    return (
        {name: part[0] for name, part in parts.items()},
        {name: part[1] for name, part in parts.items()},
    )


@checked(classes=DICT)
def flatten(
    classes: Mapping[str, Sequence[str]],
) -> tuple[list[str], list[str]]:
    """Puts the sentences of all classes in one list, labels in another.

    Args:
        classes: dict of class name to list of str.

    Returns:
        A tuple `(sentences, labels)` of two lists of str of the same length.

    Example:

    ```python
    sentences, labels = keras_arae.datasets.flatten({"a": ["x"], "b": ["y"]})
    assert sentences == ["x", "y"] and labels == ["a", "b"]
    ```
    """
    pairs = [
        (text, check("names", name, TEXT))
        for name, texts in classes.items()
        for text in check_sentences(texts)
    ]
    return [text for text, _ in pairs], [name for _, name in pairs]


def tenses(
    sentences: Sequence[str], words: Mapping[str, str]
) -> dict[str, list[str]]:
    """Sentences by the only time that their words show."""
    pattern = re.compile(r"[\w']+")
    sets = {name: set(text.split()) for name, text in words.items()}
    classes: dict[str, list[str]] = {name: [] for name in words}
    for sentence in sentences:
        found = set(pattern.findall(sentence))
        shown = [name for name in sets if not sets[name].isdisjoint(found)]
        if len(shown) == 1:
            classes[shown[0]].append(sentence)
    return classes


def has_split(source: str | os.PathLike, split: str) -> bool:
    """Whether a folder has files of a split."""
    folder = pathlib.Path(os.fspath(source)).expanduser()
    if not folder.is_dir():
        return False
    tables = filter(text_files.is_table, files_of_split(folder, split))
    has_files = any(tables) or bool(yelp_files(folder, split))
    return has_files or (folder / split).is_dir()


def table_of_split(path: pathlib.Path, split: str) -> pathlib.Path:
    """The table itself, which is all training data, or one in a folder."""
    if path.is_dir():
        return file_of_split(path, split)
    if split != "train":
        raise ValueError(
            "A single file has no splits. Load all of it with "
            '`split="train"`, or pass a folder with a file for each. '
            f"Received: split={split!r} of the file {str(path)!r}"
        )
    return path


def classes_of_table(
    path: pathlib.Path, column: str | None, label_column: str | None
) -> dict[str, list[str]]:
    """Sentences by class, from two columns; rows without text are left out."""
    columns = text_files.read_columns(path, column, label_column)
    classes: dict[str, list[str]] = {name: [] for name in sorted({*columns[1]})}
    for sentence, name in zip(*columns):
        if sentence:
            classes[name].append(sentence)
    if len(classes) < 2 or not all(classes.values()):
        counts = {name: len(text) for name, text in classes.items()}
        raise ValueError(
            "Expected sentences of at least two classes. "
            f"Received: {path} with {counts}, by {label_column!r}"
        )
    return classes


def yelp_files(folder: pathlib.Path, split: str) -> dict[str, pathlib.Path]:
    """Files `NAME.SPLIT.0`, `NAME.SPLIT.1` and so on, by class name."""
    found = {}
    for path in folder.glob(f"*.{split}.*"):
        if path.suffix[1:].isdigit():
            found[int(path.suffix[1:])] = path
    names = {number: str(number) for number in found}
    if sorted(found) == [0, 1] and found[0].name.startswith("sentiment."):
        names = {0: "negative", 1: "positive"}
    return {names[number]: found[number] for number in sorted(found)}


def class_files(folder: pathlib.Path, split: str) -> dict[str, pathlib.Path]:
    """Files `NAME.txt` of a split, by class name."""
    if (folder / split).is_dir():
        folder = folder / split
    elif split != "train":
        return {}
    paths = sorted([*folder.glob("*.txt"), *folder.glob("*.txt.gz")])
    return {path.name.removesuffix(".gz")[:-4]: path for path in paths}
