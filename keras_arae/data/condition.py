"""Conditions: what data come with, and what users ask for."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
from absl import logging
from keras import ops

from keras_arae.arguments import DICT
from keras_arae.arguments import NATURAL
from keras_arae.arguments import NOT_NEGATIVE
from keras_arae.arguments import TEXT
from keras_arae.arguments import WIDTH
from keras_arae.arguments import Rule
from keras_arae.arguments import array
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import either
from keras_arae.arguments import number
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.arguments import shown
from keras_arae.arguments import to_array
from keras_arae.data.batches import row_weights
from keras_arae.data.codec import check_array
from keras_arae.export import export


class Condition:
    """What is known of each piece of data, as a vector of `dim` numbers.

    Decoder and prior see the vector joined behind the code or the noise that
    they take. `Classes` and `Numbers` are the two kinds.

    Attributes:
        dim: int. Width of the vector.
    """

    dim: int

    def encode(self, values: Any, num_rows: int) -> np.ndarray:
        """Turns users' values into an array that batches are cut from.

        Args:
            values: what users give, one for each row.
            num_rows: int.

        Returns:
            An array with `num_rows` rows.

        Raises:
            ValueError: if values are missing, or of another kind or number.
        """
        raise NotImplementedError

    def encode_kept(
        self, values: Any, num_rows: int, kept: np.ndarray, data: Callable
    ) -> np.ndarray:
        """As `encode`, of those rows that the codec kept of a corpus.

        Args:
            values: as in `encode`, for all rows.
            num_rows: int. Of all rows.
            kept: int array. The indices of the rows kept.
            data: function. Returns the pieces kept, for a condition that can
                tell values from them.

        Returns:
            An array with as many rows as are kept.
        """
        return self.encode(values, num_rows)[kept]

    def told(self, values: Any, data: Callable) -> Any:
        """Values of data, for a condition that can tell them from data.

        Args:
            values: what users give, or `None`.
            data: function. Returns the pieces of data.

        Returns:
            What `rows` takes. By default what was given.
        """
        return values

    def vectors(self, encoded: Any) -> Any:
        """Turns a batch of what `encode` returned into vectors.

        Args:
            encoded: tensor with `batch` rows.

        Returns:
            A float tensor of shape `(batch, dim)`.
        """
        raise NotImplementedError

    def rows(self, values: Any, num_rows: int) -> np.ndarray:
        """Vectors for a verb: of one value for all rows, or one for each.

        Args:
            values: what users give; a float array of shape
                `(num_rows, dim)` is taken for vectors.
            num_rows: int.

        Returns:
            A float32 array of shape `(num_rows, dim)`.
        """
        raise NotImplementedError

    def draw(self, num_rows: int, generator: np.random.Generator) -> np.ndarray:
        """Vectors where a user asks for nothing in particular.

        Args:
            num_rows: int.
            generator: `numpy.random.Generator`.

        Returns:
            A float32 array of shape `(num_rows, dim)`.
        """
        raise NotImplementedError

    def complete(
        self, values: Any, num_rows: int, generator: np.random.Generator
    ) -> np.ndarray:
        """Vectors for new data: what is asked for, the rest drawn.

        Args:
            values: as in `rows`, or `None`.
            num_rows: int.
            generator: `numpy.random.Generator`.

        Returns:
            A float32 array of shape `(num_rows, dim)`.
        """
        if values is None:
            return self.draw(num_rows, generator)
        return self.rows(values, num_rows)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor, for saving."""
        raise NotImplementedError

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Condition:
        """Makes a condition from what `get_config` returned."""
        return cls(**config)


