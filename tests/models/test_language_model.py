"""The language model: what it learns, says and refuses."""

import keras
import numpy as np
import pytest
from conftest import number
from conftest import same
from conftest import weights_of
from keras import ops

import keras_arae

# Two coins a sentence; the third word follows from the first. Of four tokens,
# the end counted, two bits are news: the perplexity is 2 ** (2 / 4).
KINDS = ["the cat sleeps", "the dog sleeps", "a cat runs", "a dog runs"]
TEXT = KINDS * 30
LABELS = np.array([0, 0, 1, 1] * 30)


def make_model(**options):
    codec = keras_arae.TextPreprocessor.from_corpus(TEXT, max_length=5)
    options = {"embedding_dim": 8, "units": 16, "seed": 1, **options}
    model = keras_arae.LanguageModel(codec, **options)
    model.compile(keras.optimizers.Adam(1e-2, global_clipnorm=1.0))
    return model


@pytest.fixture(scope="module")
def trained():
    keras.utils.set_random_seed(0)
    model = make_model()
    model.fit(TEXT, epochs=40, batch_size=20, verbose=0)
    return model


def test_learns_what_there_is_to_know(trained):
    assert trained.perplexity(TEXT) == pytest.approx(2 ** (2 / 4), rel=0.02)
    found = trained.evaluate(TEXT, verbose=0, return_dict=True)
    expected = np.log(trained.perplexity(TEXT))
    assert found["cross_entropy"] == pytest.approx(expected, rel=1e-4)
    assert found["loss"] == found["cross_entropy"]
    assert 0.7 < found["accuracy"] < 0.8  # Two of four, and half of the two.


def test_the_loss_falls(clauses, preprocessor):
    model = keras_arae.LanguageModel(preprocessor, 12, 16)
    model.compile()
    history = model.fit(clauses, epochs=3, verbose=0).history
    losses = history["cross_entropy"]
    assert losses == sorted(losses, reverse=True)
    assert set(history) == {
        "loss",
        "cross_entropy",
        "accuracy",
        "learning_rate_language_model",
    }


def test_samples_are_like_the_text_and_varied(trained):
    samples = trained.generate(200, seed=1)
    assert len(samples) == 200
    assert np.mean([sample in KINDS for sample in samples]) > 0.9
    counts = [samples.count(kind) for kind in KINDS]
    assert min(counts) > 25  # Of 50.


def test_a_seed_repeats_samples_and_another_does_not(trained):
    first = trained.generate(30, seed=5)
    assert trained.generate(30, seed=5) == first
    assert trained.generate(30, seed=6) != first
    np.random.seed(3)
    second = trained.generate(30)
    np.random.seed(3)
    assert trained.generate(30) == second


def test_ways_to_choose_words(trained):
    (greedy,) = set(trained.generate(30, sampler="greedy"))
    assert greedy in KINDS
    assert set(trained.generate(30, seed=0, top_k=1)) == {greedy}
    assert set(trained.generate(30, seed=0, top_p=0.7)) == set(KINDS)
    assert len(set(trained.generate(30, num_beams=3))) == 1
    hot = trained.generate(30, seed=0, temperature=5.0)
    assert np.mean([sample in KINDS for sample in hot]) < 0.5


def test_likelihood_by_hand(trained):
    model = trained
    text = ["the cat sleeps", "dog", "a zebra runs a cat", "", "cat cat"]
    ids = model.codec(text)
    logits = ops.convert_to_numpy(model(ops.convert_to_tensor(ids)))
    assert logits.shape == (5, 6, model.codec.vocabulary_size)
    logits = logits.astype("float64")
    logits -= np.log(np.exp(logits).sum(-1, keepdims=True))
    expected = [
        -sum(row[index, word] for index, word in enumerate(words) if word)
        for row, words in zip(logits, ids)
    ]
    for batch_size in (2, 256):
        found = model.negative_log_likelihood(text, batch_size=batch_size)
        np.testing.assert_allclose(found, expected, rtol=1e-4)
    num_tokens = 4 + 2 + 6 + 1 + 3
    assert model.perplexity(text) == pytest.approx(
        np.exp(np.sum(expected) / num_tokens), rel=1e-4
    )
    # Ids are as good as strings.
    assert model.perplexity(ids) == model.perplexity(text)


def test_words_see_only_those_before_them(trained):
    ids = np.tile(trained.codec(["the cat sleeps"]), (2, 1))
    ids[1, 2] = trained.codec(["runs"])[0, 0]
    first, second = ops.convert_to_numpy(trained(ops.convert_to_tensor(ids)))
    np.testing.assert_array_equal(first[:3], second[:3])
    assert np.abs(first[3] - second[3]).max() > 1e-3


