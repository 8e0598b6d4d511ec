"""Holding out part of a list of sentences."""

import random


def hold_out(sentences, fraction=0.05, seed=0):
    """Splits sentences into a part to train on and a part held out.

    Use it on text that comes without a split. A sentence that occurs more
    than once goes wholly to one side, so the held-out part measures
    reconstruction of unseen sentences. Both sides keep the order and the
    repeats of the input.

    Args:
        sentences: sequence of str. At least two distinct ones.
        fraction: float. Share of the distinct sentences to hold out, above 0
            and below 1. At least one sentence stays on each side. Defaults
            to `0.05`.
        seed: int. Random seed: the same seed gives the same split. Defaults
            to `0`.

    Returns:
        A tuple `(train, held_out)` of two lists of str.

    Raises:
        TypeError: `sentences` is one string.
        ValueError: `fraction` is not between 0 and 1, or there are fewer
            than two distinct sentences.

    Example:

    ```python
    sentences = ["he slept .", "she slept .", "he slept .", "they slept ."]
    train, held_out = keras_arae.datasets.hold_out(sentences, fraction=0.3)
    assert len(held_out) in (1, 2) and not set(train) & set(held_out)
    ```
    """
    if isinstance(sentences, str):
        raise TypeError(
            "`sentences` must be a list of strings, one a sentence; load a "
            "file with `load_text` first. Received: "
            f"sentences={sentences[:50]!r}"
        )
    if not 0 < fraction < 1:
        raise ValueError(
            "`fraction` must be above 0 and below 1. Received: "
            f"fraction={fraction}"
        )
    sentences = list(sentences)
    # A dict, not a set: the order must not depend on string hashing.
    distinct = list(dict.fromkeys(sentences))
    if len(distinct) < 2:
        raise ValueError(
            "Two distinct sentences are needed, one for each side; pass more "
            f"text. Received: {len(sentences)} sentences, {len(distinct)} "
            "distinct"
        )
    count = min(max(round(fraction * len(distinct)), 1), len(distinct) - 1)
    chosen = set(random.Random(seed).sample(distinct, count))
    return (
        [sentence for sentence in sentences if sentence not in chosen],
        [sentence for sentence in sentences if sentence in chosen],
    )
