"""Run by test_cross_backend.py, in a process of each backend."""

import pathlib
import sys
from unittest import mock

import keras
import numpy as np
from conftest import NETWORKS
from conftest import compile_quickly
from conftest import network

import keras_arae

SENTENCES = [
    "a man sleeps .", "two men talk .", "a cat runs .", "the sun rises .",
] * 8  # fmt: skip


def make_model():
    codec = keras_arae.TextPreprocessor.from_corpus(SENTENCES, max_length=6)
    return keras_arae.TextARAE(
        codec,
        embedding_dim=8,
        code_dim=10,
        prior=keras_arae.priors.AdversarialPrior(
            noise_dim=5, hidden_dims=(12,), critic_steps=3
        ),
        code_noise=0.0,
        seed=0,
    )


def same_draws():
    """The same noise on every backend, whose generators differ."""
    generator = np.random.default_rng(0)
    draws = {
        width: draw(size=(32, width)).astype("float32")
        for width, draw in (
            (5, generator.normal),  # For the generator's own step,
            (3 * 5, generator.normal),  # and for the critic's three.
            (1, generator.uniform),
        )
    }

    def draw(shape, seed=None):
        return keras.ops.convert_to_tensor(draws[shape[-1]])

    return mock.patch.multiple(keras.random, normal=draw, uniform=draw)


def adam():
    return keras.optimizers.Adam(1e-4, beta_1=0.5)


def step(folder):
    """One step from the weights in the folder, by the released optimizers."""
    model = make_model()
    model.load_weights(folder / "start.weights.h5")
    sgd = keras.optimizers.SGD(1.0, global_clipnorm=1.0)
    model.compile(sgd, adam(), adam())
    with same_draws():
        logs = model.fit(SENTENCES, batch_size=32, shuffle=False, verbose=0)
    weights = {
        f"{name}.{index}": keras.ops.convert_to_numpy(weight)
        for name in NETWORKS
        for index, weight in enumerate(network(model, name).weights)
    }
    numbers = {f"log.{key}": value[0] for key, value in logs.history.items()}
    np.savez(folder / f"{keras.config.backend()}.npz", **weights, **numbers)


def save(folder):
    """Start weights for `step`, and a trained, compiled model."""
    model = make_model()
    model.save_weights(folder / "start.weights.h5")
    compile_quickly(model)
    model.fit(SENTENCES, epochs=3, verbose=0)
    model.save(folder / "model.keras")
    model.save_to_preset(folder / "preset", dtype="float16", overwrite=True)
    np.save(folder / "codes.npy", model.encode(SENTENCES[:4]))
    (folder / "samples.txt").write_text("\n".join(model.generate(8, seed=1)))


def load(folder):
    """What `save` left reads the same here, and trains on."""
    model = keras.saving.load_model(folder / "model.keras")
    codes = np.load(folder / "codes.npy")
    np.testing.assert_allclose(model.encode(SENTENCES[:4]), codes, atol=1e-5)
    samples = (folder / "samples.txt").read_text().split("\n")
    assert model.generate(8, seed=1) == samples
    preset = keras_arae.ARAE.from_preset(folder / "preset")
    found = preset.encode(SENTENCES[:4])
    np.testing.assert_allclose(found, codes, atol=5e-3)  # In half precision.
    assert sum(map(str.__eq__, preset.generate(8, seed=1), samples)) > 5
    before = model.evaluate(SENTENCES, verbose=0, return_dict=True)
    steps = int(model.optimizer["critic"].iterations)
    model.fit(SENTENCES, epochs=20, initial_epoch=3, verbose=0)
    after = model.evaluate(SENTENCES, verbose=0, return_dict=True)
    assert after["reconstruction_loss"] < before["reconstruction_loss"]
    assert int(model.optimizer["critic"].iterations) == steps + 17 * 3


if __name__ == "__main__":
    for verb in sys.argv[2:]:
        {"step": step, "save": save, "load": load}[verb](
            pathlib.Path(sys.argv[1])
        )
