"""What a user does with a trained autoencoder: the verbs of every ARAE."""

import numpy as np
from keras import ops

from keras_arae.models.decoding import SequenceDecoder
from keras_arae.models.paths import path
from keras_arae.preprocessing.array_batches import check_count


class Verbs:
    """Mixin of `ARAE`: encode, decode, generate, reconstruct, interpolate."""

    def encode(self, x, batch_size=256):
        """Codes of data.

        Args:
            x: the data: an int array of shape `(num_rows, *x_shape)`; for
                `TextARAE` also a list of str.
            batch_size: int. Rows encoded at once. Defaults to `256`.

        Returns:
            A float32 array of shape `(num_rows, code_dim)`.
        """
        rows = self._verb_rows(x)
        encode = self._compiled("encode", self.code)
        return in_batches(encode, rows, batch_size)

    def decode(
        self,
        codes,
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
            ValueError: if codes have another width than the model's.
        """
        self._require_built()
        codes = np.asarray(codes, "float32")
        if codes.ndim != 2 or codes.shape[1] != self.code_dim:
            raise ValueError(
                f"Expected codes of shape (num_codes, {self.code_dim}). "
                f"Received: shape {codes.shape}"
            )
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

    def generate(self, num_samples, seed=None, **options):
        """New data: noise, through the generator, decoded.

        Args:
            num_samples: int. How many.
            seed: int. The same seed gives the same noise on every backend.
                Defaults to `None`: drawn from numpy's global generator.
            **options: the arguments of `decode`: `sampler`, `temperature`,
                `top_k`, `top_p`, `num_beams`, `batch_size`.

        Returns:
            What `decode` returns.
        """
        noise = self._draw_noise(num_samples, seed)
        return self.decode(self.generate_codes(noise), seed=seed, **options)

    def generate_codes(self, noise, batch_size=256):
        """Codes from noise.

        Args:
            noise: float array of shape `(num_samples, noise_dim)`, or an
                int: how many to draw.
            batch_size: int. Defaults to `256`.

        Returns:
            A float32 array of shape `(num_samples, code_dim)`.
        """
        self._require_built()
        self._require_generator()
        if np.ndim(noise) == 0:
            noise = self._draw_noise(noise, None)
        noise = np.asarray(noise, "float32")
        if noise.ndim != 2 or noise.shape[1] != self.noise_dim:
            raise ValueError(
                f"Expected noise of shape (num_samples, {self.noise_dim}). "
                f"Received: shape {noise.shape}"
            )
        function = self._compiled("generate", self._codes_of_noise)
        return in_batches(function, noise, batch_size)

    def reconstruct(self, x, **options):
        """Data, encoded and decoded again.

        Args:
            x: what `encode` takes.
            **options: the arguments of `decode`.

        Returns:
            What `decode` returns.
        """
        return self.decode(self.encode(x), **options)

    def interpolate(
        self,
        start=None,
        end=None,
        steps=7,
        method="linear",
        num_paths=1,
        seed=None,
        **options,
    ):
        """Data along a path: between two given pieces, or two samples.

        With `start` and `end` the path runs between their codes (put back on
        the unit sphere where codes live there); without, between two draws
        of the generator's noise, as in the paper.

        Args:
            start: one piece of data (a str, an array), or several.
            end: as `start`.
            steps: int. Points on the path, both ends included. Defaults to
                `7`.
            method: `"linear"` or `"spherical"` (along the great circle).
                Defaults to `"linear"`.
            num_paths: int. Paths between samples. Defaults to `1`.
            seed: int. Seed of the noise. Defaults to `None`.
            **options: the arguments of `decode`.

        Returns:
            The `steps` pieces of data on the path; a list of such paths if
            `start` holds several pieces or `num_paths` is above 1.
        """
        if (start is None) != (end is None):
            raise ValueError(
                "Give both `start` and `end`, or neither to walk between "
                f"samples. Received: start={start!r}, end={end!r}"
            )
        if start is None:
            several = num_paths > 1
            noise = self._draw_noise(2 * num_paths, seed)
            points = path(noise[::2], noise[1::2], steps, method)
            codes = self.generate_codes(points.reshape(-1, self.noise_dim))
        else:
            start, several = self._several(start)
            end, _ = self._several(end)
            ends = self.encode(start), self.encode(end)
            codes = path(*ends, steps, method).reshape(-1, self.code_dim)
            if self.normalize_codes:
                norms = np.linalg.norm(codes, axis=1, keepdims=True)
                codes = codes / np.maximum(norms, 1e-12)
        data = self.decode(codes, seed=seed, **options)
        paths = [
            data[index : index + steps] for index in range(0, len(data), steps)
        ]
        return paths if several else paths[0]

    def _several(self, x):
        """Puts one piece of data into a list; says if there were several."""
        if np.ndim(x) > len(self.x_shape):
            return x, True
        return np.asarray(x)[None], False

    def _verb_rows(self, x):
        self._require_built()
        return self.prepare(x)

    def _draw_noise(self, num_samples, seed):
        check_count("num_samples", num_samples)
        if seed is None:
            seed = np.random.randint(2**31)
        generator = np.random.default_rng(seed)
        shape = (num_samples, self.noise_dim)
        return generator.standard_normal(shape).astype("float32")

    def _codes_of_noise(self, noise):
        return ops.cast(self.generator(noise, training=False), "float32")

    def _most_likely(self, code):
        return ops.argmax(self.decoder(code, training=False), axis=-1)

    def _sequence_decoder(self):
        if not hasattr(self, "_decoding"):
            self._decoding = SequenceDecoder(self)
        return self._decoding

    def _compiled(self, name, function):
        functions = self.__dict__.setdefault("_functions", {})
        if name not in functions:
            functions[name] = self.compile_function(function)
        return functions[name]

    def _require_built(self):
        if not self.built:
            raise ValueError(
                "The model has seen no data yet: call `fit` first, or "
                "`build((None, *x_shape))`. Received: a model without weights"
            )

    def _require_generator(self):
        if not self.adversarial:
            raise ValueError(
                "A plain autoencoder has no generator: decode codes of your "
                "own, for instance drawn from a Gaussian fitted to "
                "`encode(x)`. Received: generator=None"
            )


def in_batches(function, rows, batch_size):
    """Applies a compiled function to rows, in batches of one size.

    Args:
        function: callable. Takes and returns tensors with a batch axis.
        rows: array of shape `(num_rows, ...)`.
        batch_size: int. The largest batch; few rows use a power of two.

    Returns:
        An array of shape `(num_rows, ...)`.
    """
    batch_size = min(batch_size, 1 << max(len(rows) - 1, 0).bit_length())
    outputs = []
    for start in range(0, max(len(rows), 1), batch_size):
        batch = rows[start : start + batch_size]
        fill = [(0, batch_size - len(batch))] + [(0, 0)] * (rows.ndim - 1)
        output = function(ops.convert_to_tensor(np.pad(batch, fill)))
        outputs.append(ops.convert_to_numpy(output)[: len(batch)])
    return np.concatenate(outputs)
