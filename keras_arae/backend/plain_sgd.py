"""Keras' SGD without extras, the default of an autoencoder.

Keras clips by a square of each gradient, its sum, and a product with the
factor, each of them as large as all weights. Here the norm is one that a phase
takes in any case, and the factor joins the rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


def is_plain(optimizer: Any, variables: Sequence) -> bool:
    """Whether a step takes a rate times the gradients, at most clipped.

    Args:
        optimizer: Keras optimizer.
        variables: sequence of Keras variables. Those of the step.
    """
    known = getattr(optimizer, "_trainable_variables_indices", {})
    return (
        isinstance(optimizer, keras.optimizers.SGD)
        # A subclass of a user's may have another step.
        and type(optimizer).__module__.startswith("keras.")
        and not optimizer.momentum
        and not optimizer.weight_decay
        and not optimizer.clipnorm
        and not optimizer.clipvalue
        and not optimizer.use_ema
        and not optimizer.gradient_accumulation_steps
        # Keras refuses others, and assigns scales of float8.
        and all(optimizer._var_key(v) in known for v in variables)
        and not any(v.overwrite_with_gradient for v in variables)
    )


def clipped_rate(optimizer: Any, squared_norm: Any) -> Any:
    """The learning rate, times the factor by which gradients are clipped.

    Args:
        optimizer: Keras optimizer that `is_plain`.
        squared_norm: float32 scalar. Of all gradients together.
    """
    bound = optimizer.global_clipnorm
    if not bound or bound < 0:
        return optimizer.learning_rate
    norm = ops.sqrt(ops.cast(squared_norm, "float32"))
    factor = bound * ops.minimum(1.0 / norm, 1.0 / bound)
    # NaN where the norm is none.
    return optimizer.learning_rate * (factor + (norm - norm))


def finish(optimizer: Any, variables: Sequence) -> None:
    """Constrains variables that have moved, and counts the step.

    Args:
        optimizer: Keras optimizer.
        variables: sequence of Keras variables.
    """
    for variable in variables:
        if variable.constraint is not None:
            variable.assign(variable.constraint(variable))
    optimizer.iterations.assign_add(1)
