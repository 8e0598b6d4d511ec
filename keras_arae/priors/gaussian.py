"""A Gaussian fitted to codes: the baseline of learned priors."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

from keras_arae.export import export
from keras_arae.priors.fitted import FittedPrior
from keras_arae.priors.fitted import slope_of


@export
class GaussianPrior(FittedPrior):
    """The Gaussian with the mean and covariance of codes.

    Fitted after the autoencoder has learned, in closed form: `ARAE.fit` does
    it at its end, `ARAE.fit_prior` at any time. With a condition, the mean is
    a linear function of it: of classes, each has a mean of its own and all
    share one covariance.

    A plain autoencoder with this prior is the baseline that a learned prior
    must beat ("From Variational to Deterministic Autoencoders", Ghosh et al.,
    ICLR 2020, https://arxiv.org/abs/1903.12436, who call it ex-post density
    estimation).

    Args:
        conditional: bool. As in `keras_arae.priors.Prior`. Defaults to
            `True`.

    Call arguments:
        noise: float tensor of shape `(batch, code_dim)`, drawn from N(0, I).
        condition: float tensor of shape `(batch, condition_dim)` or `None`.

    Input shape: `(batch, code_dim)`.

    Output shape: `(batch, code_dim)`.

    Example:

    ```python
    codes = np.random.default_rng(0).normal(2.0, 0.5, (1000, 3))
    prior = keras_arae.priors.GaussianPrior()
    prior.prepare(code_dim=3, normalized=False)
    prior.fit(codes)
    samples = keras.ops.convert_to_numpy(prior.sample(1000, seed=0))
    assert abs(samples.mean() - 2.0) < 0.1
    ```
    """

    def __init__(self, conditional: bool = True, **kwargs: Any) -> None:
        super().__init__(conditional=conditional, **kwargs)

    def make_weights(self, code_dim: int, condition_dim: int) -> None:
        self.mean = self.constant("mean", code_dim)
        self.slope = self.constant("slope", condition_dim, code_dim)
        self.factor = self.constant("factor", code_dim, code_dim)

    def learn(self, codes: np.ndarray, condition: np.ndarray | None) -> None:
        slope = np.zeros(self.slope.shape)
        if condition is not None:
            slope = slope_of(codes, condition)
            codes = codes - condition @ slope
        mean = codes.mean(axis=0)
        rest = codes - mean
        covariance = rest.T @ rest / (len(codes) - 1)
        values, vectors = np.linalg.eigh(covariance)
        factor = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
        self.mean.assign(mean)
        self.slope.assign(slope)
        self.factor.assign(factor)

    def call(
        self, noise: Any, condition: Any = None, training: bool = False
    ) -> Any:
        code = self.mean + ops.matmul(noise, self.factor)
        condition = self.seen(condition)
        if condition is not None:
            code = code + ops.matmul(condition, self.slope)
        return self.where_codes_lie(code)
