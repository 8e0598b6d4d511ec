"""What the library needs from JAX."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import keras
from keras import ops

from keras_arae.backend.jax_devices import Devices
from keras_arae.backend.jax_devices import dealt_out
from keras_arae.backend.jax_devices import together
from keras_arae.backend.jax_devices import undistributed
from keras_arae.backend.jax_lstm import recurrence
from keras_arae.backend.likeliest import likeliest_by_blocks

replicas = Devices()

# Rows at once: logits of so many words' vocabularies stay in the cache.
CHUNK = 160


class Trainer:
    """Step signatures, gradients and compiled functions on JAX.

    Keras runs stateful code inside a `StatelessScope`, which holds the
    variables' values and collects their updates. Scopes do not inherit from
    each other, so an inner one is given every value.
    """

    # Of `keras.export.ExportArchive`; `None` where it holds one function.
    export_options: dict | None = {"jax2tf_kwargs": {"with_gradient": False}}
    training_step: Callable[[Any], dict[str, Any]]
    evaluation_step: Callable[[Any], dict[str, Any]]
    variables: Sequence
    trainable_variables: Sequence
    non_trainable_variables: Sequence
    metrics_variables: Sequence
    optimizer: Any
    run_eagerly: bool
    jax_state_sync: Callable[[], None]

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """What `fit` and `evaluate` run in.

        Gives variables their values back if an exception passes: Keras takes
        the values out of the variables while a step holds them.
        """
        optimizer_variables = self.optimizer.variables if self.optimizer else ()
        values = _values([*self.variables, *optimizer_variables])
        try:
            with dealt_out():
                yield
        except BaseException:
            # What the last step that ended has left; `evaluate` of Keras
            # forgets it. Before any has, what was there at the start.
            self.jax_state_sync()
            self._jax_state = None
            for variable, value in values:
                # Not by `value`, which would draw initial values anew.
                if variable._value is None and not value.is_deleted():
                    variable.assign(value)
            raise

    def scope(self) -> contextlib.AbstractContextManager:
        """What TensorFlow needs where variables are made: nothing here."""
        return contextlib.nullcontext()

    def alone(self) -> contextlib.AbstractContextManager:
        """A context of what one process does that others need not do."""
        return undistributed()

    @property
    def skips_masked(self) -> bool:
        """Whether to gather rows that count: not from several devices."""
        return keras.distribution.distribution() is None

    def check_compilation(self, jit_compile: Any, num_steps: int) -> None:
        """Refuses what cannot be compiled here: nothing."""

    def train_step(self, state: Any, data: Any) -> tuple[dict, Any]:
        """Keras' signature of a step of training."""
        return self._in_scope(
            self.training_step,
            [
                self.trainable_variables,
                self.non_trainable_variables,
                self.optimizer.variables,
                self.metrics_variables,
            ],
            state,
            data,
        )

    def test_step(self, state: Any, data: Any) -> tuple[dict, Any]:
        """Keras' signature of a step of evaluation."""
        return self._in_scope(
            self.evaluation_step,
            [
                self.trainable_variables,
                self.non_trainable_variables,
                self.metrics_variables,
            ],
            state,
            data,
        )

    def _in_scope(
        self, step: Callable, variables: Sequence, state: Any, data: Any
    ) -> tuple[dict, Any]:
        """Runs `step(data)` on `state`; returns its logs and the new state."""
        pairs = [pair for part in zip(variables, state) for pair in zip(*part)]
        with keras.StatelessScope(pairs, collect_losses=True) as scope:
            logs = step(data)
        new_state = tuple(
            [scope.get_current_value(v) for v in part] for part in variables
        )
        return logs, new_state

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
        constants = _values(self.trainable_variables)
        state = self.non_trainable_variables

        def stateless_function(values: Any, inputs: Any) -> Any:
            pairs = [
                *constants,
                *_values(state),
                *zip(variables, values),
            ]
            with keras.StatelessScope(pairs, collect_losses=True) as scope:
                y, aux = function(*inputs)
            return y, (aux, [scope.get_current_value(v) for v in state])

        y, pullback, (aux, updates) = jax.vjp(
            stateless_function,
            [variable.value for variable in variables],
            list(inputs),
            has_aux=True,
        )
        for variable, update in zip(state, updates):
            variable.assign(update)
        return y, aux, lambda by_y: sum(pullback(by_y), [])

    def input_gradient(self, function: Callable, x: Any) -> Any:
        """Gradient of `sum(function(x))` by `x`, itself differentiable."""
        y, _, pullback = self.record(
            lambda x: (ops.sum(function(x)), ()), inputs=[x]
        )
        return pullback(ops.ones_like(y))[0]

    def update(
        self, optimizer: Any, gradients: Sequence, variables: Sequence
    ) -> Any:
        """One step of an optimizer; returns the gradients' squared norm."""
        optimizer.apply(gradients, variables)
        # Written as Keras does to clip, so that XLA may compute both as one.
        return sum(
            ops.sum(ops.square(ops.cast(gradient, "float32")))
            for gradient in gradients
        )

    def clip(self, variables: Sequence, bound: float) -> None:
        """Bounds variables from below and above."""
        for variable in variables:
            variable.assign(ops.clip(variable, -bound, bound))

    def compile_update(self, update: Callable) -> Callable:
        """What TensorFlow needs for small updates: nothing here."""
        return update

    def where_finite(self, value: Any, number: Any) -> Any:
        """`value`, or NaN if a number is not finite."""
        return ops.where(ops.isfinite(number), value, float("nan"))

    def compile_function(
        self, function: Callable, seeds: Sequence = (), reads: Sequence = ()
    ) -> Callable:
        """Compiles `function(*tensors)`, which reads this model.

        `seeds` are random states that the function advances, `reads` other
        variables than the model's that it reads.
        """
        if self.run_eagerly:
            return function
        variables = [*self.variables, *reads, *seeds]

        @jax.jit
        def stateless_function(values: Any, *inputs: Any) -> Any:
            pairs = zip(variables, values)
            with keras.StatelessScope(state_mapping=pairs) as scope:
                outputs = function(*inputs)
            return outputs, [scope.get_current_value(v) for v in seeds]

        def compiled_function(*inputs: Any) -> Any:
            values = together([variable.value for variable in variables])
            outputs, new_seeds = stateless_function(values, *inputs)
            for variable, value in zip(seeds, new_seeds):
                variable.assign(value)
            return outputs

        return compiled_function


