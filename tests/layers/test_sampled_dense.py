"""The output layer that learns from a sample of the vocabulary."""

import keras
import numpy as np
import pytest
from conftest import few_steps
from conftest import quick_optimizers
from keras import ops

import keras_arae
from keras_arae.layers import LSTMDecoder
from keras_arae.layers import SampledDense


@pytest.fixture(scope="module")
def layer():
    layer = SampledDense(40, num_sampled=30, seed=1)
    layer.build((None, 4))
    generator = np.random.default_rng(0)
    layer.kernel.assign(generator.standard_normal((4, 40)))
    layer.bias.assign(generator.standard_normal(40))
    return layer


def test_tokens_are_drawn_by_zipfs_law(layer):
    """As often as the loss takes them to be: within four deviations."""
    rounds = 300
    drawn = [ops.convert_to_numpy(layer._sample()) for _ in range(rounds)]
    counts = np.bincount(np.concatenate(drawn), minlength=40)
    ids = np.arange(40)
    shares = np.log((ids + 2) / (ids + 1)) / np.log(41)
    expected = shares * counts.sum()
    assert np.all(np.abs(counts - expected) < 4 * np.sqrt(expected))


def test_its_loss_is_lowest_at_the_shares_of_the_data():
    """As that over all tokens: no token gains by how often it is drawn."""
    layer = SampledDense(6, num_sampled=4, seed=1)
    layer.build((None, 1))
    state = ops.convert_to_numpy(layer.seed_generator.state)
    shares = np.array([1, 2, 3, 3, 2, 1]) / 12
    zipf = np.log((np.arange(6) + 2) / (np.arange(6) + 1))
    direction = np.log(zipf) - np.mean(np.log(zipf))
    hidden, x = np.zeros((6, 1), "float32"), np.arange(6)

    def slope(bias):
        """Of the expected loss, along how often tokens are drawn."""
        means = []
        for sign in (1, -1):
            layer.bias.assign(bias + 0.2 * sign * direction)
            layer.seed_generator.state.assign(state)
            losses = [
                ops.convert_to_numpy(layer.sampled_losses(hidden, x)[0])
                for _ in range(150)
            ]
            means.append(np.mean(losses, axis=0) @ shares)
        return (means[0] - means[1]) / 0.4

    assert abs(slope(np.log(shares))) < 0.03
    assert abs(slope(np.log(shares) + direction)) > 0.1


def test_other_rules_hold_outside_of_training(layer):
    hidden = np.zeros((2, 4), "float32")
    expected = np.broadcast_to(ops.convert_to_numpy(layer.bias), (2, 40))
    assert np.allclose(ops.convert_to_numpy(layer(hidden)), expected)


@pytest.mark.once
def test_refuses_what_is_no_sample():
    with pytest.raises(ValueError, match="num_sampled=40 of 40"):
        SampledDense(40, num_sampled=40)
    codec = keras_arae.TextPreprocessor(["a"], max_length=2)
    decoder = LSTMDecoder(5, 4, 4)
    with pytest.raises(ValueError, match="decoder of your own"):
        keras_arae.TextARAE(
            codec, 4, code_dim=4, decoder=decoder, num_sampled=2
        )


@pytest.mark.parametrize("decoder", ["lstm", "transformer"])
def test_a_model_learns_with_it(preprocessor, clauses, decoder, tmp_path):
    """Held-out nats over all words fall, and a file brings the setting."""
    model = keras_arae.TextARAE(
        preprocessor,
        12,
        code_dim=16,
        units=16,
        prior=None,
        decoder=decoder,
        num_sampled=50,
        seed=1,
    )
    model.compile(quick_optimizers()["autoencoder_optimizer"])
    few_steps(model)
    before = model.evaluate(clauses[:64], verbose=0, return_dict=True)
    model.fit(clauses[:160], batch_size=32, epochs=4, verbose=0)
    after = model.evaluate(clauses[:64], verbose=0, return_dict=True)
    name = "reconstruction_loss"
    assert after[name] < before[name] - 0.5
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.decoder.output_layer.num_sampled == 50
