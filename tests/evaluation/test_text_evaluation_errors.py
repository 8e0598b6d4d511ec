"""What the metrics of text refuse."""

import subprocess
import sys

import numpy as np
import pytest

from keras_arae import evaluation
from keras_arae.extras import require

pytestmark = pytest.mark.once
ONE = ["a dog runs ."] * 30
MANY = [f"a dog runs {count} miles ." for count in range(30)]

OF_ONE_LIST = [
    evaluation.self_bleu,
    evaluation.distinct_n,
    evaluation.ngram_entropy,
    evaluation.distinct_sentences,
    evaluation.length_statistics,
    evaluation.text_features,
    lambda texts: evaluation.swap_words(texts, 1),
]
OF_TWO_LISTS = [
    evaluation.bleu,
    evaluation.ngram_overlap,
    evaluation.copied_share,
    evaluation.nearest_training_sentences,
    evaluation.mauve,
    evaluation.text_frechet_distance,
    evaluation.token_accuracy,
    evaluation.exact_match,
]
EVERY_LIST = [
    *OF_ONE_LIST,
    *(lambda texts, f=metric: f(texts, MANY) for metric in OF_TWO_LISTS),
    *(lambda texts, f=metric: f(MANY, texts) for metric in OF_TWO_LISTS),
]


@pytest.mark.parametrize("metric", EVERY_LIST)
def test_what_is_no_list_of_sentences_is_refused(metric):
    with pytest.raises(ValueError, match="not one string.*Received: 'a dog'"):
        metric("a dog")
    with pytest.raises(ValueError, match="Received: an element 3"):
        metric(["a dog", 3])
    with pytest.raises(ValueError, match="Received: 0 sentences"):
        metric([])


@pytest.mark.parametrize(
    "metric",
    [
        evaluation.self_bleu,
        evaluation.distinct_n,
        evaluation.ngram_entropy,
        evaluation.text_features,
        lambda texts: evaluation.bleu(MANY[:3], texts),
        lambda texts: evaluation.ngram_overlap(texts, MANY),
        lambda texts: evaluation.token_accuracy(texts, MANY[:3]),
    ],
)
def test_samples_without_words_are_refused(metric):
    with pytest.raises(ValueError, match="3 sentences of at most 0 words"):
        metric(["", " ", ""])


@pytest.mark.parametrize(
    "metric",
    [evaluation.bleu, evaluation.token_accuracy, evaluation.exact_match],
)
def test_pairs_of_unequal_length_are_refused(metric):
    with pytest.raises(ValueError, match="Received: 3 and 2 sentences"):
        metric(MANY[:3], MANY[:2])


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: evaluation.distinct_n(["a b"], 3),
            "at least 3 words.*at most 2",
        ),
        (lambda: evaluation.distinct_n(["a b"], 0), "Received: n=0"),
        (lambda: evaluation.ngram_overlap(["a"], ["a"], 1.5), "n=1.5"),
        (lambda: evaluation.bleu(["a b c"], ["a b c"]), "at least 4 words"),
        (lambda: evaluation.self_bleu(["a"]), "at least 2. Received: 1 s"),
        (lambda: evaluation.self_bleu(ONE, 1), "num_samples=1"),
        (
            lambda: evaluation.mauve(MANY, MANY[:19]),
            "at least 20. Received: 19",
        ),
        (lambda: evaluation.mauve(MANY, ONE, num_buckets=31), "at least 31"),
        (lambda: evaluation.mauve(MANY, ONE, num_buckets=1), "num_buckets=1"),
        (lambda: evaluation.text_frechet_distance(ONE, ["a"]), "at least 2"),
        (lambda: evaluation.text_features(ONE, 0), "num_features=0"),
        (lambda: evaluation.swap_words(ONE, -1), "num_swaps=-1"),
        (
            lambda: evaluation.mauve(ONE, ONE, lambda texts: np.ones(3)),
            r"for 30 texts. Received: shape \(3,\)",
        ),
        (
            lambda: evaluation.text_frechet_distance(
                ONE, ONE, lambda texts: np.full((len(texts), 2), np.nan)
            ),
            "finite features",
        ),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        call()


def test_missing_package_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    with pytest.raises(ImportError, match=r"'sacrebleu'.*keras-arae\[eval\]"):
        evaluation.bleu(MANY, MANY)
    with pytest.raises(ImportError, match="'no_such_module'"):
        require("no_such_module", "eval")


def test_evaluation_packages_are_imported_when_used():
    code = (
        "import sys, keras; before = set(sys.modules); import keras_arae;"
        "print({'sacrebleu', 'mauve', 'rapidfuzz', 'sklearn'}"
        " & (set(sys.modules) - before))"
    )
    output = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert output.strip() == "set()"
