"""A sentence encoder: token ids to a code."""

import keras
from keras import ops

from keras_arae.export import export
from keras_arae.layers.token_embedding import token_embedding
from keras_arae.layers.token_lstm import TokenLSTM


@export
class LSTMEncoder(keras.layers.Layer):
    """Reads token ids with an LSTM; its last state is the code.

    Sentences are padded on the right; the state is taken at the last token
    that is not padding, so padding more changes nothing and the LSTM needs no
    mask (which would turn the fast kernels off).

    Source: "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223), Section 4; the released code uses 300
    units for SNLI and draws LSTM weights from U(-0.1, 0.1).

    Args:
        vocabulary_size: int. Number of token ids, special ones included.
        embedding_dim: int. Width of a token's vector. Defaults to `300`.
        units: int. Units of the LSTM: the width of the code. Defaults to
            `300`.
        pad_id: int. Id of padding. Defaults to `0`.
        kernel_initializer: Keras initializer of embedding and LSTM, `None`
            for Keras' own defaults. Defaults to `None`.

    Call arguments:
        x: int tensor of shape `(batch, length)`, padded on the right.

    Input shape: `(batch, length)`.

    Output shape: `(batch, units)`.

    Example:

    ```python
    encoder = keras_arae.layers.LSTMEncoder(50, embedding_dim=8, units=16)
    codes = encoder(np.array([[5, 6, 2, 0], [7, 2, 0, 0]]))
    assert codes.shape == (2, 16)
    ```
    """

    def __init__(
        self,
        vocabulary_size,
        embedding_dim=300,
        units=300,
        pad_id=0,
        kernel_initializer=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.embedding_dim = embedding_dim
        self.units = units
        self.pad_id = pad_id
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.embedding = token_embedding(
            vocabulary_size, embedding_dim, self.kernel_initializer
        )
        self.lstm = TokenLSTM(units, self.kernel_initializer)

    def build(self, input_shape):
        self.embedding.build(input_shape)
        self.lstm.build((*input_shape, self.embedding_dim))

    def call(self, x):
        states = self.lstm(self.embedding(x))
        lengths = ops.sum(ops.cast(x != self.pad_id, "int32"), axis=1)
        last = ops.maximum(lengths - 1, 0)[:, None, None]
        return ops.squeeze(ops.take_along_axis(states, last, axis=1), axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "units": self.units,
            "pad_id": self.pad_id,
            "kernel_initializer": keras.saving.serialize_keras_object(
                self.kernel_initializer
            ),
        }
