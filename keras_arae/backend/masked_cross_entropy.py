"""The loss of discrete data: cross-entropy where positions count."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_arae.backend.current import cross_entropy
from keras_arae.backend.current import sums_of_first


def masked_cross_entropy(
    x: Any,
    hidden: Any,
    weights: Any,
    output_layer: keras.layers.Layer | None = None,
    skip_masked: bool = True,
) -> tuple[Any, Any]:
    """Cross-entropy in nats, and correct predictions, summed over positions.

    The logits of a position cost as many products as the vocabulary has
    words, and a good part of a batch of sentences is padding: given an output
    layer, logits are computed only where weights are not zero.

    Args:
        x: int tensor of any shape. The data.
        hidden: float tensor of shape `(*x.shape, units)`. What the output
            layer turns into logits; without one, the logits.
        weights: float tensor of the shape of `x`.
        output_layer: Keras layer without state. Maps `(n, units)` to
            `(n, num_values)`. Defaults to `None`.
        skip_masked: bool. Whether to leave positions of weight zero out of
            the output layer: shapes then depend on data. Defaults to `True`.

    Returns:
        Two float32 scalars: weighted sums of the cross-entropy and of the
        positions whose value has the largest logit.
    """
    # Flat: XLA's CPU code for the same work on three axes is slower.
    x, weights = ops.reshape(x, (-1,)), ops.reshape(weights, (-1,))
    hidden = ops.reshape(hidden, (-1, hidden.shape[-1]))
    if output_layer is None:
        return _sums(hidden, x, weights)
    if not skip_masked:
        return _sums(output_layer(hidden), x, weights)
    counts = weights != 0
    # Positions that count come first, in their order.
    order = ops.argsort(ops.where(counts, 0, 1))
    return sums_of_first(
        lambda layer, hidden, x, weights: _sums(layer(hidden), x, weights),
        ops.maximum(ops.sum(ops.cast(counts, "int32")), 1),
        output_layer,
        *(ops.take(part, order, axis=0) for part in (hidden, x, weights)),
    )


def _sums(logits: Any, x: Any, weights: Any) -> tuple[Any, Any]:
    logits = ops.cast(logits, "float32")
    losses = cross_entropy(x, logits)
    chosen = ops.take_along_axis(logits, x[..., None], axis=-1)[..., 0]
    correct = ops.cast(chosen >= ops.max(logits, axis=-1), "float32")
    return ops.sum(weights * losses), ops.sum(weights * correct)
