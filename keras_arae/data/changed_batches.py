"""A dataset whose batches are those of another, changed."""

from __future__ import annotations

import keras


class ChangedBatches(keras.utils.PyDataset):
    """As many batches as another dataset has, made from them one by one.

    A subclass says in `__getitem__` what becomes of a batch.

    Args:
        dataset: `keras.utils.PyDataset`. Is told when epochs begin and end;
            as many workers read it as read it before.
    """

    def __init__(self, dataset: keras.utils.PyDataset) -> None:
        super().__init__(
            workers=dataset.workers,
            use_multiprocessing=dataset.use_multiprocessing,
            max_queue_size=dataset.max_queue_size,
        )
        self.dataset = dataset

    @property
    def num_batches(self) -> int | None:
        """How many batches an epoch has."""
        return self.dataset.num_batches

    def on_epoch_begin(self) -> None:
        """Tells the dataset."""
        self.dataset.on_epoch_begin()

    def on_epoch_end(self) -> None:
        """Tells the dataset."""
        self.dataset.on_epoch_end()
