"""Tables of metrics, samples of any model, looks at code spaces."""

import itertools

import keras
import numpy as np
import pytest

import keras_arae
from keras_arae import evaluation

JUDGE = {"units": 16, "embedding_dim": 8, "epochs": 6, "learning_rate": 3e-2}
JUDGE["batch_size"] = 10
# Sentences that only differ in the order of their words.
ORDERS = [" ".join(words) for words in itertools.permutations("abcde", 4)]


@pytest.fixture(scope="module")
def plain():
    """A plain autoencoder that tells the orders apart."""
    keras.utils.set_random_seed(0)
    preprocessor = keras_arae.TextPreprocessor.from_corpus(ORDERS, max_length=4)
    model = keras_arae.TextARAE(
        preprocessor, 8, 32, prior=None, code_noise=0.0, seed=0
    )
    model.compile(keras.optimizers.Adam(1e-2, global_clipnorm=1.0))
    model.fit(ORDERS, epochs=40, batch_size=20, verbose=0)
    return model


# The report. One backend will do: the judges are tested on each.


@pytest.fixture(scope="module")
def report(clauses):
    return evaluation.TextReport(
        clauses[:300], clauses[300:], num_samples=100, **JUDGE
    )


@pytest.fixture(scope="module")
def real(report):
    return report.real()


@pytest.mark.once
def test_the_row_of_real_text_and_of_one_sentence_again(report, real, clauses):
    collapsed = report.row([clauses[0]] * 100)
    assert set(real) == set(collapsed)
    assert real["sentences"] == collapsed["sentences"] == 100
    assert collapsed["reverse PPL"] > 2 * real["reverse PPL"]
    assert collapsed["self-BLEU"] == pytest.approx(100)
    assert real["self-BLEU"] < 60
    assert collapsed["distinct"] == 0.01 and real["distinct"] > 0.8
    assert collapsed["distinct-2"] < 0.1 < real["distinct-2"]
    assert collapsed["copies"] == 1 and collapsed["nearest"] == 0
    assert real["copies"] < 0.1 and real["nearest"] > 1
    assert real["MAUVE"] > collapsed["MAUVE"]
    assert real["Frechet"] < collapsed["Frechet"]
    assert collapsed["words"] == len(clauses[0].split())


@pytest.mark.once
def test_numbers_are_those_of_the_metrics(report, real, clauses):
    samples = [*clauses[200:250], *clauses[:50], "too", "many"]
    row = report.row(samples)
    train, test, samples = clauses[:300], clauses[300:], samples[:100]
    options = {**JUDGE, "seed": 0, "vocabulary": make_vocabulary(train)}
    options["max_length"] = 8
    reverse = evaluation.reverse_perplexity(samples, test, **options)
    assert row["reverse PPL"] == pytest.approx(reverse.perplexity, rel=1e-5)
    forward = evaluation.forward_perplexity(train, samples, **options)
    assert row["forward PPL"] == pytest.approx(forward.perplexity, rel=1e-5)
    assert row["unknown words"] == 0
    assert row["self-BLEU"] == evaluation.self_bleu(samples)
    assert row["entropy-2"] == evaluation.ngram_entropy(samples, 2)
    # Real samples are training text, what is compared with that is not.
    unseen = evaluation.copied_share(test, train)
    assert real["copies"] == pytest.approx(unseen, abs=1e-9)
    assert real["known 4-grams"] == evaluation.ngram_overlap(test, train, 4)
    assert real["unknown words"] > 0


def make_vocabulary(text):
    preprocessor = keras_arae.TextPreprocessor.from_corpus(
        text, lowercase=False, pattern="whitespace"
    )
    return preprocessor.vocabulary


@pytest.mark.once
def test_few_samples_and_without_words_are_judged_too(report, caplog):
    row = report.row([""] * 40)
    assert "100 sentences were asked for and 40 came" in caplog.text
    assert row["sentences"] == 40
    for name in ("self-BLEU", "distinct-2", "entropy-2", "known 4-grams"):
        assert np.isnan(row[name])
    assert row["reverse PPL"] > 1 and row["words"] == 0
    assert "| nan |" in evaluation.markdown_table({"empty": row})


@pytest.mark.once
def test_test_sentences_in_the_training_text_are_counted(clauses, caplog):
    distinct = list(dict.fromkeys(clauses))
    evaluation.TextReport(distinct[:100], distinct[100:130])
    assert not caplog.records
    evaluation.TextReport(distinct[:100], distinct[97:130] * 2)
    assert "3 of 33 distinct test sentences" in caplog.text


@pytest.mark.once
@pytest.mark.parametrize("wrong", [[], "a dog", [3]])
def test_a_report_refuses_what_is_no_list_of_sentences(report, clauses, wrong):
    with pytest.raises(ValueError, match="Received: "):
        evaluation.TextReport(wrong, clauses)
    with pytest.raises(ValueError, match="Received: "):
        evaluation.TextReport(clauses, wrong)
    with pytest.raises(ValueError, match="Received: "):
        report.row(wrong)


