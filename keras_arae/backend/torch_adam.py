"""PyTorch's fused Adam behind Keras' Adam: the weights are read once."""

from __future__ import annotations

import math
import types
from collections.abc import Sequence
from typing import Any

import keras
import torch


def use_fused_adam(optimizer: Any) -> None:
    """Has a Keras Adam or AdamW on a CPU update weights in one pass.

    Keras' own step there is a dozen operations, each of which reads or writes
    memory as large as all weights. Clipping, weight decay, averages and
    accumulation stay Keras', around the step.

    Args:
        optimizer: a Keras optimizer. Others, and those with `amsgrad`, stay
            as they are.
    """
    if "_parallel_update_step" in vars(optimizer):
        return
    kind = type(optimizer)
    is_adam = isinstance(optimizer, keras.optimizers.Adam)
    # A subclass of a user's may have another step.
    if (
        is_adam
        and kind.__module__.startswith("keras.")
        and not optimizer.amsgrad
    ):
        optimizer._parallel_update_step = types.MethodType(_step, optimizer)


def _step(
    optimizer: Any,
    gradients: Sequence[torch.Tensor],
    variables: Sequence[keras.Variable],
    learning_rate: Any,
) -> None:
    """What Keras' `_parallel_update_step` does, where the fused one can."""
    values = [variable.value for variable in variables]
    # The fused step goes through memory, whatever the strides: the gradient of
    # a weight that was transposed comes transposed.
    gradients = [gradient.contiguous() for gradient in gradients]
    if any(not _fits(tensor) for tensor in (*values, *gradients)):
        kind = type(optimizer)
        kind._parallel_update_step(
            optimizer, gradients, variables, learning_rate
        )
        return
    indices = [optimizer._get_variable_index(v) for v in variables]
    step = float(optimizer.iterations) + 1
    # Keras adds epsilon before the second moment's bias is taken out.
    correction = math.sqrt(1 - optimizer.beta_2**step)
    torch._fused_adam_(
        values,
        gradients,
        [optimizer._momentums[index].value for index in indices],
        [optimizer._velocities[index].value for index in indices],
        [],
        [torch.tensor(step)] * len(values),
        lr=float(learning_rate),
        beta1=optimizer.beta_1,
        beta2=optimizer.beta_2,
        weight_decay=0.0,
        eps=optimizer.epsilon / correction,
        amsgrad=False,
        maximize=False,
    )


def _fits(tensor: Any) -> bool:
    is_float = tensor.dtype == torch.float32
    return is_float and tensor.device.type == "cpu" and tensor.is_contiguous()
