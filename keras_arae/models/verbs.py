"""What a user does with a trained autoencoder: the verbs of every ARAE."""

import numpy as np
from keras import ops

from keras_arae.models.in_batches import in_batches
from keras_arae.models.paths import path
from keras_arae.preprocessing.array_batches import check_count


class Verbs:
    """Mixin of `ARAE`: encode, generate, reconstruct, interpolate."""

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

    def generate(self, num_samples, label=None, seed=None, **options):
        """New data: noise, through the generator, decoded.

        Args:
            num_samples: int. How many.
            label: for a model with `num_classes`, as in `decode`. Defaults
                to `None`: each class is as likely.
            seed: int. The same seed gives the same noise on every backend.
                Defaults to `None`: drawn from numpy's global generator.
            **options: the arguments of `decode`: `sampler`, `temperature`,
                `top_k`, `top_p`, `num_beams`, `batch_size`.

        Returns:
            What `decode` returns.
        """
        self._require_built()
        if seed is None:
            seed = np.random.randint(2**31)
        noise = self._draw_noise(num_samples, seed)
        if label is None and self.conditional:
            generator = np.random.default_rng(seed)
            label = generator.integers(self.num_classes, size=num_samples)
        codes = self.generate_codes(noise, label)
        return self.decode(codes, label, seed=seed, **options)

    def generate_codes(self, noise, label=None, batch_size=256):
        """Codes from noise.

        Args:
            noise: float array of shape `(num_samples, noise_dim)`, or an
                int: how many to draw.
            label: as in `decode`. Defaults to `None`.
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
        if self.conditional_prior:
            noise = self.beside_labels(noise, label)
        return in_batches(function, noise, batch_size)

    def reconstruct(self, x, label=None, **options):
        """Data, encoded and decoded again.

        Args:
            x: what `encode` takes.
            label: as in `decode`: the label of `x`, or another one. Defaults
                to `None`.
            **options: the arguments of `decode`.

        Returns:
            What `decode` returns.
        """
        return self.decode(self.encode(x), label, **options)

    def interpolate(
        self,
        start=None,
        end=None,
        label=None,
        end_label=None,
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
            label: for a model with `num_classes`: the class of each path's
                start, as in `decode`. Defaults to `None`.
            end_label: the class of each path's end. Defaults to `None`: that
                of the start.
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
            ends = noise[::2], noise[1::2]
        else:
            start, several = self._several(start)
            end, _ = self._several(end)
            ends = self.encode(start), self.encode(end)
        points = path(*ends, steps, method)
        label = self.label_path(label, end_label, len(points), steps)
        points = points.reshape(-1, points.shape[-1])
        if start is None:
            codes = self.generate_codes(points, label)
        else:
            codes = self._on_sphere(points)
        data = self.decode(codes, label, seed=seed, **options)
        paths = [
            data[index : index + steps] for index in range(0, len(data), steps)
        ]
        return paths if several else paths[0]

    def _several(self, x):
        """Puts one piece of data into a list; says if there were several."""
        if np.ndim(x) > len(self.x_shape):
            return x, True
        return np.asarray(x)[None], False

    def _on_sphere(self, codes):
        """Codes where the encoder would have put them."""
        if not self.normalize_codes:
            return codes
        norms = np.linalg.norm(codes, axis=1, keepdims=True)
        return codes / np.maximum(norms, 1e-12)

    def _draw_noise(self, num_samples, seed):
        check_count("num_samples", num_samples)
        if seed is None:
            seed = np.random.randint(2**31)
        generator = np.random.default_rng(seed)
        shape = (num_samples, self.noise_dim)
        return generator.standard_normal(shape).astype("float32")

    def _own_codes(self, rows):
        return self.encode(rows)

    def _codes_of_noise(self, noise):
        return ops.cast(self.generator(noise, training=False), "float32")

    def _require_generator(self):
        if not self.adversarial:
            raise ValueError(
                "A plain autoencoder has no generator: decode codes of your "
                "own, for instance drawn from a Gaussian fitted to "
                "`encode(x)`. Received: generator=None"
            )
