"""Batches of two sets side by side, such as with and without labels."""

import keras

from keras_arae.preprocessing.array_batches import ArrayBatches


class ZippedBatches(keras.utils.PyDataset):
    """A batch of each of two sets a step; the smaller set is cycled.

    An epoch is as long as that of the larger set. The smaller one starts
    again, in a new order, as often as it must.

    Args:
        first: `ArrayBatches`.
        second: `ArrayBatches`.

    Example:

    ```python
    ArrayBatches = keras_arae.preprocessing.ArrayBatches
    batches = keras_arae.preprocessing.ZippedBatches(
        ArrayBatches(np.arange(6), batch_size=2),
        ArrayBatches(np.arange(3), batch_size=2),
    )
    pairs = [[part.tolist() for part in batches[i]] for i in range(3)]
    assert pairs == [[[0, 1], [0, 1]], [[2, 3], [2, 0]], [[4, 5], [1, 2]]]
    ```
    """

    def __init__(self, first, second):
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

    def __len__(self):
        return len(self.parts[0])

    def on_epoch_begin(self):
        """Draws the orders of the epoch."""
        for part in self.parts:
            part.on_epoch_begin()

    def __getitem__(self, index):
        return tuple(part[index] for part in self.parts)
