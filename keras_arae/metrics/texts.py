"""Checks and n-grams that the metrics of text share."""

import numpy as np

from keras_arae.data.text import check_sentences


def check_texts(texts, min_texts=1):
    """A list of strings, or an error that says what came."""
    texts = check_sentences(texts)
    if len(texts) < min_texts:
        raise ValueError(
            "Too few sentences for this metric. Expected: at least "
            f"{min_texts}. Received: {len(texts)} sentences"
        )
    return texts


def split_texts(texts, min_texts=1):
    """The words of each text: what stands between blanks."""
    return [text.split() for text in check_texts(texts, min_texts)]


def split_pairs(first, second):
    """The words of two lists of texts that belong together."""
    first, second = split_texts(first), split_texts(second)
    if len(first) != len(second):
        raise ValueError(
            "Expected two lists of one length, whose sentences belong "
            f"together. Received: {len(first)} and {len(second)} sentences"
        )
    return first, second


def check_long_enough(texts, num_words):
    """Refuses split texts that are all shorter: they leave nothing to count."""
    longest = max(len(words) for words in texts)
    if longest < num_words:
        raise ValueError(
            f"Expected a sentence of at least {num_words} words. Received: "
            f"{len(texts)} sentences of at most {longest} words"
        )


def check_count(name, value, minimum):
    """Refuses anything but a whole number of at least `minimum`."""
    if not isinstance(value, (int, np.integer)) or value < minimum:
        raise ValueError(
            f"`{name}` should be a whole number of at least {minimum}. "
            f"Received: {name}={value!r}"
        )


def ngrams(words, n):
    """Runs of `n` words of one text, as tuples."""
    return list(zip(*(words[start:] for start in range(n))))


def ngrams_of_all(samples, n):
    """The n-grams of all samples; an error where there are none."""
    check_count("n", n, minimum=1)
    texts = split_texts(samples)
    check_long_enough(texts, n)
    return [gram for words in texts for gram in ngrams(words, n)]
