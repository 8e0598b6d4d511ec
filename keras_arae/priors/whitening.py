"""Codes on their principal directions, each of variance one."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops


class Whitening(keras.layers.Layer):
    """The leading principal directions of codes, scaled to variance one.

    Of 256 dimensions of a code some 50 carry a sentence: a prior that learns
    those alone has an easier task. What lies in the others is left out.

    Args:
        num_directions: int. How many directions are kept.

    Input shape: `(batch, num_directions)`.

    Output shape: `(batch, code_dim)`.

    Example:

    ```python
    codes = np.random.default_rng(0).normal(size=(100, 3)) * [9.0, 3.0, 0.0]
    whitening = keras_arae.priors.Whitening(num_directions=2)
    whitening.build((None, 3))
    x = whitening.learn(codes)
    assert np.allclose(np.cov(x.T), np.eye(2))
    assert np.allclose(whitening(x), codes, atol=1e-4)
    ```
    """

    def __init__(self, num_directions: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_directions = num_directions

    def build(self, code_shape: Any) -> None:
        """Makes the weights.

        Args:
            code_shape: tuple. Shape of codes, `(None, code_dim)`.
        """

        def constant(name: str, *shape: int) -> Any:
            return self.add_weight(
                shape=shape, initializer="zeros", trainable=False, name=name
            )

        self.mean = constant("mean", code_shape[-1])
        self.factor = constant("factor", self.num_directions, code_shape[-1])
        self.built = True

    def learn(self, codes: np.ndarray) -> np.ndarray:
        """Learns mean and directions.

        Args:
            codes: float array of shape `(num_codes, code_dim)`.

        Returns:
            The whitened codes, of shape `(num_codes, num_directions)`; zeros
            in directions along which codes do not vary.
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
        """Codes of whitened ones."""
        return self.mean + ops.matmul(x, self.factor)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_directions": self.num_directions}
