"""The library where only JAX is installed: `make test-bare` runs these."""

import importlib.util
import sys

import keras
import numpy as np
import pytest

import keras_arae

TEXT = ["a man sleeps .", "two men talk .", "a cat runs ."] * 4


@pytest.fixture(scope="module")
def model():
    """A tiny model that has learned for two steps."""
    codec = keras_arae.TextPreprocessor.from_corpus(TEXT, max_length=5)
    prior = keras_arae.priors.AdversarialPrior(hidden_dims=(4,), critic_steps=1)
    model = keras_arae.TextARAE(
        codec, embedding_dim=4, code_dim=4, prior=prior, seed=1
    )
    model.compile()
    model.fit(TEXT, batch_size=6, verbose=0)
    return model


@pytest.mark.parametrize(
    "module",
    ["tensorflow", "tensorflow_text", "torch", "matplotlib", "sklearn"],
)
def test_others_are_not_there(module):
    assert importlib.util.find_spec(module) is None


def test_a_model_trains(model):
    assert keras.config.backend() == "jax"
    (loss,) = model.history.history["reconstruction_loss"]
    assert np.isfinite(loss)


def test_a_trained_model_generates(model):
    assert len(model.generate(2, seed=0)) == 2
    # Samplers are those of keras_nlp.
    assert len(model.generate(2, seed=0, top_p=0.9)) == 2
    assert "keras_nlp" in sys.modules


def test_a_model_is_saved_loaded_and_evaluated(model, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    results = [
        each.evaluate(TEXT, batch_size=6, verbose=0, return_dict=True)
        for each in (model, loaded)
    ]
    key = "reconstruction_loss"
    assert results[0][key] == pytest.approx(results[1][key])


# The messages name the extra: Python's own names only the module.


def test_curves_name_the_extra_that_draws_them(tmp_path):
    with pytest.raises(ImportError, match=r"keras-arae\[plot\]"):
        keras_arae.callbacks.LearningCurves(
            tmp_path / "log.csv", tmp_path / "curves.png"
        )


def test_digits_name_the_extra_that_brings_them():
    with pytest.raises(ImportError, match=r"keras-arae\[images\]"):
        keras_arae.datasets.load_images("digits")
