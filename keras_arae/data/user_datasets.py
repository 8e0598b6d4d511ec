"""Users' own datasets, with their batches encoded."""

from __future__ import annotations

import collections
import itertools
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Set
from typing import Any

import keras
import numpy as np

from keras_arae.data.batches import ArrayBatches
from keras_arae.data.batches import ZippedBatches
from keras_arae.data.batches import row_weights
from keras_arae.data.changed_batches import ChangedBatches


class EncodedBatches(ChangedBatches):
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
        super().__init__(dataset)
        self.encode = encode
        self.encode_condition = encode_condition

    def __getitem__(self, index: int) -> Any:
        return _encoded(self.dataset[index], self.encode, self.encode_condition)


class StreamBatches(keras.utils.PyDataset):
    """Batches of an iterable, one after the other.

    A `torch.utils.data.DataLoader`, a Python generator, a stream of a library
    of datasets. What can be iterated again begins anew with each pass, as
    Keras counts them, and where it has ended.

    Args:
        stream: iterable of batches.
    """

    def __init__(self, stream: Iterable) -> None:
        super().__init__()
        self.stream = stream
        # Lists that a `DataLoader` collates are tuples of parts.
        self._collates = hasattr(stream, "collate_fn")
        self._iterator: Iterator | None = None
        # Keras looks at the first batches before an epoch begins.
        self._ahead: collections.deque = collections.deque()
        self._has_begun = False
        self._count = 0

    @property
    def num_batches(self) -> int | None:
        """How many batches a pass has; `None` if the stream does not say."""
        try:
            return len(self.stream)  # type: ignore[arg-type]
        except TypeError:
            return None

    def on_epoch_begin(self) -> None:
        """From now on batches are not given out again."""
        self._has_begun = True

    def __getitem__(self, index: int) -> Any:
        if self._has_begun:
            if self._ahead:
                return self._ahead.popleft()
            if index == 0 and self._iterator is not self.stream:
                self._iterator = None
            return self._next()
        while len(self._ahead) <= index:
            self._ahead.append(self._next())
        return self._ahead[index]

    def _next(self) -> Any:
        if self._iterator is None:
            self._iterator = iter(self.stream)
        batch = next(self._iterator, None)
        if batch is None and self._iterator is not self.stream:
            self._iterator = iter(self.stream)
            batch = next(self._iterator, None)
        if batch is None:
            raise ValueError(
                "The stream has ended in the middle of an epoch. Give "
                "`steps_per_epoch` such that all epochs together ask for no "
                "more batches than it has, or an iterable that can start "
                "again, such as a `torch.utils.data.DataLoader`. "
                f"Received: {self._count} batches"
            )
        self._count += 1
        is_list = self._collates and isinstance(batch, list)
        return tuple(batch) if is_list and not _is_text(batch[0]) else batch


def is_dataset(x: Any) -> bool:
    """Whether `x` yields batches.

    So do a `keras.utils.PyDataset`, a `tf.data.Dataset` and streams: iterators
    and what can only be iterated, such as a `torch.utils.data.DataLoader`.
    """
    return (
        isinstance(x, keras.utils.PyDataset)
        or _is_tf_dataset(x)
        or is_stream(x)
    )


def _is_tf_dataset(x: Any) -> bool:
    return hasattr(x, "element_spec")


def is_stream(x: Any) -> bool:
    """Whether `x` can only be iterated, batch by batch."""
    if isinstance(x, (keras.utils.PyDataset, Mapping, Set)):
        return False
    if _is_tf_dataset(x):
        return False
    is_array = hasattr(x, "__getitem__") or hasattr(x, "__array__")
    return hasattr(x, "__iter__") and not is_array


def as_batches(dataset: Any) -> Any:
    """A stream as a `StreamBatches`; another dataset as it is."""
    return StreamBatches(dataset) if is_stream(dataset) else dataset


def check_steps(dataset: Any, name: str, steps: int | None) -> None:
    """Refuses a stream whose end nobody knows.

    Args:
        dataset: what `encoded_dataset` returned.
        name: str. The argument that would tell.
        steps: int or `None`. Its value.

    Raises:
        ValueError: if neither the dataset nor `steps` tells.
    """
    is_sequence = isinstance(dataset, keras.utils.PyDataset)
    if is_sequence and dataset.num_batches is None and steps is None:
        raise ValueError(
            f"The stream does not say how many batches it has: give `{name}`. "
            f"Received: {name}=None"
        )


def first_rows(dataset: Any) -> Any:
    """The data of a dataset's first batch.

    Args:
        dataset: `keras.utils.PyDataset` or `tf.data.Dataset`.
    """
    is_sequence = isinstance(dataset, keras.utils.PyDataset)
    batch = dataset[0] if is_sequence else next(iter(dataset))
    return batch[0] if isinstance(batch, tuple) else batch


