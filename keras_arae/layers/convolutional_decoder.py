"""A decoder to images."""

import math

import keras
from keras import ops

from keras_arae.export import export
from keras_arae.layers.dense_stack import num_elements


@export
class ConvolutionalDecoder(keras.layers.Layer):
    """Maps a code to logits of each value at every pixel.

    By transposed convolutions: the mirror image of
    `keras_arae.layers.ConvolutionalEncoder`. Sizes that are no multiple of
    its strides are cropped.

    Args:
        output_shape: tuple of int. Shape of one image: `(height, width)` or
            `(height, width, channels)`.
        num_values: int. Values a pixel can take. Defaults to `2`.
        filters: sequence of int. Filters before each transposed convolution,
            which doubles height and width. Defaults to `(64, 32)`.
        kernel_size: int. Defaults to `4`.

    Call arguments:
        code: float tensor of shape `(batch, code_dim)`.
        training: bool. Only batch normalisation looks at it.

    Input shape: `(batch, code_dim)`.

    Output shape: `(batch, *output_shape, num_values)`: unnormalised
    log-probabilities of each value at each pixel.

    Example:

    ```python
    decoder = keras_arae.layers.ConvolutionalDecoder((9, 7), filters=(8,))
    assert decoder(np.zeros((2, 4), "float32")).shape == (2, 9, 7, 2)
    ```
    """

    def __init__(
        self,
        output_shape,
        num_values=2,
        filters=(64, 32),
        kernel_size=4,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.array_shape = tuple(output_shape)
        self.num_values = num_values
        self.filters = tuple(filters)
        self.kernel_size = kernel_size
        height, width, *channels = self.array_shape
        scale = 2 ** len(self.filters)
        grid = (math.ceil(height / scale), math.ceil(width / scale))
        shape = (*grid, self.filters[0])
        layers = [
            keras.layers.Dense(num_elements(shape)),
            *_normalised(),
            keras.layers.Reshape(shape),
        ]
        for units in self.filters[1:]:
            layers += [self._doubling(units), *_normalised()]
        layers.append(self._doubling(num_elements(channels) * num_values))
        self.network = keras.Sequential(layers, name="network")

    def build(self, input_shape):
        self.network.build(input_shape)

    def call(self, code, training=False):
        height, width = self.array_shape[:2]
        logits = self.network(code, training=training)[:, :height, :width]
        return ops.reshape(logits, (-1, *self.array_shape, self.num_values))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.array_shape, self.num_values)

    def get_config(self):
        return {
            **super().get_config(),
            "output_shape": self.array_shape,
            "num_values": self.num_values,
            "filters": self.filters,
            "kernel_size": self.kernel_size,
        }

    def _doubling(self, units):
        return keras.layers.Conv2DTranspose(
            units, self.kernel_size, strides=2, padding="same"
        )


def _normalised():
    return [
        keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5),
        keras.layers.ReLU(),
    ]
