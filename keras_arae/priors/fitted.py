"""What priors that are fitted to codes afterwards have in common."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from absl import logging
from keras import ops

from keras_arae.arguments import WIDTH
from keras_arae.arguments import array
from keras_arae.arguments import check
from keras_arae.layers.codes import on_unit_sphere
from keras_arae.priors.prior import Prior


class FittedPrior(Prior):
    """A prior that learns from the codes of a trained autoencoder.

    `ARAE.fit` fits it at its end, `ARAE.fit_prior` at any time. A subclass
    defines `make_weights`, `learn` and `call`.

    Args:
        noise_dim: int or `None`. As in `keras_arae.priors.Prior`.
        conditional: bool. Likewise.

    Attributes:
        is_fitted: bool. Whether `fit` was called, here or before the model
            was saved.
        verbose: int. How much `learn` shows, as in `fit`.

    Example:

    ```python
    class DiagonalPrior(keras_arae.priors.FittedPrior):
        def make_weights(self, code_dim, condition_dim):
            self.mean = self.constant("mean", code_dim)
            self.stddev = self.constant("stddev", code_dim)

        def learn(self, codes, condition):
            self.mean.assign(codes.mean(axis=0))
            self.stddev.assign(codes.std(axis=0))

        def call(self, noise, condition=None, training=False):
            return self.where_codes_lie(self.mean + self.stddev * noise)

    prior = DiagonalPrior()
    prior.prepare(code_dim=2, normalized=False)
    prior.fit(np.random.default_rng(0).normal(5.0, 0.1, (100, 2)))
    assert prior.is_fitted and prior.sample(3).shape == (3, 2)
    ```
    """

    fitted_afterwards = True
    verbose = 0

    def __init__(
        self,
        noise_dim: int | None = None,
        conditional: bool = True,
        dtype: Any = "float32",
        **kwargs: Any,
    ) -> None:
        # float32 where models compute in bfloat16: it says nothing of chances.
        super().__init__(noise_dim, conditional, dtype=dtype, **kwargs)

    def prepare(
        self, code_dim: int, condition_dim: int = 0, normalized: bool = True
    ) -> None:
        super().prepare(code_dim, condition_dim, normalized)
        check("noise_dim", self.default_noise_dim(), WIDTH)
        if self.noise_dim != self.default_noise_dim():
            raise ValueError(
                f"The noise of a {type(self).__name__} for these codes is "
                f"{self.default_noise_dim()} wide: leave `noise_dim` out. "
                f"Received: noise_dim={self.noise_dim}"
            )
        if not self.built:
            self.make_weights(code_dim, self.condition_dim)
            self.fits = self.constant("fits")
            self.built = True

    def make_weights(self, code_dim: int, condition_dim: int) -> None:
        """Makes the weights.

        Args:
            code_dim: int. Width of codes.
            condition_dim: int. Width of the condition's vector, as far as
                the prior sees it.
        """
        raise NotImplementedError

    def constant(self, name: str, *shape: int) -> Any:
        """A weight of zeros that no optimizer trains: `learn` assigns it."""
        return self.add_weight(
            shape=shape, initializer="zeros", trainable=False, name=name
        )

    @property
    def is_fitted(self) -> bool:  # type: ignore[override]
        """Whether `fit` was called, here or before the model was saved."""
        return self.built and float(ops.convert_to_numpy(self.fits)) > 0

    def where_codes_lie(self, code: Any) -> Any:
        """Codes, put back on the unit sphere where codes lie there."""
        return on_unit_sphere(code) if self.normalized else code

    def seen(self, condition: Any) -> Any:
        """The condition as far as the prior sees it: `None` if it sees none.

        Args:
            condition: float tensor of shape `(batch, condition_dim)` or
                `None`.

        Raises:
            ValueError: if it sees one and got `None`.
        """
        if not self.condition_dim:
            return None
        if condition is None:
            raise ValueError(
                "The prior was prepared for a condition and needs one, of "
                f"{self.condition_dim} numbers a code; with "
                "`conditional=False` it sees none. Received: condition=None"
            )
        return condition

    def fit(
        self,
        codes: np.ndarray,
        condition: np.ndarray | None = None,
        verbose: int = 0,
    ) -> None:
        if self.code_dim is None:
            raise ValueError(
                "The prior knows no codes yet: call `prepare` first, or let a "
                "model do it. Received: code_dim=None"
            )
        rule = array("num_codes", self.code_dim)
        at_least_2 = rule._replace(
            expected=f"at least 2 codes, {rule.expected}",
            accepts=lambda codes: rule.accepts(codes) and len(codes) > 1,
        )
        codes = check("codes", codes, at_least_2).astype("float64")
        condition = self.seen(condition)
        if condition is not None:
            rule = array(len(codes), self.condition_dim)
            condition = check("condition", condition, rule).astype("float64")
            self._warn_of_absent_classes(condition)
        self.fits.assign(0.0)
        self.verbose = verbose
        self.learn(codes, condition)
        if not all(np.isfinite(weight).all() for weight in self.get_weights()):
            raise FloatingPointError(
                f"The {type(self).__name__} could not be fitted: some of its "
                "weights are not finite. Received: codes of shape "
                f"{codes.shape} from {codes.min():.3g} to {codes.max():.3g}"
            )
        self.fits.assign(1.0)

    def _warn_of_absent_classes(self, condition: np.ndarray) -> None:
        absent = np.flatnonzero(~condition.any(axis=0))
        if len(absent):
            logging.warning(
                "The prior sees no codes of the classes %s: what it draws of "
                "them means nothing.",
                absent.tolist(),
            )

    def learn(self, codes: np.ndarray, condition: np.ndarray | None) -> None:
        """Assigns the weights.

        Args:
            codes: float64 array of shape `(num_codes, code_dim)`, at least
                two codes.
            condition: float64 array of shape `(num_codes, condition_dim)`, or
                `None` where the prior sees none.
        """
        raise NotImplementedError


def slope_of(x: np.ndarray, condition: np.ndarray) -> np.ndarray:
    """How the mean of rows moves with their condition, linearly.

    Args:
        x: float array of shape `(num_rows, dim)`.
        condition: float array of shape `(num_rows, condition_dim)`.

    Returns:
        A float array of shape `(condition_dim, dim)`.
    """
    center = condition.mean(axis=0)
    return np.linalg.lstsq(condition - center, x - x.mean(axis=0), rcond=None)[
        0
    ]


def chosen(noise: Any, logits: Any) -> Any:
    """Which of several each row's noise chooses, by their chances.

    Args:
        noise: float tensor of shape `(batch,)`, drawn from N(0, 1).
        logits: float tensor of shape `(batch, num_choices)`, or of one row
            for all.

    Returns:
        An int32 tensor of shape `(batch,)`: where noise falls among chances.
    """
    limits = ops.cumsum(ops.softmax(logits, axis=-1), axis=-1)[:, :-1]
    chance = 0.5 * (1.0 + ops.erf(noise / math.sqrt(2.0)))
    above = ops.cast(chance[:, None] > limits, "int32")
    return ops.sum(above, axis=-1)
