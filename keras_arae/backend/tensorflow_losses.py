"""Losses of an output layer whose logits are never held whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from keras_arae.backend.tensorflow_graphs import custom_gradient

# Rows at once: products are as fast as of all rows, and memory is less.
CHUNK = 256


def sums_in_chunks(
    function: Callable, layer: Any, hidden: Any, *rows: Any
) -> tuple:
    """Scalars that `function(layer, hidden, *rows)` sums over rows.

    A loop over chunks computes derivatives beside the values: so they need
    the logits of a chunk alone.

    Args:
        function: callable. The first of its two scalars is differentiated,
            by the layer's weights and by `hidden`.
        layer: Keras layer without state.
        hidden: float tensor of shape `(num_rows, dim)`.
        *rows: tensors of as many rows.
    """
    # Tensors: a function of its own gradient may read no variable.
    weights, frozen = (
        [tf.convert_to_tensor(variable.value) for variable in variables]
        for variables in (
            layer.trainable_variables,
            layer.non_trainable_variables,
        )
    )

    def chunk(weights: list, hidden: Any, *rows: Any) -> tuple:
        def stateless_layer(x: Any) -> Any:
            return layer.stateless_call(weights, frozen, x)[0]

        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([*weights, hidden])
            sums = function(stateless_layer, hidden, *rows)
        *by_weights, by_hidden = tape.gradient(
            sums[0],
            [*weights, hidden],
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
        return [*sums, *by_weights], by_hidden

    @custom_gradient
    def sums(hidden: Any, *weights: Any) -> Any:
        totals, by_hidden = _in_chunks(chunk, list(weights), (hidden, *rows))
        first, second, *by_weights = totals

        def gradient(by_first: Any, by_second: Any) -> list:
            return [
                tf.cast(by_first, x.dtype) * x for x in (by_hidden, *by_weights)
            ]

        return (first, second), gradient

    return sums(hidden, *weights)


def _in_chunks(function: Callable, weights: list, rows: tuple) -> tuple:
    """What a function sums over chunks of rows, and what has a row for each.

    Args:
        function: callable. From `weights` and a chunk of each of `rows` to a
            list of tensors to add up, two scalars and what is shaped like the
            weights, and to a tensor like the chunk of the first of `rows`.
        weights: list of tensors.
        rows: tuple of tensors of one number of rows.
    """
    num_rows = tf.shape(rows[0])[0]

    def add_chunk(start: Any, totals: list, parts: Any) -> tuple:
        chunk = (part[start : start + CHUNK] for part in rows)
        new, part = function(weights, *chunk)
        totals = [total + x for total, x in zip(totals, new)]
        return start + CHUNK, totals, parts.write(start // CHUNK, part)

    # The first chunk before the loop, which would add it to zeros.
    totals, part = function(weights, *(part[:CHUNK] for part in rows))
    parts = tf.TensorArray(
        rows[0].dtype,
        size=tf.maximum(-(-num_rows // CHUNK), 1),
        element_shape=(None, *rows[0].shape[1:]),
        infer_shape=False,
    )
    _, totals, parts = tf.while_loop(
        lambda start, *_: start < num_rows,
        add_chunk,
        (CHUNK, totals, parts.write(0, part)),
    )
    return totals, parts.concat()
