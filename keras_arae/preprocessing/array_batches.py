"""Batches of one fixed size from an array of rows."""

import keras
import numpy as np


class ArrayBatches(keras.utils.PyDataset):
    """Batches of one fixed size, so that nothing is compiled twice.

    In training the rows are shuffled anew each epoch, every row comes once an
    epoch, and the last batch is filled up with rows from the start of the
    same shuffle. In evaluation the order stays and rows that fill the last
    batch up get weight zero.

    Args:
        rows: array of shape `(num_rows, ...)`.
        batch_size: int. Rows for the training phases.
        labels: array of shape `(num_rows,)` or `None`. With them batches come
            as `(rows, labels)`. Defaults to `None`.
        shuffle_key: callable or `None`. Returns ints at the start of each
            epoch that seed its shuffle: the same ints, the same order. `None`
            keeps the order. Defaults to `None`.
        num_extra: int. Rows, drawn at random, that follow each batch: fresh
            data for the critic. Defaults to `0`.
        draw: callable or `None`. Turns the rows of a batch, given a
            `numpy.random.Generator`, into what the model sees: new at each
            epoch that is shuffled. Defaults to `None`.
        weighted: bool. Whether batches come as `(rows, rows, weights)`.
            (or labels in the second place). Defaults to `False`.
        steps: int or `None`. Batches an epoch: the rows come again, in a new
            order, as often as they must. Defaults to `None`: each row once.

    Example:

    ```python
    rows = np.arange(10).reshape(5, 2)
    batches = keras_arae.preprocessing.ArrayBatches(rows, batch_size=3)
    assert len(batches) == 2 and batches[1].shape == (3, 2)
    ```
    """

    def __init__(
        self,
        rows,
        batch_size,
        labels=None,
        shuffle_key=None,
        num_extra=0,
        draw=None,
        weighted=False,
        steps=None,
    ):
        super().__init__()
        check_count("batch_size", batch_size)
        if len(rows) == 0:
            raise ValueError(
                "There is nothing to learn from or to evaluate: expected at "
                f"least one row. Received: an array of shape {rows.shape}"
            )
        self.rows = rows
        self.batch_size = batch_size
        self.labels = labels
        self.shuffle_key = shuffle_key
        self.num_extra = num_extra
        self.draw = draw
        self.weighted = weighted
        self.steps = steps
        self._order = np.arange(len(rows))
        self._key = ()

    def __len__(self):
        return self.steps or -(-len(self.rows) // self.batch_size)

    def on_epoch_begin(self):
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

    def __getitem__(self, index):
        start = index * self.batch_size
        places = np.arange(start, start + self.batch_size)
        chosen = self._order[places % len(self._order)]
        generator = np.random.default_rng((*self._key, 1, index))
        if self.num_extra:
            extra = generator.integers(len(self.rows), size=self.num_extra)
            chosen = np.concatenate([chosen, extra])
        batch = self.rows[chosen]
        if self.draw is not None:
            batch = self.draw(batch, generator)
        if self.labels is not None:
            batch = batch, self.labels[chosen]
        elif self.weighted:  # Keras wants something between the two.
            batch = batch, batch
        if self.weighted:
            batch = *batch, (places < len(self.rows)).astype("float32")
        return batch


def check_count(name, value):
    """Refuses anything but an int of 1 or more."""
    if not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(
            f"`{name}` must be an int of 1 or more. Received: {name}={value}"
        )
