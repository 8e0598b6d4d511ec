"""Sentences with words out of order."""

import numpy as np

from keras_arae.metrics.texts import check_count
from keras_arae.metrics.texts import split_texts


def swap_words(sentences, num_swaps, seed=0):
    """Swaps neighbouring words at random places of each sentence.

    The noise by which the paper tests how a model mends sentences. Places
    are drawn without replacement where there are enough, so that no swap
    undoes another; a shorter sentence draws them with replacement. Full stops
    are words like any other.

    Source: "Adversarially Regularized Autoencoders", Zhao et al., ICML 2018
    (https://arxiv.org/abs/1706.04223).

    Args:
        sentences: list of str. Words are what stands between blanks.
        num_swaps: int. Swaps in each sentence of two words or more, one
            after another.
        seed: int. Seed of the places. Defaults to `0`.

    Returns:
        A list of str, of the same words, with single blanks between them.

    Raises:
        ValueError: There are no sentences, or `num_swaps` is negative.

    Example:

    ```python
    swap_words = keras_arae.metrics.swap_words
    assert swap_words(["a dog", "yes"], num_swaps=1) == ["dog a", "yes"]
    ```
    """
    check_count("num_swaps", num_swaps, minimum=0)
    rng = np.random.default_rng(seed)
    texts = split_texts(sentences)
    return [" ".join(_swapped(words, num_swaps, rng)) for words in texts]


def _swapped(words, num_swaps, rng):
    num_places = len(words) - 1
    if num_places < 1:
        return words
    places = rng.choice(num_places, num_swaps, replace=num_swaps > num_places)
    for place in places:
        words[place], words[place + 1] = words[place + 1], words[place]
    return words
