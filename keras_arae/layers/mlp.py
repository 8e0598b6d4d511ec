"""The multilayer perceptron that several networks are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_arae import backend
from keras_arae.layers.batch_normalization import BatchNormalization


class MLP(keras.layers.Layer):
    """Dense layers with (leaky) ReLU between them.

    One layer rather than a `keras.Sequential` of many, whose parts are run by
    their `call`: on PyTorch, where steps run eagerly, what Keras does around
    the call of a layer costs a tenth of a millisecond.

    Args:
        hidden_dims: sequence of int. Widths of the hidden layers.
        output_dim: int. Width of the output.
        batch_normalization: bool. Whether to normalise each hidden layer over
            the batch, before its ReLU. Defaults to `False`.
        negative_slope: float. Slope of the ReLU below zero. Defaults to `0`.
        output_activation: `None`, a name or a callable. Defaults to `None`.
        kernel_initializer: Keras initializer of each kernel. Defaults to
            `"glorot_uniform"`.
    """

    def __init__(
        self,
        hidden_dims: Sequence[int],
        output_dim: int,
        batch_normalization: bool = False,
        negative_slope: float = 0.0,
        output_activation: Any = None,
        kernel_initializer: Any = "glorot_uniform",
    ) -> None:
        super().__init__(name="network")
        self.negative_slope = negative_slope
        initializer = keras.initializers.get(kernel_initializer)
        self.hidden = [
            backend.Dense(units, kernel_initializer=initializer.clone())
            for units in hidden_dims
        ]
        # Momentum and epsilon of the released code (PyTorch's defaults).
        self.normalizations = [
            BatchNormalization(momentum=0.9, epsilon=1e-5)
            for _ in hidden_dims
            if batch_normalization
        ]
        self.output_layer = backend.Dense(
            output_dim,
            activation=output_activation,
            kernel_initializer=initializer.clone(),
        )

    def build(self, input_shape: Any) -> None:
        for index, layer in enumerate(self.hidden):
            layer.build(input_shape)
            input_shape = (*input_shape[:-1], layer.units)
            if self.normalizations:
                self.normalizations[index].build(input_shape)
        self.output_layer.build(input_shape)

    def call(self, x: Any, training: bool = False) -> Any:
        for index, layer in enumerate(self.hidden):
            x = layer.call(x)
            if self.normalizations:
                x = self.normalizations[index].call(x, training=training)
            if self.negative_slope:
                x = ops.leaky_relu(x, self.negative_slope)
            else:
                x = ops.relu(x)
        return self.output_layer.call(x)
