"""A step down gradients, of which those by embeddings have few rows.

A batch has some hundred words and a vocabulary thousands: as a matrix, such a
gradient is made, squared and subtracted for zeros above all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf


def by_rows(variable: Any, gradient: Any) -> Any:
    """A gradient as distinct rows, where it has few and the variable may.

    Args:
        variable: Keras variable.
        gradient: tensor or `tf.IndexedSlices`.
    """
    may = getattr(variable, "is_read_by_rows", False)
    if not may or not isinstance(gradient, tf.IndexedSlices):
        return tf.convert_to_tensor(gradient)
    indices, places = tf.unique(gradient.indices)
    values = tf.math.unsorted_segment_sum(
        gradient.values, places, tf.size(indices)
    )
    return tf.IndexedSlices(values, indices, gradient.dense_shape)


def squared_norm(gradients: Sequence) -> Any:
    """The sum of all squares, a float32 scalar.

    Args:
        gradients: sequence of tensors, or of `tf.IndexedSlices` of distinct
            rows.
    """
    values = [getattr(gradient, "values", gradient) for gradient in gradients]
    return 2.0 * tf.add_n(
        [tf.nn.l2_loss(tf.cast(x, "float32")) for x in values]
    )


def descend(variables: Sequence, gradients: Sequence, rate: Any) -> None:
    """Subtracts a rate times the gradients.

    Args:
        variables: sequence of Keras variables.
        gradients: sequence of tensors or `tf.IndexedSlices`.
        rate: float scalar.
    """
    for variable, gradient in zip(variables, gradients):
        factor = tf.cast(rate, gradient.dtype)
        handle = variable.value.handle
        if isinstance(gradient, tf.IndexedSlices):
            tf.raw_ops.ResourceScatterSub(
                resource=handle,
                indices=gradient.indices,
                updates=factor * gradient.values,
            )
        else:
            tf.raw_ops.ResourceApplyGradientDescent(
                var=handle, alpha=factor, delta=gradient
            )
