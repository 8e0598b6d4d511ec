"""A search for points of a high score, by an evolution strategy."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_arae.extras import require


class Search:
    """CMA-ES: asks for points, is told their scores, asks for better ones.

    Only the order of scores within a round counts. Draws nothing from
    numpy's global generator.

    Source: "The CMA Evolution Strategy: A Tutorial", Hansen
    (https://arxiv.org/abs/1604.00772), as the package `cma` has it.

    Args:
        start: float array of shape `(dim,)`.
        spread: float. Standard deviation of the first points around it.
        seed: int.

    Raises:
        ImportError: `cma` is not installed.
    """

    def __init__(self, start: np.ndarray, spread: float, seed: int) -> None:
        generator = np.random.default_rng(seed)
        options: dict[str, Any] = {
            "randn": lambda *shape: generator.standard_normal(shape),
            "seed": np.nan,  # Or it would seed numpy's global generator.
            "verbose": -9,
        }
        # Of one dimension it knows nothing: one that does not count is added.
        self._dim = len(start)
        start = np.append(start, [0.0] * (self._dim == 1))
        strategy = require("cma", "molecules").CMAEvolutionStrategy
        self._strategy = strategy(start.astype("float64"), spread, options)
        self._asked: list[np.ndarray] = []

    def ask(self) -> np.ndarray:
        """The points of a round, a float32 array of shape `(count, dim)`."""
        self._asked = self._strategy.ask()
        return np.array(self._asked, "float32")[:, : self._dim]

    def tell(self, scores: np.ndarray) -> None:
        """Learns from the scores of the points asked for last.

        Args:
            scores: float array of shape `(count,)`, the higher the better.
        """
        _, ranks = np.unique(-np.asarray(scores), return_inverse=True)
        self._strategy.tell(self._asked, ranks.astype("float64").tolist())
