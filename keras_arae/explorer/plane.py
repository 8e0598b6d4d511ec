"""Codes on a plane: the two directions in which they vary most."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Plane(NamedTuple):
    """A map of codes, whose sides go from -1 to 1 and beyond.

    Attributes:
        mean: float array of shape `(code_dim,)`.
        axes: float array of shape `(2, code_dim)`, at right angles, as long
            as codes lie far from the mean.
        share: float. Of the variance of codes, how much the two hold.
    """

    mean: np.ndarray
    axes: np.ndarray
    share: float

    @classmethod
    def of(cls, codes: np.ndarray) -> Plane:
        """The plane of the two principal components of codes.

        Args:
            codes: float array of shape `(num_codes, code_dim)`, at least 3
                codes.

        Returns:
            A `Plane`, on which the outermost code lies at a side.
        """
        mean = codes.mean(axis=0)
        _, sizes, directions = np.linalg.svd(codes - mean, full_matrices=False)
        axes = np.zeros((2, codes.shape[1]), codes.dtype)
        axes[: len(directions[:2])] = directions[:2]
        extent = np.abs((codes - mean) @ axes.T).max()
        share = (sizes[:2] ** 2).sum() / max((sizes**2).sum(), 1e-12)
        return cls(mean, axes * max(extent, 1e-6), float(share))

    def places(self, codes: np.ndarray) -> np.ndarray:
        """Where codes lie on the map.

        Args:
            codes: float array of shape `(num_codes, code_dim)`.

        Returns:
            A float array of shape `(num_codes, 2)`.
        """
        lengths = np.maximum((self.axes**2).sum(axis=1), 1e-12)
        return (codes - self.mean) @ self.axes.T / lengths

    def moved(self, code: np.ndarray, place: np.ndarray) -> np.ndarray:
        """A code, brought to another place of the map and else as it was.

        Args:
            code: float array of shape `(code_dim,)`.
            place: float array of shape `(2,)`.

        Returns:
            A float array of shape `(code_dim,)`.
        """
        step = place - self.places(code[None])[0]
        return (code + step @ self.axes).astype("float32")