def _values(variables: Sequence) -> list:
    return [(variable, variable.value) for variable in variables]


@functools.cache
def on_cpu() -> bool:
    """Whether layers run on a CPU."""
    return jax.default_backend() == "cpu"


def product(x: Any, kernel: Any) -> Any:
    """Product of a batch of vectors and a kernel.

    On a CPU, XLA's code for a product whose left side is transposed, which
    every kernel's gradient is, takes two and a half times as long as that
    for the same product of matrices as they lie in memory. So the left side
    is transposed first, and the other gradient turned around.

    Args:
        x: float tensor of shape `(..., dim)`.
        kernel: float tensor of shape `(dim, units)`.

    Returns:
        A float tensor of shape `(..., units)`.
    """
    if len(x.shape) != 2 or not on_cpu():
        return ops.matmul(x, kernel)
    kernel = ops.cast(kernel, x.dtype)
    return _product(ops.convert_to_tensor(x), kernel)


BatchNormalization = keras.layers.BatchNormalization
Embedding = keras.layers.Embedding


class Dense(keras.layers.Dense):
    """Keras' own by `product`, and by a faster sum.

    On a CPU, XLA makes the gradient of the rows a second time, for its sum
    over rows, but not for a product: so that sum is a product with a row of
    ones.
    """

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        y = product(inputs, self.kernel)
        if self.bias is not None and len(y.shape) == 2 and on_cpu():
            y = _add_bias(y, ops.cast(self.bias, y.dtype))
        elif self.bias is not None:
            y = ops.add(y, self.bias)
        return self.activation(y)


@jax.custom_vjp
def _product(x: Any, kernel: Any) -> Any:
    return x @ kernel


def _product_backward(saved: Any, gradient: Any) -> Any:
    x, kernel = saved
    lay_out = jax.lax.optimization_barrier
    by_x = lay_out(kernel @ gradient.T).T
    by_kernel = lay_out(x.T) @ gradient
    return by_x, by_kernel


_product.defvjp(lambda x, kernel: (x @ kernel, (x, kernel)), _product_backward)


@jax.custom_vjp
def _add_bias(x: Any, bias: Any) -> Any:
    return x + bias


def _add_bias_backward(_: Any, gradient: Any) -> Any:
    return gradient, jnp.ones(len(gradient), gradient.dtype) @ gradient


_add_bias.defvjp(lambda x, bias: (x + bias, None), _add_bias_backward)


def lstm(layer: Any, inputs: Any, constant: Any, lengths: Any) -> Any:
    """States of a `TokenLSTM`, by products on every device.

    Keras' own takes `jax.experimental.rnn.lstm` on a GPU, cuDNN's, and through
    that encoders learned next to nothing: docs/performance.md, "On a GPU".
    """
    products = layer.products(inputs, constant)
    kernel = ops.cast(layer.cell.recurrent_kernel, products.dtype)
    return layer.without_padding(recurrence(products, kernel), lengths)


likeliest = likeliest_by_blocks


def cross_entropy(x: Any, logits: Any) -> Any:
    """Negative log-likelihood in nats, of shape `(num_rows,)`.

    On a CPU with exponentials kept for the gradient: XLA's code makes them
    anew.

    Args:
        x: int tensor of shape `(num_rows,)`.
        logits: float32 tensor of shape `(num_rows, num_values)`.
    """
    if on_cpu() and logits.shape[-1] > 100:
        return _losses(logits, x)
    return ops.sparse_categorical_crossentropy(x, logits, from_logits=True)


