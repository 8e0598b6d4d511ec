"""From codes to sequences, token by token."""

import numpy as np
from keras import ops

from keras_arae.models.in_batches import in_batches
from keras_arae.models.samplers import choose
from keras_arae.models.samplers import chooses_by_token
from keras_arae.models.samplers import make_sampler

# Batches' worth of codes in one call: the more, the rarer an idle place.
BATCHES = 16


class SequenceDecoder:
    """Decodes codes token by token with keras_nlp's samplers.

    A batch is a number of places. Where a sequence has ended, the next code
    takes its place, so that nothing is computed for padding. Samplers that
    search (beam search) keep a batch together until all of it has ended.

    Compiled functions are kept, one for each sampler and its settings.

    Args:
        model: `keras_arae.ARAE` with an autoregressive decoder.
    """

    def __init__(self, model):
        self.model = model
        self._functions = {}

    def __call__(self, codes, batch_size, seed=None, **settings):
        """Sequences from codes.

        Args:
            codes: float array of shape `(num_codes, code_dim)`.
            batch_size: int. Sequences decoded at once.
            seed: int or `None`. Restarts a random sampler from this seed.
            **settings: as in `make_sampler`.

        Returns:
            An int array of shape `(num_codes, length)`.
        """
        batch_size = min(batch_size, 1 << max(len(codes) - 1, 0).bit_length())
        key = (batch_size, *settings.values())
        if key not in self._functions:
            sampler = make_sampler(**settings)
            self._functions[key] = sampler, self._compile(sampler, batch_size)
        sampler, function = self._functions[key]
        if seed is None:
            seed = np.random.randint(2**31)
        for state in sampler.variables:
            state.assign(np.array([seed, 0]))
        if not chooses_by_token(sampler):
            return in_batches(function, codes, batch_size)
        is_code = np.ones(len(codes), "int32")
        return in_batches(function, codes, BATCHES * batch_size, is_code)

    def _compile(self, sampler, num_places):
        if chooses_by_token(sampler):

            def decode(codes, is_code):
                return self.decode_in_turn(
                    codes, ops.sum(is_code), sampler, num_places
                )
        else:

            def decode(codes):
                return self.decode_together(codes, sampler)

        return self.model.compile_function(decode, sampler.variables)

    def decode_in_turn(self, codes, num_codes, sampler, num_places):
        """Ids from codes; as a sequence ends, the next code takes its place.

        Args:
            codes: tensor of shape `(num_rows, code_dim)`.
            num_codes: int scalar. Further rows are left out.
            sampler: `keras_nlp.samplers.Sampler` that chooses by token.
            num_places: int. Sequences decoded at once.

        Returns:
            An int tensor of shape `(num_rows, length)`.
        """
        decoder, length = self.model.decoder, self.model.x_shape[0]
        num_rows = codes.shape[0]
        # An idle place writes to a row behind the last, from a code of zeros.
        ids = ops.full((num_rows + 1, length), decoder.pad_id, "int32")
        codes = ops.pad(codes, [(0, 1), (0, 0)])
        initial_state = decoder.initial_state(codes)
        start = ops.full((num_places,), decoder.start_id, "int32")

        is_token = self._are_tokens(ops.arange(decoder.vocabulary_size))
        never = ops.where(is_token, 0.0, -1e9)

        def next_rows(first, frees):
            """Rows for places that are free; idle ones go behind the last."""
            rows = first + ops.cumsum(ops.cast(frees, "int32")) - 1
            return ops.where(rows < num_codes, rows, num_rows)

        def beginnings(rows):
            return [ops.take(part, rows, axis=0) for part in initial_state]

        def cond(ids, rows, places, previous, state, num_started):
            return ops.any(rows < num_rows)

        def body(ids, rows, places, previous, state, num_started):
            logits, state = decoder.step(previous, state)
            logits = ops.cast(logits, "float32") + never
            tokens = ops.cast(choose(sampler, logits), "int32")
            tokens = ops.where(places == length - 1, decoder.end_id, tokens)
            ids = ops.scatter_update(
                ids, ops.stack([rows, places], axis=1), tokens
            )
            ended = tokens == decoder.end_id
            rows = ops.where(ended, next_rows(num_started, ended), rows)
            num_started = num_started + ops.sum(ops.cast(ended, "int32"))
            state = [
                ops.where(ended[:, None], new, old)
                for new, old in zip(beginnings(rows), state)
            ]
            places = ops.where(ended, 0, places + 1)
            previous = ops.where(ended, start, tokens)
            return ids, rows, places, previous, state, num_started

        rows = next_rows(0, ops.ones(num_places, "bool"))
        state = beginnings(rows)
        places = ops.zeros(num_places, "int32")
        started = ops.convert_to_tensor(num_places, "int32")
        ids, *_ = sampler.run_loop(
            cond,
            body,
            model=decoder,
            loop_vars=(ids, rows, places, start, state, started),
        )
        return ids[:num_rows]

    def decode_together(self, code, sampler):
        """Ids from codes, in the sampler's own loop."""
        decoder = self.model.decoder
        num_codes, length = ops.shape(code)[0], self.model.x_shape[0]
        start = ops.full((num_codes, 1), decoder.start_id, "int32")
        pads = ops.full((num_codes, length), decoder.pad_id, "int32")

        def next(prompt, state, index):
            previous = prompt[:, index - 1]
            logits, state = decoder.step(previous, state)
            logits = self._allowed(logits, previous, index >= length)
            return logits, None, state

        prompt = sampler(
            next=next,
            prompt=ops.concatenate([start, pads], axis=1),
            cache=decoder.initial_state(code),
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
        is_end = ids == decoder.end_id
        allowed = ops.where(
            ended[:, None],
            ids == decoder.pad_id,
            ops.where(at_last, is_end, self._are_tokens(ids)),
        )
        return ops.where(allowed, logits, -1e9)

    def _are_tokens(self, ids):
        decoder = self.model.decoder
        return (ids != decoder.pad_id) & (ids != decoder.start_id)
