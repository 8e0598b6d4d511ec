"""Features of texts, for the metrics that compare features."""

import numpy as np

from keras_arae.metrics.extras import require
from keras_arae.metrics.texts import check_count
from keras_arae.metrics.texts import check_long_enough
from keras_arae.metrics.texts import check_texts

# The most frequent words and pairs of the reference text count.
MAX_TERMS = 50_000


def text_features(reference_text, num_features=64):
    """A small encoder of texts, fitted to a reference text.

    Words and pairs of neighbouring words are counted and weighted by TF-IDF,
    each text to length 1; the leading right singular vectors of the
    reference's table make the features (latent semantic analysis). It sees
    topics and short phrases, not grammar at a distance, and needs no
    downloads. The same reference gives the same encoder.

    Source: "Indexing by Latent Semantic Analysis", Deerwester et al., JASIS
    1990.

    Args:
        reference_text: list of str. Words are what stands between blanks.
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
    encode = keras_arae.metrics.text_features(reference, num_features=2)
    assert encode(["a cat runs"]).shape == (1, 2)
    ```
    """
    check_count("num_features", num_features, minimum=1)
    reference_text = check_texts(reference_text)
    check_long_enough([text.split() for text in reference_text], 1)
    vectorizer = require("sklearn.feature_extraction.text").TfidfVectorizer(
        tokenizer=str.split,
        token_pattern=None,
        lowercase=False,
        ngram_range=(1, 2),
        max_features=MAX_TERMS,
    )
    table = vectorizer.fit_transform(reference_text)
    _, _, components = require("sklearn.utils.extmath").randomized_svd(
        table, min(num_features, *table.shape), random_state=0
    )

    def encode(texts):
        return vectorizer.transform(check_texts(texts)) @ components.T

    return encode


def encode_both(real_text, samples, encoder, min_texts):
    """Features of real texts and of samples, checked."""
    real_text = check_texts(real_text, min_texts)
    samples = check_texts(samples, min_texts)
    if encoder is None:
        encoder = text_features(real_text)
    return _encode(encoder, real_text), _encode(encoder, samples)


def _encode(encoder, texts):
    features = np.asarray(encoder(texts))
    fit = features.ndim == 2 and len(features) == len(texts)
    if not fit or not np.isfinite(features).all():
        raise ValueError(
            "The encoder should return finite features of shape (num_texts, "
            f"num_features) for {len(texts)} texts. Received: shape "
            f"{features.shape}, of type {features.dtype}"
        )
    return features
