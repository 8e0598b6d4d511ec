"""Priors: learned distributions of codes."""

from __future__ import annotations

from keras_arae.arguments import check
from keras_arae.arguments import either
from keras_arae.arguments import instance
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.priors.adversarial import AdversarialPrior
from keras_arae.priors.directions import PrincipalDirections
from keras_arae.priors.fitted import FittedPrior
from keras_arae.priors.flow import FlowMatchingPrior
from keras_arae.priors.gaussian import GaussianPrior
from keras_arae.priors.kernel import KernelPrior
from keras_arae.priors.mixture import MixturePrior
from keras_arae.priors.prior import Prior

# Priors by the names that models take.
PRIORS = {
    "adversarial": AdversarialPrior,
    "gaussian": GaussianPrior,
    "mixture": MixturePrior,
    "kernel": KernelPrior,
    "flow": FlowMatchingPrior,
}
PRIOR = optional(either(one_of(*PRIORS), instance(Prior)))

__all__ = [
    "PRIORS",
    "AdversarialPrior",
    "FittedPrior",
    "FlowMatchingPrior",
    "GaussianPrior",
    "KernelPrior",
    "MixturePrior",
    "PrincipalDirections",
    "Prior",
    "get",
]


def get(prior: str | Prior | None) -> Prior | None:
    """A prior by name.

    Args:
        prior: one of `PRIORS`, a `Prior` or `None`.

    Returns:
        A `Prior`, new where a name was given, or `None`.

    Raises:
        ValueError: if the name is unknown, or it is something else.
    """
    prior = check("prior", prior, PRIOR)
    return PRIORS[prior]() if isinstance(prior, str) else prior
