"""Users' own datasets, with their batches encoded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_arae.data.batches import ArrayBatches
from keras_arae.data.batches import ZippedBatches


class EncodedBatches(keras.utils.PyDataset):
    """A user's dataset with functions applied to each batch.

    Args:
        dataset: `keras.utils.PyDataset`. Batches of data, or tuples that
            begin with them.
        encode: callable. Turns the data of one batch into an array.
        encode_condition: callable or `None`. Turns the labels that follow the
            data, and the number of rows, into an array. Defaults to `None`:
            what follows the data stays as it is.
    """

    def __init__(
        self,
        dataset: keras.utils.PyDataset,
        encode: Callable[[Any], np.ndarray],
        encode_condition: Callable[[Any, int], np.ndarray] | None = None,
    ) -> None:
        super().__init__(
            workers=dataset.workers,
            use_multiprocessing=dataset.use_multiprocessing,
            max_queue_size=dataset.max_queue_size,
        )
        self.dataset = dataset
        self.encode = encode
        self.encode_condition = encode_condition

    @property
    def num_batches(self) -> int | None:
        """How many batches an epoch has."""
        return self.dataset.num_batches

    def on_epoch_begin(self) -> None:
        """Tells the user's dataset."""
        self.dataset.on_epoch_begin()

    def on_epoch_end(self) -> None:
        """Tells the user's dataset."""
        self.dataset.on_epoch_end()

    def __getitem__(self, index: int) -> Any:
        return _encoded(self.dataset[index], self.encode, self.encode_condition)


def is_dataset(x: Any) -> bool:
    """Whether `x` yields batches: a PyDataset or a tf.data.Dataset."""
    return isinstance(x, keras.utils.PyDataset) or hasattr(x, "element_spec")


def first_rows(dataset: Any) -> Any:
    """The data of a dataset's first batch.

    Args:
        dataset: `keras.utils.PyDataset` or `tf.data.Dataset`.
    """
    is_sequence = isinstance(dataset, keras.utils.PyDataset)
    batch = dataset[0] if is_sequence else next(iter(dataset))
    return batch[0] if isinstance(batch, tuple) else batch


def collect_rows(dataset: Any, num_rows: int) -> tuple[np.ndarray, Any]:
    """The first rows of a dataset of encoded batches, and their labels.

    Args:
        dataset: what `encoded_dataset` returned.
        num_rows: int. The most rows.

    Returns:
        An array, and an array of as many labels or `None`.
    """
    is_sequence = isinstance(dataset, keras.utils.PyDataset)
    batches = (
        (dataset[index] for index in range(len(dataset)))
        if is_sequence
        else dataset
    )
    rows, labels, count = [], [], 0
    for batch in batches:
        batch = batch if isinstance(batch, tuple) else (batch,)
        rows.append(np.asarray(batch[0]))
        labels += [np.asarray(part) for part in batch[1:2]]
        count += len(rows[-1])
        if count >= num_rows:
            break
    collected = np.concatenate(rows)[:num_rows]
    return collected, np.concatenate(labels)[:num_rows] if labels else None


def encoded_dataset(
    dataset: Any,
    encode: Callable[[Any], np.ndarray],
    encode_condition: Callable[[Any, int], np.ndarray] | None = None,
) -> Any:
    """A user's dataset with its batches encoded.

    Args:
        dataset: `keras.utils.PyDataset` or `tf.data.Dataset`. Our own batches
            are encoded already and pass as they are.
        encode: callable. Turns the data of one batch into an array.
        encode_condition: as in `EncodedBatches`. Defaults to `None`.

    Returns:
        A dataset of the same kind.
    """
    if isinstance(dataset, (ArrayBatches, EncodedBatches, ZippedBatches)):
        return dataset
    if isinstance(dataset, keras.utils.PyDataset):
        return EncodedBatches(dataset, encode, encode_condition)
    return _map_tf_dataset(dataset, encode, encode_condition)


def _encoded(batch: Any, encode: Callable, encode_condition: Any) -> Any:
    """One batch, data or a tuple that begins with them, as arrays."""
    labels: tuple = ()
    if isinstance(batch, (tuple, list)) and not isinstance(batch[0], str):
        batch, *rest = batch
        labels = tuple(rest)
    rows = encode(batch)
    if encode_condition is not None:
        first = labels[0] if labels else None
        labels = (encode_condition(first, len(rows)), *labels[1:])
    return (rows, *labels) if labels else rows


def _map_tf_dataset(
    dataset: Any, encode: Callable, encode_condition: Any
) -> Any:
    """A `tf.data.Dataset` whose batches are encoded as they come."""
    import tensorflow as tf

    def numpy_of(tensor: Any) -> Any:
        # A batch of strings arrives as an array of bytes.
        array = tensor.numpy()
        return array.tolist() if array.dtype == object else array

    def arrays(*parts: Any) -> Any:
        return _encoded(
            (numpy_of(parts[0]), *parts[1:]), encode, encode_condition
        )

    spec = dataset.element_spec
    first = next(iter(dataset))
    first = arrays(*first) if isinstance(first, tuple) else arrays(first)
    first = first if isinstance(first, tuple) else (first,)
    num_rows = (spec[0] if isinstance(spec, tuple) else spec).shape[0]

    def encode_batch(rows: Any, *rest: Any) -> Any:
        if encode_condition is None:
            parts = [tf.py_function(arrays, [rows], tf.int32), *rest]
            num_encoded = 1
        else:
            kinds = [np.asarray(part).dtype for part in first[:2]]
            parts = tf.py_function(arrays, [rows, *rest[:1]], kinds)
            parts = [*parts, *rest[1:]]
            num_encoded = 2
        for part, example in zip(parts[:num_encoded], first):
            part.set_shape((num_rows, *np.shape(example)[1:]))
        return tuple(parts) if len(parts) > 1 else parts[0]

    return dataset.map(encode_batch).prefetch(tf.data.AUTOTUNE)
