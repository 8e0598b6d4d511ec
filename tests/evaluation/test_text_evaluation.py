import collections
import sys

import mauve as mauve_text
import numpy as np
import pytest
import sacrebleu

from keras_arae import evaluation
from keras_arae.datasets import load_text

pytestmark = pytest.mark.once
ONE = ["a dog runs ."] * 30
CORPUS = load_text("web_clauses")
ORDER = np.random.default_rng(0).permutation(len(CORPUS))
REAL, OTHER = (
    [CORPUS[index] for index in ORDER[start : start + 400]]
    for start in (0, 400)
)
ENCODER = evaluation.text_features(REAL)


def approx(value):
    return pytest.approx(value, abs=1e-9)


# BLEU.


def test_bleu_by_hand():
    # Of 6, 5, 4 and 3 n-grams, 5, 4, 3 and 2 match; the lengths are equal.
    found = evaluation.bleu(["a b c d e x"], ["a b c d e f"])
    assert found == approx(100 * (5 / 6 * 4 / 5 * 3 / 4 * 2 / 3) ** 0.25)


def test_bleu_is_sacrebleus(caplog):
    noisy = [text.replace(" the ", " a ") + " ." for text in REAL]
    found = evaluation.bleu(noisy, REAL)
    # sacrebleu would log a warning of 100 lines that end in " .".
    assert not caplog.records
    expected = sacrebleu.BLEU(tokenize="none", force=True)
    assert found == approx(expected.corpus_score(noisy, [REAL]).score)
    assert 10 < found < 90
    assert evaluation.bleu(REAL, REAL) == approx(100)


@pytest.mark.parametrize(
    "samples",
    [
        # Samples that repeat, of one word and of none.
        REAL[:60] + REAL[:3] + ["", "yes", "the the the", "the the ."],
        # Lengths that differ: the closest other one may be shorter or longer.
        ["a b", "a b c d", "a b c d e f"],
        ["a b", "a b c d", "a b c d e f g", "a b c d e f g h i"],
    ],
)
def test_self_bleu_is_the_mean_of_sacrebleus(samples):
    expected = sacrebleu.BLEU(tokenize="none", effective_order=True)
    scores = [
        expected.sentence_score(
            sample, samples[:index] + samples[index + 1 :]
        ).score
        for index, sample in enumerate(samples)
    ]
    assert evaluation.self_bleu(samples) == approx(np.mean(scores))
    assert 5 < np.mean(scores) < 95


def test_self_bleu_is_high_where_samples_repeat():
    assert evaluation.self_bleu(ONE) == approx(100)
    assert evaluation.self_bleu(["yes", "yes"]) == approx(100)
    assert evaluation.self_bleu(["a b c", "d e f", "g h i j"]) == 0
    half = REAL[:200] + REAL[:1] * 200
    assert evaluation.self_bleu(half) > evaluation.self_bleu(REAL) + 20


def test_self_bleu_draws_samples_by_seed():
    found = [evaluation.self_bleu(REAL, 50, seed=seed) for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]
    # No sample is drawn twice.
    samples = ["a b", "c d", "e f"]
    assert not any(evaluation.self_bleu(samples, 2, seed) for seed in range(9))


# Diversity.


def test_diversity_by_hand():
    samples = ["a b a b", "a b", "c"]
    # Pairs: ab, ba, ab, ab.
    assert evaluation.distinct_n(samples, 2) == 1 / 2
    entropy = 3 / 4 * np.log(4 / 3) + 1 / 4 * np.log(4)
    assert evaluation.ngram_entropy(samples, 2) == approx(entropy)
    # Words: a, b, a, b, a, b, c.
    assert evaluation.distinct_n(samples, 1) == 3 / 7
    assert evaluation.distinct_n(samples, 4) == 1
    assert evaluation.distinct_sentences(["a b", "a  b ", "b a", ""]) == 3 / 4
    assert evaluation.length_statistics(["a b c", "", "a b c"]) == {
        "mean": approx(2),
        "std": approx(np.sqrt(2)),
        "min": 0,
        "max": 3,
    }


