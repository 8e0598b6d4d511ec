"""Batches of one fixed size from arrays of rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from typing import NamedTuple

import keras
import numpy as np

from keras_arae.arguments import COUNT
from keras_arae.arguments import FLAG
from keras_arae.arguments import FUNCTION
from keras_arae.arguments import NATURAL
from keras_arae.arguments import Rule
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import optional
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


ROWS = Rule("an array of rows", lambda value: value.ndim > 0, to_array)


class ArrayBatches(keras.utils.PyDataset):
    """Batches of one fixed size, so that nothing is compiled twice.

    In training the rows are shuffled anew each epoch, every row comes once an
    epoch, and the last batch is filled up with rows from the start of the
    same shuffle. In evaluation the order stays and rows that fill the last
    batch up get weight zero.

    Args:
        rows: array of shape `(num_rows, ...)`.
        batch_size: int. Rows for the training phases.
        labels: array of `num_rows` rows or `None`. With them batches come
            as `(rows, labels)`. Defaults to `None`.
        shuffle_key: callable or `None`. Returns ints at the start of each
            epoch that seed its shuffle: the same ints, the same order. `None`
            keeps the order. Defaults to `None`.
        num_extra: int. Rows, drawn at random, that follow each batch: fresh
            data for the critic. Defaults to `0`.
        draw: callable or `None`. Turns the rows of a batch, given a
            `numpy.random.Generator`, into what the model sees: new at each
            epoch that is shuffled. Defaults to `None`.
        weighted: bool. Whether batches come as `(rows, rows, weights)`,
            or with labels in the second position. Defaults to `False`.
        steps: int or `None`. Batches an epoch: the rows come again, in a new
            order, as often as they must. Defaults to `None`: each row once.

    Example:

    ```python
    rows = np.arange(10).reshape(5, 2)
    batches = keras_arae.data.ArrayBatches(rows, batch_size=3)
    assert len(batches) == 2 and batches[1].shape == (3, 2)
    ```
    """

    @checked(
        batch_size=COUNT,
        shuffle_key=optional(FUNCTION),
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
        shuffle_key: Callable[[], tuple[int, ...]] | None = None,
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
        if len(rows) == 0:
            raise ValueError(
                "There is nothing to learn from or to evaluate: expected at "
                f"least one row. Received: an array of shape {rows.shape}"
            )
        self.rows = rows
        self.batch_size = batch_size
        self.labels: Any = labels
        self.shuffle_key = shuffle_key
        self.num_extra = num_extra
        self.draw = draw
        self.weighted = weighted
        self.steps = steps
        self._order = np.arange(len(rows))
        self._key: tuple[int, ...] = ()

    def __len__(self) -> int:
        return self.steps or -(-len(self.rows) // self.batch_size)

    def on_epoch_begin(self) -> None:
        """Draws the order of the epoch."""
        if self.shuffle_key is not None:
            self._key = self.shuffle_key()
            generator = np.random.default_rng(self._key)
            num_rows = len(self.rows)
            passes = 1
            if self.steps:
                passes = -(-self.steps * self.batch_size // num_rows)
            self._order = np.concatenate(
                [generator.permutation(num_rows) for _ in range(passes)]
            )

    def __getitem__(self, index: int) -> Any:
        start = index * self.batch_size
        indices = np.arange(start, start + self.batch_size)
        chosen = self._order[indices % len(self._order)]
        generator = np.random.default_rng((*self._key, 1, index))
        if self.num_extra:
            extra = generator.integers(len(self.rows), size=self.num_extra)
            chosen = np.concatenate([chosen, extra])
        batch: Any = self.rows[chosen]
        if self.draw is not None:
            batch = self.draw(batch, generator)
        if self.labels is not None:
            batch = batch, self.labels[chosen]
        elif self.weighted:  # Keras wants something between the two.
            batch = batch, batch
        if self.weighted:
            batch = *batch, (indices < len(self.rows)).astype("float32")
        return batch


class ZippedBatches(keras.utils.PyDataset):
    """A batch of each of two sets a step; the smaller set is cycled.

    An epoch is as long as that of the larger set. The smaller one starts
    again, in a new order, as often as it must.

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

    def __len__(self) -> int:
        return len(self.parts[0])

    def on_epoch_begin(self) -> None:
        """Draws the orders of the epoch."""
        for part in self.parts:
            part.on_epoch_begin()

    def __getitem__(self, index: int) -> tuple:
        return tuple(part[index] for part in self.parts)