def _losses_forward(logits: Any, x: Any) -> Any:
    largest = jnp.max(logits, axis=-1)
    powers = jnp.exp(logits - largest[:, None])
    total = jnp.sum(powers, axis=-1)
    chosen = jnp.take_along_axis(logits, x[:, None], axis=-1)[:, 0]
    losses = jnp.log(total) + largest - chosen
    return losses, (powers, total, x)


def _losses_backward(saved: Any, by_losses: Any) -> Any:
    powers, total, x = saved
    values = jax.lax.broadcasted_iota(x.dtype, powers.shape, 1)
    target = jnp.where(values == x[:, None], by_losses[:, None], 0.0)
    return powers * (by_losses / total)[:, None] - target, None


_losses = jax.custom_vjp(lambda logits, x: _losses_forward(logits, x)[0])
_losses.defvjp(_losses_forward, _losses_backward)


def losses_of_first(
    function: Callable,
    count: Any,
    layer: keras.layers.Layer,
    *rows: Any,
    training: bool = False,
) -> Any:
    """Scalars that `function(layer, *rows)` sums over the first rows.

    Shapes cannot depend on data, so rows come in chunks, in a loop over as
    many chunks as hold rows that count. What a chunk needs stays in the
    cache, and memory does not grow with the number of rows. A loop whose
    length is not known has no reverse: derivatives are computed beside the
    values.

    Args:
        function: callable. The first of its scalars is differentiated, by
            the layer's weights and by the first of `rows`.
        count: int scalar. Further rows add nothing to any sum.
        layer: Keras layer without state.
        *rows: tensors of one number of rows.
        training: bool. A hint that only TensorFlow needs.
    """
    weights = [variable.value for variable in layer.trainable_variables]
    frozen = [variable.value for variable in layer.non_trainable_variables]

    def call(weights: Any, first: Any, *others: Any) -> Any:
        def stateless_layer(x: Any) -> Any:
            return layer.stateless_call(weights, frozen, x)[0]

        first, *others = function(stateless_layer, first, *others)
        return first, tuple(others)

    first, others = _chunked_sums(call, count, weights, rows)
    return first, *others


def _chunked_sums(
    function: Callable, count: Any, weights: list, rows: Sequence
) -> Any:
    """What `function(weights, *rows)` sums over the first rows."""

    def values(weights: Any, *rows: Any) -> Any:
        return function(weights, *rows), ()

    def values_and_gradients(weights: Any, *rows: Any) -> Any:
        outputs, (by_weights, by_rows) = jax.value_and_grad(
            function, argnums=(0, 1), has_aux=True
        )(weights, *rows)
        return (outputs, by_weights), (by_rows,)

    @jax.custom_vjp
    def sums(weights: Any, *rows: Any) -> Any:
        return _in_chunks(values, count, weights, rows)[0]

    def forward(weights: Any, *rows: Any) -> Any:
        (outputs, by_weights), (by_rows,) = _in_chunks(
            values_and_gradients, count, weights, rows
        )
        return outputs, (by_weights, by_rows)

    def backward(gradients: Any, cotangents: Any) -> Any:
        by_weights, by_rows = jax.tree.map(
            lambda x: (cotangents[0] * x).astype(x.dtype), gradients
        )
        return by_weights, by_rows, *[None for _ in rows[1:]]

    sums.defvjp(forward, backward)
    return sums(weights, *rows)


def _in_chunks(
    function: Callable, count: Any, weights: list, rows: Sequence
) -> Any:
    """Applies a function to chunks of rows.

    Args:
        function: callable. Returns what is summed over rows, and what has a
            row for each row.
        count: int scalar. Rows that count.
        weights: list of tensors.
        rows: list of tensors.

    Returns:
        What `function` returns; rows of chunks left out are zero.
    """
    num_rows = len(rows[0])
    size = min(CHUNK, num_rows)
    rows = _filled(rows, -(-num_rows // size) * size)

    def add_chunk(index: Any, results: Any) -> Any:
        sums, parts = results
        start = index * size
        new_sums, new_parts = function(
            weights,
            *(jax.lax.dynamic_slice_in_dim(part, start, size) for part in rows),
        )
        parts = [
            jax.lax.dynamic_update_slice_in_dim(part, new, start, 0)
            for part, new in zip(parts, new_parts)
        ]
        return jax.tree.map(jnp.add, sums, new_sums), tuple(parts)

    shapes = jax.eval_shape(function, weights, *(part[:size] for part in rows))
    sums, parts = jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), shapes)
    sums, parts = jax.lax.fori_loop(
        0,
        -(-count // size),
        add_chunk,
        (sums, _filled(parts, len(rows[0]))),
    )
    return sums, tuple(part[:num_rows] for part in parts)


def _filled(parts: Sequence, num_rows: int) -> tuple:
    """Tensors filled up with zeros to a number of rows."""
    return tuple(
        jnp.pad(part, [(0, num_rows - len(part))] + [(0, 0)] * (part.ndim - 1))
        for part in parts
    )
