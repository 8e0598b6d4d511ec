"""A user's dataset with its batches turned into arrays."""

import keras
import numpy as np


class PreparedBatches(keras.utils.PyDataset):
    """A user's dataset with functions applied to each batch.

    Args:
        dataset: `keras.utils.PyDataset`. Batches of rows, or tuples that
            begin with them.
        prepare: callable. Turns the rows of one batch into an array.
        prepare_labels: callable or `None`. Turns the labels that follow the
            rows, and the number of rows, into an array. Defaults to `None`:
            what follows the rows stays as it is.
    """

    def __init__(self, dataset, prepare, prepare_labels=None):
        super().__init__(
            workers=dataset.workers,
            use_multiprocessing=dataset.use_multiprocessing,
            max_queue_size=dataset.max_queue_size,
        )
        self.dataset = dataset
        self.prepare = prepare
        self.prepare_labels = prepare_labels

    @property
    def num_batches(self):
        return self.dataset.num_batches

    def on_epoch_begin(self):
        self.dataset.on_epoch_begin()

    def on_epoch_end(self):
        self.dataset.on_epoch_end()

    def __getitem__(self, index):
        return prepared(self.dataset[index], self.prepare, self.prepare_labels)


def prepared(batch, prepare, prepare_labels=None):
    """One batch, rows or a tuple that begins with them, as arrays."""
    labels = ()
    if isinstance(batch, (tuple, list)) and not isinstance(batch[0], str):
        batch, *labels = batch
    rows = prepare(batch)
    if prepare_labels is not None:
        first = labels[0] if labels else None
        labels = (prepare_labels(first, len(rows)), *labels[1:])
    return (rows, *labels) if labels else rows


def map_tf_dataset(dataset, prepare, prepare_labels=None):
    """A `tf.data.Dataset` with functions applied to each batch.

    Args:
        dataset: `tf.data.Dataset`. Batches of rows (integers or strings), or
            tuples that begin with them.
        prepare: callable. Turns the rows of one batch into an int array.
        prepare_labels: as in `PreparedBatches`.

    Returns:
        A `tf.data.Dataset` of batches, rows and labels in int32.
    """
    import tensorflow as tf

    def rows_of(tensor):
        # A batch of strings arrives as an array of bytes.
        array = tensor.numpy()
        return array.tolist() if array.dtype == object else array

    def arrays(*parts):
        return prepared(
            (rows_of(parts[0]), *parts[1:]), prepare, prepare_labels
        )

    spec = dataset.element_spec
    first = next(iter(dataset))
    first = arrays(*first) if isinstance(first, tuple) else arrays(first)
    width = np.shape(first[0] if isinstance(first, tuple) else first)[1:]
    num_rows = (spec[0] if isinstance(spec, tuple) else spec).shape[0]

    def prepare_batch(rows, *rest):
        if prepare_labels is None:
            array = tf.py_function(
                lambda x: prepare(rows_of(x)), [rows], tf.int32
            )
        else:
            array, labels = tf.py_function(
                arrays, [rows, *rest[:1]], [tf.int32, tf.int32]
            )
            labels.set_shape((num_rows,))
            rest = (labels, *rest[1:])
        array.set_shape((num_rows, *width))
        return (array, *rest) if rest else array

    return dataset.map(prepare_batch).prefetch(tf.data.AUTOTUNE)
