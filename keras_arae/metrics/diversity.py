"""How varied samples of text are."""

import collections

import numpy as np

from keras_arae.metrics.texts import ngrams_of_all
from keras_arae.metrics.texts import split_texts


def distinct_n(samples, n=2):
    """Share of distinct n-grams among all n-grams of the samples.

    1 where no n-gram comes twice. It falls with the number of samples:
    compare equal numbers, beside the value of real text.

    Source: "A Diversity-Promoting Objective Function for Neural Conversation
    Models", Li et al., NAACL 2016 (https://arxiv.org/abs/1510.03055).

    Args:
        samples: list of str. Words are what stands between blanks.
        n: int. Number of words of an n-gram. Defaults to `2`.

    Returns:
        A float above 0, at most 1.

    Raises:
        ValueError: No sample has `n` words.

    Example:

    ```python
    samples = ["a dog runs", "a dog sleeps"]
    assert keras_arae.metrics.distinct_n(samples, n=2) == 3 / 4
    ```
    """
    grams = ngrams_of_all(samples, n)
    return len(set(grams)) / len(grams)


def ngram_entropy(samples, n=2):
    """Entropy of the n-grams of the samples, in nats.

    0 where there is only one n-gram, the logarithm of their number where all
    are as frequent. It rises with the number of samples: compare equal
    numbers, beside the value of real text.

    Source: "Generating Informative and Diverse Conversational Responses via
    Adversarial Information Maximization", Zhang et al., NeurIPS 2018
    (https://arxiv.org/abs/1809.05972), there with `n=4`.

    Args:
        samples: list of str. Words are what stands between blanks.
        n: int. Number of words of an n-gram. Defaults to `2`.

    Returns:
        A float of at least 0.

    Raises:
        ValueError: No sample has `n` words.

    Example:

    ```python
    samples = ["a dog", "a cat", "a dog", "a cat"]
    entropy = keras_arae.metrics.ngram_entropy(samples, n=2)
    assert abs(entropy - np.log(2)) < 1e-9
    ```
    """
    counts = collections.Counter(ngrams_of_all(samples, n))
    shares = np.array(list(counts.values())) / counts.total()
    return float(np.sum(shares * np.log(1.0 / shares)))


def distinct_sentences(samples):
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
    assert keras_arae.metrics.distinct_sentences(samples) == 1 / 2
    ```
    """
    texts = split_texts(samples)
    return len({tuple(words) for words in texts}) / len(texts)


def length_statistics(samples):
    """Mean, standard deviation, minimum and maximum of lengths in words.

    Beside those of real text they show sentences that end too soon or never.

    Args:
        samples: list of str. Words are what stands between blanks.

    Returns:
        A dict of floats: `"mean"`, `"std"`, `"min"` and `"max"`.

    Raises:
        ValueError: There are no samples.

    Example:

    ```python
    statistics = keras_arae.metrics.length_statistics(["a dog runs", "yes"])
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
