"""The contract of a decoder."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_arae


class Pixels(keras_arae.layers.Decoder):
    """As small as a decoder can be."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(4 * 2)

    def call(self, code, x=None, training=False):
        return ops.reshape(self.dense(code), (-1, 4, 2))


def make_model(decoder):
    encoder = keras_arae.layers.DenseEncoder(3, (5,))
    return keras_arae.ARAE(encoder, decoder, "gaussian", seed=0)


@pytest.mark.parametrize("decoder", [keras.layers.Dense(2), None, "lstm"])
def test_a_plain_layer_is_refused(decoder):
    message = r"(?s)`keras_arae.layers.Decoder`.*call\(code, x, .*Received: "
    with pytest.raises(ValueError, match=message):
        make_model(decoder)


def test_a_decoder_needs_no_more_than_call():
    model = make_model(Pixels())
    model.compile(keras.optimizers.Adam(1e-2))
    x = np.random.default_rng(0).integers(2, size=(40, 4))
    losses = model.fit(x, epochs=5, batch_size=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert model.generate(3).shape == model.reconstruct(x[:3]).shape == (3, 4)
    hidden = model.decoder.hidden(np.ones((2, 3), "float32"))
    logits = model.decoder(np.ones((2, 3), "float32"))
    np.testing.assert_array_equal(
        ops.convert_to_numpy(hidden), ops.convert_to_numpy(logits)
    )


def test_special_ids_must_be_those_of_the_codec(preprocessor):
    decoder = keras_arae.layers.LSTMDecoder(200, 4, 6, start_id=3)
    with pytest.raises(ValueError, match="special ids.*'start_id': 3"):
        keras_arae.TextARAE(preprocessor, 4, 6, decoder=decoder)
    decoder = keras_arae.layers.LSTMDecoder(100, 4, 6)
    with pytest.raises(ValueError, match="200. Received: 100"):
        keras_arae.TextARAE(preprocessor, 4, 6, decoder=decoder)
