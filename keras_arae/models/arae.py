"""The adversarially regularized autoencoder: its parts and settings."""

import keras
import numpy as np
from keras import ops

from keras_arae.export import export
from keras_arae.layers.code_noise import CodeNoise
from keras_arae.models.algorithm import Algorithm
from keras_arae.models.decoding import Decoding
from keras_arae.models.feeding import Feeding
from keras_arae.models.labels import Labels
from keras_arae.models.networks import Networks
from keras_arae.models.prediction import Prediction
from keras_arae.models.verbs import Verbs
from keras_arae.preprocessing.array_batches import check_count
from keras_arae.trainers import PhasedModel


@export
class ARAE(
    Verbs,
    Decoding,
    Prediction,
    Feeding,
    Labels,
    Algorithm,
    Networks,
    PhasedModel,
):
    """An autoencoder of discrete data whose code space a generator learns.

    An encoder turns a discrete `x` into a code, a decoder turns codes into a
    distribution over `x`. A generator maps Gaussian noise to codes; a critic
    tells real codes from generated ones, and encoder and generator are
    trained to bring the two together. Afterwards noise maps to codes that
    decode to new data, and paths between codes pass through data.

    Use this class with networks of your own, `keras_arae.TextARAE` for
    sentences. Without generator and critic it is a plain autoencoder, the
    baseline of the paper.

    Source: "Adversarially Regularized Autoencoders", Zhao, Kim, Zhang, Rush,
    LeCun, ICML 2018 (https://arxiv.org/abs/1706.04223), Algorithm 1, and the
    code released with it.

    Each training step runs these phases on a batch:

    1. reconstruction: encoder and decoder maximise the likelihood of `x`
       given its code, to which noise is added;
    2. critic, `critic_steps` times: raise the scores of real codes and lower
       those of generated ones;
    3. encoder: lower the scores of real codes;
    4. generator: raise the scores of generated codes.

    Args:
        encoder: Keras layer. Maps int `x` of shape `(batch, ...)` to codes of
            shape `(batch, code_dim)`.
        decoder: Keras layer. Maps codes to logits of shape
            `(*x.shape, num_values)`. One with `autoregressive = True` is
            called with `(code, x)`, and samples through its `initial_state`
            and `step`; one with `pad_id` leaves that id out of the loss
            (see `keras_arae.layers.LSTMDecoder`).
        generator: Keras layer or `None`. Maps noise of shape
            `(batch, noise_dim)` to codes. Defaults to `None`.
        critic: Keras layer or `None`. Maps codes to `(batch, 1)` scores, each
            code by itself: real and generated ones may come in one batch.
            Defaults to `None`.
        noise_dim: int. Width of the generator's noise. Defaults to `100`.
        num_classes: int or `None`. Where data have labels from 0 to
            `num_classes - 1`, decoder, generator and critic are conditional:
            the label, one-hot, is joined to the code or the noise that they
            take. Train with `fit(x, labels)`, draw with
            `generate(n, label=...)`. Defaults to `None`: no labels.
        normalize_codes: bool. Whether codes of `x` are put on the unit
            sphere, as in the paper. Defaults to `True`.
        code_noise: float or `keras_arae.layers.CodeNoise`. Noise on codes in
            the reconstruction phase: a standard deviation, which then decays
            by 0.9995 every 100 steps, or a layer. Defaults to `0.05`, the
            released code's value for SNLI.
        critic_steps: int. Critic updates a step. Defaults to `5`.
        critic_data: `"reuse"` or `"fresh"`. Real codes for the critic: those
            of the training batch, encoded once for all `critic_steps`, or (as
            in the paper) those of rows drawn anew for each. With `"fresh"` a
            batch of your own dataset must hold `critic_steps + 1` parts of
            equal size. Defaults to `"reuse"`, which trained as well in a
            trial and took 20% less time.
        critic_regularizer: `"gradient_penalty"` (the released code) or
            `"weight_clipping"` (the paper). Defaults to
            `"gradient_penalty"`.
        gradient_penalty_weight: float. Defaults to `1.0`, the released
            code's value for SNLI.
        weight_clip: float. Bound of the critic's weights under
            `"weight_clipping"`. Defaults to `0.01`.
        encoder_gradient_scale: float. Factor on the critic's gradient into
            the encoder (lambda 1 of the paper). Defaults to `0.1`, the
            released code's value for SNLI.
        seed: int or `None`. Random seed of noise and shuffling. Defaults to
            `None`, a seed drawn from numpy's global generator, which
            `keras.utils.set_random_seed` fixes.

    Example:

    ```python
    layers = keras_arae.layers
    model = keras_arae.ARAE(
        layers.DenseEncoder(code_dim=8, hidden_dims=(32,)),
        layers.DenseDecoder((6, 6), hidden_dims=(32,)),
        layers.Generator(code_dim=8, hidden_dims=(32,)),
        layers.Critic(hidden_dims=(32,)),
        noise_dim=4,
    )
    model.compile()
    x = np.random.default_rng(0).integers(2, size=(64, 6, 6))
    model.fit(x, epochs=1, batch_size=16, verbose=0)
    assert model.generate(3).shape == (3, 6, 6)
    ```
    """

    def __init__(
        self,
        encoder,
        decoder,
        generator=None,
        critic=None,
        noise_dim=100,
        num_classes=None,
        normalize_codes=True,
        code_noise=0.05,
        critic_steps=5,
        critic_data="reuse",
        critic_regularizer="gradient_penalty",
        gradient_penalty_weight=1.0,
        weight_clip=0.01,
        encoder_gradient_scale=0.1,
        seed=None,
        name=None,
    ):
        super().__init__(logged=self.logged, name=name)
        if (generator is None) != (critic is None):
            raise ValueError(
                "A generator needs a critic and a critic a generator: give "
                "both, or neither for a plain autoencoder. "
                f"Received: generator={generator}, critic={critic}"
            )
        if num_classes is not None:
            check_count("num_classes", num_classes)
        _check_choice("critic_data", critic_data, ("reuse", "fresh"))
        _check_choice(
            "critic_regularizer",
            critic_regularizer,
            ("gradient_penalty", "weight_clipping"),
        )
        if seed is None:
            seed = int(np.random.randint(2**31))
        # Seeds far apart: neighbouring ones overlap on the torch backend.
        seeds = np.random.SeedSequence(seed).generate_state(2) >> 1
        if not isinstance(code_noise, keras.layers.Layer):
            code_noise = CodeNoise(code_noise, seed=int(seeds[0]))
        self.encoder = encoder
        self.decoder = decoder
        self.generator = generator
        self.critic = critic
        self.code_noise = code_noise
        self.noise_dim = noise_dim
        self.num_classes = num_classes
        self.normalize_codes = normalize_codes
        self.critic_steps = critic_steps
        self.critic_data = critic_data
        self.critic_regularizer = critic_regularizer
        self.gradient_penalty_weight = gradient_penalty_weight
        self.weight_clip = weight_clip
        self.encoder_gradient_scale = encoder_gradient_scale
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(int(seeds[1]))

    @property
    def adversarial(self):
        """Whether there are a generator and a critic."""
        return self.critic is not None

    def build(self, input_shape):
        """Builds all networks and checks that their shapes fit together.

        Args:
            input_shape: tuple. Shape of a batch of `x`, `(None, ...)`.
        """
        self.x_shape = tuple(input_shape[1:])
        x = ops.zeros((2, *self.x_shape), "int32")
        label = ops.zeros(2, "int32") if self.conditional else None
        code = self.code_noise(self.code(x))
        if len(code.shape) != 2:
            raise ValueError(
                "The encoder must return codes of shape (batch, code_dim). "
                f"Received: {tuple(code.shape)} for x of shape {input_shape}"
            )
        self.code_dim = code.shape[-1]
        logits = self.logits(code, x, label)
        if tuple(logits.shape[:-1]) != tuple(x.shape):
            raise ValueError(
                "The decoder must return logits of shape (*x.shape, "
                f"num_values), here (batch, {self.x_shape}, num_values). "
                f"Received: {tuple(logits.shape)}"
            )
        self.num_values = logits.shape[-1]
        if self.adversarial:
            generated = self.generated_code(2, label)
            if generated.shape != code.shape:
                raise ValueError(
                    "The generator's codes must be as wide as the encoder's, "
                    f"{self.code_dim}. Received: {generated.shape[-1]}"
                )
            self.mean_score(code, label)
        self.built = True
        if self.compiled:
            self.build_optimizers()

    def compile(
        self,
        autoencoder_optimizer=None,
        critic_optimizer=None,
        generator_optimizer=None,
        **options,
    ):
        """Configures training.

        Args:
            autoencoder_optimizer: optimizer of encoder and decoder. Defaults
                to that of `default_optimizers`: as released here and in
                `ImageARAE`, a faster one in `TextARAE`.
            critic_optimizer: likewise.
            generator_optimizer: likewise.
            **options: `run_eagerly`, `jit_compile`, `steps_per_execution` of
                `keras.Model.compile`.
        """
        self.compile_given(
            {
                "autoencoder": autoencoder_optimizer,
                "critic": critic_optimizer,
                "generator": generator_optimizer,
            },
            **options,
        )

    def compile_given(self, optimizers, **options):
        """`compile` with a dict of name to optimizer, `None` for defaults."""
        given = {k: v for k, v in optimizers.items() if v is not None}
        optimizers = {**self.default_optimizers(), **given}
        used = {phase.optimizer for phase in self.phases()}
        super().compile(
            {k: v for k, v in optimizers.items() if k in used}, **options
        )

    def default_optimizers(self):
        """Optimizers by name, those of the released code."""
        return {
            "autoencoder": keras.optimizers.SGD(1.0, global_clipnorm=1.0),
            "critic": keras.optimizers.Adam(1e-4, beta_1=0.5),
            "generator": keras.optimizers.Adam(1e-4, beta_1=0.5),
        }

    def num_extra_rows(self, batch_size):
        """Fresh data for the critic, behind each batch."""
        fresh = self.adversarial and self.critic_data == "fresh"
        return self.critic_steps * batch_size if fresh else 0

    def epoch_numbers(self):
        stddev = getattr(self.code_noise, "current_stddev", None)
        if stddev is None:
            return {}
        return {"noise_stddev": float(ops.convert_to_numpy(stddev))}

    def get_config(self):
        networks = ("encoder", "decoder", "generator", "critic", "code_noise")
        return {
            **{
                key: keras.saving.serialize_keras_object(getattr(self, key))
                for key in networks
            },
            "noise_dim": self.noise_dim,
            "num_classes": self.num_classes,
            "normalize_codes": self.normalize_codes,
            "critic_steps": self.critic_steps,
            "critic_data": self.critic_data,
            "critic_regularizer": self.critic_regularizer,
            "gradient_penalty_weight": self.gradient_penalty_weight,
            "weight_clip": self.weight_clip,
            "encoder_gradient_scale": self.encoder_gradient_scale,
            "seed": self.seed,
            "name": self.name,
        }


def _check_choice(name, value, choices):
    if value not in choices:
        raise ValueError(
            f"`{name}` must be one of {choices}. Received: {name}={value!r}"
        )
