"""How codes are decoded: what the page offers, and what it sends."""

from __future__ import annotations

from typing import Any

from keras_arae.arguments import SEED
from keras_arae.arguments import check
from keras_arae.arguments import number
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.arguments import whole
from keras_arae.explorer.refused import refusal

# What each sampler is set to; the temperature is the user's.
SAMPLERS: dict[str, dict[str, Any]] = {
    "greedy": {},
    "beam": {"num_beams": 4},
    "random": {"temperature": 1.0},
    "top_k": {"top_k": 10, "temperature": 1.0},
    "top_p": {"top_p": 0.9, "temperature": 1.0},
}
TEMPERATURE = number(least=0.1, most=2.0)
NAMES = ("sampler", "temperature", "seed")
OF_SAMPLES = "num_refinements"  # What else samples may have.
REFINEMENTS = whole(0, 4)


def options_of(
    decoding: Any, chooses_tokens: bool, of_samples: bool = False
) -> dict[str, Any]:
    """The arguments of `decode`; refuses what the page does not offer.

    Args:
        decoding: dict with `"sampler"`, `"temperature"` and `"seed"`, or some
            of them. The temperature goes in steps of a tenth: a model
            compiles for each.
        chooses_tokens: bool. Whether the decoder is autoregressive; others
            take the seed alone.
        of_samples: bool. Whether `"num_refinements"`, from 0 to 4, may be
            there as well. Defaults to `False`.

    Returns:
        A dict.
    """
    given = dict(decoding)
    names = [*NAMES, OF_SAMPLES] if of_samples else list(NAMES)
    if set(given) - set(names):
        raise refusal(f"Expected of `decoding` {names}.", given)
    seed = check("seed", given.get("seed"), optional(SEED))
    options = {} if seed is None else {"seed": seed}
    if times := check(OF_SAMPLES, given.get(OF_SAMPLES, 0), REFINEMENTS):
        options[OF_SAMPLES] = times
    if not chooses_tokens:
        return options
    sampler = given.get("sampler") or "greedy"
    check("sampler", sampler, one_of(*SAMPLERS))
    temperature = check(
        "temperature", given.get("temperature"), optional(TEMPERATURE)
    )
    settings = dict(SAMPLERS[sampler])
    if temperature is not None and "temperature" in settings:
        settings["temperature"] = round(temperature, 1)
    return {**options, "sampler": sampler, **settings}
