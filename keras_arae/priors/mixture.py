"""A mixture of Gaussians fitted to codes."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from keras import ops

from keras_arae.arguments import COUNT
from keras_arae.arguments import POSITIVE
from keras_arae.arguments import SEED
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.export import export
from keras_arae.extras import require
from keras_arae.priors.directions import PrincipalDirections
from keras_arae.priors.fitted import FittedPrior
from keras_arae.priors.fitted import chosen
from keras_arae.priors.fitted import slope_of

# The logarithm of the chance of a component that no code was near.
NEVER = -1e4


@export
class MixturePrior(FittedPrior):
    """A mixture of Gaussians over the leading directions of codes.

    Fitted after the autoencoder has learned, within a minute or two: k-means,
    then a few rounds of scikit-learn's `BayesianGaussianMixture`, whose prior
    of covariances draws that of each component towards the one they share.
    Without, many components overfit.

    With a condition, the means of all components move with it, linearly, and
    a logistic regression says which components its codes come from.

    The first number of the noise chooses the component, the others the place
    in it. Components stand in the order of their first direction, so that a
    path through noise passes from one to the next.

    Needs scikit-learn (`pip install "keras-arae[priors]"`) to be fitted, not
    to generate.

    Args:
        num_components: int. Defaults to `128`. Of fewer codes than that, as
            many as there are codes.
        num_directions: int. How many principal directions of codes are
            modelled, at most; what lies in the others is left out. Defaults
            to `64`.
        strength: float. A component's covariance is that of its own codes and
            of `strength + num_directions` more with the covariance that all
            components share. Defaults to `100.0`.
        num_rounds: int. Of expectation-maximisation. Defaults to `5`.
        seed: int. Of where k-means starts. Defaults to `0`.
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
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(400, 3)) + 9.0 * rng.integers(2, size=(400, 1))
    prior = keras_arae.priors.MixturePrior(num_components=2)
    prior.prepare(code_dim=3, normalized=False)
    prior.fit(codes)
    samples = keras.ops.convert_to_numpy(prior.sample(200, seed=0))
    between = (samples.mean(axis=1) > 3.5) & (samples.mean(axis=1) < 5.5)
    assert between.mean() < 0.05
    ```
    """

    @checked(
        num_components=COUNT,
        num_directions=WIDTH,
        strength=POSITIVE,
        num_rounds=COUNT,
        seed=SEED,
    )
    def __init__(
        self,
        num_components: int = 128,
        num_directions: int = 64,
        strength: float = 100.0,
        num_rounds: int = 5,
        seed: int = 0,
        conditional: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(conditional=conditional, **kwargs)
        self.num_components = num_components
        self.num_directions = num_directions
        self.strength = strength
        self.num_rounds = num_rounds
        self.seed = seed

    def default_noise_dim(self) -> int:
        return min(self.num_directions, super().default_noise_dim()) + 1

    def make_weights(self, code_dim: int, condition_dim: int) -> None:
        num_directions = self.noise_dim - 1
        self.directions = PrincipalDirections(
            num_directions, code_dim, dtype=self.dtype_policy
        )
        shape = (self.num_components, num_directions)
        self.means = self.constant("means", *shape)
        self.factors = self.constant("factors", *shape, num_directions)
        self.bias = self.constant("bias", self.num_components)
        self.shift = self.constant("shift", condition_dim, num_directions)
        self.slope = self.constant("slope", condition_dim, self.num_components)

    def learn(self, codes: np.ndarray, condition: np.ndarray | None) -> None:
        x = self.directions.learn(codes)
        if condition is not None:
            shift = slope_of(x, condition)
            self.shift.assign(shift)
            x = x - condition @ shift
        with warnings.catch_warnings():
            # Of few rounds it says that they have not converged.
            warnings.simplefilter("ignore")
            self._learn_mixture(x, condition)

    def _learn_mixture(
        self, x: np.ndarray, condition: np.ndarray | None
    ) -> None:
        mixture = self._fit_mixture(x)
        order = np.argsort(mixture.means_[:, 0])
        # A row of noise times this is a draw of the component.
        factors = np.linalg.cholesky(mixture.covariances_[order])
        factors = factors.swapaxes(1, 2)
        # Of fewer codes than components the last component stands again.
        places = np.minimum(np.arange(self.num_components), len(order) - 1)
        self.means.assign(mixture.means_[order][places])
        self.factors.assign(factors[places])
        bias = np.full(self.num_components, NEVER)
        bias[: len(order)] = np.log(mixture.weights_[order])
        self.bias.assign(bias)
        self.slope.assign(np.zeros(self.slope.shape))
        if condition is not None:
            rank = np.argsort(order)
            self._learn_gate(condition, rank[mixture.predict(x)])

    def check_requirements(self) -> None:
        require("sklearn.mixture", "priors")

    def _fit_mixture(self, x: np.ndarray) -> Any:
        """scikit-learn's mixture of places along the directions."""
        num_components = min(self.num_components, len(x))
        clusters = require("sklearn.cluster", "priors").KMeans(
            num_components, n_init=1, max_iter=20, random_state=self.seed
        )
        rest = x - clusters.fit(x).cluster_centers_[clusters.labels_]
        shared = rest.T @ rest / len(x) + 1e-6 * np.eye(x.shape[1])
        strength = x.shape[1] + self.strength
        mixture = require("sklearn.mixture", "priors").BayesianGaussianMixture(
            n_components=num_components,
            weight_concentration_prior_type="dirichlet_distribution",
            degrees_of_freedom_prior=strength,
            covariance_prior=strength * shared,
            max_iter=self.num_rounds,
            random_state=self.seed,
        )
        return mixture.fit(x)

    def _learn_gate(
        self, condition: np.ndarray, components: np.ndarray
    ) -> None:
        """Learns which components the codes of a condition come from."""
        found = np.unique(components)
        if len(found) == 1:
            return  # Nothing to choose from.
        gate = require("sklearn.linear_model", "priors").LogisticRegression(
            C=100.0, max_iter=200
        )
        gate.fit(condition, components)
        intercept, coefficients = gate.intercept_, gate.coef_
        if len(found) == 2:  # scikit-learn gives the second's alone.
            intercept = np.append(0.0, intercept)
            coefficients = np.pad(coefficients, ((1, 0), (0, 0)))
        bias = np.full(self.num_components, NEVER)
        slope = np.zeros(self.slope.shape)
        bias[found], slope[:, found] = intercept, coefficients.T
        self.bias.assign(bias)
        self.slope.assign(slope)

    def call(
        self, noise: Any, condition: Any = None, training: bool = False
    ) -> Any:
        condition = self.seen(condition)
        component = self._component(noise[:, 0], condition)
        x = ops.take(self.means, component, axis=0)
        factors = ops.take(self.factors, component, axis=0)
        x = x + ops.matmul(noise[:, None, 1:], factors)[:, 0]
        if condition is not None:
            x = x + ops.matmul(condition, self.shift)
        return self.where_codes_lie(self.directions(x))

    def _component(self, noise: Any, condition: Any) -> Any:
        """The component of each row: where its noise falls among chances."""
        logits = self.bias[None]
        if condition is not None:
            logits = logits + ops.matmul(condition, self.slope)
        return chosen(noise, logits)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_components": self.num_components,
            "num_directions": self.num_directions,
            "strength": self.strength,
            "num_rounds": self.num_rounds,
            "seed": self.seed,
        }
