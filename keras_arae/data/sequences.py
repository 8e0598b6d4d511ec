"""What codecs of token sequences have in common: rows of ids of one width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_arae.data.codec import Codec
from keras_arae.data.codec import check_integers
from keras_arae.data.codec import check_range
from keras_arae.data.strings import strings_of


class SequenceCodec(Codec):
    """Between strings of tokens and rows of ids of one width.

    A row holds the ids of the tokens, then `2` (end), then `0` (padding) up
    to the width `max_length + 1`. The special ids come first; those of tokens
    follow. `TextPreprocessor` and `MoleculePreprocessor` are its subclasses;
    one of your own defines `vocabulary_size`, `encode` and `decode`, with
    `padded` and `without_ends`.

    Attributes:
        max_length: int. Tokens of the longest sequence, end not counted.
        special_tokens: tuple of str. What stands for the special ids.
        kind: str. What pieces of data are, in the plural, for messages.

    Example:

    ```python
    class Numbers(keras_arae.data.SequenceCodec):
        kind, max_length, vocabulary_size = "numbers", 4, 13

        def encode(self, data):
            return self.padded([[int(d) + 3 for d in one] for one in data])

        def decode(self, ids):
            rows = self.without_ends(ids)
            return ["".join(str(i - 3) for i in row) for row in rows]

    codec = Numbers()
    assert codec.encode(["042"]).tolist() == [[3, 7, 5, 2, 0]]
    assert codec.decode(codec.encode(["042"])) == ["042"]
    ```
    """

    pad_id = 0
    start_id = 1
    end_id = 2
    special_tokens: tuple[str, ...] = ("<pad>", "<s>", "</s>")
    max_length: int
    kind = "strings"

    @property
    def vocabulary_size(self) -> int:
        """Number of ids, the special ones included."""
        raise NotImplementedError

    @property
    def num_values(self) -> int:  # type: ignore[override]
        """Number of ids, the special ones included."""
        return self.vocabulary_size

    @property
    def sequence_length(self) -> int:
        """Width of a row of ids: the longest sequence and its end."""
        return self.max_length + 1

    @property
    def x_shape(self) -> tuple[int, ...]:  # type: ignore[override]
        """Shape of one row of ids."""
        return (self.sequence_length,)

    def padded(self, rows: Sequence[Sequence[int]]) -> np.ndarray:
        """Ids of tokens as rows of one width; cuts those that are too long.

        Args:
            rows: sequence of sequences of int.

        Returns:
            An int32 array of shape `(len(rows), max_length + 1)`.
        """
        shape = (len(rows), self.sequence_length)
        ids = np.full(shape, self.pad_id, "int32")
        for place, row in zip(ids, rows):
            self.fill(place, row)
        return ids

    def fill(self, place: np.ndarray, row: Sequence[int]) -> None:
        """Writes the ids of tokens, cut if need be, and the end behind them.

        Args:
            place: int array of shape `(max_length + 1,)`, changed.
            row: sequence of int.
        """
        row = row[: self.max_length]
        place[: len(row)] = row
        place[len(row)] = self.end_id
        place[len(row) + 1 :] = self.pad_id

    def without_ends(self, ids: Any) -> list[np.ndarray]:
        """Rows of ids up to their end; refuses anything else.

        Args:
            ids: int array of shape `(num_rows, length)`.

        Returns:
            A list of int arrays.
        """
        ids = check_integers(ids)
        if ids.ndim != 2:
            raise ValueError(
                "Expected rows of ids, an array of shape (num_rows, length). "
                f"Received: shape {ids.shape}"
            )
        check_range(ids, self.vocabulary_size)
        rows = []
        for row in ids:
            stops = np.flatnonzero((row == self.end_id) | (row == self.pad_id))
            rows.append(row[: stops[0]] if len(stops) else row)
        return rows

    def check_ids(self, data: Any) -> np.ndarray:
        """Refuses anything but rows of ids of this codec's width.

        Args:
            data: int array of shape `(num_rows, max_length + 1)`.

        Returns:
            An int32 array of that shape.
        """
        ids = check_integers(data)
        if ids.ndim != 2 or ids.shape[1] != self.sequence_length:
            raise ValueError(
                "Expected an array of shape "
                f"{('num_rows', self.sequence_length)}. "
                f"Received: shape {ids.shape}"
            )
        check_range(ids, self.vocabulary_size)
        return ids.astype("int32", copy=False)

    def as_batch(self, data: Any) -> tuple[Any, bool]:
        """Puts one string, or one row of ids, into a batch of one."""
        if isinstance(data, str):
            return [data], False
        is_array = hasattr(data, "dtype") and np.ndim(data) == 1
        if is_array and strings_of(data, self.kind) is None:
            return ops.convert_to_numpy(data)[None], False
        return data, True
