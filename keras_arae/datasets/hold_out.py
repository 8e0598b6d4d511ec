"""A part of a list of sentences, held out."""

from __future__ import annotations

import random
from collections.abc import Sequence

from keras_arae.arguments import FRACTION
from keras_arae.arguments import SEED
from keras_arae.arguments import checked
from keras_arae.data.text import check_sentences


@checked(fraction=FRACTION, seed=SEED)
def hold_out(
    sentences: Sequence[str], fraction: float = 0.05, seed: int = 0
) -> tuple[list[str], list[str]]:
    """Splits sentences into a part to train on and a part held out.

    Use it on text that comes without a split. All copies of a sentence go
    to the same side, so the held-out part measures reconstruction of unseen
    sentences. Both sides keep the order and the repeats of the input.

    Args:
        sentences: sequence of str. At least two must be distinct.
        fraction: float. Share of the distinct sentences to hold out, above 0
            and below 1. Each side gets at least one sentence. Defaults to
            `0.05`.
        seed: int. Random seed. The same seed gives the same split. Defaults
            to `0`.

    Returns:
        A tuple `(train, held_out)` of two lists of str.

    Raises:
        TypeError: if `sentences` is one string.
        ValueError: if `fraction` is not between 0 and 1, or there are fewer
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
            "`sentences` must be a list of strings, one for each sentence. "
            "Load a file with `load_text` first. Received: "
            f"sentences={sentences[:50]!r}"
        )
    sentences = check_sentences(sentences)
    # A dict, not a set: the order must not depend on string hashing.
    distinct = list(dict.fromkeys(sentences))
    if len(distinct) < 2:
        raise ValueError(
            "At least two distinct sentences are needed, one for each side. "
            f"Pass more text. Received: {len(sentences)} sentences, "
            f"{len(distinct)} distinct"
        )
    count = min(max(round(fraction * len(distinct)), 1), len(distinct) - 1)
    chosen = set(random.Random(seed).sample(distinct, count))
    return (
        [sentence for sentence in sentences if sentence not in chosen],
        [sentence for sentence in sentences if sentence in chosen],
    )
