"""The adversarially regularized autoencoder: Algorithm 1 of the paper."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_arae import backend
from keras_arae import priors
from keras_arae.arguments import FLAG
from keras_arae.arguments import LAYER
from keras_arae.arguments import NOT_NEGATIVE
from keras_arae.arguments import POSITIVE
from keras_arae.arguments import checked
from keras_arae.arguments import either
from keras_arae.arguments import instance
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.data import ArrayBatches
from keras_arae.data import ArrayCodec
from keras_arae.data import Batch
from keras_arae.data import weighted_mean
from keras_arae.export import export
from keras_arae.layers import BatchNormalization
from keras_arae.layers import CodeNoise
from keras_arae.layers.codes import on_unit_sphere
from keras_arae.models.collapse_monitor import CollapseMonitor
from keras_arae.models.generation import GenerativeModel
from keras_arae.training import Phase
from keras_arae.training import SharedPass


@export
class ARAE(GenerativeModel):
    """An autoencoder of discrete data with a learned prior over its codes.

    An encoder turns a discrete `x` into a code, a decoder turns codes into a
    distribution over `x`. A prior learns to draw codes: in the paper's, a
    generator maps Gaussian noise to codes, a critic tells real codes from
    generated ones, and encoder and generator are trained to bring the two
    together. Afterwards noise maps to codes that decode to new data, and
    paths between codes pass through data.

    Use this class with networks of your own, `keras_arae.TextARAE` for
    sentences, `keras_arae.ImageARAE` for images. Without a prior it is a
    plain autoencoder, the baseline of the paper.

    Source: "Adversarially Regularized Autoencoders", Zhao, Kim, Zhang, Rush,
    LeCun, ICML 2018 (https://arxiv.org/abs/1706.04223), Algorithm 1, and the
    code released with it.

    Each training step runs these phases on a batch; the last three are the
    game of an `AdversarialPrior`:

    1. reconstruction: encoder and decoder maximise the likelihood of `x`
       given its code, to which noise is added;
    2. critic, `critic_steps` times: raise the scores of real codes and lower
       those of generated ones;
    3. encoder: lower the scores of real codes;
    4. generator: raise the scores of generated codes.

    Args:
        encoder: Keras layer. Maps int `x` of shape `(batch, ...)` to codes of
            shape `(batch, code_dim)`.
        decoder: `keras_arae.layers.Decoder`. Maps codes to logits of shape
            `(*x.shape, num_values)`.
        prior: `keras_arae.priors.Prior`, `"adversarial"`, `"gaussian"`,
            `"mixture"`, `"kernel"`, `"flow"` or `None`. Defaults to `None`: a
            plain autoencoder.
        codec: `keras_arae.data.Codec` or `None`. Turns users' data into
            integers. Defaults to `None`: data are integers already.
        condition: what is known of each piece of data: an int, the number of
            classes, whose labels are 0 to `condition - 1`; a list of their
            names; or a
            `keras_arae.data.Condition`, such as `keras_arae.Numbers`. It is
            joined to the code that the decoder takes and to the noise that
            the prior takes. Train with `fit(x, labels)`, draw with
            `generate(n, condition=...)`. Defaults to `None`.
        normalize_codes: bool. Whether codes of `x` are put on the unit
            sphere, as in the paper. Defaults to `True`.
        code_noise: float, two or three floats, or
            `keras_arae.layers.CodeNoise`. Noise on codes in the
            reconstruction phase: a standard deviation; or the lowest and the
            highest of those that codes meet; or the lowest, the highest that
            the encoder learns from and the highest, which the decoder alone
            learns from; multiplied by 0.9995 every 100 steps; or a layer.
            Defaults to `0.05`, the released code's value for SNLI.
        standardize_codes: bool. Whether each dimension of a code is brought
            to mean 0 and variance 1 over the batch first, all rows counting
            alike (outside training, and where `encoder.trainable` is false,
            by moving averages, which are saved). Codes cannot collapse to one
            point then, which noise drowns, as they do on long strings of few
            tokens; and encoders of sentences keep learning under wide noise
            where `units` and `code_dim` differ. Defaults to `False`.
        corruption: Keras layer or `None`. Takes and returns int `x`: what the
            encoder reads `x` through in the reconstruction phase, while the
            decoder gives back `x` as it was, a denoising autoencoder. Of what
            it reads are the moments of codes that training logs. The prior's
            phases read `x` itself. `keras_arae.layers.WordNoise` is one for
            sentences. Defaults to `None`.
        seed: int or `None`. Random seed of noise and shuffling. Defaults to
            `None`, a seed drawn from numpy's global generator, which
            `keras.utils.set_random_seed` fixes.
        name: str or `None`. Defaults to `None`.

    Example:

    ```python
    layers = keras_arae.layers
    model = keras_arae.ARAE(
        layers.DenseEncoder(code_dim=8, hidden_dims=(32,)),
        layers.DenseDecoder((6, 6), hidden_dims=(32,)),
        keras_arae.priors.AdversarialPrior(hidden_dims=(32,), noise_dim=4),
    )
    model.compile()
    x = np.random.default_rng(0).integers(2, size=(64, 6, 6))
    model.fit(x, epochs=1, batch_size=16, verbose=0)
    assert model.generate(3).shape == (3, 6, 6)
    ```
    """

    @checked(
        encoder=LAYER,
        code_noise=either(
            NOT_NEGATIVE, several(POSITIVE, 2, 3), instance(CodeNoise)
        ),
        standardize_codes=FLAG,
        corruption=optional(LAYER),
    )
    def __init__(
        self,
        encoder: keras.layers.Layer,
        decoder: keras.layers.Layer,
        prior: Any = None,
        codec: Any = None,
        condition: Any = None,
        normalize_codes: bool = True,
        code_noise: Any = 0.05,
        standardize_codes: bool = False,
        corruption: keras.layers.Layer | None = None,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(
            decoder,
            priors.get(prior),
            normalize_codes,
            codec=codec,
            condition=condition,
            seed=seed,
            name=name,
        )
        # Seeds far apart: neighbouring ones overlap on the torch backend.
        seeds = np.random.SeedSequence(self.seed).generate_state(2) >> 1
        if not isinstance(code_noise, CodeNoise):
            least, *most = np.atleast_1d(code_noise).tolist()
            code_noise = CodeNoise(
                least,
                max_stddev=most[-1] if most else None,
                encoder_max_stddev=most[0] if len(most) > 1 else None,
                seed=int(seeds[0]),
            )
        self.encoder = encoder
        self.code_noise = code_noise
        self.corruption = corruption
        self.standardization: Any = None
        if standardize_codes:
            self.standardization = BatchNormalization(
                momentum=0.9,
                epsilon=1e-5,
                center=False,
                scale=False,
                dtype="float32",
                name="standardization",
            )
        self.seed_generator = keras.random.SeedGenerator(int(seeds[1]))
        if codec is not None:
            self.build((None, *codec.x_shape))

    def build(self, input_shape: Any) -> None:
        """Builds all networks and checks that their shapes fit together.

        Args:
            input_shape: tuple. Shape of a batch of `x`, `(None, ...)`.
        """
        x = ops.zeros((2, *input_shape[1:]), "int32")
        if self.corruption is not None:
            self._check_corruption(x)
        code = self.code_noise(self.code(x))
        if len(code.shape) != 2:
            raise ValueError(
                "The encoder must return codes of shape (batch, code_dim). "
                f"Received: {tuple(code.shape)} for x of shape {input_shape}"
            )
        self.code_dim = code.shape[-1]
        condition = None
        if self.condition is not None:
            condition = ops.zeros((2, self.condition.dim))
        logits = self.logits(code, x, condition)
        if tuple(logits.shape[:-1]) != tuple(x.shape):
            raise ValueError(
                "The decoder must return logits of shape (*x.shape, "
                f"num_values), here {tuple(x.shape)} and behind it the number "
                f"of values. Received: {tuple(logits.shape)}"
            )
        if self.codec is None:
            self.codec = ArrayCodec(tuple(input_shape[1:]), logits.shape[-1])
        self._check_codec(logits.shape[-1])
        if self.prior is not None:
            self._prepare_prior(self.prior)
            self._check_prior(condition)
        self.built = True
        if self.compiled:
            self.build_optimizers()

    def _check_corruption(self, x: Any) -> None:
        """Refuses one that returns other data than integers of that shape."""
        found = self.corrupted(x)
        dtype = keras.backend.standardize_dtype(found.dtype)
        if tuple(found.shape) != tuple(x.shape) or "int" not in dtype:
            raise ValueError(
                "`corruption` must return integers of the shape that it got, "
                f"{tuple(x.shape)}. Received: shape {tuple(found.shape)} and "
                f"dtype {dtype}"
            )

    def _check_prior(self, condition: Any) -> None:
        """Refuses a prior whose codes have another width."""
        generated = self.prior.sample(2, condition, self.seed_generator)
        if tuple(generated.shape) != (2, self.code_dim):
            raise ValueError(
                "The prior's codes must be as wide as the encoder's, "
                f"{self.code_dim}. Received: {tuple(generated.shape)[1:]}"
            )

    def _check_codec(self, num_values: int) -> None:
        """Refuses a decoder that was made for other integers."""
        if self.codec.num_values not in (None, num_values):
            raise ValueError(
                "The decoder must give logits of as many values as the codec "
                f"has, {self.codec.num_values}. Received: {num_values}"
            )
        names = ("pad_id", "start_id", "end_id")
        if self.decoder.autoregressive and self.codec.pad_id is not None:
            expected = {name: getattr(self.codec, name) for name in names}
            given = {name: getattr(self.decoder, name) for name in names}
            if given != expected:
                raise ValueError(
                    "The decoder must have the special ids of the codec, "
                    f"{expected}. Received: {given}"
                )

    # What networks compute.

    def call(
        self, x: Any, condition: Any = None, training: bool = False
    ) -> Any:
        """Logits of `x` given its code; in training, given its noisy code."""
        code = self.code(x, training=training)
        code = self.code_noise(code, training=training)
        return self.logits(code, x, condition, training=training)

    def code(self, x: Any, training: bool = False) -> Any:
        """Codes of `x`, of shape `(batch, code_dim)`, without noise."""
        code = self.encoder(x, training=training)
        code = ops.cast(code, "float32")
        if self.standardization is not None:
            # Codes of a frozen encoder stay as they are.
            learns = training and self.encoder.trainable
            code = self.standardization(code, training=learns)
        if self.normalize_codes:
            code = on_unit_sphere(code)
        return code

    def corrupted(self, x: Any) -> Any:
        """What the encoder reads of `x` in the reconstruction phase."""
        if self.corruption is None:
            return x
        return self.corruption(x, training=True)

    # Algorithm 1, phase by phase.

    def phases(self) -> list[Phase]:
        """The phases of one step: the autoencoder's, then the prior's."""
        reconstruction = Phase(
            "reconstruction",
            self.reconstruction_loss,
            [self.encoder, self.decoder],
            "autoencoder",
            default_optimizer=self.default_autoencoder_optimizer,
            logs=(
                "reconstruction_loss",
                "accuracy",
                "code_gain",
                *_moment_names("code"),
            ),
            # What the log adds up as `loss`; gradients are those of the
            # phase's own loss.
            objective={"reconstruction_loss": 1.0},
            shown=("accuracy", "val_accuracy"),
            # One update, on the autoencoder's part of the batch.
            inputs=lambda batch: self.parts(batch)[:1],
            evaluate=self.evaluate_reconstruction,
            # Of sequences, what pads a batch may be left out.
            static_shapes=not self.decoder.autoregressive,
        )
        if self.prior is None:
            return [reconstruction]
        return [reconstruction, *self.prior.phases(self)]

    def default_autoencoder_optimizer(self) -> keras.optimizers.Optimizer:
        """The optimizer of encoder and decoder, that of the released code."""
        return keras.optimizers.SGD(1.0, global_clipnorm=1.0)

    def reconstruction_loss(self, batch: Batch) -> tuple[Any, dict[str, Any]]:
        """Mean negative log-likelihood of `x` given its noisy code (nats)."""
        code = self.code(self.corrupted(batch.x), training=True)
        loss, accuracy = self.reconstruction(
            self.code_noise(code, training=True), batch, training=True
        )
        logs = {"reconstruction_loss": loss, "accuracy": accuracy}
        mean, _ = loss
        return mean, {**logs, **_moments(code, "code", batch.weights)}

    def evaluate_reconstruction(self, batch: Batch) -> dict[str, Any]:
        """Loss and accuracy of held-out data, without noise; moments.

        The gain is what its code saves of the loss (nats): how much more the
        loss is with the code of another piece of data.
        """
        # First, so that what layers may `add_loss` is of the right codes.
        codes = backend.replicas.gather(batch.code)
        codes = ops.roll(codes, ops.shape(codes)[0] // 2, axis=0)
        (other, _), _ = self.reconstruction(backend.replicas.own(codes), batch)
        loss, accuracy = self.reconstruction(batch.code, batch)
        mean, weight = loss
        return {
            "reconstruction_loss": loss,
            "accuracy": accuracy,
            "code_gain": (other - mean, weight),
            **_moments(batch.code, "code", batch.weights),
        }

    def reconstruction(
        self, code: Any, batch: Batch, training: bool = False
    ) -> tuple[tuple, tuple]:
        """Nats and accuracy at positions that count: `(mean, weight)` each."""
        code = self.decoder.joined(code, batch.condition)
        return self.decoder.cross_entropy(
            code, batch.x, batch.weights, self.skips_masked, training
        )

    def adversarial_phases(self, prior: priors.AdversarialPrior) -> list[Phase]:
        """The game of encoder and generator against the critic.

        Real codes score high and generated ones low: the critic raises the
        difference of their means, an estimate of the Wasserstein-1 distance,
        and encoder and generator lower it from either side. (The released
        code mirrors all signs.)

        Args:
            prior: `keras_arae.priors.AdversarialPrior`. This model's; its
                own `phases` calls this method.

        Returns:
            The phases of critic, encoder and generator.
        """
        # One forward pass of the encoder, recorded when a phase first calls
        # it. Without fresh data the critic takes its codes, as constants; the
        # gradients of the encoder phase go back through it (`through`).
        encoding = SharedPass(
            self.record,
            lambda batch: self.code(self.parts(batch)[0].x, training=True),
            [self.encoder],
        )
        clips = prior.critic_regularizer == "weight_clipping"
        critic = Phase(
            "critic",
            self.critic_loss,
            [prior.critic],
            "critic",
            default_optimizer=lambda: keras.optimizers.Adam(
                prior.critic_learning_rate, beta_1=0.5
            ),
            logs=(
                "critic_loss",
                "wasserstein_distance",
                "gradient_penalty",
                *_moment_names("generated_code"),
            ),
            objective={"wasserstein_distance": prior.encoder_gradient_scale},
            shown=("wasserstein_distance",),
            # One update for each of the inputs.
            inputs=lambda batch: self.critic_codes(batch, encoding),
            evaluate=self.evaluate_critic,
            after=self.clip_critic if clips else None,  # Each update.
            static_shapes=True,
        )
        encoder = Phase(
            "encoder",
            self.encoder_loss,
            [self.encoder],
            "autoencoder",  # That of the reconstruction phase.
            logs=["encoder_loss"],
            inputs=lambda batch: [(encoding(batch), self.parts(batch)[0])],
            through=encoding,
        )
        generator = Phase(
            "generator",
            self.generator_loss,
            [prior.generator],
            "generator",
            default_optimizer=lambda: keras.optimizers.Adam(
                prior.generator_learning_rate, beta_1=0.5
            ),
            logs=("generator_loss", *_moment_names("generated_code")),
            inputs=self.generator_inputs,
            static_shapes=True,
        )
        return [critic, encoder, generator]

    def critic_codes(self, batch: Batch, encoding: SharedPass) -> list[tuple]:
        """For each critic step what it learns from, all held fixed.

        Neither encoder nor generator learns meanwhile.

        Returns:
            A list of real codes, generated ones, points between them (or
            `None` without a gradient penalty) and the batch, for each step.
        """
        first, *others = self.parts(batch)
        if others:
            x = ops.concatenate([part.x for part in others])
            code = ops.stop_gradient(self.code(x, training=True))
            codes = ops.split(code, len(others))
        else:
            others = [first] * self.prior.critic_steps
            codes = [ops.stop_gradient(encoding(batch))] * len(others)
        generated = self.prior.sample_batches(
            ops.shape(codes[0])[0],
            [part.condition for part in others],
            self.seed_generator,
            training=True,
        )
        generated = [ops.stop_gradient(part) for part in generated]
        between: list = [None] * len(others)
        if self.prior.critic_regularizer == "gradient_penalty":
            between = list(map(self.points_between, codes, generated))
        return list(zip(codes, generated, between, others))

    def critic_loss(self, codes: tuple) -> tuple[Any, dict[str, Any]]:
        """Mean generated score minus mean real score, plus the penalty."""
        code, generated, between, batch = codes
        loss, logs = 0.0, {}
        # First, so that what the critic may `add_loss` is of its scores.
        if self.prior.critic_regularizer == "gradient_penalty":
            penalty = self.gradient_penalty(between, batch)
            logs["gradient_penalty"] = penalty
            loss = self.prior.gradient_penalty_weight * penalty
        distance = self.distance(code, generated, batch, training=True)
        loss = loss - distance
        logs = {"wasserstein_distance": distance, **logs}
        logs = {"critic_loss": loss, **logs}
        return loss, {
            name: _with_weight(value, batch.weights)
            for name, value in logs.items()
        }

    def encoder_loss(self, codes: tuple) -> tuple[Any, dict[str, Any]]:
        """Scaled mean score of real codes: the encoder makes it fall."""
        code, batch = codes
        scores = self.prior.scores(code, batch.condition, training=True)
        score = weighted_mean(scores[:, 0], batch.weights)
        loss = self.prior.encoder_gradient_scale * score
        return loss, {"encoder_loss": _with_weight(loss, batch.weights)}

    def generator_inputs(self, batch: Batch) -> list[tuple]:
        """The noise of the one update, and the batch."""
        batch = self.parts(batch)[0]
        num_codes = ops.shape(batch.x)[0]
        return [(self.prior.noise(num_codes, self.seed_generator), batch)]

    def generator_loss(self, given: tuple) -> tuple[Any, dict[str, Any]]:
        """Minus the mean score of generated codes: the generator lifts it."""
        noise, batch = given
        code = self.prior(noise, batch.condition, training=True)
        code = ops.cast(code, "float32")
        scores = self.prior.scores(code, batch.condition, training=True)
        score = weighted_mean(scores[:, 0], batch.weights)
        return -score, {
            "generator_loss": _with_weight(-score, batch.weights),
            **_moments(code, "generated_code", batch.weights),
        }

    def evaluate_critic(self, batch: Batch) -> dict[str, Any]:
        """Distance of held-out codes from generated ones, and moments."""
        generated = self.prior.sample(
            ops.shape(batch.x)[0],
            batch.condition,
            self.evaluation_seed_generator,
        )
        distance = self.distance(batch.code, generated, batch)
        moments = _moments(generated, "generated_code", batch.weights)
        weight = ops.sum(batch.weights)
        return {**moments, "wasserstein_distance": (distance, weight)}

    def distance(
        self, code: Any, generated: Any, batch: Batch, training: bool = False
    ) -> Any:
        """Mean real score minus mean generated score.

        Both kinds go through the critic in one batch.

        Args:
            code: tensor of shape `(batch, code_dim)`. Real codes.
            generated: tensor of the same shape. Generated codes.
            batch: `keras_arae.data.Batch`. What the codes are of: its
                condition and its weights hold for real and generated codes.
            training: bool. Defaults to `False`.

        Returns:
            A scalar.
        """
        condition = batch.condition
        if condition is not None:
            condition = ops.concatenate([condition, condition])
        codes = ops.concatenate([code, generated])
        scores = self.prior.scores(codes, condition, training)[:, 0]
        real, generated = ops.split(scores, 2)
        return weighted_mean(real - generated, batch.weights)

    def points_between(self, code: Any, generated: Any) -> Any:
        """A point at random on each line from a real to a generated code."""
        share = backend.replicas.draw(
            keras.random.uniform,
            (ops.shape(code)[0], 1),
            seed=self.seed_generator,
        )
        return share * code + (1.0 - share) * generated

    def gradient_penalty(self, between: Any, batch: Batch) -> Any:
        """How far the critic's slope between the two kinds of codes is from 1.

        Source: "Improved Training of Wasserstein GANs"
        (https://arxiv.org/abs/1704.00028), Algorithm 1.

        Args:
            between: tensor of shape `(batch, code_dim)`. Points between real
                and generated codes.
            batch: as in `distance`.

        Returns:
            A scalar, the mean of `(|gradient| - 1)^2`.
        """
        gradient = self.input_gradient(
            lambda codes: self.prior.scores(
                codes, batch.condition, training=True
            ),
            between,
        )
        norm = ops.sqrt(ops.sum(ops.square(gradient), axis=-1) + 1e-12)
        return weighted_mean(ops.square(norm - 1.0), batch.weights)

    def clip_critic(self) -> None:
        """Bounds the critic's weights, as in the paper."""
        weights = self.prior.critic.trainable_variables
        self.clip(weights, self.prior.weight_clip)

    # Batches.

    @property
    def num_parts(self) -> int:
        """One, and one for each batch of fresh data that the prior wants."""
        return 1 if self.prior is None else 1 + self.prior.num_extra_parts

    def parts(self, batch: Batch) -> list[Batch]:
        """The batch; where the critic gets fresh data, its equal parts.

        The first part is for the autoencoder and the generator, the others
        for one critic step each.
        """
        num_parts = self.num_parts
        if num_parts == 1:
            return [batch]
        num_rows = batch.x.shape[0]
        if num_rows is not None and num_rows % num_parts:
            raise ValueError(
                "A batch must hold 1 part for the autoencoder and "
                f"{num_parts - 1} of fresh data for the critic "
                f"(critic_data='fresh'): {num_parts} parts of equal size. "
                f"Received: a batch of {num_rows} rows"
            )
        rows = ops.shape(batch.x)[0] // num_parts
        return [
            Batch(
                *(
                    None if field is None else field[i * rows : (i + 1) * rows]
                    for field in batch
                )
            )
            for i in range(num_parts)
        ]

    def held_out_batch(self, x: Any, y: Any, sample_weight: Any) -> Batch:
        """A batch of evaluation, with codes that its phases share."""
        if sample_weight is None:
            sample_weight = ops.ones(ops.shape(x)[:1], "float32")
        batch = self.batch_of(x, y, sample_weight)
        return batch._replace(code=self.code(batch.x))

    def before_fit(self, x: Any) -> None:
        super().before_fit(x)
        if self.standardization is None or self.encoder.trainable:
            return
        if not self.built or not self._has_standardized():
            raise ValueError(
                "An encoder that is frozen standardizes codes by what it saw "
                "in training, and this one has seen nothing: train it first, "
                "or leave `standardize_codes` out. Received: "
                "standardize_codes=True, encoder.trainable=False"
            )

    def _has_standardized(self) -> bool:
        """Whether moving averages have left where they begin."""
        variance = ops.convert_to_numpy(self.standardization.moving_variance)
        return bool((variance != 1.0).any())

    def fit_batches(self, batches: Any, *args: Any, **options: Any) -> Any:
        one_row = isinstance(batches, ArrayBatches) and batches.batch_size == 1
        if one_row and self.standardization is not None:
            raise ValueError(
                "Codes are standardized over the batch, which needs two rows "
                "or more. Received: batch_size=1, standardize_codes=True"
            )
        return super().fit_batches(batches, *args, **options)

    def monitors(self) -> list[keras.callbacks.Callback]:
        return [
            CollapseMonitor(
                self.code_noise.stddev,
                self.code_dim,
                self.standardization is not None,
            )
        ]

    def epoch_numbers(self) -> dict[str, float]:
        """The standard deviation of the noise on codes."""
        return self.code_noise.epoch_numbers()

    def get_config(self) -> dict[str, Any]:
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "encoder": serialize(self.encoder),
            "decoder": serialize(self.decoder),
            "prior": serialize(self.prior),
            "normalize_codes": self.normalize_codes,
            "code_noise": serialize(self.code_noise),
            "standardize_codes": self.standardization is not None,
            "corruption": serialize(self.corruption),
        }


def _with_weight(mean: Any, weights: Any) -> Any:
    """A mean over rows and what it weighs, where rows have weights."""
    if weights is None:
        return mean
    return mean, ops.maximum(ops.sum(weights), 1e-12)


def _moments(code: Any, name: str, weights: Any = None) -> dict[str, Any]:
    """Norm and trace of the covariance of codes (Figure 2 of the paper)."""
    if weights is None:
        weights = ops.ones_like(code[:, 0])
    count = ops.maximum(ops.sum(weights), 1e-12)
    norm = ops.sum(weights * ops.norm(code, axis=-1)) / count
    trace = _trace_of_covariance(code, weights)
    # A replica's part of the trace is of the global batch's covariance.
    of_all = backend.replicas.mean(count)
    return dict(zip(_moment_names(name), ((norm, count), (trace, of_all))))


def _moment_names(name: str) -> tuple[str, str]:
    return f"{name}_norm", f"{name}_trace"


def _trace_of_covariance(code: Any, weights: Any) -> Any:
    """Trace of the covariance of codes, unbiased where weights are 0 or 1.

    Of several replicas each has a part; their mean is that of all rows.
    """
    sums = [
        ops.sum(weights),
        ops.sum(ops.square(weights)),
        ops.sum(weights[:, None] * code, axis=0),
    ]
    count, count_of_squares, total = backend.replicas.mean(sums)
    count = ops.maximum(count, 1e-12)
    squares = ops.sum(weights[:, None] * ops.square(code - total / count))
    # The number of rows, less one, in the units of the weights.
    num_replicas = backend.replicas.count
    freedom = count - count_of_squares / (num_replicas * count)
    return squares / ops.maximum(freedom, 1e-12)
