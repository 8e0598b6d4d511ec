"""What the library needs from PyTorch."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import keras
import torch
from keras import ops

from keras_arae.backend import plain_sgd
from keras_arae.backend import torch_losses
from keras_arae.backend import torch_lstm
from keras_arae.backend.dense_output import is_dense
from keras_arae.backend.likeliest import likeliest_by_blocks
from keras_arae.backend.torch_adam import use_fused_adam
from keras_arae.backend.torch_processes import Processes

replicas = Processes()


class Trainer:
    """Step signatures, gradients and functions on PyTorch."""

    # Of `keras.export.ExportArchive`; `None` where it holds one function.
    export_options: dict | None = None
    training_step: Callable[[Any], dict[str, Any]]
    evaluation_step: Callable[[Any], dict[str, Any]]
    skips_masked = True

    def running(self) -> contextlib.AbstractContextManager:
        """What JAX needs around `fit` and `evaluate`: nothing here."""
        return contextlib.nullcontext()

    def scope(self) -> contextlib.AbstractContextManager:
        """What TensorFlow needs where variables are made: nothing here."""
        return contextlib.nullcontext()

    def alone(self) -> contextlib.AbstractContextManager:
        """What JAX needs where one process acts alone: nothing here."""
        return contextlib.nullcontext()

    def check_compilation(self, jit_compile: Any, num_steps: int) -> None:
        """Refuses what cannot be compiled here."""
        if jit_compile is True:
            raise ValueError(
                "On this backend steps run eagerly, and a compiler for them "
                "would take longer than training: leave `jit_compile` at "
                "'auto'. Received: jit_compile=True"
            )

    def train_step(self, data: Any) -> dict[str, Any]:
        """Keras' signature of a step of training."""
        return self.training_step(data)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Keras' signature of a step of evaluation."""
        return self.evaluation_step(data)

    def record(
        self,
        function: Callable,
        variables: Sequence = (),
        inputs: Sequence = (),
    ) -> tuple[Any, Any, Callable]:
        """Runs `function(*inputs) -> (y, aux)` so that `y` has gradients.

        Returns:
            `y`, `aux` and a callable, once, from the gradient by `y` to those
            by the variables and the inputs.
        """
        inputs = [x.detach().requires_grad_(True) for x in inputs]
        values = [*(variable.value for variable in variables), *inputs]
        y, aux = function(*inputs)

        def pullback(by_y: Any) -> list:
            return list(
                torch.autograd.grad(y, values, by_y, materialize_grads=True)
            )

        return y, aux, pullback

    def input_gradient(self, function: Callable, x: Any) -> Any:
        """Gradient of `sum(function(x))` by `x`, itself differentiable."""
        with torch.enable_grad():
            x = x.detach().requires_grad_(True)
            y = function(x).sum()
            return torch.autograd.grad(y, x, create_graph=True)[0]

    def update(
        self, optimizer: Any, gradients: Sequence, variables: Sequence
    ) -> Any:
        """One step of an optimizer; returns the gradients' squared norm."""
        with torch.no_grad():
            flat = [gradient.reshape(-1).float() for gradient in gradients]
            norm = torch.stack([torch.dot(part, part) for part in flat]).sum()
            if plain_sgd.is_plain(optimizer, variables):
                values = [variable.value for variable in variables]
                rate = plain_sgd.clipped_rate(optimizer, norm)
                torch._foreach_add_(values, gradients, alpha=-float(rate))
                plain_sgd.finish(optimizer, variables)
            else:
                use_fused_adam(optimizer)
                optimizer.apply(gradients, variables)
        return norm

    def clip(self, variables: Sequence, bound: float) -> None:
        """Bounds variables from below and above: all in two calls."""
        values = [variable.value for variable in variables]
        with torch.no_grad():
            torch._foreach_clamp_min_(values, -bound)
            torch._foreach_clamp_max_(values, bound)

    def compile_update(self, update: Callable) -> Callable:
        """What TensorFlow needs for small updates: nothing here."""
        return update

    def where_finite(self, value: Any, number: Any) -> Any:
        """`value`, or NaN if a number is not finite."""
        return value + (number - number)

    def compile_function(
        self, function: Callable, seeds: Sequence = (), reads: Sequence = ()
    ) -> Callable:
        """Wraps `function(*tensors)`, which reads this model: runs eagerly."""
        return torch.no_grad()(function)


