"""The faster LSTM against Keras' own."""

import sys
from unittest import mock

import keras
import numpy as np
import pytest
from conftest import few_steps
from conftest import in_a_step
from conftest import make_gradient
from conftest import number
from keras import ops

import keras_arae
from keras_arae.layers.lstm import TokenLSTM


class Reader(keras.layers.Layer):
    """An LSTM whose inputs and constant learn as well."""

    def __init__(self, lstm, constant_dim):
        super().__init__()
        self.lstm = lstm
        self.inputs = self.add_weight((4, 6, 5), "random_normal")
        self.constant = self.add_weight((4, constant_dim), "random_normal")
        lstm.build((None, 6, 5 + constant_dim))

    def call(self):
        inputs, constant = map(ops.convert_to_tensor, self.weights[:2])
        if isinstance(self.lstm, TokenLSTM):
            return self.lstm(inputs, constant)
        return self.lstm(TokenLSTM.joined(self.lstm, inputs, constant))

    def sum_of_squares(self):
        return ops.sum(ops.square(self.call()))


@pytest.mark.parametrize("constant_dim", [0, 3])
def test_it_computes_what_keras_lstm_does(constant_dim):
    lstms = TokenLSTM(7), keras.layers.LSTM(7, return_sequences=True)
    fast, plain = (Reader(lstm, constant_dim) for lstm in lstms)
    generator = np.random.default_rng(0)
    weights = [generator.normal(size=w.shape) for w in plain.get_weights()]
    fast.set_weights(weights)
    plain.set_weights(weights)
    np.testing.assert_allclose(
        ops.convert_to_numpy(fast.call()),
        ops.convert_to_numpy(plain.call()),
        atol=1e-5,
    )
    gradients = [
        make_gradient(reader.sum_of_squares, reader) for reader in (fast, plain)
    ]
    for a, b in zip(*gradients):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def packing():
    """Where padding is left out, on PyTorch of narrow layers as well."""
    if keras.config.backend() != "torch":
        return in_a_step()
    return mock.patch("keras_arae.backend.torch_lstm.LEAST_UNITS", 1)


