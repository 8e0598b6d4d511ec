"""Keeping held-out sentences out of the text to learn from."""

from absl import logging

from keras_arae.data.text import TextPreprocessor
from keras_arae.data.text import check_sentences


def without(sentences, held_out, preprocessor=None):
    """Removes from a corpus each sentence that is held out.

    Use it on a pool of unlabelled sentences, so that none of those a model
    is tested on is in it. Sentences are the same if their words are, as a
    preprocessor splits them: case and blanks do not matter by default. Says
    in a warning how many were removed.

    Args:
        sentences: sequence of str. The corpus.
        held_out: sequence of str. Sentences that must not be in it.
        preprocessor: `keras_arae.TextPreprocessor` that splits sentences into
            words. Defaults to `None`: one with the default settings.

    Returns:
        list of str. The sentences that are left, in their order.

    Raises:
        ValueError: One of the two is not a list of strings.

    Example:

    ```python
    pool = ["A man sleeps.", "Two men talk.", "A cat runs."]
    kept = keras_arae.datasets.without(pool, ["a man sleeps ."])
    assert kept == ["Two men talk.", "A cat runs."]
    ```
    """
    split = (preprocessor or TextPreprocessor([])).split
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
