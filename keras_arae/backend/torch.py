"""What the library needs from PyTorch."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import keras
import torch
from keras import ops

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
    ) -> None:
        """One step of an optimizer."""
        use_fused_adam(optimizer)
        with torch.no_grad():
            optimizer.apply(gradients, variables)

    def clip(self, variables: Sequence, bound: float) -> None:
        """Bounds variables from below and above: all in two calls."""
        values = [variable.value for variable in variables]
        with torch.no_grad():
            torch._foreach_clamp_min_(values, -bound)
            torch._foreach_clamp_max_(values, bound)

    def compile_update(self, update: Callable) -> Callable:
        """What TensorFlow needs for small updates: nothing here."""
        return update

    def where_finite(self, value: Any, gradients: Sequence) -> Any:
        """`value`, or NaN if a gradient is not finite."""
        total = torch.stack([gradient.sum() for gradient in gradients]).sum()
        return value + (total - total).detach()

    def compile_function(
        self, function: Callable, seeds: Sequence = (), reads: Sequence = ()
    ) -> Callable:
        """Wraps `function(*tensors)`, which reads this model: runs eagerly."""
        return torch.no_grad()(function)


def product(x: Any, kernel: Any) -> Any:
    """Product of a batch of vectors and a kernel."""
    return ops.matmul(x, kernel)


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


def lstm(layer: Any, inputs: Any, constant: Any) -> Any:
    """States of a `TokenLSTM`, by PyTorch's LSTM: its gates have one order."""
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


def cross_entropy(x: Any, logits: Any) -> Any:
    """Negative log-likelihood in nats, of shape `(num_rows,)`.

    Args:
        x: int tensor of shape `(num_rows,)`.
        logits: float32 tensor of shape `(num_rows, num_values)`.
    """
    return ops.sparse_categorical_crossentropy(x, logits, from_logits=True)


def sums_of_first(
    function: Callable, count: Any, layer: keras.layers.Layer, *rows: Any
) -> Any:
    """Scalars that `function(layer, *rows)` sums over the first rows."""
    return function(layer, *(part[:count] for part in rows))
