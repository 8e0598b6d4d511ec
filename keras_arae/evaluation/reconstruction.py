"""How faithful reconstructions are, also those of damaged sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_arae.arguments import SEED
from keras_arae.arguments import array
from keras_arae.arguments import checked
from keras_arae.arguments import instance
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.arguments import whole
from keras_arae.data.codec import check_range
from keras_arae.evaluation.bleu import bleu
from keras_arae.evaluation.texts import check_long_enough
from keras_arae.evaluation.texts import split_pairs
from keras_arae.evaluation.texts import split_texts
from keras_arae.models import TextARAE


def token_accuracy(originals: Iterable[str], copies: Iterable[str]) -> float:
    """Share of words of the originals that the copies have at their index.

    Indices beyond the end of a copy are wrong; words beyond the end of an
    original do not count.

    Args:
        originals: list of str. Words are separated by whitespace.
        copies: list of str, in the same order: what a model makes of them.

    Returns:
        A float from 0 to 1.

    Raises:
        ValueError: The lists differ in length, or no original has a word.

    Example:

    ```python
    accuracy = keras_arae.evaluation.token_accuracy(
        ["a dog runs .", "yes"], ["a cat runs", "yes sir"]
    )
    assert accuracy == 3 / 5
    ```
    """
    words, copied_words = split_pairs(originals, copies)
    check_long_enough(words, 1)
    num_right = sum(
        word == copied
        for original, copy in zip(words, copied_words)
        for word, copied in zip(original, copy)
    )
    return num_right / sum(len(original) for original in words)


def exact_match(originals: Iterable[str], copies: Iterable[str]) -> float:
    """Share of originals whose copy has the same words.

    Args:
        originals: list of str. Words are separated by whitespace.
        copies: list of str, in the same order: what a model makes of them.

    Returns:
        A float from 0 to 1.

    Raises:
        ValueError: The lists differ in length, or there are no originals.

    Example:

    ```python
    exact_match = keras_arae.evaluation.exact_match
    assert exact_match(["a dog", "yes"], ["a cat", "yes"]) == 1 / 2
    ```
    """
    words, copied_words = split_pairs(originals, copies)
    num_right = sum(
        original == copy for original, copy in zip(words, copied_words)
    )
    return num_right / len(words)


@checked(x=array(kinds="iu"), logits=array(), pad_id=optional(whole(0)))
def negative_log_likelihood(
    x: np.ndarray, logits: Any, pad_id: int | None = None
) -> Any:
    """Negative log-likelihood of each row of discrete data, in nats.

    For logits of any network; of a model's own reconstructions say
    `model.negative_log_likelihood`.

    Args:
        x: int array of shape `(num_rows, ...)`.
        logits: float array or tensor of shape `(*x.shape, num_values)`:
            unnormalised log-probabilities of the values at each position.
        pad_id: int or `None`. Value of positions that do not count. Defaults
            to `None`.

    Returns:
        A float32 tensor of shape `(num_rows,)`: sums over positions.

    Raises:
        ValueError: `logits` have another shape.

    Example:

    ```python
    x = np.array([[0, 1], [1, 1]])
    logits = np.zeros((2, 2, 2))
    nats = keras_arae.evaluation.negative_log_likelihood(x, logits)
    assert np.allclose(nats, 2 * np.log(2))
    ```
    """
    if not x.ndim or logits.shape[:-1] != x.shape:
        raise ValueError(
            "Expected logits of shape (*x.shape, num_values). Received: "
            f"x of shape {x.shape}, logits of shape {logits.shape}"
        )
    check_range(x, logits.shape[-1])
    num_positions = max(math.prod(x.shape[1:]), 1)
    x = ops.convert_to_tensor(x, "int32")
    logits = ops.cast(logits, "float32")
    losses = ops.sparse_categorical_crossentropy(x, logits, from_logits=True)
    if pad_id is not None:
        losses = ops.where(x != pad_id, losses, 0.0)
    return ops.sum(ops.reshape(losses, (-1, num_positions)), axis=1)


@checked(num_swaps=whole(0, 2**16), seed=SEED)
def swap_words(
    sentences: Iterable[str], num_swaps: int, seed: int = 0
) -> list[str]:
    """Swaps neighbouring words at random indices of each sentence.

    The noise by which the paper tests how a model mends sentences. Indices
    are drawn without replacement where there are enough, so that no swap
    undoes another; a shorter sentence draws them with replacement. Full stops
    are words like any other.

    Source: "Adversarially Regularized Autoencoders", Zhao et al., ICML 2018
    (https://arxiv.org/abs/1706.04223).

    Args:
        sentences: list of str. Words are separated by whitespace.
        num_swaps: int. Swaps in each sentence of two words or more, one
            after another.
        seed: int. Seed of the indices. Defaults to `0`.

    Returns:
        A list of str, of the same words, with single spaces between them.

    Raises:
        ValueError: There are no sentences, or `num_swaps` is negative.

    Example:

    ```python
    swap_words = keras_arae.evaluation.swap_words
    assert swap_words(["a dog", "yes"], num_swaps=1) == ["dog a", "yes"]
    ```
    """
    rng = np.random.default_rng(seed)
    texts = split_texts(sentences)
    return [" ".join(_swapped(words, num_swaps, rng)) for words in texts]


@checked(model=instance(TextARAE))
def reconstruction_report(
    model: TextARAE, sentences: Sequence[str]
) -> dict[str, float]:
    """How much of sentences their codes hold.

    Args:
        model: `keras_arae.TextARAE`.
        sentences: list of str, tokenised as the model's output is.

    Returns:
        A dict of float: `"token accuracy"` and `"exact match"` (0 to 1),
        `"BLEU"` (0 to 100), all of greedy decoding, and `"nats"`, the
        negative log-likelihood of a sentence.

    Example:

    ```python
    text = ["a man sleeps .", "two men talk ."] * 20
    preprocessor = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    model = keras_arae.TextARAE(preprocessor, embedding_dim=8, code_dim=8)
    found = keras_arae.evaluation.reconstruction_report(model, text)
    assert 0 <= found["token accuracy"] <= 1
    ```
    """
    copies = model.reconstruct(sentences)
    return {
        "token accuracy": token_accuracy(sentences, copies),
        "exact match": exact_match(sentences, copies),
        "BLEU": bleu(copies, sentences),
        "nats": float(model.negative_log_likelihood(sentences).mean()),
    }


@checked(
    model=instance(TextARAE),
    num_swaps=several(whole(0, 2**16), 1),
    seed=SEED,
)
def swap_nats(
    model: TextARAE,
    sentences: Sequence[str],
    num_swaps: Iterable[int] = (0, 1, 2, 3, 4),
    seed: int = 0,
) -> dict[int, float]:
    """How unlikely sentences are given codes of damaged versions of them.

    In a smooth code space a sentence whose words are out of order has a code
    near that of the sentence itself.

    Source: "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223), the table of k-swaps.

    Args:
        model: `keras_arae.TextARAE`.
        sentences: list of str.
        num_swaps: sequence of int. Swaps of neighbouring words. Defaults to
            `(0, 1, 2, 3, 4)`.
        seed: int. Seed of the indices. Defaults to `0`.

    Returns:
        A dict of number of swaps to nats a sentence.

    Example:

    ```python
    text = ["a man sleeps .", "two men talk ."] * 20
    preprocessor = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    model = keras_arae.TextARAE(preprocessor, embedding_dim=8, code_dim=8)
    nats = keras_arae.evaluation.swap_nats(model, text, num_swaps=(0, 2))
    assert list(nats) == [0, 2] and nats[0] > 0
    ```
    """
    nats = {}
    for count in num_swaps:
        damaged = swap_words(sentences, count, seed)
        codes = model.encode(damaged)
        nats[count] = float(
            model.negative_log_likelihood(sentences, codes=codes).mean()
        )
    return nats


def _swapped(
    words: list[str], num_swaps: int, rng: np.random.Generator
) -> list[str]:
    num_pairs = len(words) - 1
    if num_pairs < 1:
        return words
    indices = rng.choice(num_pairs, num_swaps, replace=num_swaps > num_pairs)
    for index in indices:
        words[index], words[index + 1] = words[index + 1], words[index]
    return words
