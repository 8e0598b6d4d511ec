"""Losses of a dense output layer, whose logits stand in memory once."""

from __future__ import annotations

from typing import Any

import torch

# Rows at once: what they need stays in a core's cache.
CHUNK = 32


def loss_sums(layer: Any, hidden: Any, x: Any, weights: Any) -> tuple:
    """Nats and correct predictions, weighted and summed over rows.

    As large as a vocabulary times all tokens of a batch, logits pass through
    memory more slowly than they are computed. PyTorch's own loss keeps
    log-probabilities beside them, and makes gradients beside both.

    Args:
        layer: dense layer of no activation, in float32, on a CPU.
        hidden: float32 tensor of shape `(num_rows, dim)`.
        x: int tensor of shape `(num_rows,)`.
        weights: float32 tensor of shape `(num_rows,)`. Constants.
    """
    kernel, bias = layer.kernel, layer.bias.value
    kernel = getattr(kernel, "value", kernel)
    learns = torch.is_grad_enabled()
    return _LossSums.apply(hidden, kernel, bias, x.long(), weights, learns)


class _LossSums(torch.autograd.Function):
    """In place of logits come probabilities, and of these the gradient."""

    @staticmethod
    def forward(
        ctx: Any,
        hidden: Any,
        kernel: Any,
        bias: Any,
        x: Any,
        weights: Any,
        learns: bool,
    ) -> tuple:
        learns = learns and any(ctx.needs_input_grad)
        logits = torch.addmm(bias, hidden, kernel)
        parts = zip(logits.split(CHUNK), x.split(CHUNK), weights.split(CHUNK))
        sums = [
            _sums_and_gradient(some_logits, some_x, some_weights, learns)
            for some_logits, some_x, some_weights in parts
        ]
        nats, correct = torch.stack([torch.stack(s) for s in sums]).sum(0)
        if learns:
            ctx.save_for_backward(hidden, kernel, logits)
        ctx.mark_non_differentiable(correct)
        return nats, correct

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, by_nats: Any, _: Any) -> tuple:
        hidden, kernel, by_logits = ctx.saved_tensors
        needs = ctx.needs_input_grad
        by_hidden = by_logits @ kernel.t() * by_nats if needs[0] else None
        by_kernel = (hidden * by_nats).t() @ by_logits if needs[1] else None
        by_bias = by_nats.expand(len(hidden)) @ by_logits if needs[2] else None
        return by_hidden, by_kernel, by_bias, None, None, None


def _sums_and_gradient(
    logits: Any, x: Any, weights: Any, learns: bool
) -> tuple:
    """Two sums; the gradient of the first takes the logits' place."""
    x = x[:, None]
    largest = logits.amax(1, keepdim=True)
    chosen = logits.gather(1, x)
    correct = (chosen >= largest)[:, 0] * weights
    torch.softmax(logits, 1, out=logits)
    # Of the largest logit: its probability cannot vanish.
    log_sum = largest - logits.amax(1, keepdim=True).log()
    nats = (log_sum - chosen)[:, 0] * weights
    if learns:
        logits.mul_(weights[:, None])
        logits.scatter_add_(1, x, -weights[:, None])
    return nats.sum(), correct.sum()
