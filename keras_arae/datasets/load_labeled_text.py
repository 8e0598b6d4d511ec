"""Loading of sentences that belong to classes."""

import os
import pathlib
import re

from keras_arae.datasets import text_files
from keras_arae.datasets import web_clauses
from keras_arae.datasets.hold_out import hold_out

# A clause that speaks of the future, and one that speaks of the past: words
# that say so without annotation. Clauses with both or neither are left out.
FUTURE = re.compile(r"\b(will|shall)\b")
PAST = re.compile(r"\b(was|were|had|did|came|went|said|made|gave|took)\b")


def load_labeled_text(source="web_clauses_tense", split="train"):
    """Loads sentences by class, one file a class or a packaged corpus.

    Use it to feed `TransferARAE`, with `keras_arae.datasets.flatten`.

    Args:
        source: str or path-like. A folder, or the one corpus by name:

            *   `"web_clauses_tense"`: clauses of `web_clauses` that speak of
                the past (they hold was, were, had, did, came, went, said,
                made, gave or took) or of the future (will or shall), but not
                of both. A rule, not an annotation.
            *   a folder with a file a class, `positive.txt` and
                `negative.txt`; with splits in subfolders named after them
                (`train/positive.txt`).
            *   a folder in the layout of the Yelp corpus of Shen et al.
                (https://arxiv.org/abs/1705.09655): `sentiment.train.0` and
                `sentiment.train.1`, which are "negative" and "positive".
                Files of another name have classes "0", "1" and so on.

            Text files are as in `load_text`, `.txt.gz` too. Defaults to
            `"web_clauses_tense"`.
        split: str. Of a Yelp layout any word that stands in the names, such
            as `"dev"`; otherwise `"train"`, `"validation"` or `"test"`.
            Defaults to `"train"`.

    Returns:
        A dict of class name to list of str, in the order of the names (of the
        numbers, in a Yelp layout).

    Raises:
        FileNotFoundError: The folder does not exist.
        ValueError: It holds fewer than two classes for this split.

    Example:

    ```python
    classes = keras_arae.datasets.load_labeled_text(split="test")
    assert list(classes) == ["past", "future"]
    ```
    """
    if source == "web_clauses_tense":
        return tenses(web_clauses.load_web_clauses(split))
    folder = pathlib.Path(os.fspath(source)).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(
            "`source` must be 'web_clauses_tense' or a folder with a file for "
            f"each class. Received: source={str(source)!r}"
        )
    files = yelp_files(folder, split) or class_files(folder, split)
    if len(files) < 2:
        names = sorted(path.name for path in folder.iterdir())
        raise ValueError(
            f"Expected files of two classes or more for the split {split!r}: "
            f"{split}/NAME.txt, NAME.{split}.0 or, without splits, NAME.txt. "
            f"Received: a folder with {names[:10]}"
        )
    return {
        name: text_files.read_sentences(path) for name, path in files.items()
    }


def load_labeled_train_and_held_out(source="web_clauses_tense", seed=0):
    """Loads sentences by class to learn from, and others to judge by.

    The held-out ones are the split "test" or, without one, a twentieth of
    each class.

    Args:
        source: as in `load_labeled_text`.
        seed: int. Of what is held out. Defaults to `0`.

    Returns:
        Two dicts of class name to list of str.

    Example:

    ```python
    datasets = keras_arae.datasets
    train, held_out = datasets.load_labeled_train_and_held_out()
    assert list(train) == list(held_out)
    ```
    """
    train = load_labeled_text(source)
    if source == "web_clauses_tense" or has_split(source, "test"):
        return train, load_labeled_text(source, "test")
    parts = {name: hold_out(text, seed=seed) for name, text in train.items()}
    return tuple(
        {name: part[side] for name, part in parts.items()} for side in (0, 1)
    )


def flatten(classes):
    """Sentences of all classes in one list, and their labels in another.

    Args:
        classes: dict of class name to list of str.

    Returns:
        A list of str, the sentences, and one of as many names.

    Example:

    ```python
    sentences, labels = keras_arae.datasets.flatten({"a": ["x"], "b": ["y"]})
    assert sentences == ["x", "y"] and labels == ["a", "b"]
    ```
    """
    pairs = [(text, name) for name in classes for text in classes[name]]
    return [text for text, _ in pairs], [name for _, name in pairs]


def tenses(clauses):
    """Clauses by what they speak of."""
    return {
        "past": [
            clause
            for clause in clauses
            if PAST.search(clause) and not FUTURE.search(clause)
        ],
        "future": [
            clause
            for clause in clauses
            if FUTURE.search(clause) and not PAST.search(clause)
        ],
    }


def has_split(folder, split):
    folder = pathlib.Path(os.fspath(folder)).expanduser()
    return bool(yelp_files(folder, split)) or (folder / split).is_dir()


def yelp_files(folder, split):
    """Files `NAME.SPLIT.0`, `NAME.SPLIT.1` and so on, by class name."""
    found = {}
    for path in folder.glob(f"*.{split}.*"):
        if path.suffix[1:].isdigit():
            found[int(path.suffix[1:])] = path
    names = {place: str(place) for place in found}
    if sorted(found) == [0, 1] and found[0].name.startswith("sentiment."):
        names = {0: "negative", 1: "positive"}
    return {names[place]: found[place] for place in sorted(found)}


def class_files(folder, split):
    """Files `NAME.txt`, those of a split in its folder, by class name."""
    if (folder / split).is_dir():
        folder = folder / split
    elif split != "train":
        return {}
    paths = sorted([*folder.glob("*.txt"), *folder.glob("*.txt.gz")])
    return {path.name.removesuffix(".gz")[:-4]: path for path in paths}
