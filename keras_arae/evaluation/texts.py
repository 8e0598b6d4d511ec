"""Checks, words and n-grams that the functions of text share."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence

import numpy as np

from keras_arae.data.text import check_sentences


def check_texts(texts: Iterable[str], min_texts: int = 1) -> list[str]:
    """Makes a list of strings, or raises an error that says what came."""
    texts = check_sentences(texts)
    if len(texts) < min_texts:
        raise ValueError(
            "Too few sentences to judge. Expected: at least "
            f"{min_texts}. Received: {len(texts)} sentences"
        )
    return texts


def split_texts(texts: Iterable[str], min_texts: int = 1) -> list[list[str]]:
    """Splits each text into words at whitespace."""
    return [text.split() for text in check_texts(texts, min_texts)]


def split_pairs(
    first: Iterable[str], second: Iterable[str]
) -> tuple[list[list[str]], list[list[str]]]:
    """Splits two lists of texts whose elements belong together."""
    first_words, second_words = split_texts(first), split_texts(second)
    if len(first_words) != len(second_words):
        raise ValueError(
            "Expected two lists of one length, whose sentences belong "
            f"together. Received: {len(first_words)} and "
            f"{len(second_words)} sentences"
        )
    return first_words, second_words


def check_long_enough(texts: Sequence[Sequence[str]], num_words: int) -> None:
    """Refuses split texts that are all shorter: they leave nothing to count."""
    longest = max(len(words) for words in texts)
    if longest < num_words:
        raise ValueError(
            f"Expected a sentence of at least {num_words} words. Received: "
            f"{len(texts)} sentences of at most {longest} words"
        )


def ngrams(words: Sequence[str], n: int) -> list[tuple[str, ...]]:
    """Lists the runs of `n` words of one text."""
    return list(zip(*(words[start:] for start in range(n))))


def ngrams_of_all(samples: Iterable[str], n: int) -> list[tuple[str, ...]]:
    """Lists the n-grams of all samples; an error where there are none."""
    texts = split_texts(samples)
    check_long_enough(texts, n)
    return [gram for words in texts for gram in ngrams(words, n)]


def draw_texts(texts: Sequence[str], number: int, seed: int) -> list[str]:
    """Draws texts without replacement, all of them if there are fewer."""
    indices = np.random.default_rng(seed).permutation(len(texts))
    return [texts[index] for index in indices[:number]]
