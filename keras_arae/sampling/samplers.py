"""keras_nlp's samplers by name and settings."""

from __future__ import annotations

from typing import Any

from keras import ops

from keras_arae.arguments import COUNT
from keras_arae.arguments import POSITIVE
from keras_arae.arguments import checked
from keras_arae.arguments import number
from keras_arae.arguments import optional
from keras_arae.arguments import shown

# Of what tells samplers how to choose.
SAMPLING_RULES = {
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
    is_sampler = isinstance(sampler, samplers.Sampler)
    _check_settings(sampler, is_sampler, settings)
    if is_sampler:
        return sampler
    temperature = 1.0 if temperature is None else temperature
    if sampler == "greedy":
        return samplers.GreedySampler()
    if sampler == "beam":
        return samplers.BeamSampler(num_beams or 5, temperature=temperature)
    if sampler == "top_k":
        return samplers.TopKSampler(top_k or 5, temperature=temperature)
    if sampler == "top_p":
        return samplers.TopPSampler(
            top_p or 0.9, k=top_k, temperature=temperature
        )
    return samplers.RandomSampler(temperature=temperature)


def _check_settings(
    sampler: Any, is_sampler: bool, settings: dict[str, Any]
) -> None:
    """Refuses unknown names, and settings that a sampler does not take."""
    is_name = isinstance(sampler, str) and sampler in _SETTINGS
    if not is_sampler and not is_name:
        raise ValueError(
            f"`sampler` must be one of {sorted(_SETTINGS)} or a "
            f"keras_nlp sampler. Received: sampler={shown(sampler)}"
        )
    takes = set() if is_sampler else _SETTINGS[sampler]
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
        # Faster than `argmax`, on XLA's CPU code by much.
        return ops.top_k(logits, 1)[1][:, 0]
    return sampler.get_next_token(sampler.compute_probabilities(logits))


_SETTINGS: dict[str, set[str]] = {
    "greedy": set(),
    "random": {"temperature"},
    "top_k": {"temperature", "top_k"},
    "top_p": {"temperature", "top_k", "top_p"},
    "beam": {"temperature", "num_beams"},
}
