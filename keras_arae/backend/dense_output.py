"""Which output layers are a product of rows and a kernel, and no more."""

from __future__ import annotations

from typing import Any


def is_dense(layer: Any, kind: Any) -> bool:
    """Whether a layer does what its kind does: no subclass has another way.

    Args:
        layer: Keras layer.
        kind: class of dense layers.
    """
    return (
        getattr(type(layer), "call", None) is kind.call
        and layer.activity_regularizer is None
        and layer.quantization_mode is None
    )
