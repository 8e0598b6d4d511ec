"""Classifiers as judges: of what sentences say, and of what codes tell."""

from __future__ import annotations

import collections
from collections.abc import Iterable
from collections.abc import Sequence
from collections.abc import Sized
from typing import Any

import numpy as np

from keras_arae.arguments import POSITIVE
from keras_arae.arguments import SEED
from keras_arae.arguments import array
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import either
from keras_arae.arguments import instance
from keras_arae.arguments import several
from keras_arae.arguments import shown
from keras_arae.evaluation.texts import check_long_enough
from keras_arae.evaluation.texts import check_texts
from keras_arae.extras import require

LABELS = either(several(instance(str)), several(instance(int)))._replace(
    expected="a list of labels, all of them str or all of them int"
)


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
    judge = keras_arae.evaluation.TextClassifier().fit(text, labels)
    assert judge.accuracy(["so good"], ["positive"]) == 1.0
    ```
    """

    @checked(regularization=POSITIVE)
    def __init__(self, regularization: float = 10.0) -> None:
        self.regularization = regularization

    def fit(
        self, texts: Iterable[str], labels: Sequence[Any]
    ) -> TextClassifier:
        """Learns from sentences and their labels.

        Args:
            texts: list of str.
            labels: list of their labels.

        Returns:
            The classifier itself.
        """
        texts = check_texts(texts)
        classes = _check_pairs(texts, labels)
        check_long_enough([text.split() for text in texts], 1)
        _check_classes(classes)
        features = require("sklearn.feature_extraction.text", "eval")
        linear = require("sklearn.linear_model", "eval")
        pipeline = require("sklearn.pipeline", "eval")
        self.model = pipeline.make_pipeline(
            features.TfidfVectorizer(
                token_pattern=r"\S+",
                ngram_range=(1, 2),
                min_df=2 if len(texts) > 1000 else 1,
                sublinear_tf=True,
            ),
            linear.LogisticRegression(C=self.regularization, max_iter=1000),
        )
        self.model.fit(texts, classes)
        return self

    def predict(self, texts: Iterable[str]) -> np.ndarray:
        """Says which label each sentence has most likely.

        Args:
            texts: list of str.

        Returns:
            An array of shape `(num_texts,)`.
        """
        return self.model.predict(check_texts(texts))

    def accuracy(self, texts: Sequence[str], labels: Sequence[Any]) -> float:
        """Share of sentences that are of the class wanted.

        Args:
            texts: list of str.
            labels: list of the labels that they should have.

        Returns:
            A float from 0 to 1.
        """
        texts = check_texts(texts)
        classes = _check_pairs(texts, labels)
        return float(np.mean(self.predict(texts) == classes))


@checked(
    codes=array("num_samples", "num_features"),
    test_codes=array("num_samples", "num_features"),
    seed=SEED,
)
def code_leakage(
    codes: np.ndarray,
    labels: Sequence[Any],
    test_codes: np.ndarray,
    test_labels: Sequence[Any],
    seed: int = 0,
) -> float:
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
    leakage = keras_arae.evaluation.code_leakage
    assert leakage(codes[:300], labels[:300], codes[300:], labels[300:]) > 0.9
    ```
    """
    classes = _check_pairs(codes, labels)
    test_classes = _check_pairs(test_codes, test_labels)
    if codes.shape[1] != test_codes.shape[1] or not len(test_codes):
        raise ValueError(
            "Expected test codes, as wide as the codes. Received: shapes "
            f"{codes.shape} and {test_codes.shape}"
        )
    unknown = sorted(set(test_classes.tolist()) - set(classes.tolist()))
    if unknown:
        raise ValueError(
            "Expected test labels that stand among the labels to learn from. "
            f"Received: the unknown {shown(unknown)}"
        )
    # The probe holds a tenth of them out to know when to stop.
    _check_classes(classes, at_least=10)
    scaler = require("sklearn.preprocessing", "eval").StandardScaler()
    probe = require("sklearn.neural_network", "eval").MLPClassifier(
        early_stopping=True, max_iter=50, random_state=seed
    )
    probe.fit(scaler.fit_transform(codes), classes)
    return float(probe.score(scaler.transform(test_codes), test_classes))


def _check_classes(labels: np.ndarray, at_least: int = 1) -> None:
    """Refuses labels of one class, and classes of few rows."""
    counts = collections.Counter(labels.tolist())
    if len(counts) < 2 or min(counts.values()) < at_least:
        raise ValueError(
            f"Expected labels of two classes or more, {at_least} of each at "
            f"least. Received: {shown(dict(counts))}"
        )


def _check_pairs(rows: Sized, labels: Any) -> np.ndarray:
    """The labels, one for each row; refuses others."""
    labels = check("labels", labels, LABELS)
    if len(rows) != len(labels):
        raise ValueError(
            "Each row needs a label. "
            f"Received: {len(rows)} rows and {len(labels)} labels"
        )
    return np.asarray(labels)
