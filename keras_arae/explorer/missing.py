"""What a model cannot do on the page, in sentences."""

from __future__ import annotations

from typing import Any

from keras_arae.explorer import asked

OF_CODES = ("read", "at", "walk", "change", "move", "map")
OF_DATA = ("at", "move", "map")

NO_CODES = "This model has no code space: it writes data, but encodes nothing."
NO_PRIOR = (
    "This model has no prior (no generator): it turns data into codes and "
    "back, but cannot draw new codes."
)
NOT_FITTED = (
    "The model's prior has not been fitted: `fit_prior` with the training "
    "data does it."
)
NO_CONDITION = (
    "This model learned without labels: there is nothing to ask it for. "
    "Arithmetic moves a code instead."
)
NO_SUCH_CONDITION = (
    "This model has a condition that the page cannot show, or one that has "
    "seen no data yet."
)


def missing(model: Any, no_data: str | None) -> dict[str, str]:
    """What cannot be done: a sentence for each such verb.

    Args:
        model: `keras_arae.models.GenerativeModel`.
        no_data: str or `None`. Why there are no data to compare with; `None`
            where there are.
    """
    if not model.code_dim:
        return dict.fromkeys(OF_CODES, NO_CODES)
    found = {}
    if model.prior is None:
        found["sample"] = NO_PRIOR
    elif not model.prior.is_fitted:
        found["sample"] = NOT_FITTED
    if model.condition is None:
        found["change"] = NO_CONDITION
    elif asked.described(model.condition) is None:
        found["change"] = NO_SUCH_CONDITION
    if no_data is not None:
        found.update(dict.fromkeys(OF_DATA, no_data))
    return found
