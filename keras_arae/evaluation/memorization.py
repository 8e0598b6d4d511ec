"""How much of the samples is copied from the training text."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from keras_arae.arguments import COUNT
from keras_arae.arguments import checked
from keras_arae.evaluation.texts import check_texts
from keras_arae.evaluation.texts import ngrams
from keras_arae.evaluation.texts import ngrams_of_all
from keras_arae.evaluation.texts import split_texts
from keras_arae.extras import require

# Training sentences compared at a time: bounds the table of distances.
BLOCK = 10_000


@checked(n=COUNT)
def ngram_overlap(
    samples: Iterable[str], train_text: Iterable[str], n: int = 4
) -> float:
    """Share of the samples' distinct n-grams that the training text holds.

    High values are normal for short n-grams: read it beside the value of
    held-out text of the same size.

    Args:
        samples: list of str. Words are separated by whitespace.
        train_text: list of str. The sentences that the model learned from.
        n: int. Number of words of an n-gram. Defaults to `4`.

    Returns:
        A float from 0 to 1.

    Raises:
        ValueError: No sample has `n` words, or there is no training text.

    Example:

    ```python
    train_text = ["a dog runs in the park"]
    overlap = keras_arae.evaluation.ngram_overlap(
        ["a dog runs in snow"], train_text, n=4
    )
    assert overlap == 1 / 2
    ```
    """
    sampled = set(ngrams_of_all(samples, n))
    known = set()
    for words in split_texts(train_text):
        known.update(sampled.intersection(ngrams(words, n)))
    return len(known) / len(sampled)


def copied_share(samples: Iterable[str], train_text: Iterable[str]) -> float:
    """Share of samples that are sentences of the training text, verbatim.

    Short sentences come again by chance: read it beside the value of held-out
    text.

    Args:
        samples: list of str. Sentences of the same words are the same.
        train_text: list of str. The sentences that the model learned from.

    Returns:
        A float from 0 to 1.

    Raises:
        ValueError: There are no samples or there is no training text.

    Example:

    ```python
    train_text = ["a dog runs", "a cat sleeps"]
    samples = ["a cat sleeps", "a cat runs"]
    assert keras_arae.evaluation.copied_share(samples, train_text) == 1 / 2
    ```
    """
    texts = split_texts(samples)
    known = {tuple(words) for words in split_texts(train_text)}
    return sum(tuple(words) in known for words in texts) / len(texts)


def nearest_training_sentences(
    samples: Iterable[str], train_text: Iterable[str]
) -> list[tuple[int, str]]:
    """The training sentence nearest to each sample, and how far it is.

    Distances are Levenshtein's over words: how many words must be put in,
    left out or replaced to turn one sentence into the other. 0 is a copy.

    Args:
        samples: list of str. Words are separated by whitespace.
        train_text: list of str. The sentences that the model learned from.

    Returns:
        A list with a pair for each sample: the distance, an int, and the
        training sentence, the first of those as near.

    Raises:
        ValueError: There are no samples or there is no training text.
        ImportError: rapidfuzz is not installed.

    Example:

    ```python
    nearest = keras_arae.evaluation.nearest_training_sentences(
        ["a dog sleeps"], ["two men talk", "a dog runs"]
    )
    assert nearest == [(1, "a dog runs")]
    ```
    """
    samples, train_text = check_texts(samples), check_texts(train_text)
    cdist = require("rapidfuzz.process", "eval").cdist
    distance = require("rapidfuzz.distance", "eval").Levenshtein.distance
    # Numbers compare faster than words.
    ids: dict[str, int] = {}
    sample_ids = [_numbered(text, ids) for text in samples]
    best = np.full(len(samples), np.iinfo("int32").max)
    indices = np.zeros(len(samples), int)
    for start in range(0, len(train_text), BLOCK):
        block = [
            _numbered(text, ids) for text in train_text[start : start + BLOCK]
        ]
        table = cdist(
            sample_ids, block, scorer=distance, dtype=np.int32, workers=-1
        )
        nearer = table.min(axis=1) < best
        indices[nearer] = start + table.argmin(axis=1)[nearer]
        best = np.minimum(best, table.min(axis=1))
    return [
        (int(number), train_text[index]) for number, index in zip(best, indices)
    ]


def _numbered(text: str, ids: dict[str, int]) -> list[int]:
    return [ids.setdefault(word, len(ids)) for word in text.split()]
