"""Paths between two points of a code or noise space."""

from __future__ import annotations

import numpy as np


def path(
    start: np.ndarray, end: np.ndarray, steps: int, method: str = "linear"
) -> np.ndarray:
    """Points on the way from each start to its end.

    Args:
        start: float array of shape `(num_paths, dim)`.
        end: float array of the same shape.
        steps: int. Points on each path, both ends included; at least 2.
        method: `"linear"`, or `"spherical"`: along the great circle, with
            the norm going over evenly. Defaults to `"linear"`.

    Returns:
        A float32 array of shape `(num_paths, steps, dim)`.

    Raises:
        ValueError: if `steps` is below 2, shapes differ or the method is
            unknown.
    """
    if not isinstance(steps, (int, np.integer)) or steps < 2:
        raise ValueError(
            "A path needs at least 2 points, its ends: expected an int "
            f"`steps` of 2 or more. Received: steps={steps}"
        )
    start, end = np.asarray(start), np.asarray(end)
    if start.shape != end.shape:
        raise ValueError(
            "Each start needs an end. "
            f"Received: {len(start)} starts and {len(end)} ends"
        )
    share = np.linspace(0.0, 1.0, steps)[None, :, None]
    start, end = start[:, None, :], end[:, None, :]
    if method == "linear":
        points = (1.0 - share) * start + share * end
    elif method == "spherical":
        points = _slerp(start, end, share)
    else:
        raise ValueError(
            "`method` must be 'linear' or 'spherical'. "
            f"Received: method={method!r}"
        )
    return points.astype("float32")


def _slerp(start: np.ndarray, end: np.ndarray, share: np.ndarray) -> np.ndarray:
    start_norm = np.linalg.norm(start, axis=-1, keepdims=True)
    end_norm = np.linalg.norm(end, axis=-1, keepdims=True)
    cosine = np.sum(start / start_norm * end / end_norm, -1, keepdims=True)
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    # Two directions that agree have no plane between them: go straight.
    straight = np.sin(angle) < 1e-6
    sine = np.where(straight, 1.0, np.sin(angle))
    a = np.where(straight, 1.0 - share, np.sin((1.0 - share) * angle) / sine)
    b = np.where(straight, share, np.sin(share * angle) / sine)
    directions = a * start / start_norm + b * end / end_norm
    return directions * ((1.0 - share) * start_norm + share * end_norm)
