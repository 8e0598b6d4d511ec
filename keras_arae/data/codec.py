"""The contract of a codec: from users' data to integers, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_arae.arguments import COUNT
from keras_arae.arguments import Rule
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.arguments import shown
from keras_arae.arguments import to_array
from keras_arae.export import export


class Codec:
    """Turns users' data into arrays of integers, and arrays into data.

    The first of the three contracts that the house stands on (the others are
    `keras_arae.layers.Decoder` and `keras_arae.priors.Prior`). A model holds
    one codec, asks it for everything that it must know of the data, and saves
    it. Subclass it to bring data of a new kind: `encode` and `decode` are
    enough; `encode_corpus`, `draw` and the assets have defaults.

    Attributes:
        x_shape: tuple of int. Shape of one encoded piece of data.
        num_values: int. Encoded values lie from 0 to `num_values - 1`.
        pad_id: int or `None`. Value whose positions do not count.
        start_id: int or `None`. Value before the first of a sequence.
        end_id: int or `None`. Value that ends a sequence.

    Example:

    ```python
    class Digits(keras_arae.data.Codec):
        x_shape, num_values = (3,), 10

        def encode(self, data):
            rows = [[int(digit) for digit in number] for number in data]
            return np.array(rows, "int32")

        def decode(self, ids):
            return ["".join(map(str, row)) for row in np.asarray(ids)]

    codec = Digits()
    assert codec.decode(codec.encode(["042"])) == ["042"]
    ```
    """

    x_shape: tuple[int, ...]
    num_values: int | None
    pad_id: int | None = None
    start_id: int | None = None
    end_id: int | None = None

    def encode(self, data: Any) -> np.ndarray:
        """Turns each piece of data into a row of integers.

        Args:
            data: users' data, several pieces.

        Returns:
            An int32 array of shape `(len(data), *x_shape)`.

        Raises:
            ValueError: if the data are of another kind.
        """
        raise NotImplementedError

    def decode(self, ids: np.ndarray) -> Any:
        """Turns rows of integers back into users' data.

        Args:
            ids: int array of shape `(num_rows, *x_shape)`.

        Returns:
            `num_rows` pieces of data.
        """
        raise NotImplementedError

    def __call__(self, data: Any) -> np.ndarray:
        """The same as `encode`."""
        return self.encode(data)

    def encode_corpus(self, data: Any) -> tuple[np.ndarray, np.ndarray]:
        """Turns data to learn from, or to evaluate on, into rows.

        Here pieces may be left out (the codec says how many, and why), and
        rows may stay such that `draw` has a choice.

        Args:
            data: users' data, several pieces.

        Returns:
            An array of shape `(num_kept, *x_shape)`, and an int array of
            shape `(num_kept,)`: the indices of the pieces kept.
        """
        rows = self.encode(data)
        return rows, np.arange(len(rows))

    def rows_that_fit(self, data: Any) -> tuple[np.ndarray, np.ndarray]:
        """As `encode_corpus`, of one part of a corpus after the other.

        A codec may leave a word on what was left out to the first part.
        """
        return self.encode_corpus(data)

    def draw(
        self, rows: np.ndarray, generator: np.random.Generator
    ) -> np.ndarray:
        """Draws the integers of a batch, where `encode_corpus` left a choice.

        Args:
            rows: array. Rows of what `encode_corpus` returned.
            generator: `numpy.random.Generator`. Seeded anew each epoch.

        Returns:
            An int32 array of the same shape.
        """
        return rows

    def as_batch(self, data: Any) -> tuple[Any, bool]:
        """Puts one piece of data into a batch of one.

        Args:
            data: one piece of data, or several.

        Returns:
            Several pieces, and whether they were several.
        """
        array = check_array("data", data)
        if array.ndim > len(self.x_shape):
            return array, True
        return array[None], False

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor, for saving."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Codec:
        """Makes a codec from what `get_config` returned."""
        return cls(**config)

    def save_assets(self, path: str) -> None:
        """Writes what the config leaves out, such as a vocabulary's file.

        Args:
            path: str. A folder.
        """

    def load_assets(self, path: str) -> None:
        """Reads what `save_assets` wrote.

        Args:
            path: str. A folder.
        """


PART_BYTES = 2**24  # What caches hold.
ARRAY = Rule(
    "an array, a tensor or a nested list whose rows are of one shape",
    lambda value: value.dtype.kind in "biufSUO",
    to_array,
)


@export
class ArrayCodec(Codec):
    """The codec of data that are arrays of integers already.

    `ARAE` uses it where no codec is given.

    Args:
        x_shape: tuple of int. Shape of one piece of data.
        num_values: int or `None`. Values lie from 0 to `num_values - 1`.
            Defaults to `None`: that of int32.

    Example:

    ```python
    codec = keras_arae.data.ArrayCodec((2, 2), num_values=3)
    assert codec.encode([[[0, 1], [2, 0]]]).shape == (1, 2, 2)
    ```
    """

    @checked(x_shape=several(COUNT), num_values=optional(COUNT))
    def __init__(
        self, x_shape: tuple[int, ...], num_values: int | None = None
    ) -> None:
        self.x_shape = tuple(x_shape)
        self.num_values = num_values

    def encode(self, data: Any) -> np.ndarray:
        rows = check_integers(data)
        if rows.shape[1:] != self.x_shape:
            raise ValueError(
                "Expected an array of shape "
                f"{('num_rows', *self.x_shape)}. "
                f"Received: shape {rows.shape}"
            )
        check_range(rows, self.num_values)
        return rows.astype("int32", copy=False)

    def decode(self, ids: np.ndarray) -> np.ndarray:
        return ids

    def get_config(self) -> dict[str, Any]:
        return {"x_shape": self.x_shape, "num_values": self.num_values}


def check_integers(data: Any) -> np.ndarray:
    """Refuses anything but integers.

    Args:
        data: array, tensor or nested list.

    Returns:
        A numpy array; one that lies in a file stays there.

    Raises:
        ValueError: if the data are no integers.
    """
    array = check_array("data", data)
    if array.dtype.kind not in "iub" or not array.ndim:
        raise ValueError(
            "Expected integers (class indices), a row for each piece of data. "
            f"Received: {shown(array)}"
        )
    return array.astype("int32") if array.dtype.kind == "b" else array


def check_array(name: str, data: Any) -> np.ndarray:
    """Refuses what is no array: rows that differ in length, for instance.

    Args:
        name: str. Of the argument.
        data: array, tensor or nested list.

    Returns:
        A numpy array; one that lies in a file stays there.

    Raises:
        ValueError: if the data are none.
    """
    return check(name, data, ARRAY)


def check_range(array: np.ndarray, num_values: int | None) -> None:
    """Refuses integers that are negative or not below `num_values`.

    Args:
        array: int array.
        num_values: int or `None`: what fits into an int32.

    Raises:
        ValueError: if a value is out of range.
    """
    limit = 2**31 if num_values is None else num_values
    if not array.size:
        return
    # In parts: an array that lies in a file is read once.
    parts = np.array_split(array, -(-array.nbytes // PART_BYTES))
    ends = [(part.min(), part.max()) for part in parts if part.size]
    least, most = min(ends)[0], max(end for _, end in ends)
    if not 0 <= least <= most < limit:
        raise ValueError(
            f"Expected integers from 0 to {limit - 1}. "
            f"Received: values from {least} to {most}"
        )