@export
class Classes(Condition):
    """Classes: labels, by number or by name, one-hot.

    Shares of classes, float rows that add up to 1, stand for mixtures, such
    as those on a path from one class to another.

    Args:
        classes: int or sequence of str. How many classes, whose labels are 0
            to `classes - 1`, or their names.

    Attributes:
        num_classes: int.
        names: tuple of str or `None`.

    Example:

    ```python
    mood = keras_arae.Classes(["negative", "positive"])
    assert mood.encode(["positive", "negative"], 2).tolist() == [1, 0]
    assert mood.rows("positive", 1).tolist() == [[0.0, 1.0]]
    ```
    """

    def __init__(self, classes: int | Sequence[str]) -> None:
        self.names: tuple[str, ...] | None = None
        if isinstance(classes, (int, np.integer)):
            self.num_classes = check("classes", classes, WIDTH)
        else:
            self.names = check_names(classes)
            self.num_classes = len(self.names)

    @property
    def dim(self) -> int:  # type: ignore[override]
        """Width of the vector: the number of classes."""
        return self.num_classes

    @checked(num_rows=NATURAL)
    def encode(self, values: Any, num_rows: int) -> np.ndarray:
        known = f" or names among {list(self.names)}" if self.names else ""
        expected = (
            f"Expected {num_rows} integer labels from 0 to "
            f"{self.num_classes - 1}{known}, one for each row. Received: "
        )
        try:
            labels = to_array(values)
        except Exception:  # Of numpy, or of a backend.
            raise ValueError(expected + shown(values)) from None
        if self.names and labels.dtype.kind in "OSU" and labels.ndim == 1:
            indices = {name: index for index, name in enumerate(self.names)}
            known_names = [str(name) for name in labels]
            unknown = sorted(set(known_names) - set(indices))
            if unknown:
                raise ValueError(f"{expected}the unknown {shown(unknown)}")
            labels = np.array([indices[name] for name in known_names], int)
        if labels.dtype.kind not in "iu" or labels.shape != (num_rows,):
            received = "none" if values is None else shown(labels)
            raise ValueError(expected + received)
        if num_rows and not (
            0 <= labels.min() and labels.max() < self.num_classes
        ):
            raise ValueError(
                f"{expected}labels from {labels.min()} to {labels.max()}"
            )
        return labels.astype("int32")

    @checked(class_weight=DICT, num_rows=NATURAL)
    def weights(
        self, class_weight: Mapping[Any, float], values: Any, num_rows: int
    ) -> np.ndarray:
        """The weight of each row, from that of its class.

        Args:
            class_weight: dict of class, by number or name, to weight. Classes
                that it does not hold weigh 1.
            values: labels of rows, as in `encode`.
            num_rows: int.

        Returns:
            A float32 array of shape `(num_rows,)`.
        """
        weights = np.ones(self.num_classes, "float32")
        known: dict = {name: i for i, name in enumerate(self.names or ())}
        known.update({index: index for index in range(self.num_classes)})
        for label, weight in class_weight.items():
            if label not in known:
                raise ValueError(
                    "`class_weight` must hold classes of the condition, of "
                    f"{list(known)}. Received: {label!r}"
                )
            weights[known[label]] = check("class_weight", weight, NOT_NEGATIVE)
        return row_weights(weights[self.encode(values, num_rows)], num_rows)

    def vectors(self, encoded: Any) -> Any:
        return ops.one_hot(encoded, self.num_classes, dtype="float32")

    @checked(num_rows=NATURAL)
    def rows(self, values: Any, num_rows: int) -> np.ndarray:
        if isinstance(values, (str, int, np.generic)):
            values = [values] * num_rows
        elif check_array("condition", values).ndim == 2:
            shares = check("condition", values, self._shares(num_rows))
            return shares.astype("float32")
        labels = self.encode(values, num_rows)
        return np.eye(self.num_classes, dtype="float32")[labels]

    def _shares(self, num_rows: int) -> Rule:
        """What stands for mixtures of classes."""
        numbers = array(num_rows, self.num_classes)
        return Rule(
            f"{numbers.expected}, shares of classes that add up to 1",
            lambda shares: (
                numbers.accepts(shares)
                and bool((np.abs(shares.sum(axis=1) - 1.0) < 1e-3).all())
                and bool((shares >= -1e-3).all())
            ),
            numbers.read,
        )

    @checked(num_rows=NATURAL)
    def draw(self, num_rows: int, generator: np.random.Generator) -> np.ndarray:
        labels = generator.integers(self.num_classes, size=num_rows)
        return self.rows(labels, num_rows)

    def get_config(self) -> dict[str, Any]:
        return {"classes": self.names or self.num_classes}


