"""Processes of PyTorch that share a step: `torchrun`, gloo and NCCL."""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence
from typing import Any

import torch
import torch.distributed as dist

from keras_arae.backend.replicas import Replicas
from keras_arae.backend.replicas import refusal

# What a launcher such as `torchrun` tells each process.
LAUNCHED = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")


class Processes(Replicas):
    """The processes of `torch.distributed`, each a replica.

    A process that a launcher started joins the others when it first trains or
    evaluates; a process group of the user's own is taken as it is.
    """

    def __init__(self) -> None:
        if _was_launched() and torch.cuda.is_available():
            # Before a variable is made: what Keras calls "cuda" is this one.
            torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", 0)))

    @property
    def count(self) -> int:  # type: ignore[override]
        """How many processes there are; 1 before they have met."""
        return dist.get_world_size() if dist.is_initialized() else 1

    @property
    def reader(self) -> int:  # type: ignore[override]
        """The rank of this process."""
        if dist.is_initialized():
            return dist.get_rank()
        return int(os.environ["RANK"]) if _was_launched() else 0

    divisor = groups = processes = readers = count

    @property
    def writes(self) -> bool:  # type: ignore[override]
        """Whether this is the first process."""
        return self.reader == 0

    def join(self) -> None:
        if dist.is_initialized() or not _was_launched():
            return
        store, rank, world_size = next(dist.rendezvous("env://"))
        if os.environ.get("LOCAL_WORLD_SIZE") == str(world_size):
            # `torchrun --max-restarts` keeps the store, and with it addresses
            # of processes that have ended.
            restart = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
            store = dist.PrefixStore(f"restart {restart}", store)
        dist.init_process_group(
            "nccl" if torch.cuda.is_available() else "gloo",
            store=store,
            rank=rank,
            world_size=world_size,
        )
        atexit.register(_leave)

    def check_same(self, facts: dict[str, Any]) -> None:
        if self.count == 1:
            return
        found: list = [None] * self.count
        dist.all_gather_object(found, facts)
        error = refusal(found)
        if error is not None:
            raise error

    def synchronize(self, variables: Sequence) -> None:
        if self.count > 1:
            for variable in variables:
                dist.broadcast(variable.value.data, 0)

    def agreed(self, number: int) -> int:
        if self.count == 1:
            return number
        numbers = [number]
        dist.broadcast_object_list(numbers, 0)
        return numbers[0]

    def mean(self, values: Any) -> Any:
        if self.count == 1:
            return values
        if isinstance(values, torch.Tensor):
            return self.mean([values])[0]
        # One message for all: many small ones take as long as large ones.
        flat = torch.cat([value.detach().reshape(-1) for value in values])
        dist.all_reduce(flat)
        parts = (flat / self.count).split([value.numel() for value in values])
        return [
            part.view_as(value).to(value.dtype)
            for part, value in zip(parts, values)
        ]

    def batch_mean(self, x: Any) -> Any:
        return x if self.count == 1 else _Mean.apply(x)

    def share_of(self, weight: Any) -> Any:
        if self.count == 1:
            return 1.0
        return weight.detach() / self.mean(weight)

    def gather(self, x: Any) -> Any:
        if self.count == 1:
            return x
        parts = [torch.empty_like(x) for _ in range(self.count)]
        dist.all_gather(parts, x.detach().contiguous())
        return torch.cat(parts)

    def own(self, x: Any) -> Any:
        num_rows = len(x) // self.count
        return x[num_rows * self.reader :][:num_rows]


class _Mean(torch.autograd.Function):
    """The mean over processes; so is its gradient's, of any order."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        total = x.clone()
        dist.all_reduce(total)
        return total / dist.get_world_size()

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        return _Mean.apply(gradient.contiguous())


def _was_launched() -> bool:
    """Whether a launcher has started this process beside others."""
    if any(name not in os.environ for name in LAUNCHED):
        return False
    return int(os.environ["WORLD_SIZE"]) > 1


def _leave() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()
