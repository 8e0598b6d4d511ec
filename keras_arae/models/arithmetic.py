"""Arithmetic of codes and noise: what a feature adds to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from typing import NamedTuple

import numpy as np

from keras_arae.arguments import Rule
from keras_arae.arguments import check
from keras_arae.arguments import to_array

SPACES = ("code", "noise")


class Direction(NamedTuple):
    """Where a feature lies: what it adds to codes, or to noise.

    Attributes:
        vector: float array of shape `(code_dim,)` or `(noise_dim,)`.
        space: str. `"code"` or `"noise"`.
    """

    vector: np.ndarray
    space: str


def between(with_feature: np.ndarray, without: np.ndarray) -> np.ndarray:
    """The mean of some points less the mean of others.

    Args:
        with_feature: float array of shape `(num_points, dim)`.
        without: float array of shape `(num_others, dim)`.
    """
    for points in (with_feature, without):
        if not len(points):
            raise ValueError(
                "A direction needs at least one piece with the feature and "
                f"one without. Received: {len(with_feature)} with it, "
                f"{len(without)} without"
            )
    return with_feature.mean(axis=0) - without.mean(axis=0)


def step_by_step(
    data_at: Callable[[np.ndarray, int], Any],
    num_pieces: int,
    until: Callable[[Any], Any],
    max_steps: int,
) -> Any:
    """Each piece as it is when it first has a feature.

    Args:
        data_at: function of indices of pieces and a number of steps. Returns
            these pieces, moved by so many steps.
        num_pieces: int.
        until: function of pieces. Returns whether each has the feature.
        max_steps: int. Pieces that do not have it by then are returned as
            they are then.

    Returns:
        An array of the pieces if they are arrays, else a list.
    """
    moved: list = [None] * num_pieces
    pending = np.arange(num_pieces)
    for steps in range(max_steps + 1):
        if not len(pending):
            break
        data = data_at(pending, steps)
        for index, piece in zip(pending, data):
            moved[index] = piece
        pending = pending[~_answers(until, data)]
    if num_pieces and isinstance(moved[0], np.ndarray):
        return np.stack(moved)
    return moved


def _answers(until: Callable[[Any], Any], data: Any) -> np.ndarray:
    """What `until` says of pieces; refuses all but a bool for each."""
    rule = Rule(
        "a function from pieces of data to a list of as many bools",
        lambda found: found.dtype.kind == "b" and found.shape == (len(data),),
        to_array,
    )
    return check("until", until(data), rule)
