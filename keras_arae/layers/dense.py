"""Dense encoder and decoder of arrays of a fixed shape, such as images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_arae.arguments import FLAG
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import several
from keras_arae.export import export
from keras_arae.layers.decoder import Decoder
from keras_arae.layers.mlp import MLP


@export
class DenseEncoder(keras.layers.Layer):
    """Maps a discrete array of a fixed shape to a code by dense layers.

    Source: "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223); sizes of the released code for
    binarised MNIST: 784-800-400-100, batch normalisation and ReLU.

    Args:
        code_dim: int. Width of a code. Defaults to `100`.
        hidden_dims: sequence of int. Widths of the hidden ReLU layers.
            Defaults to `(800, 400)`.
        batch_normalization: bool. Whether to normalise each hidden layer
            over the batch, before the ReLU. Defaults to `True`.

    Call arguments:
        x: tensor of shape `(batch, ...)`, integers or floats.
        training: bool. Only batch normalisation looks at it.

    Input shape: `(batch, ...)`, any rank.

    Output shape: `(batch, code_dim)`.

    Example:

    ```python
    encoder = keras_arae.layers.DenseEncoder(code_dim=4, hidden_dims=(16,))
    assert encoder(np.ones((2, 8, 8), "int32")).shape == (2, 4)
    ```
    """

    @checked(
        code_dim=WIDTH, hidden_dims=several(WIDTH), batch_normalization=FLAG
    )
    def __init__(
        self,
        code_dim: int = 100,
        hidden_dims: Sequence[int] = (800, 400),
        batch_normalization: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.code_dim = code_dim
        self.hidden_dims = tuple(hidden_dims)
        self.batch_normalization = batch_normalization
        self.network = MLP(self.hidden_dims, code_dim, batch_normalization)

    def build(self, input_shape: Any) -> None:
        self.num_inputs = math.prod(input_shape[1:])
        self.network.build((None, self.num_inputs))

    def call(self, x: Any, training: bool = False) -> Any:
        x = ops.reshape(ops.cast(x, self.compute_dtype), (-1, self.num_inputs))
        return self.network.call(x, training=training)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return (input_shape[0], self.code_dim)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "code_dim": self.code_dim,
            "hidden_dims": self.hidden_dims,
            "batch_normalization": self.batch_normalization,
        }


@export
class DenseDecoder(Decoder):
    """Maps a code to logits of each value at every position of an array.

    Source: "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223); sizes of the released code for
    binarised MNIST: 100-400-800-1000-784x2, batch normalisation and ReLU.

    Args:
        output_shape: tuple of int. Shape of one array, without the batch.
        num_values: int. Values a position can take. Defaults to `2`.
        hidden_dims: sequence of int. Widths of the hidden ReLU layers.
            Defaults to `(400, 800, 1000)`.
        batch_normalization: bool. Whether to normalise each hidden layer
            over the batch, before the ReLU. Defaults to `True`.

    Call arguments:
        code: float tensor of shape `(batch, code_dim)`.
        training: bool. Only batch normalisation looks at it.

    Input shape: `(batch, code_dim)`.

    Output shape: `(batch, *output_shape, num_values)`: unnormalised
    log-probabilities of each value at each position.

    Example:

    ```python
    decoder = keras_arae.layers.DenseDecoder((8, 8), hidden_dims=(16,))
    assert decoder(np.zeros((2, 4), "float32")).shape == (2, 8, 8, 2)
    ```
    """

    @checked(
        output_shape=several(WIDTH, 1),
        num_values=WIDTH,
        hidden_dims=several(WIDTH),
        batch_normalization=FLAG,
    )
    def __init__(
        self,
        output_shape: Sequence[int],
        num_values: int = 2,
        hidden_dims: Sequence[int] = (400, 800, 1000),
        batch_normalization: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.array_shape = tuple(output_shape)
        self.num_values = num_values
        self.hidden_dims = tuple(hidden_dims)
        self.batch_normalization = batch_normalization
        self.network = MLP(
            self.hidden_dims,
            math.prod(self.array_shape) * num_values,
            batch_normalization,
        )

    def build(self, input_shape: Any) -> None:
        self.network.build(input_shape)

    def call(self, code: Any, x: Any = None, training: bool = False) -> Any:
        logits = self.network.call(code, training=training)
        return ops.reshape(logits, (-1, *self.array_shape, self.num_values))

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return (input_shape[0], *self.array_shape, self.num_values)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "output_shape": self.array_shape,
            "num_values": self.num_values,
            "hidden_dims": self.hidden_dims,
            "batch_normalization": self.batch_normalization,
        }
