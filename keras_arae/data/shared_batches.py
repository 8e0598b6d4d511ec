"""Batches that are dealt out to several devices, or to several processes."""

from __future__ import annotations

import zlib
from typing import Any

import keras
import numpy as np

from keras_arae.arguments import COUNT
from keras_arae.arguments import NATURAL
from keras_arae.arguments import checked
from keras_arae.arguments import instance
from keras_arae.data.batches import ArrayBatches
from keras_arae.data.batches import ZippedBatches
from keras_arae.data.changed_batches import ChangedBatches
from keras_arae.data.user_datasets import StreamBatches


class SharedBatches(ChangedBatches):
    """The rows of each batch that a process computes.

    All processes read the same batches; each keeps its own rows. A batch whose
    rows do not divide is filled up with copies of its first row, of weight
    zero: they count in no mean.

    Args:
        dataset: `keras.utils.PyDataset`. Encoded batches: `x`, `(x, y)` or
            `(x, y, weights)`.
        divisor: int. What the number of rows must divide by, and what divides
            by `groups` and `readers`. Defaults to `1`.
        groups: int. Into how many parts a batch will be cut, each for one
            device: its rows are put one after the other. Defaults to `1`.
        readers: int. Processes, each of which takes as many rows. Defaults to
            `1`.
        reader: int. Which of them this one is. Defaults to `0`.
        num_parts: int. Parts of equal size that a batch consists of, each of
            which is dealt out by itself: fresh data for the critic stand
            behind the batch. Defaults to `1`.

    Example:

    ```python
    batches = keras_arae.data.ArrayBatches(np.arange(6), batch_size=3)
    first, second = (
        keras_arae.data.SharedBatches(batches, 2, readers=2, reader=reader)
        for reader in range(2)
    )
    rows, _, weights = second[0]
    assert first[0][0].tolist() == [0, 1] and rows.tolist() == [2, 0]
    assert weights.tolist() == [1.0, 0.0]
    ```
    """

    @checked(
        dataset=instance(keras.utils.PyDataset),
        divisor=COUNT,
        groups=COUNT,
        readers=COUNT,
        reader=NATURAL,
        num_parts=COUNT,
    )
    def __init__(
        self,
        dataset: keras.utils.PyDataset,
        divisor: int = 1,
        groups: int = 1,
        readers: int = 1,
        reader: int = 0,
        num_parts: int = 1,
    ) -> None:
        super().__init__(dataset)
        if divisor % groups or divisor % readers or reader >= readers:
            raise ValueError(
                "`divisor` must divide by `groups` and by `readers`, which "
                f"count from 0. Received: divisor={divisor}, groups={groups}, "
                f"readers={readers}, reader={reader}"
            )
        self.divisor = divisor
        self.groups = groups
        self.readers = readers
        self.reader = reader
        self.num_parts = num_parts
        # Batches of one dataset are alike: all have weights, or none has.
        self.fills = (
            not isinstance(dataset, (ArrayBatches, ZippedBatches))
            or dataset.batch_size % divisor > 0
        )
        if self.fills and isinstance(dataset, ZippedBatches):
            raise ValueError(
                "Batches of two sets side by side are not filled up: give a "
                f"`batch_size` that divides by {divisor}, the number of "
                f"devices. Received: batch_size={dataset.batch_size}"
            )

    def __getitem__(self, index: int) -> Any:
        batch = self.dataset[index]
        if isinstance(self.dataset, ZippedBatches):
            first, second = batch
            return self._share(first, self.num_parts), self._share(second, 1)
        if self.fills:
            batch = _weighted(batch)
        return self._share(batch, self.num_parts)

    def _share(self, batch: Any, num_parts: int) -> Any:
        """This process's rows of all arrays of a batch."""
        num_rows = len(keras.tree.flatten(batch)[0])
        rows, counts = self._rows(num_rows, num_parts)
        shared = keras.tree.map_structure(
            lambda part: np.asarray(part)[rows], batch
        )
        if counts.all():
            return shared
        x, y, weights = shared
        return x, y, weights * counts

    def _rows(
        self, num_rows: int, num_parts: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The rows of this process, and which of them count."""
        if num_rows % num_parts:
            raise ValueError(
                f"A batch must hold {num_parts} parts of equal size, 1 for the "
                "autoencoder and the others of fresh data for the critic. "
                f"Received: a batch of {num_rows} rows"
            )
        size = num_rows // num_parts
        places = np.arange(-(-size // self.divisor) * self.divisor)
        counts = np.tile(places < size, (num_parts, 1))
        first = np.arange(num_parts)[:, None] * size
        rows = first + np.where(places < size, places, 0)
        kept = []
        for array in (rows, counts):
            # From part by part to group by group.
            array = array.reshape(num_parts, self.groups, -1).swapaxes(0, 1)
            array = array.reshape(self.readers, -1)
            kept.append(array[self.reader])
        return kept[0], kept[1]


def shared(dataset: Any, **options: int) -> SharedBatches:
    """A dataset of encoded batches as `SharedBatches`.

    Args:
        dataset: `keras.utils.PyDataset` or `tf.data.Dataset`.
        **options: the other arguments of `SharedBatches`.
    """
    if not isinstance(dataset, keras.utils.PyDataset):
        dataset = StreamBatches(dataset)
    return SharedBatches(dataset, **options)


def batch_hash(dataset: keras.utils.PyDataset) -> int:
    """A number that tells whether two datasets begin with the same batch."""
    found = 0
    for part in keras.tree.flatten(dataset[0]):
        found = zlib.crc32(np.ascontiguousarray(part).tobytes(), found)
    return found


def _weighted(batch: Any) -> tuple:
    """A batch with weights: those that it has, or 1 for each row."""
    x, y, weights = keras.utils.unpack_x_y_sample_weight(batch)
    if weights is None:
        weights = np.ones(len(x), "float32")
    return x, x if y is None else y, weights
