"""Classifiers as judges: of what sentences say, and of what codes tell."""

import numpy as np

from keras_arae.metrics.extras import require
from keras_arae.metrics.texts import check_texts


class TextClassifier:
    """Says which class a sentence belongs to: the judge of transfer.

    scikit-learn's logistic regression on words and pairs of words
    (`TfidfVectorizer`): as good on short reviews as the fastText classifier
    of the paper, and as blind to word order beyond pairs.

    Args:
        regularization: float. scikit-learn's `C`. Defaults to `10.0`.

    Example:

    ```python
    text = ["it was good .", "it was bad ."] * 20
    labels = ["positive", "negative"] * 20
    judge = keras_arae.metrics.TextClassifier().fit(text, labels)
    assert judge.accuracy(["so good"], ["positive"]) == 1.0
    ```
    """

    def __init__(self, regularization=10.0):
        self.regularization = regularization

    def fit(self, texts, labels):
        """Learns from a list of str and one of labels; returns itself."""
        texts = check_texts(texts)
        _check_pairs(texts, labels)
        features = require("sklearn.feature_extraction.text")
        linear = require("sklearn.linear_model")
        pipeline = require("sklearn.pipeline")
        self.model = pipeline.make_pipeline(
            features.TfidfVectorizer(
                token_pattern=r"\S+",
                ngram_range=(1, 2),
                min_df=2 if len(texts) > 1000 else 1,
                sublinear_tf=True,
            ),
            linear.LogisticRegression(C=self.regularization, max_iter=1000),
        )
        self.model.fit(texts, labels)
        return self

    def predict(self, texts):
        """The likeliest label of each sentence, as an array."""
        return self.model.predict(check_texts(texts))

    def accuracy(self, texts, labels):
        """Share of sentences, from 0 to 1, that are of the class wanted.

        Args:
            texts: list of str.
            labels: list of the labels that they should have.
        """
        _check_pairs(texts, labels)
        return float(np.mean(self.predict(texts) == np.asarray(labels)))


def code_leakage(codes, labels, test_codes, test_labels, seed=0):
    """How well a fresh probe reads the label from codes it has not seen.

    Codes that leave the attribute out give the share of the largest class;
    codes that hold it, up to 1. The probe (scikit-learn's `MLPClassifier`,
    one hidden layer of 100) is trained anew: the model's own classifier is
    one that the encoder has learned to mislead.

    Args:
        codes: float array of shape `(num_rows, code_dim)`. To learn from.
        labels: their labels.
        test_codes: float array of shape `(num_test_rows, code_dim)`.
        test_labels: their labels.
        seed: int. Of the probe. Defaults to `0`.

    Returns:
        A float from 0 to 1, the accuracy on the test codes.

    Example:

    ```python
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=400)
    codes = rng.normal(size=(400, 4)) + 3 * labels[:, None]
    leakage = keras_arae.metrics.code_leakage
    assert leakage(codes[:300], labels[:300], codes[300:], labels[300:]) > 0.9
    ```
    """
    _check_pairs(codes, labels)
    _check_pairs(test_codes, test_labels)
    scaler = require("sklearn.preprocessing").StandardScaler()
    probe = require("sklearn.neural_network").MLPClassifier(
        early_stopping=True, max_iter=50, random_state=seed
    )
    probe.fit(scaler.fit_transform(codes), labels)
    return float(probe.score(scaler.transform(test_codes), test_labels))


def _check_pairs(rows, labels):
    if len(rows) != len(labels):
        raise ValueError(
            "Each row needs a label. "
            f"Received: {len(rows)} rows and {len(labels)} labels"
        )
