"""Reverse perplexity in the log of training."""

import keras
import pytest
from conftest import same
from conftest import weights_of

import keras_arae
from keras_arae import evaluation
from keras_arae.callbacks import ReversePerplexity

SMALL = {"units": 8, "embedding_dim": 8, "epochs": 2}
KEY = "val_reverse_perplexity"


def watch(clauses, **options):
    options = {"num_samples": 40, **SMALL, **options}
    return ReversePerplexity(clauses[300:340], **options)


@pytest.fixture
def make_quickly(preprocessor):
    """Makes language models, which compile sooner than an ARAE."""

    def make():
        model = keras_arae.LanguageModel(preprocessor, 8, 16, seed=0)
        model.compile(keras.optimizers.Adam(1e-2))
        return model

    return make


@pytest.mark.once
def test_every_epoch_logs_the_number_of_its_model(make_quickly, clauses):
    losses = []
    sampling = {"temperature": 0.7}
    for extra in ([], [watch(clauses, sampling=sampling, seed=3)]):
        keras.utils.set_random_seed(1)
        model = make_quickly()
        history = model.fit(
            clauses, epochs=2, callbacks=extra, verbose=0
        ).history
        losses.append(history["loss"])
    assert losses[0] == losses[1]  # Looking changes nothing.
    assert len(history[KEY]) == 2 and history[KEY][1] < history[KEY][0]
    samples = model.generate(40, seed=3, **sampling)
    expected = evaluation.reverse_perplexity(
        samples, clauses[300:340], seed=3, **SMALL
    )
    assert history[KEY][1] == pytest.approx(expected.perplexity, rel=1e-5)


def test_a_look_leaves_an_arae_as_it_was(as_new, clauses):
    model = as_new()
    prior = model.prior
    networks = model.encoder, model.decoder, prior.generator, prior.critic
    before = weights_of(*networks)
    watcher = watch(clauses)
    watcher.set_model(model)
    logs = {"loss": 1.0}
    watcher.on_epoch_end(0, logs)
    assert logs[KEY] > 1
    assert same(weights_of(*networks), before)


# When it looks, with fixed numbers in place of perplexities.


@pytest.fixture
def numbers(monkeypatch):
    """A list to put numbers in; the callback takes them from its start."""
    numbers = []
    monkeypatch.setattr(
        "keras_arae.callbacks.reverse_perplexity.reverse_perplexity",
        lambda *args, **options: evaluation.Perplexity(numbers.pop(0), 1, 0.0),
    )
    return numbers


@pytest.mark.once
def test_between_two_looks_the_last_number_stands(
    make_quickly, clauses, numbers
):
    numbers += [50.0, 40.0, 30.0]
    model, drawn = make_quickly(), []
    model.generate = lambda *args, **options: drawn.append((args, options))
    watcher = watch(clauses, every=2, sampling={"top_k": 3}, seed=1)
    history = model.fit(
        clauses[:50], epochs=5, callbacks=[watcher], verbose=0
    ).history
    # After epoch 1, where no number is there yet, then 2 and 4.
    assert history[KEY] == [50.0, 40.0, 40.0, 30.0, 30.0]
    assert drawn == [((40,), {"seed": 1, "top_k": 3})] * 3


def test_early_stopping_heeds_it(make_quickly, clauses, numbers):
    numbers += [50.0, 40.0, 45.0, 60.0, 10.0]
    stopping = keras.callbacks.EarlyStopping(KEY, mode="min", patience=2)
    history = (
        make_quickly()
        .fit(
            clauses[:50],
            epochs=5,
            callbacks=[watch(clauses), stopping],
            verbose=0,
        )
        .history
    )
    assert history[KEY] == [50.0, 40.0, 45.0, 60.0]
