"""The stack of dense layers that several networks are made of."""

import math

import keras

from keras_arae.layers.dense import Dense


def dense_stack(
    hidden_dims,
    output_dim,
    batch_normalization=False,
    negative_slope=0.0,
    output_activation=None,
    kernel_initializer="glorot_uniform",
):
    """Dense layers with (leaky) ReLU between them, as one `Sequential`.

    Args:
        hidden_dims: sequence of int. Widths of the hidden layers.
        output_dim: int. Width of the output.
        batch_normalization: bool. Whether to normalise each hidden layer over
            the batch, before its ReLU. Defaults to `False`.
        negative_slope: float. Slope of the ReLU below zero. Defaults to `0`.
        output_activation: `None`, a name or a callable. Defaults to `None`.
        kernel_initializer: Keras initializer of each kernel. Defaults to
            `"glorot_uniform"`.

    Returns:
        A `keras.Sequential` named `"network"`.
    """
    initializer = keras.initializers.get(kernel_initializer)
    layers = []
    for units in hidden_dims:
        layers.append(Dense(units, kernel_initializer=initializer.clone()))
        if batch_normalization:
            # Momentum and epsilon of the released code (PyTorch's defaults).
            layers.append(
                keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
            )
        layers.append(keras.layers.LeakyReLU(negative_slope))
    layers.append(
        Dense(
            output_dim,
            activation=output_activation,
            kernel_initializer=initializer.clone(),
        )
    )
    return keras.Sequential(layers, name="network")


def num_elements(shape):
    """Number of elements of one array: `shape` comes without the batch."""
    return math.prod(shape)