@export
class Numbers(Condition):
    """Real numbers by name, each in its unit, such as a length or a logP.

    Standardised by the mean and standard deviation of the first data that a
    model learns from, which are saved with it, as is how they vary together:
    of several numbers `generate` may be asked for some, and draws the others
    as they go with these.

    Args:
        names: sequence of str. Names of the numbers.
        units: dict of str to str. Units by name, for messages. Defaults to
            `None`: none.
        statistics: dict or `None`. Mean, standard deviation, least and
            largest value of each number and their correlation, as
            `get_config` gives them. Defaults to `None`: those of the first
            data.

    Example:

    ```python
    size = keras_arae.Numbers(["length"], units={"length": "words"})
    encoded = size.encode({"length": [4.0, 8.0]}, 2)
    assert encoded[:, 0].tolist() == [-1.0, 1.0]
    assert size.rows({"length": 6.0}, 3).tolist() == [[0.0]] * 3
    ```
    """

    @checked(
        names=several(TEXT, 1),
        units=optional(DICT),
        statistics=optional(DICT),
    )
    def __init__(
        self,
        names: Sequence[str],
        units: Mapping[str, str] | None = None,
        statistics: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        self.names = check_names(names, minimum=1)
        self.units = dict(units or {})
        if set(self.units) - set(self.names):
            raise ValueError(
                f"`units` must be of the numbers {list(self.names)}. "
                f"Received: units={shown(self.units)}"
            )
        self.statistics: Any = statistics
        self.dim = len(self.names)

    @checked(num_rows=NATURAL)
    def encode(self, values: Any, num_rows: int) -> np.ndarray:
        columns = self._columns(values, num_rows)
        if self.statistics is None:
            mean, stddev = columns.mean(axis=0), columns.std(axis=0)
            stddev = np.where(stddev > 0, stddev, 1.0)
            deviations = (columns - mean) / stddev
            self.statistics = {
                "mean": mean.tolist(),
                "stddev": stddev.tolist(),
                "least": columns.min(axis=0).tolist(),
                "largest": columns.max(axis=0).tolist(),
                "correlation": (deviations.T @ deviations / num_rows).tolist(),
            }
        return self._standardized(columns)

    def vectors(self, encoded: Any) -> Any:
        return ops.cast(encoded, "float32")

    @checked(num_rows=NATURAL)
    def rows(self, values: Any, num_rows: int) -> np.ndarray:
        if isinstance(values, np.ndarray) and values.shape == (
            num_rows,
            self.dim,
        ):
            rule = array(num_rows, self.dim)
            return check("condition", values, rule).astype("float32")
        self._require_statistics(values)
        columns = self._columns(values, num_rows)
        self._warn_of_range(columns)
        return self._standardized(columns)

    @checked(num_rows=NATURAL)
    def draw(self, num_rows: int, generator: np.random.Generator) -> np.ndarray:
        return self._drawn(np.zeros((num_rows, 0)), [], generator)

    @checked(num_rows=NATURAL)
    def complete(
        self, values: Any, num_rows: int, generator: np.random.Generator
    ) -> np.ndarray:
        """Vectors for new data: the numbers asked for, the others drawn.

        They are drawn as in a normal distribution with the data's mean,
        standard deviations and correlation.

        Args:
            values: as in `rows`; of a dict some names may be missing.
            num_rows: int.
            generator: `numpy.random.Generator`.

        Returns:
            A float32 array of shape `(num_rows, dim)`.
        """
        is_part = isinstance(values, Mapping) and 0 < len(values) < self.dim
        if not is_part or set(values) - set(self.names):
            return super().complete(values, num_rows, generator)
        self._require_statistics(values)
        names = [name for name in self.names if name in values]
        columns = self._columns(values, num_rows, names)
        self._warn_of_range(columns, names)
        places = [self.names.index(name) for name in names]
        return self._drawn(
            self._standardized(columns, places), places, generator
        )

    def _drawn(
        self,
        given: np.ndarray,
        places: list[int],
        generator: np.random.Generator,
    ) -> np.ndarray:
        """Standardised rows whose numbers at some places are given."""
        correlation = np.eye(self.dim)
        if self.statistics and "correlation" in self.statistics:
            correlation = np.array(self.statistics["correlation"])
        others = [i for i in range(self.dim) if i not in places]
        across = correlation[np.ix_(others, places)]
        slope = across @ np.linalg.pinv(correlation[np.ix_(places, places)])
        left = correlation[np.ix_(others, others)] - slope @ across.T
        sizes, directions = np.linalg.eigh(left)
        root = directions * np.sqrt(np.maximum(sizes, 0.0))
        noise = generator.standard_normal((len(given), len(others)))
        rows = np.empty((len(given), self.dim))
        rows[:, places] = given
        rows[:, others] = given @ slope.T + noise @ root.T
        return rows.astype("float32")

    def _require_statistics(self, values: Any) -> None:
        if self.statistics is None:
            raise ValueError(
                "The model has seen no numbers yet: call `fit` first. "
                f"Received: condition={shown(values)}"
            )

    def _columns(
        self, values: Any, num_rows: int, names: Sequence[str] | None = None
    ) -> np.ndarray:
        """A number or an array for each name, as columns."""
        names = self.names if names is None else names
        if not isinstance(values, Mapping) or set(values) != set(names):
            received = list(values) if isinstance(values, Mapping) else values
            raise ValueError(
                f"Expected a dict with a number, or an array of {num_rows} "
                f"numbers, for each of {list(self.names)}. "
                f"Received: {shown(received)}"
            )
        columns = np.empty((num_rows, len(names)), "float64")
        for index, name in enumerate(names):
            rule = either(number(), array(num_rows))._replace(
                expected=f"a finite number, or {num_rows} of them"
            )
            columns[:, index] = check(name, values[name], rule)
        return columns

    def _standardized(
        self, columns: np.ndarray, places: Any = slice(None)
    ) -> np.ndarray:
        mean, stddev = (
            np.array(self.statistics[name])[places]
            for name in ("mean", "stddev")
        )
        return ((columns - mean) / stddev).astype("float32")

    def _warn_of_range(
        self, columns: np.ndarray, names: Sequence[str] | None = None
    ) -> None:
        for column, name in zip(columns.T, names or self.names):
            index = self.names.index(name)
            least = self.statistics["least"][index]
            largest = self.statistics["largest"][index]
            # But for what is lost in adding up in another order.
            slack = 1e-6 * self.statistics["stddev"][index]
            if column.min() < least - slack or column.max() > largest + slack:
                unit = self.units.get(name, "")
                logging.warning(
                    "The model learned from %s between %g and %g %s; asked "
                    "for %g to %g.",
                    name, least, largest, unit, column.min(), column.max(),
                )  # fmt: skip

    def get_config(self) -> dict[str, Any]:
        return {
            "names": self.names,
            "units": self.units,
            "statistics": self.statistics,
        }


def get_condition(condition: Any) -> Condition | None:
    """A condition by what users write.

    Args:
        condition: a `Condition`, an int (a number of classes), a list of
            names of classes, or `None`.

    Returns:
        A `Condition` or `None`.
    """
    if condition is None or isinstance(condition, Condition):
        return condition
    return Classes(condition)


def check_names(names: Sequence[str], minimum: int = 2) -> tuple[str, ...]:
    """Refuses anything but distinct names.

    Args:
        names: sequence of str.
        minimum: int. How many there must be. Defaults to `2`.

    Returns:
        The names, a tuple.

    Raises:
        ValueError: if there are too few, or one stands twice.
    """
    rule = several(TEXT, minimum)
    return check(
        "names",
        names,
        Rule(
            f"{minimum} or more distinct names (str)",
            lambda names: rule.accepts(names) and len(set(names)) == len(names),
            rule.read,
        ),
    )


def encode_condition(
    condition: Condition | None, y: Any, num_rows: int
) -> np.ndarray | None:
    """Turns conditions of rows into an array, or refuses them.

    Args:
        condition: a model's `Condition` or `None`.
        y: what the condition takes, or `None`.
        num_rows: int.

    Returns:
        An array with `num_rows` rows; `None` without a condition.
    """
    if condition is not None:
        return condition.encode(y, num_rows)
    if y is not None:
        raise ValueError(
            "This model has no condition: make it with `condition=` (a "
            "number of classes or their names), or give no labels. "
            f"Received: labels of type {type(y).__name__}"
        )
    return None
