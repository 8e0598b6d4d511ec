"""How far samples of text lie from real text, by features of both."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable

import numpy as np

from keras_arae.arguments import COUNT
from keras_arae.arguments import FUNCTION
from keras_arae.arguments import SEED
from keras_arae.arguments import checked
from keras_arae.arguments import either
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.arguments import whole
from keras_arae.evaluation.features import frechet_distance
from keras_arae.evaluation.texts import check_long_enough
from keras_arae.evaluation.texts import check_texts
from keras_arae.extras import require

# From a list of `num_texts` str to features of shape
# `(num_texts, num_features)`.
Encoder = Callable[[list[str]], np.ndarray]

# The most frequent words and pairs of the reference text count.
MAX_TERMS = 50_000


@checked(num_features=COUNT)
def text_features(
    reference_text: Iterable[str], num_features: int = 64
) -> Encoder:
    """A small encoder of texts, fitted to a reference text.

    Words and pairs of neighbouring words are counted and weighted by TF-IDF,
    each text to length 1; the leading right singular vectors of the
    reference's table make the features (latent semantic analysis). It sees
    topics and short phrases, not grammar at a distance, and needs no
    downloads. The same reference gives the same encoder.

    Source: "Indexing by Latent Semantic Analysis", Deerwester et al., JASIS
    1990.

    Args:
        reference_text: list of str. Words are separated by whitespace.
        num_features: int. Number of features; fewer come where the reference
            has fewer sentences, or fewer words and pairs. Defaults to `64`.

    Returns:
        A function of a list of `num_texts` str that returns a float64 array
        of shape `(num_texts, num_features)`. Words that the reference lacks
        count nothing: a text of such words only, or of none, is all zeros.

    Raises:
        ValueError: The reference has no words.
        ImportError: scikit-learn is not installed.

    Example:

    ```python
    reference = ["a dog runs", "a cat sleeps", "the dog sleeps"]
    encode = keras_arae.evaluation.text_features(reference, num_features=2)
    assert encode(["a cat runs"]).shape == (1, 2)
    ```
    """
    reference_text = check_texts(reference_text)
    check_long_enough([text.split() for text in reference_text], 1)
    vectorizer = require(
        "sklearn.feature_extraction.text", "eval"
    ).TfidfVectorizer(
        tokenizer=str.split,
        token_pattern=None,
        lowercase=False,
        ngram_range=(1, 2),
        max_features=MAX_TERMS,
    )
    table = vectorizer.fit_transform(reference_text)
    _, _, components = require("sklearn.utils.extmath", "eval").randomized_svd(
        table, min(num_features, *table.shape), random_state=0
    )

    def encode(texts: Iterable[str]) -> np.ndarray:
        return vectorizer.transform(check_texts(texts)) @ components.T

    return encode


@checked(
    encoder=optional(FUNCTION),
    num_buckets=either(whole(2), one_of("auto")),
    seed=SEED,
)
def mauve(
    real_text: Iterable[str],
    samples: Iterable[str],
    encoder: Encoder | None = None,
    num_buckets: int | str = "auto",
    seed: int = 0,
) -> float:
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
    encoder = keras_arae.evaluation.text_features(real_text)
    mauve = keras_arae.evaluation.mauve(real_text, real_text, encoder)
    assert mauve > 0.99
    ```
    """
    min_texts = 20  # Two buckets of ten texts of each side.
    if num_buckets != "auto":
        min_texts = max(min_texts, int(num_buckets))
    real, sampled = _encode_both(real_text, samples, encoder, min_texts)
    # Texts that are all one sentence have no variance to divide by.
    with np.errstate(invalid="ignore"):
        result = require("mauve", "eval").compute_mauve(
            p_features=real,
            q_features=sampled,
            num_buckets=num_buckets,
            seed=seed,
        )
    # Here mauve-text may say 0.75: its area depends on how ties are sorted.
    if np.array_equal(result.p_hist, result.q_hist):
        return 1.0
    return float(result.mauve)


@checked(encoder=optional(FUNCTION))
def text_frechet_distance(
    real_text: Iterable[str],
    samples: Iterable[str],
    encoder: Encoder | None = None,
) -> float:
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
    distance = keras_arae.evaluation.text_frechet_distance
    assert distance(real_text, real_text) < 1e-6
    assert distance(real_text, real_text[:1] * 3) > 0.1
    ```
    """
    return frechet_distance(
        *_encode_both(real_text, samples, encoder, min_texts=2)
    )


def _encode_both(
    real_text: Iterable[str],
    samples: Iterable[str],
    encoder: Encoder | None,
    min_texts: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Features of real texts and of samples, checked."""
    real_text = check_texts(real_text, min_texts)
    samples = check_texts(samples, min_texts)
    if encoder is None:
        encoder = text_features(real_text)
    return _encode(encoder, real_text), _encode(encoder, samples)


def _encode(encoder: Encoder, texts: list[str]) -> np.ndarray:
    features = np.asarray(encoder(texts))
    fit = features.ndim == 2 and len(features) == len(texts)
    if not fit or not np.isfinite(features).all():
        raise ValueError(
            "The encoder should return finite features of shape (num_texts, "
            f"num_features) for {len(texts)} texts. Received: shape "
            f"{features.shape}, of type {features.dtype}"
        )
    return features
