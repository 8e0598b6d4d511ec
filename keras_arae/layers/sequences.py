"""A convolutional encoder of token sequences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from keras_arae import backend
from keras_arae.arguments import COUNT
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import several
from keras_arae.export import export


@export
class ConvolutionalSequenceEncoder(keras.layers.Layer):
    """Reads token ids with convolutions; a dense layer makes the code.

    For long sequences of few tokens, such as molecules: it reads all
    positions side by side, and was twice as fast there as an LSTM. Sequences
    are padded on the right to one length, that of training.

    Args:
        vocabulary_size: int. Number of token ids, special ones included.
        embedding_dim: int. Width of a token's vector. Defaults to `32`.
        filters: sequence of int. Filters of each convolution; all but the
            first halve the length. Defaults to `(128, 128, 64)`.
        kernel_size: int. Defaults to `5`.
        code_dim: int. Width of the code. Defaults to `128`.

    Call arguments:
        x: int tensor of shape `(batch, length)`, padded on the right.

    Input shape: `(batch, length)`.

    Output shape: `(batch, code_dim)`.

    Example:

    ```python
    encoder = keras_arae.layers.ConvolutionalSequenceEncoder(
        50, embedding_dim=8, filters=(8, 8), code_dim=4
    )
    assert encoder(np.array([[5, 6, 2, 0], [7, 2, 0, 0]])).shape == (2, 4)
    ```
    """

    @checked(
        vocabulary_size=COUNT,
        embedding_dim=WIDTH,
        filters=several(WIDTH, 1),
        kernel_size=WIDTH,
        code_dim=WIDTH,
    )
    def __init__(
        self,
        vocabulary_size: int,
        embedding_dim: int = 32,
        filters: Sequence[int] = (128, 128, 64),
        kernel_size: int = 5,
        code_dim: int = 128,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.embedding_dim = embedding_dim
        self.filters = tuple(filters)
        self.kernel_size = kernel_size
        self.code_dim = code_dim
        self.network = keras.Sequential(
            [
                backend.Embedding(vocabulary_size, embedding_dim),
                *(
                    keras.layers.Conv1D(
                        units,
                        kernel_size,
                        strides=2 if index else 1,
                        padding="same",
                        activation="relu",
                    )
                    for index, units in enumerate(self.filters)
                ),
                keras.layers.Flatten(),
                backend.Dense(code_dim),
            ],
            name="network",
        )

    def build(self, input_shape: Any) -> None:
        self.network.build(input_shape)

    def call(self, x: Any, training: bool = False) -> Any:
        return self.network(x, training=training)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return (input_shape[0], self.code_dim)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "code_dim": self.code_dim,
        }