def product(x: Any, kernel: Any) -> Any:
    """Product of a batch of vectors and a kernel."""
    return ops.matmul(x, kernel)


Embedding = keras.layers.Embedding


class Dense(keras.layers.Dense):
    """Keras' own, product and sum by one operation."""

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        if self.bias is None or len(inputs.shape) != 2:
            return super().call(inputs, training=training)
        bias, kernel = (
            weight.value.to(inputs.dtype) for weight in (self.bias, self.kernel)
        )
        return self.activation(torch.addmm(bias, inputs, kernel))


class BatchNormalization(keras.layers.BatchNormalization):
    """Keras' own, which takes PyTorch's one operation where it fits."""

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        learns = training and self.trainable and mask is None
        is_plain = self.compute_dtype == "float32" and not self.renorm
        is_matrix = inputs.ndim == 2 and self.axis in (1, -1)
        if not (learns and is_plain and is_matrix):
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, inverse = torch.native_batch_norm(
            inputs.to(torch.float32),
            self.gamma.value if self.scale else None,
            self.beta.value if self.center else None,
            None,
            None,
            True,
            0.0,
            self.epsilon,
        )
        with torch.no_grad():
            variance = inverse.square().reciprocal() - self.epsilon
            for average, value in (
                (self.moving_mean, mean),
                (self.moving_variance, variance.clamp(min=0.0)),
            ):
                average.assign(torch.lerp(value, average.value, self.momentum))
        return outputs


def lstm(layer: Any, inputs: Any, constant: Any, lengths: Any) -> Any:
    """States of a `TokenLSTM`: on a CPU of the tokens that count alone."""
    is_wide = layer.units >= torch_lstm.LEAST_UNITS
    if lengths is not None and is_wide and _is_plain(inputs):
        return torch_lstm.packed_states(layer, inputs, constant, lengths)
    return layer.without_padding(_lstm(layer, inputs, constant), lengths)


def _lstm(layer: Any, inputs: Any, constant: Any) -> Any:
    """States by PyTorch's LSTM: its gates have one order."""
    cell, inputs = layer.cell, layer.joined(inputs, constant)
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


likeliest = likeliest_by_blocks


def cross_entropy(x: Any, logits: Any) -> Any:
    """Negative log-likelihood in nats, of shape `(num_rows,)`.

    Args:
        x: int tensor of shape `(num_rows,)`.
        logits: float32 tensor of shape `(num_rows, num_values)`.
    """
    return ops.sparse_categorical_crossentropy(x, logits, from_logits=True)


def losses_of_first(
    function: Callable,
    count: Any,
    layer: Any,
    *rows: Any,
    training: bool = False,
) -> Any:
    """Nats and correct predictions that a function sums over the first rows.

    Args:
        function: callable. `function(layer, hidden, x, weights)` is what is
            to be computed: of a dense layer on a CPU without its logits.
        count: int scalar. Further rows add nothing.
        layer: Keras layer. Turns `hidden` into logits.
        *rows: `hidden`, `x` and `weights`, of one number of rows.
        training: bool. A hint that only TensorFlow needs.
    """
    first = [part[:count] for part in rows]
    if _is_plain(first[0]) and _is_one_product(layer):
        function = torch_losses.loss_sums
    return function(layer, *first)


def _is_plain(x: Any) -> bool:
    """Whether a tensor is of float32, on a CPU."""
    return x.device.type == "cpu" and x.dtype == torch.float32


def _is_one_product(layer: Any) -> bool:
    """Whether a layer's outputs are a product and a bias, in float32."""
    return (
        is_dense(layer, Dense)
        and layer.bias is not None
        and layer.activation is keras.activations.linear
        and layer.compute_dtype == "float32"
    )
