"""Priors: learned distributions of codes."""

from __future__ import annotations

from keras_arae.arguments import shown
from keras_arae.priors.adversarial import AdversarialPrior
from keras_arae.priors.gaussian import GaussianPrior
from keras_arae.priors.prior import Prior

# Priors by the names that models take.
PRIORS = {"adversarial": AdversarialPrior, "gaussian": GaussianPrior}

__all__ = ["PRIORS", "AdversarialPrior", "GaussianPrior", "Prior", "get"]


def get(prior: str | Prior | None) -> Prior | None:
    """A prior by name.

    Args:
        prior: one of `PRIORS`, a `Prior` or `None`.

    Returns:
        A `Prior`, new where a name was given, or `None`.

    Raises:
        ValueError: if the name is unknown, or it is something else.
    """
    if prior is None or isinstance(prior, Prior):
        return prior
    if not isinstance(prior, str) or prior not in PRIORS:
        raise ValueError(
            f"`prior` must be one of {list(PRIORS)}, a "
            "`keras_arae.priors.Prior` or None (a plain autoencoder). "
            f"Received: prior={shown(prior)}"
        )
    return PRIORS[prior]()