@pytest.mark.parametrize(
    "constant_dim, lengths",
    [(3, [6, 2, 3, 0]), (0, [4, 4, 4, 4]), (3, [0, 0, 1, 0]), (3, [0] * 4)],
)
def test_padding_is_left_out(constant_dim, lengths):
    reader = Reader(TokenLSTM(7), constant_dim)
    inputs, constant = reader.weights[:2]
    factors = np.random.default_rng(0).normal(size=(4, 6, 7)).astype("float32")
    factors[np.arange(6) >= np.array(lengths)[:, None]] = 0.0

    def states(**options):
        return reader.lstm(
            ops.convert_to_tensor(inputs),
            ops.convert_to_tensor(constant) if constant_dim else None,
            **options,
        )

    def packed():
        with packing():
            found = states(lengths=ops.array(lengths, "int32"))
        return ops.sum(found * ops.convert_to_tensor(factors))

    def padded():
        return ops.sum(states() * ops.convert_to_tensor(factors))

    assert number(packed()) == pytest.approx(number(padded()), abs=1e-5)
    gradients = [make_gradient(loss, reader) for loss in (packed, padded)]
    for a, b in zip(*gradients, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
    with packing():
        found = states(lengths=ops.array(lengths, "int32"))
    found = ops.convert_to_numpy(found)
    assert not found[np.arange(6) >= np.array(lengths)[:, None]].any()


def test_packing_needs_no_gradient():
    lstm = TokenLSTM(7)
    lstm.build((None, 6, 5))
    lstm.trainable = False
    inputs, lengths = ops.ones((3, 6, 5)), ops.array([6, 1, 4], "int32")
    with packing():
        packed = ops.convert_to_numpy(lstm(inputs, lengths=lengths))
    padded = ops.convert_to_numpy(lstm(inputs))
    np.testing.assert_allclose(packed[0], padded[0], atol=1e-6)
    np.testing.assert_allclose(packed[2, :4], padded[2, :4], atol=1e-6)


class Louder(keras_arae.layers.LSTMDecoder):
    """A user's own, of whose states there is more."""

    def hidden(self, code, x=None, training=False):
        return 3.0 * super().hidden(code, x, training=training)


@pytest.mark.parametrize("kind", [keras_arae.layers.LSTMDecoder, Louder])
def test_the_loss_is_that_of_all_logits(kind):
    decoder = kind(9, 4, units=5)
    codes = ops.array(np.random.default_rng(0).normal(size=(4, 3)), "float32")
    # The last two rows are none that a codec makes.
    rows = [[5, 6, 2, 0], [7, 8, 3, 2], [4, 0, 6, 2], [0, 0, 0, 0]]
    x = ops.array(rows, "int32")
    log_chances = ops.log_softmax(decoder(codes, x))
    chosen = ops.take_along_axis(log_chances, x[..., None], axis=-1)[..., 0]
    counts = np.array(rows) != 0
    expected = -ops.convert_to_numpy(chosen)[counts].mean()
    with packing():
        (nats, weight), _ = decoder.cross_entropy(codes, x, training=True)
        (none, _), _ = decoder.cross_entropy(codes[3:], x[3:], training=True)
    assert number(nats) == pytest.approx(expected, rel=1e-5)
    assert number(weight) == counts.sum() and number(none) == 0.0


def test_a_code_of_another_width_than_the_lstm():
    encoder = keras_arae.layers.LSTMEncoder(12, 4, units=6, code_dim=3)
    ids = np.array([[5, 6, 2, 0, 0], [7, 8, 9, 4, 2]])
    codes = ops.convert_to_numpy(encoder(ids))
    assert codes.shape == (2, 3)
    assert encoder.compute_output_shape((2, 5)) == (2, 3)
    config = keras.saving.serialize_keras_object(encoder)
    copy = keras.saving.deserialize_keras_object(config)
    copy(ids)
    copy.set_weights(encoder.get_weights())
    np.testing.assert_allclose(
        ops.convert_to_numpy(copy(ids)), codes, atol=1e-6
    )


def test_a_model_of_wide_networks_and_narrow_codes(
    make_model, clauses, tmp_path
):
    model = make_model(units=16, code_dim=8)
    losses = model.fit(clauses, epochs=3, verbose=0).history
    losses = losses["reconstruction_loss"]
    assert losses[-1] < losses[0]
    assert (model.encoder.units, model.decoder.units) == (16, 16)
    assert model.encode(clauses[:5]).shape == (5, 8)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.generate(5, seed=1) == model.generate(5, seed=1)
    few_steps(loaded).fit(clauses[:64], verbose=0)


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_what_runs_on_a_gpu_is_the_same(monkeypatch, dtype):
    """As if the device were a GPU; only TensorFlow takes Keras' LSTM."""
    lstm = TokenLSTM(6, dtype=dtype)
    inputs, constant = np.ones((2, 3, 4), "f"), np.ones((2, 5), "f")
    lstm.build((2, 3, 9))
    asked = []
    by_keras = lstm.by_keras
    monkeypatch.setattr(
        lstm, "by_keras", lambda *given: asked.append(1) or by_keras(*given)
    )
    on_cpu = ops.convert_to_numpy(ops.cast(lstm(inputs, constant), "float32"))
    room = sys.modules[f"keras_arae.backend.{keras.backend.backend()}"]
    # PyTorch's room does not ask: its own LSTM is cuDNN's on a GPU.
    monkeypatch.setattr(room, "on_cpu", lambda: False, raising=False)
    on_gpu = ops.convert_to_numpy(ops.cast(lstm(inputs, constant), "float32"))
    close = 1e-6 if dtype == "float32" else 0.02
    assert np.allclose(on_cpu, on_gpu, atol=close)
    assert len(asked) == int(keras.backend.backend() == "tensorflow")
