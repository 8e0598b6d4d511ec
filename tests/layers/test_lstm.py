"""The faster LSTM against Keras' own."""

import keras
import numpy as np
import pytest
from conftest import make_gradient
from keras import ops

from keras_arae.layers.lstm import TokenLSTM


@pytest.mark.parametrize("constant_dim", [0, 3])
def test_it_computes_what_keras_lstm_does(constant_dim):
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(4, 6, 5)).astype("float32")
    constant = generator.normal(size=(4, constant_dim)).astype("float32")
    inputs, constant = map(ops.convert_to_tensor, (inputs, constant))
    fast = TokenLSTM(7)
    plain = keras.layers.LSTM(7, return_sequences=True)
    for layer in (fast, plain):
        layer.build((None, 6, 5 + constant_dim))
    weights = [generator.normal(size=w.shape) for w in plain.get_weights()]
    fast.set_weights(weights)
    plain.set_weights(weights)

    def sum_of(layer):
        if layer is fast:
            return ops.sum(ops.square(fast(inputs, constant)))
        return ops.sum(ops.square(plain(fast.joined(inputs, constant))))

    np.testing.assert_allclose(
        ops.convert_to_numpy(fast(inputs, constant)),
        ops.convert_to_numpy(plain(fast.joined(inputs, constant))),
        atol=1e-5,
    )
    gradients = [
        make_gradient(lambda layer=layer: sum_of(layer), layer)
        for layer in (fast, plain)
    ]
    for a, b in zip(*gradients):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
