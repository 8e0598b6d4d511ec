"""How faithful reconstructed sentences are."""

from keras_arae.metrics.texts import check_long_enough
from keras_arae.metrics.texts import split_pairs


def token_accuracy(originals, copies):
    """Share of words of the originals that the copies have at their place.

    Places beyond the end of a copy are wrong; words beyond the end of an
    original do not count.

    Args:
        originals: list of str. Words are what stands between blanks.
        copies: list of str, in the same order: what a model makes of them.

    Returns:
        A float from 0 to 1.

    Raises:
        ValueError: The lists differ in length, or no original has a word.

    Example:

    ```python
    accuracy = keras_arae.metrics.token_accuracy(
        ["a dog runs .", "yes"], ["a cat runs", "yes sir"]
    )
    assert accuracy == 3 / 5
    ```
    """
    originals, copies = split_pairs(originals, copies)
    check_long_enough(originals, 1)
    num_right = sum(
        word == copied
        for original, copy in zip(originals, copies)
        for word, copied in zip(original, copy)
    )
    return num_right / sum(len(original) for original in originals)


def exact_match(originals, copies):
    """Share of originals whose copy has the same words.

    Args:
        originals: list of str. Words are what stands between blanks.
        copies: list of str, in the same order: what a model makes of them.

    Returns:
        A float from 0 to 1.

    Raises:
        ValueError: The lists differ in length, or there are no originals.

    Example:

    ```python
    match = keras_arae.metrics.exact_match(["a dog", "yes"], ["a cat", "yes"])
    assert match == 1 / 2
    ```
    """
    originals, copies = split_pairs(originals, copies)
    num_right = sum(
        original == copy for original, copy in zip(originals, copies)
    )
    return num_right / len(originals)
