"""Where codes live: on the unit sphere."""

from __future__ import annotations

from typing import Any

from keras import ops


def on_unit_sphere(code: Any) -> Any:
    """Codes divided by their norms.

    A code of zeros, such as a ReLU network whose units are all off gives,
    stays where it is; `keras.ops.normalize` makes its gradient NaN.

    Args:
        code: float tensor of shape `(batch, code_dim)`.

    Returns:
        A float tensor of the same shape.
    """
    squared_norm = ops.sum(ops.square(code), axis=-1, keepdims=True)
    is_zero = squared_norm < 1e-24
    return code * ops.rsqrt(ops.where(is_zero, 1.0, squared_norm))