def collect_rows(dataset: Any, num_rows: int) -> tuple[np.ndarray, Any, Any]:
    """The first rows of a dataset of encoded batches, labels and weights.

    Args:
        dataset: what `encoded_dataset` returned.
        num_rows: int. The most rows.

    Returns:
        An array, and one of labels and one of weights; `None` for what the
        batches do not bring.
    """
    parts: list[list] = [[], [], []]
    count = 0
    for batch in _batches_of(dataset):
        for part, value in zip(
            parts, batch if type(batch) is tuple else [batch]
        ):
            part.append(np.asarray(value))
        count += len(parts[0][-1])
        if count >= num_rows:
            break
    rows, *others = parts
    labels, weights = (
        np.concatenate(part)[:num_rows] if part else None for part in others
    )
    return np.concatenate(rows)[:num_rows], labels, weights


def _batches_of(dataset: Any) -> Iterator:
    """One pass through a dataset of encoded batches, if it has an end."""
    if isinstance(dataset, keras.utils.PyDataset):
        count = dataset.num_batches
        for index in itertools.count() if count is None else range(count):
            yield dataset[index]
    else:
        yield from dataset


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
    dataset = as_batches(dataset)
    if isinstance(dataset, keras.utils.PyDataset):
        return EncodedBatches(dataset, encode, encode_condition)
    return _map_tf_dataset(dataset, encode, encode_condition)


def _encoded(batch: Any, encode: Callable, encode_condition: Any) -> Any:
    """One batch, `x`, `(x, y)` or `(x, y, weights)`, as arrays."""
    _check_batch(batch)
    others: tuple = ()
    if isinstance(batch, (tuple, list)) and not _is_text(batch[0]):
        batch, *rest = batch
        others = tuple(rest)
    labels, *weights = others or (None,)
    rows = encode(batch)
    if encode_condition is not None:
        labels = encode_condition(labels, len(rows))
    elif labels is not None:
        _check_no_labels(batch, labels)
        labels = rows if weights else None
    elif weights:  # Keras wants something between the two.
        labels = rows
    weights = [row_weights(part, len(rows)) for part in weights]
    return rows if labels is None else (rows, labels, *weights)


def _check_batch(batch: Any) -> None:
    """Refuses what is no batch, without printing it."""
    if isinstance(batch, Mapping):
        raise ValueError(
            "Expected batches of data, or tuples (x, y): choose columns, as "
            'in `((batch["text"], batch["label"]) for batch in stream)`. '
            f"Received: a batch with columns {[str(name) for name in batch]}"
        )
    if _is_text(batch):
        raise ValueError(
            "Expected batches, each a list of sentences; this stream yields "
            "single ones. Give `fit` a list of all, `list(stream)`, or, where "
            "memory does not hold them, a `keras_arae.data.CorpusStream`. "
            f"Received: a batch of type {type(batch).__name__}"
        )


def _check_no_labels(x: Any, y: Any) -> None:
    """Refuses labels for a model without a condition; `(x, x)` has none."""
    if y is not x and not np.array_equal(np.asarray(x), np.asarray(y)):
        raise ValueError(
            "This model has no condition: let the dataset yield batches of "
            "`x`, or of (x, x, weights), or make the model with `condition=`. "
            f"Received: batches with labels of type {type(y).__name__}"
        )


def _is_text(value: Any) -> bool:
    return isinstance(value, (str, bytes))


def _map_tf_dataset(
    dataset: Any, encode: Callable, encode_condition: Any
) -> Any:
    """A `tf.data.Dataset` whose batches are encoded as they come."""
    import tensorflow as tf

    def numpy_of(tensor: Any) -> Any:
        # A batch of strings arrives as an array of bytes.
        array = np.asarray(tensor.numpy())
        return array.tolist() if array.dtype.kind in "OS" else array

    if not hasattr(dataset, "map"):
        raise ValueError(
            "Give a `tf.data.Dataset` as it is: `fit` deals its batches out to "
            "the devices, so `experimental_distribute_dataset` is left out. "
            f"Received: a {type(dataset).__name__}"
        )
    spec = dataset.element_spec
    if isinstance(spec, Mapping):
        _check_batch(spec)
    spec = spec if isinstance(spec, tuple) else (spec,)
    places = [place for place, part in enumerate(spec) if part is not None]

    def arrays(*given: Any) -> tuple:
        parts: list = [None] * len(spec)
        for place, part in zip(places, given):
            parts[place] = numpy_of(part)
        encoded = _encoded(tuple(parts), encode, encode_condition)
        return encoded if isinstance(encoded, tuple) else (encoded,)

    def given_of(element: Any) -> list:
        element = element if isinstance(element, tuple) else (element,)
        return [element[place] for place in places]

    example = given_of(next(iter(dataset)))
    _check_batch(numpy_of(example[0]))
    first = arrays(*example)

    def encode_batch(*element: Any) -> Any:
        kinds = [np.asarray(part).dtype for part in first]
        encoded = tf.py_function(arrays, given_of(element), kinds)
        for part, example in zip(encoded, first):
            part.set_shape((spec[0].shape[0], *np.shape(example)[1:]))
        return tuple(encoded) if len(encoded) > 1 else encoded[0]

    return dataset.map(encode_batch).prefetch(tf.data.AUTOTUNE)
