"""An LSTM over the tokens that count, where lengths differ."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import torch

# Narrower ones take less time to compute padding than to go around it.
LEAST_UNITS = 64

sigmoid_gradient = torch.ops.aten.sigmoid_backward
tanh_gradient = torch.ops.aten.tanh_backward


def packed_states(
    layer: Any, inputs: Any, constant: Any, lengths: Any
) -> torch.Tensor:
    """States of a `TokenLSTM`; those at padding are zero.

    PyTorch's own LSTM of padded sentences computes padding too, and its LSTM
    of packed ones makes gradients of weights at each position.

    Args:
        layer: `TokenLSTM`.
        inputs: float tensor of shape `(batch, length, dim)`.
        constant: float tensor of shape `(batch, constant_dim)` or `None`.
        lengths: int tensor of shape `(batch,)`.

    Returns:
        A tensor of shape `(batch, length, units)`.
    """
    batch, length, dim = inputs.shape
    lengths, order = lengths.sort(descending=True)
    counts = torch.arange(length)[:, None] < lengths
    # Position by position, the rows that go on: always the first ones.
    times, ranks = counts.nonzero(as_tuple=True)
    rows = order[ranks]
    places = rows * length + times
    if constant is None:
        addend = layer.cell.bias.value
    else:
        addend = layer.constant_products(constant, dim)[rows]
    products = torch.addmm(
        addend,
        inputs.reshape(-1, dim).index_select(0, places),
        layer.cell.kernel.value[:dim],
    )
    sizes = [size for size in counts.sum(1).tolist() if size]
    kernel = layer.cell.recurrent_kernel.value
    states = _Recurrence.apply(products, kernel, sizes)
    padded = states.new_zeros(batch * length, layer.units)
    padded = padded.index_copy(0, places, states)
    return padded.view(batch, length, -1)


class _Recurrence(torch.autograd.Function):
    """States of the first `sizes[t]` rows at each position `t`, in one list.

    Gates are in the order of Keras: input, forget, candidate, output.
    """

    @staticmethod
    def forward(ctx: Any, products: Any, kernel: Any, sizes: list) -> Any:
        units = len(kernel)
        gates = torch.empty_like(products)
        carries, squashed, states = (
            products.new_empty(len(products), units) for _ in range(3)
        )
        last = None
        for part in _parts(sizes):
            gate = gates[part]
            if last is None:
                gate.copy_(products[part])
            else:
                hidden = states[last][: len(gate)]
                torch.addmm(products[part], hidden, kernel, out=gate)
            opened, forget, candidate, output = gate.split(units, dim=1)
            gate[:, : 2 * units].sigmoid_()
            candidate.tanh_()
            output.sigmoid_()
            carry = torch.mul(opened, candidate, out=carries[part])
            if last is not None:
                carry.addcmul_(forget, carries[last][: len(gate)])
            torch.tanh(carry, out=squashed[part])
            torch.mul(output, squashed[part], out=states[part])
            last = part
        ctx.sizes = sizes
        ctx.save_for_backward(kernel, gates, carries, squashed, states)
        return states

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, by_states: Any) -> tuple:
        kernel, gates, carries, squashed, states = ctx.saved_tensors
        sizes, units = ctx.sizes, len(kernel)
        opened, forget, candidate, output = gates.split(units, dim=1)
        by_carries = tanh_gradient(output, squashed)
        # Of each gate by the carry, the last one by the state.
        slopes = torch.cat(
            [
                sigmoid_gradient(candidate, opened),
                sigmoid_gradient(_before(carries, sizes), forget),
                tanh_gradient(opened, candidate),
                sigmoid_gradient(squashed, output),
            ],
            dim=1,
        )
        by_hidden = by_carry = states.new_zeros(0, units)
        for part in reversed(list(_parts(sizes))):
            later = len(by_hidden)
            by_state = by_states[part].clone()
            by_state[:later] += by_hidden
            by_part = by_state * by_carries[part]
            by_part[:later] += by_carry
            by_gates = slopes[part].view(-1, 4, units)
            by_gates[:, :3] *= by_part[:, None]
            by_gates[:, 3] *= by_state
            by_hidden = slopes[part] @ kernel.t()
            by_carry = by_part * forget[part]
        return slopes, _before(states, sizes).t() @ slopes, None


def _parts(sizes: Sequence[int]) -> list[slice]:
    """Where the rows of each position lie."""
    ends = list(itertools.accumulate(sizes))
    return [slice(end - size, end) for end, size in zip(ends, sizes)]


def _before(values: Any, sizes: Sequence[int]) -> Any:
    """For each row its value one position before; zeros at the first."""
    previous = torch.zeros_like(values)
    parts = _parts(sizes)
    for part, last in zip(parts[1:], parts):
        previous[part] = values[last][: part.stop - part.start]
    return previous
