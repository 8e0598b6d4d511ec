"""What the replicas that share a step tell each other: the base, of one.

A step may be computed by several replicas, each on its own rows of one global
batch: processes of PyTorch, replicas of a `tf.distribute` strategy. The step is
that of one device if each number that is made of a whole batch is made of the
global one. Little is needed for that: rows are dealt out (`divisor`, `groups`,
`readers`), noise is drawn for the global batch (`draw`), losses, gradients and
logs are averaged (`share_of`, `mean`), and what is not linear in rows is made
of means over replicas (`mean`, `batch_mean`) or of all rows (`gather`, `own`).
On JAX one program sees the global batch, on however many devices.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any


class Replicas:
    """One replica, in one process: it has the whole batch to itself.

    Attributes:
        count: int. Replicas that compute a step, each on its own rows.
        divisor: int. What the number of rows of a batch must divide by.
        groups: int. Parts of a batch whose rows must be consecutive.
        processes: int. Processes of the run.
        readers: int. Of these, how many read different rows of a batch.
        reader: int. Which of them this one is, from 0.
        writes: bool. Whether this process is the one that writes files.
    """

    count: int = 1
    divisor: int = 1
    groups: int = 1
    processes: int = 1
    readers: int = 1
    reader: int = 0
    writes: bool = True

    def join(self) -> None:
        """Meets the other processes, if this one was launched with others."""

    def check_same(self, facts: dict[str, Any]) -> None:
        """Refuses facts that differ between processes, by name.

        Args:
            facts: dict of name to a value that can be compared and pickled.

        Raises:
            ValueError: if another process has other values.
        """

    def synchronize(self, variables: Sequence) -> None:
        """Gives variables the values that they have in the first process."""

    def agreed(self, number: int) -> int:
        """The number that the first process has."""
        return number

    def mean(self, values: Any) -> Any:
        """Means over replicas, constant as far as gradients go.

        Args:
            values: a tensor, or a list of tensors.
        """
        return values

    def batch_mean(self, x: Any) -> Any:
        """The mean over replicas of a tensor, with its gradient."""
        return x

    def share_of(self, weight: Any) -> Any:
        """A replica's weight in the mean over replicas; 1 in the mean.

        Args:
            weight: scalar. The count that a mean over rows was divided by.
        """
        return 1.0

    def gather(self, x: Any) -> Any:
        """The rows of all replicas, constant as far as gradients go."""
        return x

    def own(self, x: Any) -> Any:
        """This replica's rows of those of all."""
        return x

    def draw(self, function: Callable, shape: Sequence, **options: Any) -> Any:
        """This replica's rows of what is drawn for the global batch.

        Replicas share their seeds. Each draws for all, and takes the rows
        that one device would have given to the same rows of data.

        Args:
            function: such as `keras.random.normal`.
            shape: sequence of int. Of the rows of this replica.
            **options: the other arguments of the function, such as `seed`.

        Returns:
            A tensor of that shape.
        """
        if self.count == 1:
            return function(shape, **options)
        num_rows, *others = shape
        return self.own(function((num_rows * self.count, *others), **options))


def refusal(facts: Sequence[dict[str, Any]]) -> ValueError | None:
    """The error of processes that disagree, or `None`.

    Args:
        facts: sequence of dict, the facts of each process.
    """
    first = facts[0]
    for rank, others in enumerate(facts):
        for name, value in first.items():
            if others.get(name) != value:
                return ValueError(
                    "All processes of a run must do the same: the same "
                    "script with the same flags, data and files, which each "
                    "reads as if it were alone; `keras.utils."
                    "set_random_seed(seed)` first makes shuffles of your own "
                    f"the same. Received, as {name}: {value} in process 0 "
                    f"and {others.get(name)} in process {rank}"
                )
    return None
