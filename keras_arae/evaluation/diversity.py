"""How varied samples of text are."""

from __future__ import annotations

import collections
from collections.abc import Iterable

import numpy as np

from keras_arae.arguments import COUNT
from keras_arae.arguments import checked
from keras_arae.evaluation.texts import ngrams_of_all
from keras_arae.evaluation.texts import split_texts


@checked(n=COUNT)
def distinct_n(samples: Iterable[str], n: int = 2) -> float:
    """Share of distinct n-grams among all n-grams of the samples.

    1 where no n-gram comes twice. It falls with the number of samples:
    compare equal numbers, beside the value of real text.

    Source: "A Diversity-Promoting Objective Function for Neural Conversation
    Models", Li et al., NAACL 2016 (https://arxiv.org/abs/1510.03055).

    Args:
        samples: list of str. Words are separated by whitespace.
        n: int. Number of words of an n-gram. Defaults to `2`.

    Returns:
        A float above 0, at most 1.

    Raises:
        ValueError: No sample has `n` words.

    Example:

    ```python
    samples = ["a dog runs", "a dog sleeps"]
    assert keras_arae.evaluation.distinct_n(samples, n=2) == 3 / 4
    ```
    """
    grams = ngrams_of_all(samples, n)
    return len(set(grams)) / len(grams)


@checked(n=COUNT)
def ngram_entropy(samples: Iterable[str], n: int = 2) -> float:
    """Entropy of the n-grams of the samples, in nats.

    0 where there is only one n-gram, the logarithm of their number where all
    are as frequent. It rises with the number of samples: compare equal
    numbers, beside the value of real text.

    Source: "Generating Informative and Diverse Conversational Responses via
    Adversarial Information Maximization", Zhang et al., NeurIPS 2018
    (https://arxiv.org/abs/1809.05972), there with `n=4`.

    Args:
        samples: list of str. Words are separated by whitespace.
        n: int. Number of words of an n-gram. Defaults to `2`.

    Returns:
        A float of at least 0.

    Raises:
        ValueError: No sample has `n` words.

    Example:

    ```python
    samples = ["a dog", "a cat", "a dog", "a cat"]
    entropy = keras_arae.evaluation.ngram_entropy(samples, n=2)
    assert abs(entropy - np.log(2)) < 1e-9
    ```
    """
    counts = collections.Counter(ngrams_of_all(samples, n))
    shares = np.array(list(counts.values())) / counts.total()
    return float(np.sum(shares * np.log(1.0 / shares)))


def distinct_sentences(samples: Iterable[str]) -> float:
    """Share of distinct sentences among the samples.

    1 where no sentence comes twice, `1 / len(samples)` where all are one.

    Args:
        samples: list of str. Sentences of the same words are the same.

    Returns:
        A float above 0, at most 1.

    Raises:
        ValueError: There are no samples.

    Example:

    ```python
    samples = ["a dog", "a dog", "a cat", "a dog"]
    assert keras_arae.evaluation.distinct_sentences(samples) == 1 / 2
    ```
    """
    texts = split_texts(samples)
    return len({tuple(words) for words in texts}) / len(texts)


def length_statistics(samples: Iterable[str]) -> dict[str, float]:
    """Mean, standard deviation, minimum and maximum of lengths in words.

    Beside those of real text they show sentences that end too soon or never.

    Args:
        samples: list of str. Words are separated by whitespace.

    Returns:
        A dict of floats: `"mean"`, `"std"`, `"min"` and `"max"`.

    Raises:
        ValueError: There are no samples.

    Example:

    ```python
    statistics = keras_arae.evaluation.length_statistics(["a dog runs", "yes"])
    assert statistics == {"mean": 2.0, "std": 1.0, "min": 1.0, "max": 3.0}
    ```
    """
    lengths = np.array([len(words) for words in split_texts(samples)])
    return {
        "mean": float(lengths.mean()),
        "std": float(lengths.std()),
        "min": float(lengths.min()),
        "max": float(lengths.max()),
    }
