"""The recurrent part of encoder and decoder of sentences."""

import keras
from keras import ops

from keras_arae.layers.dense import on_cpu
from keras_arae.layers.dense import product


class TokenLSTM(keras.layers.LSTM):
    """A `keras.layers.LSTM` over a sentence that computes the same faster.

    On a CPU the products of all inputs with the kernel are one product, and
    a vector that stands beside every token enters once a sentence; PyTorch
    runs its own LSTM. On a GPU it is Keras' LSTM, which is cuDNN's. Returns
    the state at each position.

    Args:
        units: int. Width of the state.
        initializer: Keras initializer of all weights, or `None` for Keras'
            own defaults. Defaults to `None`.

    Call arguments:
        inputs: float tensor of shape `(batch, length, dim)`.
        constant: float tensor of shape `(batch, constant_dim)` or `None`:
            joined to the input at every position.

    Output shape: `(batch, length, units)`.
    """

    def __init__(self, units, initializer=None, **kwargs):
        options = {}
        if initializer is not None:
            options = {
                "kernel_initializer": initializer.clone(),
                "recurrent_initializer": initializer.clone(),
                "bias_initializer": initializer.clone(),
                "unit_forget_bias": False,
            }
        super().__init__(units, return_sequences=True, **options, **kwargs)
        self.recurrence = keras.layers.RNN(
            Recurrence(units, lambda: self.cell.recurrent_kernel),
            return_sequences=True,
        )

    def build(self, input_shape):
        super().build(input_shape)
        self.recurrence.build((*input_shape[:2], 4 * self.units))

    def call(self, inputs, constant=None):
        if keras.config.backend() == "torch":
            return torch_lstm(self.cell, joined(inputs, constant))
        if not on_cpu():
            return super().call(joined(inputs, constant))
        return self.recurrence(self.input_products(inputs, constant))

    def input_products(self, inputs, constant):
        """What the inputs add to the gates: `(batch, length, 4 * units)`."""
        length, dim = inputs.shape[1:]
        kernel = ops.cast(self.cell.kernel[:dim], inputs.dtype)
        # Flat: XLA's CPU code for the same product on three axes is slower.
        products = product(ops.reshape(inputs, (-1, dim)), kernel)
        products = ops.reshape(products, (-1, length, kernel.shape[1]))
        if constant is None:
            return products + ops.cast(self.cell.bias, inputs.dtype)
        return products + self.constant_products(constant, dim)[:, None]

    def constant_products(self, constant, dim):
        """What a constant and the bias add: `(batch, 4 * units)`.

        Args:
            constant: float tensor of shape `(batch, constant_dim)`.
            dim: int. Width of the inputs that it is joined to.
        """
        constant = ops.cast(constant, self.compute_dtype)
        bias = ops.cast(self.cell.bias, constant.dtype)
        if constant.shape[1] == 0:  # oneDNN knows no product over nothing.
            return ops.zeros((ops.shape(constant)[0], 1), bias.dtype) + bias
        kernel = ops.cast(self.cell.kernel[dim:], constant.dtype)
        return product(constant, kernel) + bias

    def step(self, inputs, constant_products, states):
        """The next state, which is also the output, and carry.

        Args:
            inputs: float tensor of shape `(batch, dim)`.
            constant_products: what `constant_products` returned.
            states: list of two tensors of shape `(batch, units)`.
        """
        kernel = ops.cast(self.cell.kernel[: inputs.shape[1]], inputs.dtype)
        products = product(inputs, kernel) + constant_products
        return self.recurrence.cell(products, states)[1]


class Recurrence(keras.layers.Layer):
    """The cell of an LSTM whose input products are computed already.

    Args:
        units: int.
        recurrent_kernel: callable. Returns the kernel of the LSTM.
    """

    def __init__(self, units, recurrent_kernel):
        super().__init__()
        self.state_size = [units, units]
        self.output_size = units
        self.recurrent_kernel = recurrent_kernel

    def call(self, products, states, training=False):
        hidden, carry = states
        kernel = ops.cast(self.recurrent_kernel(), products.dtype)
        gates = products + ops.matmul(hidden, kernel)
        take, keep, new, show = ops.split(gates, 4, axis=-1)
        carry = ops.sigmoid(keep) * carry
        carry = carry + ops.sigmoid(take) * ops.tanh(new)
        hidden = ops.sigmoid(show) * ops.tanh(carry)
        return hidden, [hidden, carry]


def joined(inputs, constant):
    """Inputs with the same vector behind each."""
    if constant is None:
        return inputs
    constant = ops.cast(constant, inputs.dtype)
    constant = ops.repeat(constant[:, None], inputs.shape[1], axis=1)
    return ops.concatenate([inputs, constant], axis=-1)


def torch_lstm(cell, inputs):
    """PyTorch's LSTM with the weights of Keras' cell: gates in one order."""
    import torch

    kernel, recurrent_kernel, bias = (
        weight.value.to(inputs.dtype)
        for weight in (cell.kernel, cell.recurrent_kernel, cell.bias)
    )
    weights = [
        kernel.t().contiguous(),
        recurrent_kernel.t().contiguous(),
        bias,
        torch.zeros_like(bias),
    ]
    zeros = inputs.new_zeros(1, len(inputs), cell.units)
    options = {
        "has_biases": True,
        "num_layers": 1,
        "dropout": 0.0,
        "train": torch.is_grad_enabled(),
        "bidirectional": False,
        "batch_first": True,
    }
    states, _, _ = torch.lstm(inputs, (zeros, zeros), weights, **options)
    return states
