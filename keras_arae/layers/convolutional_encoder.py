"""An encoder for images."""

import keras
from keras import ops

from keras_arae.export import export


@export
class ConvolutionalEncoder(keras.layers.Layer):
    """Maps a discrete image to a code by convolutions of stride 2.

    Args:
        code_dim: int. Width of a code. Defaults to `100`.
        filters: sequence of int. Filters of each convolution; each halves
            height and width. Defaults to `(32, 64)`.
        kernel_size: int. Defaults to `4`.

    Call arguments:
        x: int tensor of shape `(batch, height, width)` or
            `(batch, height, width, channels)`.
        training: bool. Only batch normalisation looks at it.

    Input shape: `(batch, height, width)` or
    `(batch, height, width, channels)`.

    Output shape: `(batch, code_dim)`.

    Example:

    ```python
    encoder = keras_arae.layers.ConvolutionalEncoder(4, filters=(8,))
    assert encoder(np.ones((2, 9, 7), "int32")).shape == (2, 4)
    ```
    """

    def __init__(self, code_dim=100, filters=(32, 64), kernel_size=4, **kwargs):
        super().__init__(**kwargs)
        self.code_dim = code_dim
        self.filters = tuple(filters)
        self.kernel_size = kernel_size
        layers = []
        for units in self.filters:
            layers += [
                keras.layers.Conv2D(
                    units, kernel_size, strides=2, padding="same"
                ),
                keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5),
                keras.layers.ReLU(),
            ]
        layers += [keras.layers.Flatten(), keras.layers.Dense(code_dim)]
        self.network = keras.Sequential(layers, name="network")

    def build(self, input_shape):
        self.network.build(with_channels(input_shape))

    def call(self, x, training=False):
        x = ops.cast(x, self.compute_dtype)
        shape = with_channels(x.shape)
        return self.network(ops.reshape(x, (-1, *shape[1:])), training=training)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.code_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "code_dim": self.code_dim,
            "filters": self.filters,
            "kernel_size": self.kernel_size,
        }


def with_channels(shape):
    """The shape of a batch of images, with one channel if it names none."""
    return (*shape, 1) if len(shape) == 3 else tuple(shape)