def test_diversity_falls_as_samples_collapse():
    mixtures = [REAL[: 400 - n] + REAL[:1] * n for n in (0, 100, 200, 399)]
    for metric in (
        evaluation.distinct_n,
        evaluation.ngram_entropy,
        evaluation.distinct_sentences,
    ):
        values = [metric(samples) for samples in mixtures]
        assert values == sorted(set(values), reverse=True)
    assert evaluation.ngram_entropy(["yes yes"] * 9) == 0


# Memorization.


def test_ngram_overlap_by_hand():
    train_text = ["a b c d", "x y"]
    # Distinct pairs: ab, bc, cx, xy; three stand in one training sentence.
    found = evaluation.ngram_overlap(["a b c x", "a b", "x y"], train_text, n=2)
    assert found == 3 / 4
    # An n-gram does not go on into the next sentence.
    assert evaluation.ngram_overlap(["d x"], train_text, n=2) == 0
    assert evaluation.ngram_overlap(REAL, REAL + OTHER) == 1


def test_copied_share():
    samples = REAL[:30] + [text + " indeed" for text in REAL[:10]]
    assert evaluation.copied_share(samples, REAL) == 3 / 4


def test_nearest_training_sentences_by_brute_force():
    samples = evaluation.swap_words(OTHER[:15], 1) + REAL[50:55] + ["", "zzz"]
    found = evaluation.nearest_training_sentences(samples, REAL)
    for sample, (distance, sentence) in zip(samples, found):
        # min() is the first of the nearest, too.
        assert sentence == min(REAL, key=lambda t: levenshtein(sample, t))
        assert distance == levenshtein(sample, sentence)
    assert found[15:20] == [(0, text) for text in REAL[50:55]]
    assert all(distance > 0 for distance, _ in found[20:])


def levenshtein(first, second):
    first, second = first.split(), second.split()
    row = list(range(len(second) + 1))
    for i, word in enumerate(first, 1):
        last, row = row, [i]
        for j, other in enumerate(second, 1):
            change = last[j - 1] + (word != other)
            row.append(min(change, last[j] + 1, row[j - 1] + 1))
    return row[-1]


def test_nearest_training_sentences_over_blocks(monkeypatch):
    samples = evaluation.swap_words(OTHER[:40], 2) + REAL[:10]
    expected = evaluation.nearest_training_sentences(samples, REAL)
    module = sys.modules["keras_arae.evaluation.memorization"]
    monkeypatch.setattr(module, "BLOCK", 7)
    assert evaluation.nearest_training_sentences(samples, REAL) == expected


# Distances of texts by features.


def test_text_features():
    features = ENCODER(OTHER)
    assert features.shape == (400, 64) and features.dtype == "float64"
    assert np.array_equal(features, evaluation.text_features(REAL)(OTHER))
    # Word order counts, by pairs; unknown words count nothing.
    assert (
        np.abs(ENCODER(evaluation.swap_words(OTHER, 3)) - features).max() > 0.1
    )
    known = OTHER[0] + " . zzz qqq"
    assert np.allclose(ENCODER([known]), ENCODER([OTHER[0] + " ."]), atol=0.1)
    assert not ENCODER(["zzz qqq", ""]).any()


def test_text_features_keep_the_angles_of_a_small_corpus():
    # With as many features as sentences nothing is lost: rows have length 1
    # and sentences without common words are orthogonal.
    texts = ["a b c", "d e", "c d"]
    features = evaluation.text_features(texts)(texts)
    assert features.shape == (3, 3)
    angles = features @ features.T
    assert np.diag(angles) == approx(np.ones(3))
    assert angles[0, 1] == approx(0) and 0.05 < angles[0, 2] < 0.95


def test_mauve_is_mauve_texts():
    for options in ({"seed": 3}, {"num_buckets": 7}):
        expected = mauve_text.compute_mauve(
            p_features=ENCODER(REAL),
            q_features=ENCODER(OTHER[:300]),
            **{"seed": 0, **options},
        ).mauve
        found = evaluation.mauve(REAL, OTHER[:300], ENCODER, **options)
        assert found == expected
    assert evaluation.mauve(REAL, OTHER) == evaluation.mauve(
        REAL, OTHER, ENCODER
    )


