"""Sampling sequences from codes, through keras_nlp's samplers."""

import numpy as np
from keras import ops


class SequenceDecoder:
    """Decodes codes token by token until every sequence has ended.

    Compiled functions are kept, one for each sampler and its settings.

    Args:
        model: `keras_arae.ARAE` with an autoregressive decoder.
    """

    def __init__(self, model):
        self.model = model
        self._functions = {}

    def decode_function(self, seed=None, **settings):
        """The compiled function from codes to ids.

        Args:
            seed: int or `None`. Restarts a random sampler from this seed.
            **settings: as in `make_sampler`.

        Returns:
            A callable from a `(batch, code_dim)` tensor to an int tensor of
            shape `(batch, length)`.
        """
        key = tuple(settings.values())
        if key not in self._functions:
            sampler = make_sampler(**settings)
            self._functions[key] = (
                sampler,
                self.model.compile_function(
                    lambda code: self.decode(code, sampler), sampler.variables
                ),
            )
        sampler, function = self._functions[key]
        if seed is None:
            seed = np.random.randint(2**31)
        for state in sampler.variables:
            state.assign(np.array([seed, 0]))
        return function

    def decode(self, code, sampler):
        """Ids from codes, with one sampler."""
        decoder = self.model.decoder
        num_codes, length = ops.shape(code)[0], self.model.x_shape[0]
        start = ops.full((num_codes, 1), decoder.start_id, "int32")
        pads = ops.full((num_codes, length), decoder.pad_id, "int32")

        def next(prompt, cache, index):
            state, code = cache
            previous = prompt[:, index - 1]
            logits, state = decoder.step(previous, state, code)
            logits = self._allowed(logits, previous, index >= length)
            return logits, None, (state, code)

        prompt = sampler(
            next=next,
            prompt=ops.concatenate([start, pads], axis=1),
            cache=(decoder.initial_state(code), code),
            index=1,
            stop_token_ids=(decoder.end_id,),
            model=decoder,
        )
        return prompt[:, 1:]

    def _allowed(self, logits, previous, at_last):
        """Only padding after an end; before it, tokens, at last the end."""
        decoder = self.model.decoder
        logits = ops.cast(logits, "float32")
        ids = ops.arange(logits.shape[-1])
        ended = (previous == decoder.end_id) | (previous == decoder.pad_id)
        is_token = (ids != decoder.pad_id) & (ids != decoder.start_id)
        is_end = ids == decoder.end_id
        allowed = ops.where(
            ended[:, None],
            ids == decoder.pad_id,
            ops.where(at_last, is_end, is_token),
        )
        return ops.where(allowed, logits, -1e9)


def make_sampler(
    sampler=None, temperature=None, top_k=None, top_p=None, num_beams=None
):
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
    given = {key for key, value in settings.items() if value is not None}
    if sampler is None:
        sampler = (
            "beam" if num_beams else
            "top_p" if top_p else
            "top_k" if top_k else
            "random" if temperature else
            "greedy"
        )  # fmt: skip
    if isinstance(sampler, samplers.Sampler):
        takes = set()
    elif sampler in _SETTINGS:
        takes = _SETTINGS[sampler]
    else:
        raise ValueError(
            f"`sampler` must be one of {sorted(_SETTINGS)} or a "
            f"keras_nlp sampler. Received: sampler={sampler!r}"
        )
    if given - takes:
        raise ValueError(
            f"Sampler {sampler!r} takes {sorted(takes) or 'no settings'}. "
            f"Received: { {key: settings[key] for key in given} }"
        )
    if isinstance(sampler, samplers.Sampler):
        return sampler
    temperature = 1.0 if temperature is None else temperature
    if not temperature > 0:
        raise ValueError(
            "`temperature` must be above 0 (for none at all, use the greedy "
            f"sampler). Received: temperature={temperature}"
        )
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


_SETTINGS = {
    "greedy": set(),
    "random": {"temperature"},
    "top_k": {"temperature", "top_k"},
    "top_p": {"temperature", "top_k", "top_p"},
    "beam": {"temperature", "num_beams"},
}
