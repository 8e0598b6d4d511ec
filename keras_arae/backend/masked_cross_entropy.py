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
    output_layer: keras.layers.Layer | None = None,
    pad_id: int | None = None,
    row_weights: Any = None,
    skip_masked: bool = True,
) -> tuple[tuple, tuple]:
    """Mean cross-entropy in nats and accuracy, over positions that count.

    The logits of a position cost as many products as the vocabulary has
    words, and a good part of a batch of sentences is padding: given an output
    layer, logits are computed only where positions count.

    Args:
        x: int tensor of shape `(batch, ...)`. The data.
        hidden: float tensor of shape `(*x.shape, units)`. What the output
            layer turns into logits; without one, the logits.
        output_layer: Keras layer without state. Maps `(n, units)` to
            `(n, num_values)`. Defaults to `None`.
        pad_id: int or `None`. Value whose positions do not count. Defaults to
            `None`: all count.
        row_weights: float tensor of shape `(batch,)` or `None`. Weights of
            rows. Defaults to `None`: all 1.
        skip_masked: bool. Whether to leave positions of weight zero out of
            the output layer: shapes then depend on data. Defaults to `True`.

    Returns:
        Two pairs `(mean, weight)` of float32 scalars. The accuracy is the
        share of positions whose value has the largest logit.
    """
    weights = _position_weights(x, pad_id, row_weights)
    count = ops.maximum(ops.sum(weights), 1.0)
    # Flat: XLA's CPU code for the same work on three axes is slower.
    x, weights = ops.reshape(x, (-1,)), ops.reshape(weights, (-1,))
    hidden = ops.reshape(hidden, (-1, hidden.shape[-1]))
    if output_layer is None:
        nats, correct = _sums(hidden, x, weights)
    elif not skip_masked:
        nats, correct = _sums(output_layer(hidden), x, weights)
    else:
        nats, correct = _packed_sums(output_layer, hidden, x, weights)
    return (nats / count, count), (correct / count, count)


def _position_weights(x: Any, pad_id: int | None, row_weights: Any) -> Any:
    """Weights of the positions of `x` in a mean."""
    weights = ops.ones_like(x, dtype="float32")
    if pad_id is not None:
        weights = ops.cast(x != pad_id, "float32")
    if row_weights is not None:
        ones = (1,) * (len(x.shape) - 1)
        weights = weights * ops.reshape(row_weights, (-1, *ones))
    return weights


def _packed_sums(
    output_layer: keras.layers.Layer, hidden: Any, x: Any, weights: Any
) -> tuple[Any, Any]:
    """`_sums` with logits only where weights are not zero."""
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
    """Cross-entropy and correct predictions, summed over positions."""
    logits = ops.cast(logits, "float32")
    losses = cross_entropy(x, logits)
    chosen = ops.take_along_axis(logits, x[..., None], axis=-1)[..., 0]
    correct = ops.cast(chosen >= ops.max(logits, axis=-1), "float32")
    return ops.sum(weights * losses), ops.sum(weights * correct)
