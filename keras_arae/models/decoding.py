"""From codes to data: the verb `decode`, and sampling token by token."""

import numpy as np
from keras import ops

from keras_arae.models.in_batches import in_batches
from keras_arae.models.samplers import make_sampler


class Decoding:
    """Mixin of `ARAE`: decodes codes, position by position or at once."""

    def decode(
        self,
        codes,
        label=None,
        sampler=None,
        temperature=None,
        top_k=None,
        top_p=None,
        num_beams=None,
        seed=None,
        batch_size=256,
    ):
        """Data from codes.

        Decoders that are not autoregressive take the most likely value at
        each position and know no sampler.

        Args:
            codes: float array of shape `(num_codes, code_dim)`.
            label: for a model with `num_classes`: an int, the class of all,
                an int array, the class of each, or a float array of shape
                `(num_codes, num_classes)`, shares of classes. Defaults to
                `None`.
            sampler: `None`, `"greedy"`, `"random"`, `"top_k"`, `"top_p"`,
                `"beam"` or a `keras_nlp.samplers.Sampler`. `None` takes the
                one that the other arguments call for, greedy without any.
                Defaults to `None`.
            temperature: float. Divides logits: below 1 safer, above 1 more
                varied. Defaults to `None`, 1.
            top_k: int. Keep the `k` likeliest tokens. Defaults to `None`.
            top_p: float. Keep the likeliest tokens of this joint
                probability. Defaults to `None`.
            num_beams: int. Sentences that beam search keeps. Defaults to
                `None`.
            seed: int. Seed of random samplers. Defaults to `None`.
            batch_size: int. Codes decoded at once. Defaults to `256`.

        Returns:
            `num_codes` pieces of data: a list of str for `TextARAE`, else an
            int array of shape `(num_codes, *x_shape)`.

        Raises:
            ValueError: if codes have another width than the model's, or
                labels are missing, unexpected or out of range.
        """
        codes = self.checked_codes(codes)
        codes = self.beside_labels(codes, label)
        options = {
            "sampler": sampler,
            "temperature": temperature,
            "top_k": top_k,
            "top_p": top_p,
            "num_beams": num_beams,
        }
        if getattr(self.decoder, "autoregressive", False):
            decode = self._sequence_decoder().decode_function(
                seed=seed, **options
            )
        elif any(option is not None for option in options.values()):
            raise ValueError(
                "Only autoregressive decoders sample; this one gives each "
                f"position at once. Received: {options}"
            )
        else:
            decode = self._compiled("decode", self._most_likely)
        return self.present(in_batches(decode, codes, batch_size))

    def checked_codes(self, codes):
        self._require_built()
        codes = np.asarray(codes, "float32")
        if codes.ndim != 2 or codes.shape[1] != self.code_dim:
            raise ValueError(
                f"Expected codes of shape (num_codes, {self.code_dim}). "
                f"Received: shape {codes.shape}"
            )
        return codes

    def _most_likely(self, code):
        return ops.argmax(self.decoder(code, training=False), axis=-1)

    def _sequence_decoder(self):
        if not hasattr(self, "_decoding"):
            self._decoding = SequenceDecoder(self)
        return self._decoding


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
