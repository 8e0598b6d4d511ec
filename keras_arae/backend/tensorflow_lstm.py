"""An LSTM over the tokens that count, where lengths differ."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from keras_arae.backend.tensorflow_graphs import custom_gradient

_shapes = threading.local()


@contextlib.contextmanager
def shapes_of_values(allowed: bool) -> Iterator[None]:
    """Says whether shapes may depend on values: not where XLA compiles.

    Args:
        allowed: bool.
    """
    before = may_depend_on_values()
    _shapes.allowed = allowed
    try:
        yield
    finally:
        _shapes.allowed = before


def may_depend_on_values() -> bool:
    """Whether shapes may: only within a step or function of a model's."""
    return getattr(_shapes, "allowed", False)


def packed_states(layer: Any, inputs: Any, constant: Any, lengths: Any) -> Any:
    """States of a `TokenLSTM`; those at padding are zero.

    Padding is not computed, and gradients of weights are one product each:
    the loop that Keras runs makes one at each position, and adds them up.

    Args:
        layer: `TokenLSTM`.
        inputs: float tensor of shape `(batch, length, dim)`.
        constant: float tensor of shape `(batch, constant_dim)` or `None`.
        lengths: int tensor of shape `(batch,)`.

    Returns:
        A tensor of shape `(batch, length, units)`.
    """
    batch, length = tf.unstack(tf.shape(inputs)[:2])
    dim = inputs.shape[-1]
    order = tf.argsort(lengths, direction="DESCENDING", stable=True)
    lengths = tf.gather(lengths, order)
    longest = tf.maximum(tf.reduce_max(lengths), 1)  # One position at least.
    counts = tf.range(longest)[:, None] < lengths
    # Position by position, the rows that go on: always the first ones.
    times, ranks = tf.unstack(tf.cast(tf.where(counts), "int32"), axis=1)
    rows = tf.gather(order, ranks)
    places = rows * length + times
    tokens = tf.gather(tf.reshape(inputs, (-1, dim)), places)
    if constant is None or constant.shape[1] == 0:
        kernel, addend = layer.cell.kernel, layer.cell.bias
    else:
        # One product for both: the gradient of a part of a kernel is a whole
        # one, with zeros.
        kernel, of_constant = tf.split(layer.cell.kernel, (dim, -1))
        addend = constant @ of_constant + layer.cell.bias
        addend = tf.gather(addend, rows)
    states = _recurrence(
        tokens @ kernel + addend,
        tf.convert_to_tensor(layer.cell.recurrent_kernel),
        tf.reduce_sum(tf.cast(counts, "int32"), axis=1),
    )
    shape = (batch * length, layer.units)
    padded = tf.scatter_nd(places[:, None], states, shape)
    return tf.reshape(padded, (batch, length, layer.units))


def _recurrence(products: Any, kernel: Any, sizes: Any) -> Any:
    """States of the first `sizes[t]` rows at each position `t`, in one list.

    Gates are in the order of Keras: input, forget, candidate, output.
    """
    ends = tf.cumsum(sizes)
    starts = ends - sizes

    @custom_gradient
    def recurrence(products: Any, kernel: Any) -> Any:
        gates, carries, states = _run(products, kernel, starts, ends)

        def gradient(by_states: Any) -> tuple:
            before = _before(starts, ends)
            by_products = _run_back(
                by_states, gates, carries, before, kernel, starts, ends
            )
            by_kernel = tf.matmul(before(states), by_products, transpose_a=True)
            return by_products, by_kernel

        return states, gradient

    return recurrence(products, kernel)


def _run(products: Any, kernel: Any, starts: Any, ends: Any) -> tuple:
    """Gates, carries and states of all positions."""
    units = kernel.shape[0]
    zeros = tf.zeros((ends[0], units), products.dtype)

    def step(t: Any, state: Any, carry: Any, *kept: Any) -> tuple:
        part = products[starts[t] : ends[t]]
        size = ends[t] - starts[t]
        part += state[:size] @ kernel
        opened, forget, candidate, output = tf.split(part, 4, axis=1)
        opened, forget = tf.sigmoid(opened), tf.sigmoid(forget)
        candidate, output = tf.tanh(candidate), tf.sigmoid(output)
        carry = forget * carry[:size] + opened * candidate
        state = output * tf.tanh(carry)
        values = opened, forget, candidate, output, carry, state
        written = [array.write(t, x) for array, x in zip(kept, values)]
        return t + 1, state, carry, *written

    empty = [_array(ends, units) for _ in range(6)]
    _, _, _, *kept = tf.while_loop(
        lambda t, *_: t < tf.size(ends), step, (0, zeros, zeros, *empty)
    )
    *gates, carries, states = [array.concat() for array in kept]
    return gates, carries, states


def _run_back(
    by_states: Any,
    gates: Sequence,
    carries: Any,
    before: Callable,
    kernel: Any,
    starts: Any,
    ends: Any,
) -> Any:
    """Gradient by the products of all positions."""
    opened, forget, candidate, output = gates
    squashed = tf.tanh(carries)
    by_carries = _tanh_gradient(squashed, output)
    # Of three gates by the carry, of the last one by the state.
    slopes = tf.concat(
        [
            _sigmoid_gradient(opened, candidate),
            _sigmoid_gradient(forget, before(carries)),
            _tanh_gradient(candidate, opened),
            _sigmoid_gradient(output, squashed),
        ],
        axis=1,
    )

    def step(t: Any, by_hidden: Any, by_carry: Any, kept: Any) -> tuple:
        part = slice(starts[t], ends[t])
        ended = ends[t] - starts[t] - tf.shape(by_hidden)[0]
        filled = ((0, ended), (0, 0))
        by_state = by_states[part] + tf.pad(by_hidden, filled)
        by_part = by_state * by_carries[part] + tf.pad(by_carry, filled)
        by_gates = tf.concat([by_part, by_part, by_part, by_state], axis=1)
        by_gates *= slopes[part]
        by_hidden = tf.matmul(by_gates, kernel, transpose_b=True)
        kept = kept.write(t, by_gates)
        return t - 1, by_hidden, by_part * forget[part], kept

    # No rows, but not by the shape: in the loop there are some.
    zeros = tf.zeros((0 * ends[0], kernel.shape[0]), kernel.dtype)
    kept = _array(ends, kernel.shape[1])
    loop = (tf.size(ends) - 1, zeros, zeros, kept)
    *_, kept = tf.while_loop(lambda t, *_: t >= 0, step, loop)
    return kept.concat()


def _sigmoid_gradient(y: Any, by_y: Any) -> Any:
    return tf.raw_ops.SigmoidGrad(y=y, dy=by_y)


def _tanh_gradient(y: Any, by_y: Any) -> Any:
    return tf.raw_ops.TanhGrad(y=y, dy=by_y)


def _before(starts: Any, ends: Any) -> Callable:
    """What gives each row its value one position before; zeros at first."""
    sizes = ends - starts
    first = sizes[0]
    last_sizes = tf.repeat(sizes[:-1], sizes[1:])
    indices = tf.range(first, ends[-1]) - last_sizes

    def before(values: Any) -> Any:
        return tf.pad(tf.gather(values, indices), ((first, 0), (0, 0)))

    return before


def _array(ends: Any, width: int) -> Any:
    """Tensors of the positions, each of its own number of rows."""
    return tf.TensorArray(
        "float32",
        size=tf.size(ends),
        element_shape=(None, width),
        infer_shape=False,
    )
