"""From what users give `fit` and `evaluate` to batches of arrays."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

import numpy as np

from keras_arae.arguments import Rule
from keras_arae.arguments import check
from keras_arae.arguments import shown
from keras_arae.data.batches import ArrayBatches
from keras_arae.data.batches import row_weights
from keras_arae.data.codec import Codec
from keras_arae.data.condition import Classes
from keras_arae.data.condition import Condition
from keras_arae.data.condition import encode_condition
from keras_arae.data.user_datasets import encoded_dataset
from keras_arae.data.user_datasets import is_dataset

SIZED = Rule(
    "data whose number is known, such as a list, beside weights of rows",
    lambda value: len(value) >= 0,
)


class Encoded(NamedTuple):
    """Data that are arrays already, such as a part of what was given.

    Attributes:
        rows: int array of shape `(num_rows, *x_shape)`.
        labels: array with `num_rows` rows, of conditions, or `None`.
        weights: float array of shape `(num_rows,)` or `None`.
    """

    rows: np.ndarray
    labels: np.ndarray | None
    weights: np.ndarray | None

    def some(self, rows: slice) -> Encoded:
        """Some of the rows."""
        labels, weights = (
            None if part is None else part[rows]
            for part in (self.labels, self.weights)
        )
        return Encoded(self.rows[rows], labels, weights)


class Feed:
    """Encodes data, labels and weights, and puts them into batches.

    Args:
        codec: `keras_arae.data.Codec`.
        condition: `keras_arae.data.Condition` or `None`. Defaults to `None`.
        seed: int. Of shuffles. Defaults to `0`.
        clock: callable or `None`. As in `ArrayBatches`. Defaults to `None`.

    Example:

    ```python
    codec = keras_arae.TextPreprocessor(["a", "b"], max_length=2)
    feed = keras_arae.data.Feed(codec, keras_arae.Classes(2))
    (batch,) = feed.training(["a b", "b"], [0, 1], None, 2, shuffle=False)
    rows, labels = batch
    assert rows.shape == (2, 3) and labels.tolist() == [0, 1]
    ```
    """

    def __init__(
        self,
        codec: Codec,
        condition: Condition | None = None,
        seed: int = 0,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self.codec = codec
        self.condition = condition
        self.seed = seed
        self.clock = clock

    def arrays(self, x: Any, y: Any = None, weights: Any = None) -> Encoded:
        """Turns data to learn from, or to evaluate on, into arrays.

        Args:
            x: users' data.
            y: the condition of each piece, or `None`.
            weights: float array, the weight of each piece, or `None`.

        Returns:
            `Encoded`.
        """
        if isinstance(x, Encoded):
            return x
        rows, kept = self.codec.encode_corpus(x)
        if weights is not None:
            weights = row_weights(weights, len(x))[kept]
        if self.condition is None:
            labels = encode_condition(None, y, len(x))
        else:
            labels = self.condition.encode_kept(
                y, len(x), kept, lambda: self._pieces(x, rows, kept)
            )
        return Encoded(rows, labels, weights)

    def _pieces(self, x: Any, rows: np.ndarray, kept: np.ndarray) -> Any:
        """The pieces of data that were kept, as users write them."""
        if isinstance(x, (list, tuple)) and isinstance(x[0], str):
            return [x[index] for index in kept]
        return self.codec.decode(rows)

    def training(
        self,
        x: Any,
        y: Any,
        weights: Any,
        batch_size: int,
        shuffle: bool,
        steps: int | None = None,
        num_extra: int = 0,
    ) -> Any:
        """Batches to learn from.

        Args:
            x: users' data, or a dataset of batches of them.
            y: as in `arrays`.
            weights: as in `arrays`.
            batch_size: int.
            shuffle: bool.
            steps: as in `ArrayBatches`. Defaults to `None`.
            num_extra: as in `ArrayBatches`. Defaults to `0`.

        Returns:
            `ArrayBatches`, or a dataset of the user's with encoded batches.
        """
        if is_dataset(x):
            return self.dataset(x, y)
        rows, y, weights = self.arrays(x, y, weights)
        return ArrayBatches(
            rows,
            batch_size,
            labels=y,
            weights=weights,
            seed=self.seed if shuffle else None,
            clock=self.clock,
            num_extra=num_extra,
            draw=self.codec.draw,
            steps=steps,
        )

    def held_out(
        self, x: Any, y: Any = None, weights: Any = None, batch_size: int = 64
    ) -> Any:
        """Batches to evaluate on, as `training`; each row counts once."""
        if is_dataset(x):
            self.weights(x, y, sample_weight=weights)
            return self.dataset(x, y)
        rows, y, weights = self.arrays(x, y, weights)
        return ArrayBatches(
            rows,
            min(batch_size, max(len(rows), 1)),
            labels=y,
            weights=weights,
            draw=self.codec.draw,
            weighted=True,
        )

    def validation(self, data: Any, batch_size: int) -> Any:
        """Batches of `validation_data`: `x`, `(x, y)` or `(x, y, weights)`."""
        parts: tuple = (data, None)
        if isinstance(data, tuple) and not isinstance(data, Encoded):
            if len(data) == 3 or self.condition is not None:
                parts = data
        x, y, weights = (*parts, None)[:3]
        return self.held_out(x, y, weights, batch_size)

    def dataset(self, dataset: Any, y: Any = None) -> Any:
        """A dataset of users' data as one of encoded batches."""
        if y is not None:
            raise ValueError(
                "A dataset of batches brings its labels: let it yield pairs "
                f"(x, y). Received: y of type {type(y).__name__} beside a "
                f"{type(dataset).__name__}"
            )
        if self.condition is None:
            return encoded_dataset(dataset, self.codec.encode)
        return encoded_dataset(
            dataset, self.codec.encode, self.condition.encode
        )

    def weights(
        self,
        x: Any,
        y: Any,
        class_weight: Mapping[Any, float] | None = None,
        sample_weight: Any = None,
    ) -> np.ndarray | None:
        """The weight of each piece of data, or `None`: all 1."""
        for name, value in (
            ("class_weight", class_weight),
            ("sample_weight", sample_weight),
        ):
            if value is not None and is_dataset(x):
                raise ValueError(
                    "A dataset of batches brings its weights: let it yield "
                    f"(x, y, weights). Received: {name} of type "
                    f"{type(value).__name__} beside a {type(x).__name__}"
                )
        if sample_weight is None and class_weight is None:
            return None
        num_rows = len(check("x", x, SIZED))
        if sample_weight is not None:
            sample_weight = row_weights(sample_weight, num_rows)
        if class_weight is None:
            return sample_weight
        if not isinstance(self.condition, Classes):
            raise ValueError(
                "`class_weight` is for a model whose condition is classes. "
                f"Received: class_weight={shown(class_weight)}, a model "
                f"with condition={self.condition}"
            )
        weights = self.condition.weights(class_weight, y, num_rows)
        return weights if sample_weight is None else weights * sample_weight

    def split(
        self, x: Any, y: Any, weights: Any, share: float
    ) -> tuple[Encoded, ...]:
        """What to learn from, and what to hold out.

        Args:
            x: users' data; no dataset.
            y: as in `arrays`.
            weights: as in `arrays`.
            share: float. Of the rows, from the end, to hold out.

        Returns:
            Two `Encoded`.
        """
        if is_dataset(x):
            raise ValueError(
                "`validation_split` is for a list or an array; with datasets "
                f"pass `validation_data`. Received: validation_split={share}, "
                f"x of type {type(x).__name__}"
            )
        parts = self.arrays(x, y, weights)
        kept = int(len(parts.rows) * (1 - share))
        return tuple(
            parts.some(rows) for rows in (slice(kept), slice(kept, None))
        )
