"""An encoder for arrays of a fixed shape, such as binary images."""

import keras
from keras import ops

from keras_arae.export import export
from keras_arae.layers.dense_stack import DenseStack
from keras_arae.layers.dense_stack import num_elements


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

    def __init__(
        self,
        code_dim=100,
        hidden_dims=(800, 400),
        batch_normalization=True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.code_dim = code_dim
        self.hidden_dims = tuple(hidden_dims)
        self.batch_normalization = batch_normalization
        self.network = DenseStack(
            self.hidden_dims, code_dim, batch_normalization
        )

    def build(self, input_shape):
        self.num_inputs = num_elements(input_shape[1:])
        self.network.build((None, self.num_inputs))

    def call(self, x, training=False):
        x = ops.reshape(ops.cast(x, self.compute_dtype), (-1, self.num_inputs))
        return self.network(x, training=training)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.code_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "code_dim": self.code_dim,
            "hidden_dims": self.hidden_dims,
            "batch_normalization": self.batch_normalization,
        }
