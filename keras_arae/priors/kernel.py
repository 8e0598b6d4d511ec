"""Kernels around codes of the data: a density that needs no training."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

from keras_arae.arguments import COUNT
from keras_arae.arguments import POSITIVE
from keras_arae.arguments import SEED
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import number
from keras_arae.export import export
from keras_arae.priors.directions import PrincipalDirections
from keras_arae.priors.fitted import FittedPrior
from keras_arae.priors.fitted import chosen
from keras_arae.priors.fitted import slope_of


@export
class KernelPrior(FittedPrior):
    """A kernel density estimate: codes of the data, each moved a little.

    Fitted after the autoencoder has learned, in a second: it keeps some of
    the codes. A draw is one of them, `sqrt(1 - bandwidth^2)` of its way from
    their mean, and `bandwidth` times a draw from the Gaussian of all codes:
    mean and covariance stay those of the codes. A bandwidth of 1 is the
    Gaussian. Near 0, samples are reconstructions of training data: count the
    copies among them (`novelty`, `copies` in reports) before you call them
    new.

    With a condition, codes move with it, linearly, and those are drawn whose
    own condition is near.

    The first number of the noise chooses the code, the others the way from
    it. Codes stand in the order of their first direction.

    Source: "Density Estimation for Statistics and Data Analysis", Silverman,
    1986, section 6.4.1 (the smoothed bootstrap, with the data's variance).

    Args:
        bandwidth: float above 0, at most 1. How far draws are from the codes
            of the data, in standard deviations. Defaults to `0.5`.
        num_codes: int. How many codes are kept, at most; the model is saved
            with them. Defaults to `10000`.
        num_directions: int. As of `keras_arae.priors.MixturePrior`. Defaults
            to `64`.
        condition_bandwidth: float. How near conditions must be, in their
            units: a code is `exp(-0.5)` times as likely as one of the very
            condition if its own is that far away. Defaults to `0.2`.
        seed: int. Of which codes are kept. Defaults to `0`.
        conditional: bool. As in `keras_arae.priors.Prior`. Defaults to
            `True`.

    Call arguments:
        noise: float tensor of shape `(batch, noise_dim)`, drawn from N(0, I);
            `noise_dim` is the number of directions plus 1.
        condition: float tensor of shape `(batch, condition_dim)` or `None`.

    Input shape: `(batch, noise_dim)`.

    Output shape: `(batch, code_dim)`.

    Example:

    ```python
    codes = np.random.default_rng(0).exponential(size=(400, 3))
    prior = keras_arae.priors.KernelPrior(bandwidth=0.1)
    prior.prepare(code_dim=3, normalized=False)
    prior.fit(codes)
    samples = keras.ops.convert_to_numpy(prior.sample(1000, seed=0))
    assert abs(samples.mean() - 1.0) < 0.2 and (samples > -0.5).all()
    ```
    """

    @checked(
        bandwidth=number(above=0, most=1),
        num_codes=COUNT,
        num_directions=WIDTH,
        condition_bandwidth=POSITIVE,
        seed=SEED,
    )
    def __init__(
        self,
        bandwidth: float = 0.5,
        num_codes: int = 10000,
        num_directions: int = 64,
        condition_bandwidth: float = 0.2,
        seed: int = 0,
        conditional: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(conditional=conditional, **kwargs)
        self.bandwidth = float(bandwidth)
        self.num_codes = num_codes
        self.num_directions = num_directions
        self.condition_bandwidth = float(condition_bandwidth)
        self.seed = seed

    def default_noise_dim(self) -> int:
        return min(self.num_directions, super().default_noise_dim()) + 1

    def make_weights(self, code_dim: int, condition_dim: int) -> None:
        num_directions = self.noise_dim - 1
        self.directions = PrincipalDirections(
            num_directions, code_dim, dtype=self.dtype_policy
        )
        self.places = self.constant("places", self.num_codes, num_directions)
        self.conditions = self.constant(
            "conditions", self.num_codes, condition_dim
        )
        self.slope = self.constant("slope", condition_dim, code_dim)

    def learn(self, codes: np.ndarray, condition: np.ndarray | None) -> None:
        if condition is None:
            condition = np.zeros((len(codes), 0))
        slope = np.zeros(self.slope.shape)
        if condition.size:
            slope = slope_of(codes, condition)
        x = self.directions.learn(codes - condition @ slope)
        # Of fewer codes than places, each stands as often, or once more.
        rows = np.random.default_rng(self.seed).permutation(len(x))
        rows = np.resize(rows, self.num_codes)
        rows = rows[np.argsort(x[rows, 0], kind="stable")]
        self.places.assign(x[rows])
        self.conditions.assign(condition[rows])
        self.slope.assign(slope)

    def call(
        self, noise: Any, condition: Any = None, training: bool = False
    ) -> Any:
        condition = self.seen(condition)
        place = chosen(noise[:, 0], self._logits(condition))
        near = (1.0 - self.bandwidth**2) ** 0.5
        x = near * ops.take(self.places, place, axis=0)
        code = self.directions(x + self.bandwidth * noise[:, 1:])
        if condition is not None:
            code = code + ops.matmul(condition, self.slope)
        return self.where_codes_lie(code)

    def _logits(self, condition: Any) -> Any:
        """How likely each code is to be drawn, a row for each condition."""
        if condition is None:
            return ops.zeros((1, self.num_codes), self.compute_dtype)
        condition = condition / self.condition_bandwidth
        conditions = self.conditions / self.condition_bandwidth
        # Minus half the squared distance; what a row shares does not count.
        product = ops.matmul(condition, ops.transpose(conditions))
        return product - 0.5 * ops.sum(ops.square(conditions), axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "bandwidth": self.bandwidth,
            "num_codes": self.num_codes,
            "num_directions": self.num_directions,
            "condition_bandwidth": self.condition_bandwidth,
            "seed": self.seed,
        }