def test_mauve_tells_text_apart():
    def mauve(samples):
        return evaluation.mauve(REAL, samples, ENCODER)

    assert mauve(REAL) == 1
    assert mauve(OTHER) > 0.8
    half_strange = OTHER[:200] + ["zzz qqq"] * 200
    assert mauve(OTHER) - 0.2 > mauve(half_strange) > 0.1
    assert mauve(["zzz qqq"] * 400) < 0.02
    assert mauve(OTHER[:1] * 400) < 0.02


def test_frechet_distance_rises_with_damage():
    def distance(samples):
        return evaluation.text_frechet_distance(REAL, samples, ENCODER)

    assert distance(REAL) == approx(0)
    swapped = [distance(evaluation.swap_words(OTHER, k)) for k in (0, 1, 4)]
    assert swapped == sorted(set(swapped))
    collapsed = [
        distance(OTHER[: 400 - n] + OTHER[:1] * n) for n in (0, 100, 200, 399)
    ]
    assert collapsed == sorted(set(collapsed))
    assert distance(OTHER) == evaluation.text_frechet_distance(REAL, OTHER)
    expected = evaluation.frechet_distance(ENCODER(REAL), ENCODER(OTHER))
    assert distance(OTHER) == expected


@pytest.mark.filterwarnings("error")
def test_distances_of_one_sentence_repeated():
    for text in (ONE, ["yes"] * 30):
        assert evaluation.mauve(text, text) == 1
        assert evaluation.mauve(text, REAL) < 0.1
        assert evaluation.text_frechet_distance(text, text) == approx(0)
        assert evaluation.text_frechet_distance(text, REAL) > 0.1


# Reconstructions.


def test_reconstruction_by_hand():
    originals = ["a b c", "d e", "f", ""]
    copies = ["a c b", "d", "f g h", ""]
    # a, d and f stand at their place, of six words.
    assert evaluation.token_accuracy(originals, copies) == 1 / 2
    assert evaluation.exact_match(originals, copies) == 1 / 4
    assert evaluation.exact_match(["a  b "], ["a b"]) == 1
    assert evaluation.token_accuracy(REAL, REAL) == 1
    assert evaluation.token_accuracy(REAL, [""] * 400) == 0


# Swaps.


@pytest.mark.parametrize("num_swaps", [0, 1, 2, 3, 4, 9])
def test_swaps_are_as_many_as_asked(num_swaps):
    sentences = [" ".join("abcdefg"[:length]) for length in range(8)] * 20
    swapped = evaluation.swap_words(sentences, num_swaps)
    for before, after in zip(sentences, swapped):
        assert sorted(after.split()) == before.split()
        inversions = count_inversions(after.split())
        num_pairs = len(before.split()) - 1
        if num_pairs < 1:
            assert after == before
        elif num_swaps <= num_pairs:
            # Swaps at distinct indices each add one pair out of order.
            assert inversions == num_swaps
        else:
            # Each swap turns an even permutation into an odd one, and back.
            assert inversions % 2 == num_swaps % 2


def count_inversions(words):
    return sum(words[i] > words[j] for j in range(len(words)) for i in range(j))


def test_swaps_of_real_sentences():
    swapped = evaluation.swap_words(REAL, 3, seed=1)
    assert swapped == evaluation.swap_words(REAL, 3, seed=1)
    assert swapped != evaluation.swap_words(REAL, 3, seed=2)
    for before, after in zip(REAL, swapped):
        counts = [collections.Counter(text.split()) for text in (before, after)]
        assert counts[0] == counts[1]
    assert evaluation.swap_words([" a  b "], 0) == ["a b"]
    # All pairs come, the last one too.
    found = evaluation.swap_words(["a b c"] * 50, 1)
    assert set(found) == {"b a c", "a c b"}
