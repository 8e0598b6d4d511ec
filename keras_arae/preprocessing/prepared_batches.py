"""A user's dataset with its batches turned into arrays."""

import keras
import numpy as np


class PreparedBatches(keras.utils.PyDataset):
    """A user's dataset with a function applied to each batch.

    Args:
        dataset: `keras.utils.PyDataset`. Batches of rows, or tuples that
            begin with them.
        prepare: callable. Turns the rows of one batch into an array.
    """

    def __init__(self, dataset, prepare):
        super().__init__(
            workers=dataset.workers,
            use_multiprocessing=dataset.use_multiprocessing,
            max_queue_size=dataset.max_queue_size,
        )
        self.dataset = dataset
        self.prepare = prepare

    @property
    def num_batches(self):
        return self.dataset.num_batches

    def on_epoch_begin(self):
        self.dataset.on_epoch_begin()

    def on_epoch_end(self):
        self.dataset.on_epoch_end()

    def __getitem__(self, index):
        batch = self.dataset[index]
        if isinstance(batch, (tuple, list)) and not isinstance(batch[0], str):
            return (self.prepare(batch[0]), *batch[1:])
        return self.prepare(batch)


def map_tf_dataset(dataset, prepare):
    """A `tf.data.Dataset` with a function applied to the rows of each batch.

    Args:
        dataset: `tf.data.Dataset`. Batches of rows (integers or strings), or
            tuples that begin with them.
        prepare: callable. Turns the rows of one batch into an int array.

    Returns:
        A `tf.data.Dataset` of int32 batches.
    """
    import tensorflow as tf

    def rows_to_array(rows):
        # A batch of strings arrives as an array of bytes.
        array = rows.numpy()
        return prepare(array.tolist() if array.dtype == object else array)

    spec = dataset.element_spec
    spec = spec[0] if isinstance(spec, tuple) else spec
    example = next(iter(dataset))
    example = example[0] if isinstance(example, tuple) else example
    width = np.shape(rows_to_array(example))[1:]

    def prepare_batch(rows, *rest):
        array = tf.py_function(rows_to_array, [rows], tf.int32)
        array.set_shape((spec.shape[0], *width))
        return (array, *rest) if rest else array

    return dataset.map(prepare_batch).prefetch(tf.data.AUTOTUNE)