@pytest.mark.once
def test_markdown_table():
    rows = {
        "real": {"PPL": 12.3456, "sentences": 100, "note": "12 ± 1"},
        "mine": {"PPL": 12345.6, "extra": 0.00012},
    }
    assert evaluation.markdown_table(rows, first="set").splitlines() == [
        "| set | PPL | sentences | note | extra |",
        "| --- | --- | --- | --- | --- |",
        "| real | 12.3 | 100 | 12 ± 1 |  |",
        "| mine | 12346 |  |  | 0.00012 |",
    ]


# Samples of any model.


@pytest.mark.once
def test_samples_of_every_model(make_model, plain, preprocessor):
    language_model = keras_arae.LanguageModel(preprocessor, 8, 8, seed=0)
    for model in (make_model(), language_model):
        options = {"temperature": 0.8, "seed": 4}
        samples = evaluation.draw_samples(model, 30, **options)
        assert samples == model.generate(30, **options)
    samples = evaluation.draw_samples(plain, 60, ORDERS, seed=4)
    assert len(samples) == 60 and len(set(samples)) > 30
    assert evaluation.draw_samples(plain, 60, ORDERS, seed=4) == samples
    assert evaluation.draw_samples(plain, 60, ORDERS, seed=5) != samples
    hot = evaluation.draw_samples(plain, 60, ORDERS, 4, temperature=2.0)
    assert hot != samples
    with pytest.raises(ValueError, match="training data.*train_data=None"):
        evaluation.draw_samples(plain, 30)


@pytest.mark.once
def test_gaussian_codes_have_the_moments_of_the_codes():
    generator = np.random.default_rng(0)
    mixing = generator.normal(size=(4, 4))
    codes = generator.normal(size=(5000, 4)) @ mixing + [1.0, 0.0, -2.0, 5.0]
    drawn = evaluation.gaussian_codes(codes, 20000, seed=1, normalize=False)
    assert drawn.shape == (20000, 4) and drawn.dtype == "float32"
    np.testing.assert_allclose(drawn.mean(0), codes.mean(0), atol=0.1)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(codes.T), atol=0.2)
    assert np.abs(np.cov(codes.T) - np.diag(codes.var(0))).max() > 1
    again = evaluation.gaussian_codes(codes, 20000, seed=1)
    np.testing.assert_allclose(np.linalg.norm(again, axis=1), 1.0, rtol=1e-5)
    lengths = np.linalg.norm(drawn, axis=1, keepdims=True)
    np.testing.assert_allclose(again, drawn / lengths, atol=1e-5)


# Code spaces.


@pytest.mark.once
def test_likelihood_falls_with_every_swap(plain):
    nats = evaluation.swap_nats(plain, ORDERS, (0, 1, 3))
    assert list(nats) == [0, 1, 3]
    own = plain.negative_log_likelihood(ORDERS).mean()
    assert nats[0] == pytest.approx(own, rel=1e-5)
    assert nats[0] + 1 < nats[1] < nats[3] - 1
    assert evaluation.swap_nats(plain, ORDERS, (0, 1, 3)) == nats


def test_reconstruction_report(plain):
    found = evaluation.reconstruction_report(plain, ORDERS)
    copies = plain.reconstruct(ORDERS)
    assert found["exact match"] == np.mean(
        [copy == line for copy, line in zip(copies, ORDERS)]
    )
    assert 0.8 < found["exact match"] <= found["token accuracy"] <= 1
    assert 80 < found["BLEU"] <= 100 + 1e-9
    nats = plain.negative_log_likelihood(ORDERS).mean()
    assert found["nats"] == pytest.approx(nats, rel=1e-5)
    # A sentence that is too long does not come back whole.
    kept = next(line for line, copy in zip(ORDERS, copies) if copy == line)
    found = evaluation.reconstruction_report(plain, [kept, "e e e e e"])
    assert found["exact match"] == 0.5


def test_code_moments(as_new, clauses):
    model = as_new()
    found = evaluation.code_moments(model, clauses)
    assert set(found) == {
        "norm",
        "trace",
        "generated norm",
        "generated trace",
        "Frechet",
    }
    assert found["norm"] == pytest.approx(1, abs=1e-4)
    codes = model.encode(clauses)
    trace = np.trace(np.cov(codes.T))
    assert found["trace"] == pytest.approx(trace, rel=1e-4)
    assert found["generated trace"] > 0 and found["Frechet"] > 0
    assert evaluation.code_moments(model, clauses) == found
    assert evaluation.code_moments(model, clauses, seed=1) != found


def test_neighbor_cosine(plain):
    text = ["a b c d", "a b c e", "e d a"]
    codes = plain.encode(text)
    # The first two are neighbours: one word of distance.
    found = evaluation.neighbor_cosine(plain, text, max_distance=1)
    assert found == pytest.approx(codes[0] @ codes[1], abs=1e-5)
    # Neighbours of the third alone.
    found = evaluation.neighbor_cosine(plain, text[::-1], 4, num_sentences=1)
    expected = (codes[2] @ codes[0] + codes[2] @ codes[1]) / 2
    assert found == pytest.approx(expected, abs=1e-5)
    with pytest.raises(ValueError, match="neighbour.*Received: 3 sentences"):
        evaluation.neighbor_cosine(plain, text[::-1], 1, num_sentences=1)
    with pytest.raises(ValueError, match="neighbour"):
        # A copy is no neighbour.
        evaluation.neighbor_cosine(plain, text[:1] * 5)
