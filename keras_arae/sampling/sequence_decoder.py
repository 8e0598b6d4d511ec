"""From codes to sequences, token by token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops
from keras import tree

from keras_arae.sampling.in_batches import in_batches
from keras_arae.sampling.samplers import choose
from keras_arae.sampling.samplers import chooses_by_token
from keras_arae.sampling.samplers import make_sampler

# Batches' worth of codes in one call: the more, the rarer an idle row.
BATCHES = 16


class SequenceDecoder:
    """Decodes codes token by token with keras_nlp's samplers.

    A batch is a number of rows. Where a sequence has ended, the next code
    takes its row, so that nothing is computed for padding. Samplers that
    search (beam search) keep a batch together until all of it has ended.

    Compiled functions are kept, one for each sampler and its settings.

    Args:
        decoder: `keras_arae.layers.AutoregressiveDecoder`.
        length: int. Tokens of the longest sequence, its end included.
        compile_function: callable. `PhasedModel.compile_function`.
    """

    def __init__(
        self,
        decoder: Any,
        length: int,
        compile_function: Callable,
    ) -> None:
        self.decoder = decoder
        self.length = length
        self.compile_function = compile_function
        self._functions: dict[tuple, tuple] = {}

    def __call__(
        self,
        codes: np.ndarray,
        batch_size: int,
        seed: int | None = None,
        **settings: Any,
    ) -> np.ndarray:
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

    def _compile(self, sampler: Any, num_rows: int) -> Callable:
        if chooses_by_token(sampler):

            def decode(codes: Any, is_code: Any) -> Any:
                return self.decode_in_turn(
                    codes, ops.sum(is_code), sampler, num_rows
                )
        else:

            def decode(codes: Any) -> Any:  # type: ignore[misc]
                return self.decode_together(codes, sampler)

        return self.compile_function(decode, sampler.variables)

    def decode_in_turn(
        self, codes: Any, num_codes: Any, sampler: Any, num_rows: int
    ) -> Any:
        """Ids from codes; as a sequence ends, the next code takes its row.

        Args:
            codes: tensor of shape `(num_given, code_dim)`.
            num_codes: int scalar. Further codes are left out.
            sampler: `keras_nlp.samplers.Sampler` that chooses by token.
            num_rows: int. Sequences decoded at once.

        Returns:
            An int tensor of shape `(num_given, length)`.
        """
        decoder, num_given = self.decoder, codes.shape[0]
        # An idle row writes behind the last sequence, from a code of zeros.
        ids = ops.full((num_given + 1, self.length), decoder.pad_id, "int32")
        codes = ops.pad(codes, [(0, 1), (0, 0)])
        initial_state = decoder.initial_state(codes, self.length)
        start = ops.full((num_rows,), decoder.start_id, "int32")
        is_token = self._are_tokens(ops.arange(decoder.vocabulary_size))
        never = ops.where(is_token, 0.0, -1e9)

        def next_codes(first: Any, frees: Any) -> Any:
            """Codes for rows that are free; idle ones take the last."""
            indices = first + ops.cumsum(ops.cast(frees, "int32")) - 1
            return ops.where(indices < num_codes, indices, num_given)

        def cond(ids: Any, indices: Any, *_: Any) -> Any:
            return ops.any(indices < num_given)

        def body(
            ids: Any,
            indices: Any,
            positions: Any,
            previous: Any,
            state: Any,
            num_started: Any,
        ) -> tuple:
            logits, state = decoder.step(previous, state, positions)
            logits = ops.cast(logits, "float32") + never
            tokens = ops.cast(choose(sampler, logits), "int32")
            at_last = positions == self.length - 1
            tokens = ops.where(at_last, decoder.end_id, tokens)
            ids = ops.scatter_update(
                ids, ops.stack([indices, positions], axis=1), tokens
            )
            ended = tokens == decoder.end_id
            indices = ops.where(ended, next_codes(num_started, ended), indices)
            num_started = num_started + ops.sum(ops.cast(ended, "int32"))
            state = _replaced(state, ended, _rows(initial_state, indices))
            positions = ops.where(ended, 0, positions + 1)
            previous = ops.where(ended, start, tokens)
            return ids, indices, positions, previous, state, num_started

        indices = next_codes(0, ops.ones(num_rows, "bool"))
        state = _rows(initial_state, indices)
        positions = ops.zeros(num_rows, "int32")
        started = ops.convert_to_tensor(num_rows, "int32")
        ids, *_ = sampler.run_loop(
            cond,
            body,
            model=decoder,
            loop_vars=(ids, indices, positions, start, state, started),
        )
        return ids[:num_given]

    def decode_together(self, codes: Any, sampler: Any) -> Any:
        """Ids from codes, in the sampler's own loop.

        Args:
            codes: tensor of shape `(num_codes, code_dim)`.
            sampler: `keras_nlp.samplers.Sampler`.

        Returns:
            An int tensor of shape `(num_codes, length)`.
        """
        decoder, num_codes = self.decoder, ops.shape(codes)[0]
        start = ops.full((num_codes, 1), decoder.start_id, "int32")
        pads = ops.full((num_codes, self.length), decoder.pad_id, "int32")

        def next(prompt: Any, state: Any, index: Any) -> tuple:
            previous = prompt[:, index - 1]
            positions = ops.zeros_like(previous) + index - 1
            logits, state = decoder.step(previous, state, positions)
            logits = self._allowed(logits, previous, index >= self.length)
            return logits, None, state

        prompt = sampler(
            next=next,
            prompt=ops.concatenate([start, pads], axis=1),
            cache=decoder.initial_state(codes, self.length),
            index=1,
            stop_token_ids=(decoder.end_id,),
            model=decoder,
        )
        return prompt[:, 1:]

    def _allowed(self, logits: Any, previous: Any, at_last: Any) -> Any:
        """Only padding after an end; before it, tokens, at last the end."""
        decoder = self.decoder
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

    def _are_tokens(self, ids: Any) -> Any:
        decoder = self.decoder
        return (ids != decoder.pad_id) & (ids != decoder.start_id)


def _rows(state: Any, indices: Any) -> Any:
    """Rows of every tensor of a state."""
    return tree.map_structure(
        lambda part: ops.take(part, indices, axis=0), state
    )


def _replaced(state: Any, where: Any, others: Any) -> Any:
    """A state with some rows of every tensor replaced by those of another."""

    def replace(old: Any, new: Any) -> Any:
        mask = ops.reshape(where, (-1,) + (1,) * (len(old.shape) - 1))
        return ops.where(mask, new, old)

    return tree.map_structure(replace, state, others)
