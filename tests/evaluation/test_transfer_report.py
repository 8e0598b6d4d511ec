"""Judges of transferred sentences, on text whose answers are known."""

import numpy as np
import pytest

from keras_arae import evaluation

pytestmark = pytest.mark.once
NOUNS = ["food", "room", "staff", "place", "music", "price", "tea", "soup"]


def text(mark):
    return [
        f"the {first} and the {second} were {mark} ."
        for first in NOUNS
        for second in NOUNS
    ]


@pytest.fixture(scope="module")
def report():
    classes = {"bad": text("bad"), "good": text("good")}
    return evaluation.TransferReport(
        classes, classes, units=16, embedding_dim=16, epochs=6, num_sentences=60
    )


def test_copies_keep_all_and_change_nothing(report):
    copies = {name: report.sources(name) for name in ("bad", "good")}
    row = report.row(copies)
    assert row["accuracy"] == 0.0
    assert row["BLEU"] == pytest.approx(100.0)
    assert row["geometric mean"] == 0.0
    assert report.real()["accuracy"] == 1.0


def test_a_perfect_transfer_is_seen(report):
    outputs = {name: text(name) for name in ("bad", "good")}
    row = report.row(outputs, references=outputs)
    assert row["accuracy"] == row["accuracy, good"] == 1.0
    # Matches of 1 to 4 words in each sentence of 8: 7, 5, 4 and 3 of
    # 8, 7, 6 and 5, all the same in each.
    expected = 100 * (7 / 8 * 5 / 7 * 4 / 6 * 3 / 5) ** 0.25
    assert row["BLEU"] == pytest.approx(expected)
    assert row["BLEU, references"] == pytest.approx(100.0)
    mean = (100 * expected) ** 0.5
    assert row["geometric mean"] == pytest.approx(mean)
    salad = [" ".join(sorted(s.split(), reverse=True)) for s in text("good")]
    worse = report.row({"bad": text("bad"), "good": salad})
    assert worse["forward PPL, good"] > 2 * row["forward PPL, good"]
    assert worse["reverse PPL, good"] > 2 * row["reverse PPL, good"]
    mean = np.sqrt(row["forward PPL, good"] * row["forward PPL, bad"])
    assert row["forward PPL"] == pytest.approx(mean)


def test_rows_that_do_not_fit_are_refused(report):
    with pytest.raises(ValueError, match="Expected 64 .*'bad'.*Received: 3"):
        report.row({"bad": text("bad")[:3], "good": text("good")})
    with pytest.raises(ValueError, match="same classes"):
        evaluation.TransferReport({"a": ["x"]}, {"b": ["x"]})
    with pytest.raises(ValueError, match="2 rows and 1 labels"):
        evaluation.TextClassifier().fit(["a", "b"], ["x"])


def test_leakage_is_chance_without_and_certain_with_the_label():
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=1200)
    codes = rng.normal(size=(1200, 8))
    parts = labels[:800], codes[800:], labels[800:]
    assert evaluation.code_leakage(codes[:800], *parts) < 0.6
    codes[:, 3] += 5 * labels
    assert evaluation.code_leakage(codes[:800], *parts) > 0.95
