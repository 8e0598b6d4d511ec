"""A corpus without the sentences that are held out."""

from __future__ import annotations

from collections.abc import Sequence

from absl import logging

from keras_arae.arguments import checked
from keras_arae.arguments import instance
from keras_arae.arguments import optional
from keras_arae.data.text import TextPreprocessor
from keras_arae.data.text import check_sentences


@checked(codec=optional(instance(TextPreprocessor)))
def without(
    sentences: Sequence[str],
    held_out: Sequence[str],
    codec: TextPreprocessor | None = None,
) -> list[str]:
    """Removes held-out sentences from a corpus.

    Use it on unlabeled sentences, so that a model is not tested on sentences
    that it has seen. Two sentences are the same if a codec splits them into
    the same words: by default case and whitespace do not matter. A warning
    says how many sentences were removed.

    Args:
        sentences: sequence of str. The corpus.
        held_out: sequence of str. The sentences to remove.
        codec: `keras_arae.TextPreprocessor` or `None`. Splits sentences into
            words. Defaults to `None`: one with the default settings.

    Returns:
        list of str. The other sentences, in the same order.

    Raises:
        ValueError: if `sentences` or `held_out` is not a list of strings.

    Example:

    ```python
    pool = ["A man sleeps.", "Two men talk.", "A cat runs."]
    kept = keras_arae.datasets.without(pool, ["a man sleeps ."])
    assert kept == ["Two men talk.", "A cat runs."]
    ```
    """
    split = (codec or TextPreprocessor([])).split
    sentences = check_sentences(sentences)
    known = {tuple(split(line)) for line in check_sentences(held_out)}
    kept = [line for line in sentences if tuple(split(line)) not in known]
    if len(kept) < len(sentences):
        logging.warning(
            "%d of %d sentences are held out and were removed.",
            len(sentences) - len(kept),
            len(sentences),
        )
    return kept
