"""How well logits predict discrete data: of positions, or of classes."""

from keras import ops

from keras_arae.models.cross_entropy import cross_entropy


def position_weights(x, pad_id=None, row_weights=None):
    """Weights of the positions of `x` in a mean.

    Args:
        x: int tensor of shape `(batch, ...)`.
        pad_id: int or `None`. Value whose positions count nothing.
        row_weights: tensor of shape `(batch,)` or `None`. Weights of rows.

    Returns:
        A float32 tensor of the shape of `x`.
    """
    weights = ops.ones_like(x, dtype="float32")
    if pad_id is not None:
        weights = ops.cast(x != pad_id, "float32")
    if row_weights is not None:
        ones = (1,) * (len(x.shape) - 1)
        weights = weights * ops.reshape(row_weights, (-1, *ones))
    return weights


def weighted_sums(x, logits, weights):
    """Negative log-likelihood in nats, and hits, summed over positions.

    Args:
        x: int tensor of any shape.
        logits: float tensor of shape `(*x.shape, num_values)`.
        weights: float tensor of the shape of `x`.

    Returns:
        Two scalars. A hit is a position whose value has the largest logit.
    """
    # Flat: XLA's CPU code for the same work on three axes is slower.
    x, weights = ops.reshape(x, (-1,)), ops.reshape(weights, (-1,))
    logits = ops.reshape(logits, (-1, logits.shape[-1]))
    logits = ops.cast(logits, "float32")
    losses = cross_entropy(x, logits)
    chosen = ops.take_along_axis(logits, x[..., None], axis=-1)[..., 0]
    hits = ops.cast(chosen >= ops.max(logits, axis=-1), "float32")
    return ops.sum(weights * losses), ops.sum(weights * hits)


def packed_weighted_sums(x, states, output_layer, weights, sums_of_first):
    """`weighted_sums`, with logits computed only where weights are not zero.

    The logits of a position cost as many products as the vocabulary has
    words, and a good part of a batch of sentences is padding.

    Args:
        x: int tensor of shape `(batch, length)`.
        states: float tensor of shape `(batch, length, units)`.
        output_layer: Keras layer. Maps `(n, units)` to `(n, num_values)`.
        weights: float tensor of shape `(batch, length)`.
        sums_of_first: callable, the backend's. Takes a function of rows, how
            many rows count, the rows and the layer, and leaves out rows that
            do not count.

    Returns:
        Two scalars, as `weighted_sums`.
    """
    x, weights = ops.reshape(x, (-1,)), ops.reshape(weights, (-1,))
    states = ops.reshape(states, (-1, states.shape[-1]))
    counts = weights != 0
    # Positions that count come first, in their order.
    places = ops.argsort(ops.where(counts, 0, 1))
    return sums_of_first(
        lambda output_layer, states, x, weights: weighted_sums(
            x, output_layer(states), weights
        ),
        ops.maximum(ops.sum(ops.cast(counts, "int32")), 1),
        output_layer,
        *(ops.take(part, places, axis=0) for part in (states, x, weights)),
    )


def share_of_hits(logits, label, row_weights=None):
    """Share of rows whose label has the largest logit, and their number."""
    hits = ops.cast(ops.argmax(logits, axis=-1), label.dtype) == label
    hits = ops.cast(hits, "float32")
    if row_weights is None:
        row_weights = ops.ones_like(hits)
    count = ops.maximum(ops.sum(row_weights), 1.0)
    return ops.sum(row_weights * hits) / count, count
