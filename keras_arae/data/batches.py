"""Batches of one fixed size from arrays of rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from keras_arae.arguments import COUNT
from keras_arae.arguments import FLAG
from keras_arae.arguments import FUNCTION
from keras_arae.arguments import NATURAL
from keras_arae.arguments import SEED
from keras_arae.arguments import Rule
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import either
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.arguments import to_array


class Batch(NamedTuple):
    """What the phases of a training step take.

    Attributes:
        x: int tensor of shape `(batch, *x_shape)`. Rows of data.
        condition: float tensor of shape `(batch, condition_dim)` or `None`.
        weights: float tensor of shape `(batch,)` or `None`. Weights of rows;
            zero for those that only fill a batch up.
        code: float tensor of shape `(batch, code_dim)` or `None`. Codes of
            `x`, where a step of evaluation has made them.
    """

    x: Any
    condition: Any = None
    weights: Any = None
    code: Any = None


WEIGHTS = Rule(
    "an array of numbers, one for each row",
    lambda value: value.dtype.kind in "biuf",
    to_array,
)
ROWS = Rule("an array of rows", lambda value: value.ndim > 0, to_array)


class ArrayBatches(keras.utils.PyDataset):
    """Batches of one fixed size, so that nothing is compiled twice.

    In training the rows are shuffled anew each epoch, every row comes once an
    epoch, and the last batch is filled up with rows from the start of the
    same shuffle. In evaluation the order stays and rows that fill the last
    batch up get weight zero. With `steps` an epoch has so many batches, and
    each pass through the rows goes on where the epoch before stopped.

    Args:
        rows: array of shape `(num_rows, ...)`.
        batch_size: int. Rows for the training phases.
        labels: array of `num_rows` rows or `None`. With them batches come
            as `(rows, labels)`. Defaults to `None`.
        weights: float array of shape `(num_rows,)` or `None`. With them
            batches come as `(rows, rows, weights)`, or with labels in the
            second position. Defaults to `None`.
        seed: int, a sequence of ints, or `None`, which keeps the order.
            Defaults to `None`.
        clock: callable or `None`. Returns the number of steps that were
            taken before this epoch: with `seed` it makes the shuffle, so that
            a run goes on as if it had not stopped. Defaults to `None`: the
            batches count their own epochs.
        num_extra: int. Rows, drawn at random, that follow each batch: fresh
            data for the critic. Defaults to `0`.
        draw: callable or `None`. Turns the rows of a batch, given a
            `numpy.random.Generator`, into what the model sees: new at each
            epoch that is shuffled. Defaults to `None`.
        weighted: bool. Whether batches come with weights also where none
            were given: 1, and 0 for rows that fill the last batch up.
            Defaults to `False`.
        steps: int or `None`. Batches an epoch. Defaults to `None`: as many
            as show each row once.

    Example:

    ```python
    rows = np.arange(10).reshape(5, 2)
    batches = keras_arae.data.ArrayBatches(rows, batch_size=3)
    assert len(batches) == 2 and batches[1].shape == (3, 2)
    ```
    """

    @checked(
        batch_size=COUNT,
        seed=optional(either(SEED, several(NATURAL, 1))),
        clock=optional(FUNCTION),
        num_extra=NATURAL,
        draw=optional(FUNCTION),
        weighted=FLAG,
        steps=optional(COUNT),
    )
    def __init__(
        self,
        rows: np.ndarray,
        batch_size: int,
        labels: np.ndarray | None = None,
        weights: np.ndarray | None = None,
        seed: Any = None,
        clock: Callable[[], int] | None = None,
        num_extra: int = 0,
        draw: Callable | None = None,
        weighted: bool = False,
        steps: int | None = None,
    ) -> None:
        super().__init__()
        rows = check("rows", rows, ROWS)
        if labels is not None:
            labels = check("labels", labels, ROWS)
            if len(labels) != len(rows):
                raise ValueError(
                    "Each row needs its labels. "
                    f"Received: {len(rows)} rows and {len(labels)} labels"
                )
        if weights is not None:
            weights = row_weights(weights, len(rows))
        if len(rows) == 0:
            raise ValueError(
                "There is nothing to learn from or to evaluate: expected at "
                f"least one row. Received: an array of shape {rows.shape}"
            )
        self.rows = rows
        self.batch_size = batch_size
        self.labels: Any = labels
        self.weights: Any = weights
        if weighted and weights is None:
            self.weights = np.ones(len(rows), "float32")
        self.fills_with_zero = weighted
        self.seed = seed
        self.clock = clock or self._own_clock
        self.num_extra = num_extra
        self.draw = draw
        self.steps = steps
        self._epochs = 0
        self._key: tuple[int, ...] = ()
        self._first = 0  # Of the epoch's places in the order.
        self._order = self._as_they_are()

    def __len__(self) -> int:
        return self.steps or -(-len(self.rows) // self.batch_size)

    def _own_clock(self) -> int:
        return self._epochs * len(self)

    def on_epoch_begin(self) -> None:
        """Draws the order of the epoch."""
        step = self.clock()
        self._epochs += 1
        if self.seed is not None:
            self._key = (*np.atleast_1d(self.seed).tolist(), step)
        if self.steps:
            self._go_on(step)
        else:
            self._order = self._shuffled(step)

    def _as_they_are(self) -> np.ndarray:
        """The rows' own order, in half the memory of numpy's own integers."""
        size = len(self.rows)
        return np.arange(size, dtype="uint32" if size < 2**32 else "int64")

    def _shuffled(self, *key: int) -> np.ndarray:
        order = self._as_they_are()
        if self.seed is not None:
            key = (*self._key[:-1], *key)
            np.random.default_rng(key).shuffle(order)
        return order

    def _go_on(self, step: int) -> None:
        """Orders the passes that the epoch has a part in, from its first."""
        size = len(self.rows)
        first = step * self.batch_size
        last = first + len(self) * self.batch_size - 1
        passes = range(first // size, last // size + 1)
        self._order = np.concatenate(
            [self._shuffled(index, 0) for index in passes]
        )
        self._first = first % size

    def __getitem__(self, index: int) -> Any:
        start = self._first + index * self.batch_size
        places = np.arange(start, start + self.batch_size)
        chosen = self._order[places % len(self._order)]
        generator = np.random.default_rng((*self._key, 1, index))
        if self.num_extra:
            extra = generator.integers(len(self.rows), size=self.num_extra)
            chosen = np.concatenate([chosen, extra])
        batch: Any = self.rows[chosen]
        if self.draw is not None:
            batch = self.draw(batch, generator)
        if self.labels is not None:
            batch = batch, self.labels[chosen]
        elif self.weights is not None:  # Keras wants something between.
            batch = batch, batch
        if self.weights is not None:
            weights = self.weights[chosen]
            if self.fills_with_zero:
                weights = weights * (places < len(self.rows))
            batch = *batch, weights.astype("float32")
        return batch


class ZippedBatches(keras.utils.PyDataset):
    """A batch of each of two sets a step; the smaller set is cycled.

    An epoch is as long as that of the larger set. The smaller one goes on
    where it stopped, and starts again, in a new order, as often as it must.

    Args:
        first: `ArrayBatches`.
        second: `ArrayBatches`.

    Example:

    ```python
    ArrayBatches = keras_arae.data.ArrayBatches
    batches = keras_arae.data.ZippedBatches(
        ArrayBatches(np.arange(6), batch_size=2),
        ArrayBatches(np.arange(3), batch_size=2),
    )
    pairs = [[part.tolist() for part in batches[i]] for i in range(3)]
    assert pairs == [[[0, 1], [0, 1]], [[2, 3], [2, 0]], [[4, 5], [1, 2]]]
    ```
    """

    def __init__(self, first: ArrayBatches, second: ArrayBatches) -> None:
        super().__init__()
        for part in (first, second):
            if not isinstance(part, ArrayBatches):
                raise ValueError(
                    "Only sets in memory can be zipped: lists or arrays, no "
                    f"datasets. Received: a {type(part).__name__}"
                )
        self.parts = first, second
        smaller, larger = sorted(self.parts, key=len)
        if len(smaller) < len(larger):
            smaller.steps = len(larger)

    @property
    def batch_size(self) -> int:
        """What the sizes of both divide by; mostly they are one."""
        return math.gcd(*(part.batch_size for part in self.parts))

    def __len__(self) -> int:
        return len(self.parts[0])

    def on_epoch_begin(self) -> None:
        """Draws the orders of the epoch."""
        for part in self.parts:
            part.on_epoch_begin()

    def __getitem__(self, index: int) -> tuple:
        return tuple(part[index] for part in self.parts)


def row_weights(weights: Any, num_rows: int) -> np.ndarray:
    """Weights of rows as an array; refuses others.

    Args:
        weights: array, tensor or list of `num_rows` numbers.
        num_rows: int.

    Returns:
        A float32 array of shape `(num_rows,)`.

    Raises:
        ValueError: if there are not as many, or one is negative or not
            finite.
    """
    weights = check("sample_weight", weights, WEIGHTS).astype("float32")
    if weights.shape != (num_rows,):
        raise ValueError(
            f"Expected one weight for each of {num_rows} rows. "
            f"Received: sample_weight of shape {weights.shape}"
        )
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise ValueError(
            "Expected weights of rows of 0 or more. Received: sample_weight "
            f"from {weights.min()} to {weights.max()}"
        )
    return weights


def weighted_mean(values: Any, weights: Any = None) -> Any:
    """The mean over the rows of a batch.

    Args:
        values: float tensor of shape `(batch,)`.
        weights: float tensor of shape `(batch,)` or `None`: a row of weight
            `w` counts as `w` rows. Defaults to `None`.

    Returns:
        A scalar; zero if all weights are.
    """
    if weights is None:
        return ops.mean(values)
    return ops.sum(weights * values) / ops.maximum(ops.sum(weights), 1e-12)
