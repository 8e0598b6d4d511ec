"""Convolutional encoder and decoder of images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import several
from keras_arae.export import export
from keras_arae.layers.batch_normalization import BatchNormalization
from keras_arae.layers.decoder import Decoder


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

    @checked(code_dim=WIDTH, filters=several(WIDTH, 1), kernel_size=WIDTH)
    def __init__(
        self,
        code_dim: int = 100,
        filters: Sequence[int] = (32, 64),
        kernel_size: int = 4,
        **kwargs: Any,
    ) -> None:
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
                BatchNormalization(momentum=0.9, epsilon=1e-5),
                keras.layers.ReLU(),
            ]
        layers += [keras.layers.Flatten(), keras.layers.Dense(code_dim)]
        self.network = keras.Sequential(layers, name="network")

    def build(self, input_shape: Any) -> None:
        self.network.build(_with_channels(input_shape))

    def call(self, x: Any, training: bool = False) -> Any:
        x = ops.cast(x, self.compute_dtype)
        shape = _with_channels(x.shape)
        return self.network(ops.reshape(x, (-1, *shape[1:])), training=training)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return (input_shape[0], self.code_dim)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "code_dim": self.code_dim,
            "filters": self.filters,
            "kernel_size": self.kernel_size,
        }


@export
class ConvolutionalDecoder(Decoder):
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

    @checked(
        output_shape=several(WIDTH, 2, 3),
        num_values=WIDTH,
        filters=several(WIDTH, 1),
        kernel_size=WIDTH,
    )
    def __init__(
        self,
        output_shape: Sequence[int],
        num_values: int = 2,
        filters: Sequence[int] = (64, 32),
        kernel_size: int = 4,
        **kwargs: Any,
    ) -> None:
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
            keras.layers.Dense(math.prod(shape)),
            *_normalized(),
            keras.layers.Reshape(shape),
        ]
        for units in self.filters[1:]:
            layers += [self._doubling(units), *_normalized()]
        layers.append(self._doubling(math.prod(channels) * num_values))
        self.network = keras.Sequential(layers, name="network")

    def build(self, input_shape: Any) -> None:
        self.network.build(input_shape)

    def call(self, code: Any, x: Any = None, training: bool = False) -> Any:
        height, width = self.array_shape[:2]
        logits = self.network(code, training=training)[:, :height, :width]
        return ops.reshape(logits, (-1, *self.array_shape, self.num_values))

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return (input_shape[0], *self.array_shape, self.num_values)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "output_shape": self.array_shape,
            "num_values": self.num_values,
            "filters": self.filters,
            "kernel_size": self.kernel_size,
        }

    def _doubling(self, units: int) -> keras.layers.Layer:
        return keras.layers.Conv2DTranspose(
            units, self.kernel_size, strides=2, padding="same"
        )


def _normalized() -> list[keras.layers.Layer]:
    return [
        BatchNormalization(momentum=0.9, epsilon=1e-5),
        keras.layers.ReLU(),
    ]


def _with_channels(shape: Any) -> tuple:
    """The shape of a batch of images, with one channel if it names none."""
    return (*shape, 1) if len(shape) == 3 else tuple(shape)
