"""How well logits predict discrete data."""

from keras import ops


def negative_log_likelihood(x, logits, pad_id=None):
    """Negative log-likelihood of each row of discrete data, in nats.

    Args:
        x: int array of shape `(num_rows, ...)`.
        logits: float array of shape `(*x.shape, num_values)`: unnormalised
            log-probabilities of the values at each position.
        pad_id: int or `None`. Value of positions that do not count. Defaults
            to `None`.

    Returns:
        A float32 tensor of shape `(num_rows,)`: sums over positions.

    Example:

    ```python
    x = np.array([[0, 1], [1, 1]])
    nats = keras_arae.metrics.negative_log_likelihood(x, np.zeros((2, 2, 2)))
    assert np.allclose(nats, 2 * np.log(2))
    ```
    """
    x = ops.convert_to_tensor(x, "int32")
    logits = ops.cast(logits, "float32")
    if tuple(logits.shape[:-1]) != tuple(x.shape):
        raise ValueError(
            "Expected logits of shape (*x.shape, num_values). Received: "
            f"x of shape {tuple(x.shape)}, logits of shape "
            f"{tuple(logits.shape)}"
        )
    losses = ops.sparse_categorical_crossentropy(x, logits, from_logits=True)
    if pad_id is not None:
        losses = ops.where(x != pad_id, losses, 0.0)
    return ops.sum(ops.reshape(losses, (ops.shape(x)[0], -1)), axis=1)
