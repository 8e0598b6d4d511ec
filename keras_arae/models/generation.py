"""The verbs over a code space: what users do with a trained model."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_arae import priors
from keras_arae.arguments import COUNT
from keras_arae.arguments import FLAG
from keras_arae.arguments import FUNCTION
from keras_arae.arguments import NATURAL
from keras_arae.arguments import NOT_NEGATIVE
from keras_arae.arguments import PATH
from keras_arae.arguments import SEED
from keras_arae.arguments import TEXT
from keras_arae.arguments import Rule
from keras_arae.arguments import array
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import either
from keras_arae.arguments import instance
from keras_arae.arguments import number
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.arguments import shown
from keras_arae.arguments import whole
from keras_arae.data import collect_rows
from keras_arae.data import encode_condition
from keras_arae.data import is_dataset
from keras_arae.layers.decoder import DECODER
from keras_arae.models.arithmetic import SPACES
from keras_arae.models.arithmetic import Direction
from keras_arae.models.arithmetic import between
from keras_arae.models.arithmetic import step_by_step
from keras_arae.models.inference_model import write_inference_model
from keras_arae.presets import ModelCard
from keras_arae.presets.loading import load_preset
from keras_arae.presets.saving import save_preset
from keras_arae.priors import Prior
from keras_arae.sampling import SequenceDecoder
from keras_arae.sampling import in_batches
from keras_arae.sampling import path
from keras_arae.sampling.samplers import SAMPLING_RULES
from keras_arae.training import PhasedModel
from keras_arae.training.phased_model import VERBOSE
from keras_arae.training.progress_bar import LEVELS

FITTED_PRIOR = Rule(
    "a prior that is fitted afterwards, such as a `GaussianPrior`; another "
    "one is the model's, `model.prior`",
    lambda prior: isinstance(prior, Prior) and prior.fitted_afterwards,
)


class GenerativeModel(PhasedModel):
    """A model with codes, a decoder of them and perhaps a prior over them.

    A subclass defines `code` and `phases`; here stand the verbs. `ARAE` and
    `LanguageModel` are its subclasses.

    Args:
        decoder: `keras_arae.layers.Decoder`.
        prior: `keras_arae.priors.Prior` or `None`. Defaults to `None`.
        normalize_codes: bool. Whether codes lie on the unit sphere. Defaults
            to `False`.
        **options: the arguments of `keras_arae.training.PhasedModel`.

    Attributes:
        prior: `keras_arae.priors.Prior` or `None`. The distribution that new
            codes are drawn from. Another one may be set at any time: it is
            built for the model's codes, and `fit_prior` fits it, where it is
            fitted afterwards.
        x_shape: tuple of int. Shape of one encoded piece of data.
        code_dim: int. Width of codes.
    """

    @checked(
        decoder=DECODER,
        prior=optional(instance(Prior)),
        normalize_codes=FLAG,
    )
    def __init__(
        self,
        decoder: keras.layers.Layer,
        prior: Prior | None = None,
        normalize_codes: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.decoder = decoder
        self.prior: Any = prior
        self.normalize_codes = normalize_codes
        self.code_dim = 0
        self._functions: dict[str, Any] = {}
        # The last prior that `generate` was given, and what runs it: behind a
        # function, or Keras would take it for a part of the model.
        self._other_prior: Any = lambda: (None, None)
        self._sequence_decoder: Any = None

    # What a subclass defines.

    def code(self, x: Any, training: bool = False) -> Any:
        """Codes of encoded data, of shape `(batch, code_dim)`."""
        raise NotImplementedError

    # What networks say of data.

    @property
    def x_shape(self) -> tuple[int, ...]:
        """Shape of one encoded piece of data."""
        return self.codec.x_shape

    def logits(
        self, code: Any, x: Any, condition: Any = None, training: bool = False
    ) -> Any:
        """Logits of `x` given codes, of shape `(*x.shape, num_values)`."""
        code = self.decoder.joined(code, condition)
        return self.decoder(code, x, training=training)

    # The prior.

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "prior" and hasattr(self, name):
            self._replace_prior(value)
        else:
            super().__setattr__(name, value)

    def _replace_prior(self, prior: Any) -> None:
        prior = priors.get(prior)
        if prior is not None and self.built:
            self._prepare_prior(prior)
        self._tracker.untrack(self.prior)
        self.attach("prior", prior)
        self._functions.clear()
        self._other_prior = lambda: (None, None)
        self.__dict__.pop("_trackers", None)
        if self.compiled:
            self._compile_again()

    def attach(self, name: str, network: keras.layers.Layer | None) -> None:
        """Sets a network of a built model, whose parts Keras has locked.

        Args:
            name: str. Of the attribute.
            network: Keras layer or `None`.
        """
        locked = self._tracker.locked
        self._tracker.unlock()
        super().__setattr__(name, network)
        if locked:
            self._tracker.lock()

    def _prepare_prior(self, prior: Prior) -> None:
        condition_dim = 0 if self.condition is None else self.condition.dim
        prior.prepare(self.code_dim, condition_dim, self.normalize_codes)

    def _compile_again(self) -> None:
        """Compiles for other phases; optimizers that stay keep their state."""
        group, options = self.optimizer, self._compile_options
        optimizers = {
            f"{name}_optimizer": group[name]
            for name in self.default_optimizers()
            if name in group
        }
        self.compile(**optimizers, **options)
        self.optimizer.iterations.assign(group.iterations)

    @checked(num_codes=COUNT, verbose=VERBOSE)
    def fit_prior(
        self,
        x: Any,
        y: Any = None,
        num_codes: int = 100000,
        sample_weight: Any = None,
        prior: Any = None,
        verbose: Any = "auto",
    ) -> None:
        """Fits a prior to codes of data, where it is fitted afterwards.

        Args:
            x: the data, as in `fit`.
            y: the condition of each piece, as in `fit`. Defaults to `None`.
            num_codes: int. The most pieces that are encoded, drawn at random;
                of a dataset the first. Defaults to `100000`.
            sample_weight: float array, one for each piece. Pieces are drawn
                in proportion to their weights, so some come several times
                and others not at all. Defaults to `None`: each once.
            prior: `keras_arae.priors.Prior` or `None`. Another one than the
                model's, which stays: `generate(..., prior=prior)` draws from
                it. Defaults to `None`: the model's.
            verbose: as in `fit`, for priors that take their time. Defaults to
                `"auto"`.

        Raises:
            ValueError: if it is not such a prior.
        """
        prior = self._prior_or(prior)
        if prior is None or not prior.fitted_afterwards:
            raise ValueError(
                "Only a prior that is fitted afterwards, such as "
                "`GaussianPrior`, learns from codes: set `model.prior`, or "
                f"give one. Received: prior={shown(prior)}"
            )
        prior.check_requirements()
        sample_weight = self.feed(x).weights(x, y, sample_weight=sample_weight)
        generator = np.random.default_rng(self.seed)
        if is_dataset(x):
            dataset = self.feed(x).dataset(x, y)
            rows, y, weights = collect_rows(dataset, num_codes)
        else:
            rows, y, weights = self.feed(x).arrays(x, y, sample_weight)
        kept = np.arange(len(rows))
        if weights is not None:
            if not weights.any():
                raise ValueError(
                    "A prior needs data that count. "
                    f"Received: {len(rows)} rows whose weights are all zero"
                )
            size = min(len(rows), num_codes)
            kept = generator.choice(kept, size, p=weights / weights.sum())
        elif len(rows) > num_codes:
            kept = generator.permutation(len(rows))[:num_codes]
        rows, y = rows[kept], None if self.condition is None else y[kept]
        rows = self.codec.draw(rows, generator)
        condition = None
        if y is not None:
            vectors = self.condition.vectors(ops.convert_to_tensor(y))
            condition = ops.convert_to_numpy(vectors)
        prior.fit(self._codes_of(rows), condition, LEVELS[verbose])

    def _prior_or(self, prior: Any) -> Any:
        """Another prior, made for the codes of this model, or its own."""
        if prior is None:
            return self.prior
        self._require_codes()
        check("prior", prior, FITTED_PRIOR)
        self._prepare_prior(prior)
        return prior

    def _fits_prior(self) -> bool:
        """Whether `fit` ends with `fit_prior`."""
        return self.prior is not None and self.prior.fitted_afterwards

    def before_fit(self, x: Any) -> None:
        if not self._fits_prior():
            return
        if isinstance(x, Iterator):
            raise ValueError(
                "The prior is fitted to codes of the data when training ends: "
                "give data that can be read again, such as a list or a "
                f"`torch.utils.data.DataLoader`. Received: a {type(x).__name__}"
            )
        self.prior.check_requirements()

    def after_fit(
        self,
        x: Any,
        y: Any = None,
        weights: Any = None,
        verbose: Any = "auto",
    ) -> None:
        if self._fits_prior():
            self.fit_prior(x, y, sample_weight=weights, verbose=verbose)

    # The verbs.

    @checked(batch_size=COUNT)
    def encode(self, x: Any, batch_size: int = 256) -> np.ndarray:
        """Codes of data.

        Args:
            x: the data: what the codec encodes, such as a list of str, or
                rows of integers.
            batch_size: int. Rows encoded at once. Defaults to `256`.

        Returns:
            A float32 array of shape `(num_rows, code_dim)`.
        """
        self._require_codes()
        return self._codes_of(self._encoded(x), batch_size)

    def decode(
        self,
        codes: np.ndarray,
        condition: Any = None,
        sampler: Any = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        num_beams: int | None = None,
        seed: int | None = None,
        batch_size: int = 256,
        *,
        label: Any = None,
        code_noise: float = 0.0,
        num_refinements: int = 0,
    ) -> Any:
        """Data from codes.

        Decoders that are not autoregressive take the most likely value at
        each position and know no sampler.

        Args:
            codes: float array of shape `(num_codes, code_dim)`.
            condition: for a model with a condition: one for all, or one for
                each. Of classes a number or a name, or shares of classes, of
                shape `(num_codes, num_classes)`; of real numbers a dict by
                name. Defaults to `None`.
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
            seed: int. Seed of random samplers and of `code_noise`. Defaults
                to `None`.
            batch_size: int. Codes decoded at once. Defaults to `256`.
            label: another name of `condition`, for classes.
            code_noise: float. Standard deviation of noise on the codes. A
                decoder that learned with noise of many levels (`code_noise=
                (0.02, 0.3)` of the model) trusts noisy codes less, and
                makes likelier pieces of them; above the highest of its
                levels it knows nothing of. Defaults to `0.0`.
            num_refinements: int. How often what was decoded is encoded and
                decoded again, which makes likelier pieces, a little less
                varied ("Generalized Denoising Auto-Encoders as Generative
                Models", Bengio et al., https://arxiv.org/abs/1305.6663).
                Defaults to `0`.

        Returns:
            `num_codes` pieces of data: a list of str for `TextARAE`, else an
            int array of shape `(num_codes, *x_shape)`.

        Raises:
            ValueError: if codes have another width than the model's, or
                conditions are missing, unexpected or out of range.
        """
        rows = self._decoded(
            codes,
            _either(condition, label),
            sampler,
            temperature,
            top_k,
            top_p,
            num_beams,
            seed,
            batch_size,
            code_noise,
            num_refinements,
        )
        return self.codec.decode(rows)

    @checked(
        seed=optional(SEED),
        batch_size=COUNT,
        code_noise=NOT_NEGATIVE,
        num_refinements=NATURAL,
        **SAMPLING_RULES,
    )
    def _decoded(
        self,
        codes: np.ndarray,
        condition: Any = None,
        sampler: Any = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        num_beams: int | None = None,
        seed: int | None = None,
        batch_size: int = 256,
        code_noise: float = 0.0,
        num_refinements: int = 0,
    ) -> np.ndarray:
        """What the codec decodes, from codes."""
        options = {
            "sampler": sampler,
            "temperature": temperature,
            "top_k": top_k,
            "top_p": top_p,
            "num_beams": num_beams,
        }
        codes = self._checked_codes(codes)
        vectors = self._condition_rows(condition, None, len(codes))
        if code_noise or num_refinements:
            self._require_codes()
        decode = functools.partial(
            self._decode_rows, vectors, code_noise, batch_size, options
        )
        rows = decode(codes, seed)
        for time in range(num_refinements):
            if seed is not None:  # Other draws than the time before.
                seed = (seed + time + 1) % 2**31
            rows = decode(self._codes_of(rows, batch_size), seed)
        return rows

    def _decode_rows(
        self,
        vectors: np.ndarray | None,
        code_noise: float,
        batch_size: int,
        options: dict[str, Any],
        codes: np.ndarray,
        seed: int | None,
    ) -> np.ndarray:
        """What the codec decodes, from codes and vectors of conditions."""
        if code_noise:
            codes = codes + code_noise * _standard_normal(codes.shape, seed)
        if vectors is not None:
            codes = np.concatenate([codes, vectors], axis=1)
        if self.decoder.autoregressive:
            num_values = self.decoder.vocabulary_size
            for name in ("top_k", "num_beams"):
                check(name, options[name], optional(whole(1, num_values)))
            return self._decode_sequences(codes, batch_size, seed, **options)
        if any(option is not None for option in options.values()):
            raise ValueError(
                "Only autoregressive decoders sample; this one gives each "
                f"position at once. Received: {options}"
            )
        decode = self._compiled("decode", self._most_likely)
        return in_batches(decode, codes, batch_size)

    @checked(num_samples=COUNT, seed=optional(SEED), num_candidates=COUNT)
    def generate(
        self,
        num_samples: int,
        condition: Any = None,
        seed: int | None = None,
        *,
        label: Any = None,
        prior: Any = None,
        num_candidates: int = 1,
        **options: Any,
    ) -> Any:
        """New data: noise, through the prior, decoded.

        Args:
            num_samples: int. How many.
            condition: for a model with a condition, as in `decode`; of real
                numbers only those that matter need be given. Defaults to
                `None`: any; each class is as likely.
            seed: int. The same seed gives the same noise on every backend.
                Defaults to `None`: drawn from numpy's global generator.
            label: another name of `condition`, for classes.
            prior: as in `generate_codes`. Defaults to `None`.
            num_candidates: int. How many are made for each that is returned:
                the one that the model finds likeliest, a position, given its
                own code. More sound samples, less varied, and more of them
                known from the data: count `copies`, or `novelty`, in reports.
                Defaults to `1`.
            **options: the arguments of `decode`: `sampler`, `temperature`,
                `top_k`, `top_p`, `num_beams`, `batch_size`, `code_noise`,
                `num_refinements`.

        Returns:
            What `decode` returns.
        """
        self._require_built()
        if seed is None:
            seed = np.random.randint(2**31)
        num_drawn = num_samples * num_candidates
        noise = self._draw_noise(num_drawn, seed, self._prior_or(prior))
        condition = _either(condition, label)
        if self.condition is not None:
            # Not the noise's own numbers again.
            generator = np.random.default_rng([seed, 1])
            condition = self.condition.complete(
                condition, num_samples, generator
            )
            condition = np.repeat(condition, num_candidates, axis=0)
        codes = self.generate_codes(noise, condition, prior=prior)
        if num_candidates == 1:
            return self.decode(codes, condition, seed=seed, **options)
        rows = self._decoded(codes, condition, seed=seed, **options)
        return self.codec.decode(
            self._likeliest(rows, condition, num_candidates)
        )

    def _likeliest(
        self, rows: np.ndarray, condition: Any, num_candidates: int
    ) -> np.ndarray:
        """Of each group of rows the one of the least nats a position."""
        nats = self.negative_log_likelihood(rows, condition)
        counts = np.sum(
            rows.reshape(len(rows), -1) != self.decoder.pad_id, axis=1
        )
        groups = (nats / np.maximum(counts, 1)).reshape(-1, num_candidates)
        return rows.reshape(-1, num_candidates, *rows.shape[1:])[
            np.arange(len(groups)), groups.argmin(axis=1)
        ]

    @checked(batch_size=COUNT)
    def generate_codes(
        self,
        noise: Any,
        condition: Any = None,
        batch_size: int = 256,
        *,
        label: Any = None,
        prior: Any = None,
    ) -> np.ndarray:
        """Codes from noise, through the prior.

        Args:
            noise: float array of shape `(num_samples, noise_dim)`, or an
                int: how many to draw.
            condition: as in `decode`. Defaults to `None`.
            batch_size: int. Defaults to `256`.
            label: another name of `condition`, for classes.
            prior: `keras_arae.priors.Prior` or `None`. Another one than the
                model's, fitted by `fit_prior(..., prior=prior)`. Defaults to
                `None`: the model's.

        Returns:
            A float32 array of shape `(num_samples, code_dim)`.
        """
        prior = self._prior_or(prior)
        self._require_prior(prior)
        rule = either(COUNT, array("num_samples", prior.noise_dim))
        noise = check("noise", noise, rule)
        if isinstance(noise, int):
            noise = self._draw_noise(noise, None, prior)
        noise = noise.astype("float32")
        function = self._sampler_of(prior)
        others = []
        if self.condition is not None and prior.conditional:
            others = [self._condition_rows(condition, label, len(noise))]
        return in_batches(function, noise, batch_size, *others)

    def reconstruct(
        self,
        x: Any,
        condition: Any = None,
        *,
        label: Any = None,
        **options: Any,
    ) -> Any:
        """Data, encoded and decoded again.

        Args:
            x: what `encode` takes.
            condition: as in `decode`: that of `x`, or another one. Defaults
                to `None`.
            label: another name of `condition`, for classes.
            **options: the arguments of `decode`.

        Returns:
            What `decode` returns.
        """
        rows = self._encoded(x)
        condition = self._told(_either(condition, label), rows)
        return self.decode(self._codes_of(rows), condition, **options)

    @checked(
        steps=whole(2, 2**16),
        method=one_of("linear", "spherical"),
        num_paths=COUNT,
        seed=optional(SEED),
    )
    def interpolate(
        self,
        start: Any = None,
        end: Any = None,
        condition: Any = None,
        end_condition: Any = None,
        steps: int = 7,
        method: str = "linear",
        num_paths: int = 1,
        seed: int | None = None,
        *,
        label: Any = None,
        end_label: Any = None,
        **options: Any,
    ) -> Any:
        """Data along a path: between two given pieces, or two samples.

        With `start` and `end` the path runs between their codes (put back on
        the unit sphere where codes live there); without, between two draws
        of the prior's noise, as in the paper.

        Args:
            start: one piece of data (a str, an array), or several.
            end: as `start`.
            condition: for a model with a condition: that of each path's
                start, as in `decode`. Defaults to `None`.
            end_condition: that of each path's end. Defaults to `None`: that
                of the start.
            steps: int. Points on the path, both ends included. Defaults to
                `7`.
            method: `"linear"` or `"spherical"` (along the great circle).
                Defaults to `"linear"`.
            num_paths: int. Paths between samples. Defaults to `1`.
            seed: int. Seed of the noise. Defaults to `None`.
            label: another name of `condition`, for classes.
            end_label: another name of `end_condition`.
            **options: the arguments of `decode`.

        Returns:
            The `steps` pieces of data on the path; a list of such paths if
            `start` holds several pieces or `num_paths` is above 1.
        """
        if (start is None) != (end is None):
            raise ValueError(
                "Give both `start` and `end`, or neither to walk between "
                f"samples. Received: start={shown(start)}, "
                f"end={shown(end)}"
            )
        condition = _either(condition, label)
        end_condition = _either(end_condition, end_label)
        if start is None:
            several = num_paths > 1
            noise = self._draw_noise(2 * num_paths, seed, self.prior)
            ends = noise[::2], noise[1::2]
        else:
            if num_paths != 1:
                raise ValueError(
                    "`num_paths` counts paths between samples: give several "
                    "pieces as `start` and `end` instead. "
                    f"Received: num_paths={num_paths} beside `start`"
                )
            start, several = self.codec.as_batch(start)
            end, _ = self.codec.as_batch(end)
            first, last = self._encoded(start), self._encoded(end)
            if end_condition is None and condition is None:
                end_condition = self._told(None, last)
            condition = self._told(condition, first)
            ends = self._codes_of(first), self._codes_of(last)
        points = path(*ends, steps, method)
        rows = self._condition_path(
            condition, end_condition, len(points), steps
        )
        points = points.reshape(-1, points.shape[-1])
        if start is None:
            codes = self.generate_codes(points, rows)
        else:
            codes = self._on_sphere(points)
        data = self.decode(codes, rows, seed=seed, **options)
        paths = [data[i : i + steps] for i in range(0, len(data), steps)]
        return paths if several else paths[0]

    @checked(space=one_of(*SPACES))
    def feature_direction(
        self, with_feature: Any, without_feature: Any, space: str = "code"
    ) -> Direction:
        """What a feature adds: mean with it, less mean without it.

        Args:
            with_feature: data that have the feature, as `encode` takes them.
                With `space="noise"` the noise that such samples were made
                of, a float array of shape `(num_samples, noise_dim)`.
            without_feature: the same, of data that lack it: of all others,
                or of those that have what is to be replaced.
            space: str. `"code"` or `"noise"`, the paper's. Defaults to
                `"code"`.

        Returns:
            A `keras_arae.models.Direction`, which `move` takes.

        Example:

        ```python
        text = ["a man sleeps .", "a man runs .", "a cat sleeps ."] * 20
        codec = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
        model = keras_arae.TextARAE(codec, embedding_dim=8, code_dim=8)
        model.compile()
        model.fit(text, batch_size=20, verbose=0)
        to_cats = model.feature_direction(text[2:3], text[:2])
        moved = model.move(["a man sleeps ."], to_cats, strength=1.5)

        # Among samples, by their noise, until the feature appears.
        def has_cat(samples):
            return ["cat" in sample.split() for sample in samples]

        noise = np.random.default_rng(0).normal(size=(200, 8))
        found = np.array(has_cat(model.decode(model.generate_codes(noise))))
        if 0 < found.sum() < len(found):
            to_cats = model.feature_direction(
                noise[found], noise[~found], space="noise"
            )
            moved = model.move(noise[~found], to_cats, until=has_cat)
        ```
        """
        points = [
            self._points_of(self._several(x, space), space)
            for x in (with_feature, without_feature)
        ]
        return Direction(between(*points), space)

    @checked(
        direction=instance(Direction),
        strength=number(),
        until=optional(FUNCTION),
        max_steps=COUNT,
    )
    def move(
        self,
        x: Any,
        direction: Direction,
        strength: float = 1.0,
        condition: Any = None,
        until: Callable[[Any], Any] | None = None,
        max_steps: int = 10,
        *,
        label: Any = None,
        **options: Any,
    ) -> Any:
        """Data, moved along the direction of a feature, and decoded.

        Args:
            x: data, as `encode` takes them, one piece or several; for a
                direction of noise a float array of shape `(num_samples,
                noise_dim)`.
            direction: `keras_arae.models.Direction`, of `feature_direction`.
            strength: float. How many times it is added; below 0 it takes the
                feature away. Codes are put back on the unit sphere where
                they live there. Defaults to `1`.
            condition: as in `decode`. Defaults to `None`.
            until: function or `None`. Takes pieces of data and returns a
                bool for each: whether it has the feature. The direction is
                then added again and again, and each piece returned as it is
                when it first has it, which may be at once. Defaults to
                `None`: the direction is added once.
            max_steps: int. How many times at most; pieces that do not have
                the feature by then are returned all the same. Defaults to
                `10`.
            label: another name of `condition`, for classes.
            **options: the arguments of `decode`.

        Returns:
            What `decode` returns; of one piece, one.
        """
        vector = self._checked_vector(direction)
        several = direction.space == "noise" or self.codec.as_batch(x)[1]
        x = self._several(x, direction.space)
        condition = _either(condition, label)
        if direction.space == "code" and self.condition is not None:
            condition = self._told(condition, self._encoded(x))
        points = self._points_of(x, direction.space)
        rows = self._condition_rows(condition, None, len(points))

        def data_at(indices: np.ndarray, steps: int) -> Any:
            moved = points[indices] + steps * strength * vector
            moved = moved.astype("float32")
            given = None if rows is None else rows[indices]
            if direction.space == "noise":
                codes = self.generate_codes(moved, given)
            else:
                codes = self._on_sphere(moved)
            return self.decode(codes, given, **options)

        if until is None:
            data = data_at(np.arange(len(points)), 1)
        else:
            data = step_by_step(data_at, len(points), until, max_steps)
        return data if several else data[0]

    @checked(batch_size=COUNT)
    def negative_log_likelihood(
        self,
        x: Any,
        condition: Any = None,
        codes: np.ndarray | None = None,
        batch_size: int = 256,
        *,
        label: Any = None,
    ) -> np.ndarray:
        """How unlikely data are given their codes, or other ones, in nats.

        Args:
            x: the data, as in `fit`.
            condition: as in `decode`. Defaults to `None`.
            codes: float array of shape `(num_rows, code_dim)`, such as codes
                of damaged versions of `x`. Defaults to `None`: codes of `x`.
            batch_size: int. Defaults to `256`.
            label: another name of `condition`, for classes.

        Returns:
            A float32 array of shape `(num_rows,)`: sums over the positions
            that count.
        """
        rows = self._encoded(x)
        if codes is None:
            codes = self._codes_of(rows)
        codes = self._checked_codes(codes)
        if len(codes) != len(rows):
            raise ValueError(
                "Each row needs a code. "
                f"Received: {len(rows)} rows and {len(codes)} codes"
            )
        condition = self._told(_either(condition, label), rows)
        vectors = self._condition_rows(condition, None, len(rows))
        if vectors is not None:
            codes = np.concatenate([codes, vectors], axis=1)
        function = self._compiled("nll", self._nats)
        return in_batches(function, rows, batch_size, codes)

    def export(self, filepath: Any, format: str = "tf_saved_model") -> None:
        """Writes an inference model: a TensorFlow SavedModel.

        `tf.saved_model.load(filepath)` has functions of tensors, which need
        neither Keras nor this package: `encode` (integers to codes), `decode`
        (codes to the likeliest integers) and, with a prior, `generate` (noise
        to integers). With a condition the last two take its vectors as well.

        Args:
            filepath: str or path. The folder.
            format: str. Defaults to `"tf_saved_model"`, the only one.

        Raises:
            ValueError: on PyTorch, which writes none: the model's .keras file
                can be loaded, and exported, on another backend.
        """
        self._require_codes()
        write_inference_model(self, str(filepath), format)

    # Presets.

    @classmethod
    @checked(preset=PATH, revision=optional(TEXT))
    def from_preset(
        cls, preset: str | os.PathLike, revision: str | None = None
    ) -> Any:
        """Loads a trained model: by name, from a folder or from a hub.

        Each file is checked against its checksum, and none of its code is
        run. The model is not compiled: `compile` it to train on or to
        `evaluate`.

        Args:
            preset: str or path. The name of a packaged preset (`python -m
                keras_arae.presets` lists them); a folder that
                `save_to_preset` wrote (with the name of a packaged one:
                `"./name"`); `"hf://user/repo"` or
                `"kaggle://user/model/keras/variation"`, which are kept in
                the cache of the hub's library.
            revision: str or `None`. Of a preset on Hugging Face: a branch, a
                tag or a commit. Defaults to `None`: the main branch.

        Returns:
            A model of the preset's class, which must be this one or a
            subclass of it: `ARAE.from_preset` loads any ARAE.

        Raises:
            ConnectionError: It could not be downloaded; where there is no
                connection, the message says what to put where.
            FileNotFoundError: There is no such folder.
            ValueError: The preset is unknown or damaged, was saved by a newer
                version, or is one of another class.
        """
        return load_preset(preset, cls, revision)

    @checked(
        folder=PATH,
        dtype=optional(one_of("float16")),
        card=optional(instance(ModelCard)),
        overwrite=FLAG,
    )
    def save_to_preset(
        self,
        folder: str | os.PathLike,
        dtype: str | None = None,
        card: ModelCard | None = None,
        overwrite: bool = False,
    ) -> None:
        """Writes the model, without its optimizers, for `from_preset`.

        The folder has Keras' own layout (`config.json`, `metadata.json`,
        `model.weights.h5`, `assets`), the checksums of these files and a
        model card (`README.md`).

        Args:
            folder: str or path. New or empty; it is there whole or not at
                all.
            dtype: `"float16"`, in which weights are then stored (half the
                size; loaded models compute as before, from rounded weights),
                or `None`. Defaults to `None`: as they are.
            card: `keras_arae.presets.ModelCard` or `None`. What the card
                says of data, licence and numbers. Defaults to `None`: only
                what the model itself knows.
            overwrite: bool. Whether to replace the preset in the folder.
                Defaults to `False`.

        Raises:
            FileExistsError: The folder is not empty, and `overwrite` is
                false or it holds no preset.
            ValueError: The model has no weights yet, or some that float16
                cannot hold.
        """
        save_preset(self, folder, dtype, card, overwrite)

    # Compiled functions, and what they compute.

    def _compiled(self, name: str, function: Any) -> Any:
        if name not in self._functions:
            self._functions[name] = self.compile_function(function)
        return self._functions[name]

    def _codes_of(self, rows: np.ndarray, batch_size: int = 256) -> np.ndarray:
        return in_batches(self._compiled("encode", self.code), rows, batch_size)

    def _sampler_of(self, prior: Prior) -> Any:
        """A compiled function from noise to codes."""

        def codes_of(noise: Any, condition: Any = None) -> Any:
            code = prior(noise, condition, training=False)
            return ops.cast(code, "float32")

        if prior is self.prior:
            return self._compiled("generate", codes_of)
        last, function = self._other_prior()
        if last is not prior:
            function = self.compile_function(codes_of, reads=prior.variables)
            self._other_prior = lambda: (prior, function)
        return function

    def _most_likely(self, code: Any) -> Any:
        return ops.argmax(self.decoder(code, training=False), axis=-1)

    def _nats(self, x: Any, code: Any) -> Any:
        """Cross-entropy of each row, summed over the positions that count."""
        logits = ops.cast(self.decoder(code, x, training=False), "float32")
        losses = ops.sparse_categorical_crossentropy(
            x, logits, from_logits=True
        )
        if self.decoder.pad_id is not None:
            losses = ops.where(x != self.decoder.pad_id, losses, 0.0)
        return ops.sum(losses, axis=tuple(range(1, len(losses.shape))))

    def _decode_sequences(
        self, codes: np.ndarray, *args: Any, **options: Any
    ) -> np.ndarray:
        if self._sequence_decoder is None:
            self._sequence_decoder = SequenceDecoder(
                self.decoder, self.x_shape[0], self.compile_function
            )
        with self.alone():
            return self._sequence_decoder(codes, *args, **options)

    # Points of arithmetic.

    def _several(self, x: Any, space: str) -> Any:
        """Several pieces of data; noise as it is."""
        return x if space == "noise" else self.codec.as_batch(x)[0]

    def _points_of(self, x: Any, space: str) -> np.ndarray:
        """Codes of data, or noise that a user gives."""
        if space == "code":
            self._require_codes()
            return self._codes_of(self._encoded(x))
        self._require_prior(self.prior)
        rule = array("num_samples", self.prior.noise_dim)
        return check("noise", x, rule)

    def _checked_vector(self, direction: Direction) -> np.ndarray:
        """The direction's vector; refuses that of another model."""
        if direction.space == "noise":
            self._require_prior(self.prior)
            dim = self.prior.noise_dim
        else:
            self._require_codes()
            dim = self.code_dim
        check("space", direction.space, one_of(*SPACES))
        return check("vector", direction.vector, array(dim))

    # Checks of what users give.

    def _encoded(self, x: Any) -> np.ndarray:
        self._require_built()
        return self.codec.encode(x)

    def _checked_codes(self, codes: Any) -> np.ndarray:
        self._require_built()
        rule = array("num_codes", self.code_dim)
        return check("codes", codes, rule).astype("float32")

    def _condition_rows(self, condition: Any, label: Any, num_rows: int) -> Any:
        """Vectors of conditions; `None` for a model without."""
        condition = _either(condition, label)
        if self.condition is None:
            return encode_condition(None, condition, num_rows)
        return self.condition.rows(condition, num_rows)

    def _told(self, condition: Any, rows: np.ndarray) -> Any:
        """The condition of encoded data, where they tell it themselves."""
        if self.condition is None:
            return condition
        return self.condition.told(condition, lambda: self.codec.decode(rows))

    def _condition_path(
        self, condition: Any, end_condition: Any, num_paths: int, steps: int
    ) -> np.ndarray | None:
        """Vectors of conditions along paths."""
        start = self._condition_rows(condition, None, num_paths)
        if start is None:
            return self._condition_rows(end_condition, None, num_paths)
        end = start
        if end_condition is not None:
            end = self._condition_rows(end_condition, None, num_paths)
        return path(start, end, steps).reshape(-1, self.condition.dim)

    def _on_sphere(self, codes: np.ndarray) -> np.ndarray:
        """Codes where the encoder would have put them."""
        if not self.normalize_codes:
            return codes
        norms = np.linalg.norm(codes, axis=1, keepdims=True)
        return codes / np.maximum(norms, 1e-12)

    def _draw_noise(
        self, num_samples: int, seed: int | None, prior: Any
    ) -> np.ndarray:
        self._require_prior(prior)
        if seed is None:
            seed = np.random.randint(2**31)
        generator = np.random.default_rng(seed)
        shape = (num_samples, prior.noise_dim)
        return generator.standard_normal(shape).astype("float32")

    def _require_built(self) -> None:
        if not self.built:
            raise ValueError(
                "The model has seen no data yet: call `fit` first, or "
                "`build((None, *x_shape))`. Received: a model without weights"
            )

    def _require_codes(self) -> None:
        self._require_built()
        if not self.code_dim:
            raise ValueError(
                "This model has no code space: it generates and scores, but "
                f"encodes nothing. Received: {type(self).__name__}"
            )

    def _require_prior(self, prior: Any) -> None:
        self._require_codes()
        if prior is None:
            raise ValueError(
                "A plain autoencoder has no prior to draw codes from: set "
                "`model.prior`, for instance to a `GaussianPrior`, and fit it "
                "with `fit_prior`, or decode codes of your own. "
                "Received: prior=None"
            )
        if not prior.is_fitted:
            raise ValueError(
                "The prior has not been fitted: call `fit_prior` with the "
                f"training data. Received: {type(prior).__name__}"
            )


def _either(condition: Any, label: Any) -> Any:
    """The one of two names of a condition that was given."""
    if condition is not None and label is not None:
        raise ValueError(
            "`label` is another name of `condition`: give one of them. "
            f"Received: condition={shown(condition)}, "
            f"label={shown(label)}"
        )
    return label if condition is None else condition


def _standard_normal(shape: tuple, seed: int | None) -> np.ndarray:
    """The same numbers on every backend, other ones than a prior's noise."""
    if seed is None:
        seed = np.random.randint(2**31)
    generator = np.random.default_rng([seed, 2])
    return generator.standard_normal(shape, "float32")
