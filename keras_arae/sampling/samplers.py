"""keras_nlp's samplers by name and settings."""

from __future__ import annotations

from typing import Any

from keras_arae import backend
from keras_arae.arguments import COUNT
from keras_arae.arguments import POSITIVE
from keras_arae.arguments import Rule
from keras_arae.arguments import checked
from keras_arae.arguments import number
from keras_arae.arguments import optional

_SETTINGS: dict[str, set[str]] = {
    "greedy": set(),
    "random": {"temperature"},
    "top_k": {"temperature", "top_k"},
    "top_p": {"temperature", "top_k", "top_p"},
    "beam": {"temperature", "num_beams"},
}

# Below it drawing a token again until it is in the nucleus takes longer than
# to sort the vocabulary.
LEAST_FOR_DRAWS = 0.1

# Of what tells samplers how to choose.
SAMPLING_RULES = {
    "sampler": optional(
        Rule(
            f"one of {sorted(_SETTINGS)}, or a keras_nlp sampler",
            lambda value: (
                value in _SETTINGS
                if isinstance(value, str)
                else is_sampler(value)
            ),
        )
    ),
    "temperature": optional(
        POSITIVE._replace(
            expected="a finite number above 0 (for none, take the greedy "
            "sampler)"
        )
    ),
    "top_k": optional(COUNT),
    "top_p": optional(number(above=0, most=1)),
    "num_beams": optional(COUNT),
}


@checked(**SAMPLING_RULES)
def make_sampler(
    sampler: Any = None,
    temperature: float | None = None,
    top_k: int | None = None,
    top_p: float | None = None,
    num_beams: int | None = None,
) -> Any:
    """A keras_nlp sampler by name and settings.

    Args:
        sampler: as in `ARAE.decode`.
        temperature: float or `None`.
        top_k: int or `None`.
        top_p: float or `None`.
        num_beams: int or `None`.

    Returns:
        A `keras_nlp.samplers.Sampler`.

    Raises:
        ValueError: if a setting does not go with the sampler.
    """
    from keras_nlp import samplers

    settings = {
        "temperature": temperature,
        "top_k": top_k,
        "top_p": top_p,
        "num_beams": num_beams,
    }
    if sampler is None:
        sampler = (
            "beam" if num_beams else
            "top_p" if top_p else
            "top_k" if top_k else
            "random" if temperature else
            "greedy"
        )  # fmt: skip
    _check_settings(sampler, settings)
    if not isinstance(sampler, str):
        return sampler
    temperature = 1.0 if temperature is None else temperature
    if sampler == "greedy":
        return samplers.GreedySampler()
    if sampler == "beam":
        return samplers.BeamSampler(num_beams or 5, temperature=temperature)
    if sampler == "top_k":
        return samplers.TopKSampler(top_k or 5, temperature=temperature)
    if sampler == "top_p":
        top_p = top_p or 0.9
        if top_k is None and top_p >= LEAST_FOR_DRAWS:
            from keras_arae.sampling.nucleus import NucleusSampler

            return NucleusSampler(top_p, temperature=temperature)
        return samplers.TopPSampler(top_p, k=top_k, temperature=temperature)
    return samplers.RandomSampler(temperature=temperature)


def is_sampler(value: Any) -> bool:
    """Whether it is a sampler of keras_nlp, which takes seconds to import."""
    from keras_nlp import samplers

    return isinstance(value, samplers.Sampler)


def _check_settings(sampler: Any, settings: dict[str, Any]) -> None:
    """Refuses settings that a sampler does not take."""
    takes = _SETTINGS[sampler] if isinstance(sampler, str) else set()
    given = {key: value for key, value in settings.items() if value is not None}
    if given.keys() - takes:
        raise ValueError(
            f"Sampler {sampler!r} takes {sorted(takes) or 'no settings'}. "
            f"Received: {given}"
        )


def chooses_by_token(sampler: Any) -> bool:
    """Whether a sampler chooses each token at once, without searching."""
    from keras_nlp import samplers

    return type(sampler).__call__ is samplers.Sampler.__call__


def choose(sampler: Any, logits: Any) -> Any:
    """The next token of each sequence.

    Args:
        sampler: `keras_nlp.samplers.Sampler` that chooses by token.
        logits: float tensor of shape `(batch, vocabulary_size)`.

    Returns:
        An int tensor of shape `(batch,)`.
    """
    from keras_nlp import samplers

    if isinstance(sampler, samplers.GreedySampler):
        return backend.likeliest(logits)
    return sampler.get_next_token(sampler.compute_probabilities(logits))
