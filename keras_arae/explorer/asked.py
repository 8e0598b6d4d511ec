"""What a model with a condition may be asked for, and what it was asked for.

The page sends and gets conditions as vectors, as decoders take them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_arae.data import Classes
from keras_arae.data import Numbers

MOST_CLASSES = 64  # That are shown beside each other.


def described(condition: Any) -> dict[str, Any] | None:
    """A condition as the page offers it; `None` without one."""
    if isinstance(condition, Classes):
        return {"kind": "classes", "names": names_of(condition)}
    if isinstance(condition, Numbers) and condition.statistics:
        statistics = condition.statistics
        return {
            "kind": "numbers",
            "numbers": [
                {
                    "name": name,
                    "unit": condition.units.get(name, ""),
                    **{key: statistics[key][i] for key in ("mean", "stddev")},
                }
                for i, name in enumerate(condition.names)
            ],
        }
    return None


def names_of(classes: Classes) -> list[str]:
    """Names of classes, their numbers where they have none."""
    return [str(name) for name in classes.names or range(classes.num_classes)]


def in_words(condition: Any, vector: np.ndarray) -> str:
    """What a vector asks for: "question", or "logP 2.31, QED 0.70"."""
    if isinstance(condition, Classes):
        names = names_of(condition)
        shares = [(s, n) for s, n in zip(vector, names) if s > 0.005]
        if len(shares) == 1:
            return shares[0][1]
        ranked = sorted(shares, key=lambda pair: -pair[0])[:3]
        return ", ".join(f"{share:.0%} {name}" for share, name in ranked)
    if isinstance(condition, Numbers):
        numbers = numbers_of(condition, vector)
        return ", ".join(
            f"{name} {value:.3g}{_unit(condition, name)}"
            for name, value in zip(condition.names, numbers)
        )
    return ""


def numbers_of(condition: Numbers, vector: np.ndarray) -> np.ndarray:
    """The numbers that a vector stands for, in their units."""
    mean, stddev = (
        np.array(condition.statistics[key]) for key in ("mean", "stddev")
    )
    return mean + stddev * vector


def _unit(condition: Numbers, name: str) -> str:
    unit = condition.units.get(name)
    return f" {unit}" if unit else ""


def of_data(
    model: Any, rows: np.ndarray, codes: np.ndarray, label: Any = None
) -> np.ndarray | None:
    """The vector of one piece of data, as well as it can be told.

    Args:
        model: `keras_arae.models.GenerativeModel`.
        rows: int array of one row.
        codes: its code, of shape `(1, code_dim)`.
        label: what data say of it, or `None`.

    Returns:
        A float array of shape `(1, condition_dim)`: of classes the label,
        else the likeliest, given the code; of numbers those that can be
        computed, else their mean. `None` without a condition.
    """
    condition = model.condition
    if condition is None:
        return None
    if isinstance(condition, Classes):
        names = names_of(condition)
        if label is not None and str(label) in names:
            return condition.rows([names.index(str(label))], 1)
        return _likeliest(model, rows, codes)
    told = condition.told(None, lambda: model.codec.decode(rows))
    if told is not None:
        return condition.rows(told, 1)
    return np.zeros((1, condition.dim), "float32")


def _likeliest(model: Any, rows: np.ndarray, codes: np.ndarray) -> np.ndarray:
    count = model.condition.num_classes
    classes = np.eye(count, dtype="float32")
    nats = model.negative_log_likelihood(
        np.repeat(rows, count, axis=0),
        classes,
        np.repeat(codes, count, axis=0),
    )
    return classes[[int(np.argmin(nats))]]


def each_class(classes: Classes) -> np.ndarray:
    """A vector of each class, of at most 64."""
    return np.eye(classes.num_classes, dtype="float32")[:MOST_CLASSES]


def range_of(
    numbers: Numbers, vector: np.ndarray, name: str, steps: int
) -> np.ndarray:
    """Vectors in which one number goes from low to high.

    Two standard deviations from the mean of the data, but not beyond what the
    model has seen.
    """
    index = list(numbers.names).index(name)
    ends = [
        (numbers.statistics[key][index] - numbers.statistics["mean"][index])
        / numbers.statistics["stddev"][index]
        for key in ("least", "largest")
    ]
    vectors = np.repeat(vector, steps, axis=0)
    low, high = max(ends[0], -2.0), min(ends[1], 2.0)
    vectors[:, index] = np.linspace(low, high, steps)
    return vectors


def names_of_numbers(condition: Any) -> Sequence[str]:
    """Numbers that may be asked for; none where it is of classes."""
    return condition.names if isinstance(condition, Numbers) else ()
