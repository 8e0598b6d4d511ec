"""A decoder to arrays of a fixed shape, such as binary images."""

import keras
from keras import ops

from keras_arae.export import export
from keras_arae.layers.dense_stack import DenseStack
from keras_arae.layers.dense_stack import num_elements


@export
class DenseDecoder(keras.layers.Layer):
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

    def __init__(
        self,
        output_shape,
        num_values=2,
        hidden_dims=(400, 800, 1000),
        batch_normalization=True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.array_shape = tuple(output_shape)
        self.num_values = num_values
        self.hidden_dims = tuple(hidden_dims)
        self.batch_normalization = batch_normalization
        self.network = DenseStack(
            self.hidden_dims,
            num_elements(self.array_shape) * num_values,
            batch_normalization,
        )

    def build(self, input_shape):
        self.network.build(input_shape)

    def call(self, code, training=False):
        logits = self.network(code, training=training)
        return ops.reshape(logits, (-1, *self.array_shape, self.num_values))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.array_shape, self.num_values)

    def get_config(self):
        return {
            **super().get_config(),
            "output_shape": self.array_shape,
            "num_values": self.num_values,
            "hidden_dims": self.hidden_dims,
            "batch_normalization": self.batch_normalization,
        }