def test_a_saved_model_goes_on_as_if_never_stopped(tmp_path):
    data = {"x": TEXT, "batch_size": 25, "verbose": 0}

    def make():
        keras.utils.set_random_seed(5)
        model = make_model()
        rate = keras.optimizers.schedules.CosineDecay(1e-2, 30)
        model.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0))
        return model

    straight = make()
    expected = straight.fit(epochs=4, **data).history
    model = make()
    first = model.fit(epochs=2, **data).history
    model.save(tmp_path / "model.keras")
    keras.utils.set_random_seed(77)
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.perplexity(TEXT) == model.perplexity(TEXT)
    assert loaded.generate(9, seed=1) == model.generate(9, seed=1)
    assert number(loaded.optimizer["language_model"].iterations) == 10
    second = loaded.fit(epochs=4, initial_epoch=2, **data).history
    for key, values in expected.items():
        assert first[key] + second[key] == values, key
    assert same(weights_of(loaded.decoder), weights_of(straight.decoder))


def test_early_stopping_on_held_out_text(clauses, preprocessor):
    model = keras_arae.LanguageModel(preprocessor, 12, 64, seed=0)
    model.compile(keras.optimizers.Adam(3e-2))
    history = model.fit(
        clauses[:100],
        epochs=30,
        validation_data=clauses[300:],
        verbose=0,
        callbacks=[
            keras.callbacks.EarlyStopping(restore_best_weights=True, patience=1)
        ],
    ).history
    assert 1 < len(history["loss"]) < 30
    expected = np.exp(min(history["val_loss"]))
    found = model.perplexity(clauses[300:])
    assert found == pytest.approx(expected, rel=1e-4)


def test_sentences_of_the_class_asked_for(tmp_path):
    model = make_model(condition=2)
    history = model.fit(
        TEXT,
        LABELS,
        epochs=20,
        batch_size=20,
        validation_data=(TEXT, LABELS),
        verbose=0,
    ).history
    # The label tells the first word: one coin of four tokens is left.
    assert model.perplexity(TEXT, LABELS) == pytest.approx(
        2 ** (1 / 4), rel=0.02
    )
    assert history["val_loss"][-1] == pytest.approx(np.log(2) / 4, rel=0.1)
    assert model.perplexity(TEXT, 1 - LABELS) > 3
    for label, kinds in enumerate((KINDS[:2], KINDS[2:])):
        samples = model.generate(40, label=label, seed=0)
        assert np.mean([sample in kinds for sample in samples]) > 0.9
    samples = model.generate(4, label=[0, 1, 0, 1], sampler="greedy")
    assert [sample.split()[0] for sample in samples] == ["the", "a"] * 2
    samples = model.generate(80, seed=0)
    assert 20 < sum(sample.startswith("a ") for sample in samples) < 60
    assert model.generate(80, seed=0) == samples
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.generate(9, label=1, seed=0) == model.generate(
        9, label=1, seed=0
    )


def test_the_global_seed_draws_the_classes_too():
    model = make_model(condition=2)
    found = []
    for seed in (3, 3, 4):
        keras.utils.set_random_seed(seed)
        found.append(model.generate(50))
    assert found[0] == found[1] != found[2]


REFUSED = {
    "a code": (
        lambda model: model.decode(np.zeros((2, 5))),
        r"\(num_codes, 0\). Received: codes=.* shape \(2, 5\)",
    ),
    "no samples": (
        lambda model: model.generate(0),
        "Received: num_samples=0",
    ),
    "an unknown sampler": (
        lambda model: model.generate(2, sampler="best"),
        "Received: sampler='best'",
    ),
    "a setting that is not the sampler's": (
        lambda model: model.generate(2, sampler="greedy", top_k=2),
        "no settings.*Received:.*top_k",
    ),
    "a temperature of zero": (
        lambda model: model.generate(2, sampler="random", temperature=0.0),
        "Received: temperature=0.0",
    ),
    "one string": (
        lambda model: model.perplexity("the cat"),
        "not one string.*Received: 'the cat'",
    ),
    "numbers among strings": (
        lambda model: model.fit(["the cat", 3], verbose=0),
        "Received: an element 3",
    ),
    "ids outside the vocabulary": (
        lambda model: model.perplexity(np.full((1, 6), 99)),
        "Received: values from 99 to 99",
    ),
    "rows of another width": (
        lambda model: model.evaluate(np.zeros((2, 9), int), verbose=0),
        r"Received: shape \(2, 9\)",
    ),
    "labels without classes": (
        lambda model: model.fit(TEXT, LABELS, verbose=0),
        "has no condition.*Received: labels",
    ),
    "a label without classes": (
        lambda model: model.generate(2, label=1),
        "has no condition.*Received: labels",
    ),
    "classes without labels": (
        lambda _: make_model(condition=2).fit(TEXT, verbose=0),
        "Received: none",
    ),
    "an unknown class": (
        lambda _: make_model(condition=2).generate(2, label=2),
        "Received: labels from 2 to 2",
    ),
}


@pytest.mark.once
@pytest.mark.parametrize("case", REFUSED)
def test_refused(trained, case):
    call, message = REFUSED[case]
    with pytest.raises(ValueError, match=f"(?s){message}"):
        call(trained)
