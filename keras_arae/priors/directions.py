"""The principal directions of codes."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked


class PrincipalDirections(keras.layers.Layer):
    """Codes from their places along the leading principal directions.

    A direction counts in units of its standard deviation, so that places are
    of variance one ("whitened"). What lies in the other directions is left
    out: few of a code's dimensions carry a sentence, and a prior that learns
    those alone has an easier task.

    Args:
        num_directions: int. How many directions are kept, at most the width
            of codes.
        code_dim: int. Width of codes.

    Input shape: `(batch, num_directions)`.

    Output shape: `(batch, code_dim)`.

    Example:

    ```python
    codes = np.random.default_rng(0).normal(size=(100, 3)) * [9.0, 3.0, 0.0]
    directions = keras_arae.priors.PrincipalDirections(2, code_dim=3)
    places = directions.learn(codes)
    assert np.allclose(np.cov(places.T), np.eye(2))
    assert np.allclose(directions(places), codes, atol=1e-4)
    ```
    """

    @checked(num_directions=WIDTH, code_dim=WIDTH)
    def __init__(
        self, num_directions: int, code_dim: int, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if num_directions > code_dim:
            raise ValueError(
                "Codes have no more directions than dimensions. Received: "
                f"num_directions={num_directions}, code_dim={code_dim}"
            )
        self.num_directions = num_directions
        self.code_dim = code_dim
        self.mean = self.add_weight(
            (code_dim,), initializer="zeros", trainable=False, name="mean"
        )
        self.factor = self.add_weight(
            (num_directions, code_dim),
            initializer="zeros",
            trainable=False,
            name="factor",
        )
        self.built = True

    def learn(self, codes: np.ndarray) -> np.ndarray:
        """Learns mean and directions.

        Args:
            codes: float array of shape `(num_codes, code_dim)`.

        Returns:
            Their places, of shape `(num_codes, num_directions)`; zeros in
            directions along which codes do not vary.
        """
        mean = codes.mean(axis=0)
        rest = codes - mean
        values, vectors = np.linalg.eigh(rest.T @ rest / (len(codes) - 1))
        first = np.argsort(-values)[: self.num_directions]
        scales = np.sqrt(np.maximum(values[first], 0.0))
        # Rounding gives directions that do not vary a little variance.
        scales[scales < 1e-6 * scales[0]] = 0.0
        self.mean.assign(mean)
        self.factor.assign(scales[:, None] * vectors[:, first].T)
        inverse = np.divide(1.0, scales, out=scales.copy(), where=scales > 0)
        return rest @ vectors[:, first] * inverse

    def call(self, x: Any) -> Any:
        """The codes at some places."""
        return self.mean + ops.matmul(x, self.factor)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_directions": self.num_directions,
            "code_dim": self.code_dim,
        }
