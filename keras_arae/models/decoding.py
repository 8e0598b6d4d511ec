"""From codes to data: the verb `decode`."""

import numpy as np
from keras import ops

from keras_arae.models.in_batches import in_batches
from keras_arae.models.sequence_decoder import SequenceDecoder


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
            ids = self._sequence_decoder()(codes, batch_size, seed, **options)
            return self.present(ids)
        if any(option is not None for option in options.values()):
            raise ValueError(
                "Only autoregressive decoders sample; this one gives each "
                f"position at once. Received: {options}"
            )
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
