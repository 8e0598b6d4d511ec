"""The first two moments of a batch of codes, as in the paper's Figure 2."""

from keras import ops


def mean_norm(code, row_weights=None):
    """Mean Euclidean norm of codes, a scalar.

    Args:
        code: tensor of shape `(batch, code_dim)`.
        row_weights: tensor of shape `(batch,)` or `None`.
    """
    return ops.average(ops.norm(code, axis=-1), weights=row_weights)


def trace_of_covariance(code, row_weights=None):
    """Trace of the covariance of codes, unbiased, a scalar.

    Args:
        code: tensor of shape `(batch, code_dim)`.
        row_weights: tensor of shape `(batch,)` or `None`. Zero or one.
    """
    if row_weights is None:
        row_weights = ops.ones_like(code[:, 0])
    count = ops.sum(row_weights)
    weights = row_weights[:, None]
    mean = ops.sum(weights * code, axis=0) / ops.maximum(count, 1.0)
    squares = ops.sum(weights * ops.square(code - mean))
    return squares / ops.maximum(count - 1.0, 1.0)
