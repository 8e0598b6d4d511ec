"""How far samples of text lie from real text, by features of both."""

import numpy as np

from keras_arae.metrics.extras import require
from keras_arae.metrics.frechet_distance import frechet_distance
from keras_arae.metrics.text_features import encode_both
from keras_arae.metrics.texts import check_count


def mauve(real_text, samples, encoder=None, num_buckets="auto", seed=0):
    """MAUVE: how alike the distributions of real text and of samples are.

    Features of both are put into buckets by k-means; the value is the area
    under the curve of the two divergences between the histograms. 1 means
    that they cannot be told apart, values near 0 that they hardly overlap.
    Computed by the package mauve-text; "WARNING clustering ..." is a note of
    its k-means, which is expected.

    Values depend on the encoder, on the number of buckets and on the number
    of texts. They do not compare across encoders: not with the papers', whose
    features are a large language model's, nor between reference texts where
    the encoder is `None`. Compare models on the same real text, with equal
    numbers of samples, beside the value of other real text.

    Source: "MAUVE: Measuring the Gap Between Neural Text and Human Text using
    Divergence Frontiers", Pillutla et al., NeurIPS 2021
    (https://arxiv.org/abs/2102.01454).

    Args:
        real_text: list of str.
        samples: list of str, best as many.
        encoder: function of a list of str that returns features of shape
            `(num_texts, num_features)`, or `None` for
            `text_features(real_text)`. Defaults to `None`.
        num_buckets: int, at least 2, or `"auto"`: a tenth of the smaller
            list. Defaults to `"auto"`.
        seed: int. Seed of the clustering. Defaults to `0`.

    Returns:
        A float from 0 to 1.

    Raises:
        ValueError: There are fewer than 20 texts on a side, or fewer than
            buckets.
        ImportError: mauve-text is not installed.

    Example:

    ```python
    real_text = ["a dog runs .", "two cats sleep .", "the sun shines ."] * 10
    encoder = keras_arae.metrics.text_features(real_text)
    mauve = keras_arae.metrics.mauve(real_text, real_text, encoder)
    assert mauve > 0.99
    ```
    """
    min_texts = 20  # Two buckets of ten texts of each side.
    if num_buckets != "auto":
        check_count("num_buckets", num_buckets, minimum=2)
        min_texts = max(min_texts, num_buckets)
    real, sampled = encode_both(real_text, samples, encoder, min_texts)
    # Texts that are all one sentence have no variance to divide by.
    with np.errstate(invalid="ignore"):
        result = require("mauve").compute_mauve(
            p_features=real,
            q_features=sampled,
            num_buckets=num_buckets,
            seed=seed,
        )
    # Here mauve-text may say 0.75: its area depends on how ties are sorted.
    if np.array_equal(result.p_hist, result.q_hist):
        return 1.0
    return float(result.mauve)


def text_frechet_distance(real_text, samples, encoder=None):
    """Frechet distance between Gaussians fitted to features of texts.

    0 for equal means and covariances of the features. Values depend on the
    encoder and do not compare across encoders, nor between reference texts
    where the encoder is `None`. They fall with the number of texts: compare
    equal numbers, beside the distance of other real text.

    Source: "On Accurate Evaluation of GANs for Language Generation",
    Semeniuta et al., 2018 (https://arxiv.org/abs/1806.04936), there with
    features of a sentence encoder.

    Args:
        real_text: list of str.
        samples: list of str, best as many.
        encoder: function of a list of str that returns features of shape
            `(num_texts, num_features)`, or `None` for
            `text_features(real_text)`. Defaults to `None`.

    Returns:
        A float, in squared units of the features.

    Raises:
        ValueError: There are fewer than two texts on a side.
        ImportError: scikit-learn is not installed and the encoder is `None`.

    Example:

    ```python
    real_text = ["a dog runs .", "two cats sleep .", "the sun shines ."]
    distance = keras_arae.metrics.text_frechet_distance
    assert distance(real_text, real_text) < 1e-6
    assert distance(real_text, real_text[:1] * 3) > 0.1
    ```
    """
    return frechet_distance(
        *encode_both(real_text, samples, encoder, min_texts=2)
    )
