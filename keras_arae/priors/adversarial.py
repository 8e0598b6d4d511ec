"""The paper's prior: a generator, trained against a critic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_arae.arguments import COUNT
from keras_arae.arguments import LAYER
from keras_arae.arguments import NOT_NEGATIVE
from keras_arae.arguments import POSITIVE
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.export import export
from keras_arae.layers import Critic
from keras_arae.layers import Generator
from keras_arae.priors.prior import Prior
from keras_arae.training import Phase


@export
class AdversarialPrior(Prior):
    """A generator of codes, and the critic that it plays against.

    This class holds the two players and the rules of their game;
    `keras_arae.ARAE` plays it with its encoder (Algorithm 1 of the paper):
    `ARAE.adversarial_phases` has the losses.

    Source: "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223), Section 3, and the code released with
    it. The default networks go beyond it: the generator has a linear path
    beside the MLP and puts codes on the unit sphere where they live, the
    critic scales codes up. `docs/log/2026-11-24-generator.md` says what that
    brings.

    Args:
        generator: Keras layer or `None`. Maps noise, with the condition
            behind it, to codes. Defaults to `None`: a
            `keras_arae.layers.Generator` with `skip_connection` and, where
            codes are normalised, `normalize`.
        critic: Keras layer or `None`. Maps codes, with the condition behind
            them, to `(batch, 1)` scores, each code by itself: real and
            generated ones may come in one batch. Defaults to `None`: a
            `keras_arae.layers.Critic` whose `input_scale` suits the codes.
        noise_dim: int or `None`. Width of the generator's noise. Defaults to
            `None`: that of codes. Released: 100.
        hidden_dims: sequence of int. Hidden widths of the default networks.
            Defaults to `(300, 300)`.
        conditional: bool. Whether generator and critic see the condition.
            Defaults to `True`.
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
        critic_learning_rate: float. Of the critic's default optimizer, Adam
            with `beta_1=0.5`. Defaults to `1e-3`. Released: 1e-4.
        generator_learning_rate: float. Likewise, of the generator's. Defaults
            to `1e-3`. Released: 1e-4.

    Call arguments:
        noise: float tensor of shape `(batch, noise_dim)`, drawn from N(0, I).
        condition: float tensor of shape `(batch, condition_dim)` or `None`.
        training: bool. Whether the call is part of training.

    Input shape: `(batch, noise_dim)`.

    Output shape: `(batch, code_dim)`.

    Example:

    ```python
    prior = keras_arae.priors.AdversarialPrior(hidden_dims=(32,))
    prior.prepare(code_dim=8)
    assert prior.sample(4).shape == (4, 8)
    ```
    """

    @checked(
        generator=optional(LAYER),
        critic=optional(LAYER),
        hidden_dims=several(WIDTH),
        critic_steps=COUNT,
        critic_data=one_of("reuse", "fresh"),
        critic_regularizer=one_of("gradient_penalty", "weight_clipping"),
        gradient_penalty_weight=NOT_NEGATIVE,
        weight_clip=POSITIVE,
        encoder_gradient_scale=NOT_NEGATIVE,
        critic_learning_rate=POSITIVE,
        generator_learning_rate=POSITIVE,
    )
    def __init__(
        self,
        generator: keras.layers.Layer | None = None,
        critic: keras.layers.Layer | None = None,
        noise_dim: int | None = None,
        hidden_dims: Sequence[int] = (300, 300),
        conditional: bool = True,
        critic_steps: int = 5,
        critic_data: str = "reuse",
        critic_regularizer: str = "gradient_penalty",
        gradient_penalty_weight: float = 1.0,
        weight_clip: float = 0.01,
        encoder_gradient_scale: float = 0.1,
        critic_learning_rate: float = 1e-3,
        generator_learning_rate: float = 1e-3,
        **kwargs: Any,
    ) -> None:
        super().__init__(noise_dim, conditional, **kwargs)
        self.generator: Any = generator
        self.critic: Any = critic
        self.hidden_dims = tuple(hidden_dims)
        self.critic_steps = critic_steps
        self.critic_data = critic_data
        self.critic_regularizer = critic_regularizer
        self.gradient_penalty_weight = gradient_penalty_weight
        self.weight_clip = weight_clip
        self.encoder_gradient_scale = encoder_gradient_scale
        # Keras takes no int.
        self.critic_learning_rate = float(critic_learning_rate)
        self.generator_learning_rate = float(generator_learning_rate)

    @property
    def num_extra_parts(self) -> int:  # type: ignore[override]
        """One for each critic step, where the critic gets fresh data."""
        return self.critic_steps if self.critic_data == "fresh" else 0

    def prepare(
        self, code_dim: int, condition_dim: int = 0, normalized: bool = True
    ) -> None:
        super().prepare(code_dim, condition_dim, normalized)
        if self.built:
            return
        if self.generator is None:
            self.generator = Generator(
                code_dim,
                self.hidden_dims,
                skip_connection=True,
                normalize=normalized,
            )
        if self.critic is None:
            scale = code_dim**0.5 if normalized else 1.0
            self.critic = Critic(self.hidden_dims, input_scale=scale)
        condition = None
        if condition_dim:
            condition = ops.zeros((2, condition_dim))
        code = self.call(ops.zeros((2, self.noise_dim)), condition)
        if tuple(code.shape) != (2, code_dim):
            raise ValueError(
                "The generator's codes must be as wide as the encoder's, "
                f"{code_dim}. Received: {code.shape[-1]}"
            )
        self.scores(code, condition)
        self.built = True

    def call(
        self, noise: Any, condition: Any = None, training: bool = False
    ) -> Any:
        noise = self.joined(noise, condition)
        return self.generator(noise, training=training)

    def scores(
        self, code: Any, condition: Any = None, training: bool = False
    ) -> Any:
        """The critic's scores of codes.

        Args:
            code: float tensor of shape `(batch, code_dim)`.
            condition: float tensor of shape `(batch, condition_dim)` or
                `None`. Defaults to `None`.
            training: bool. Defaults to `False`.

        Returns:
            A float32 tensor of shape `(batch, 1)`.
        """
        code = self.joined(code, condition)
        return ops.cast(self.critic(code, training=training), "float32")

    def sample_batches(
        self,
        num_codes: Any,
        conditions: Sequence,
        seed: Any = None,
        training: bool = False,
    ) -> list:
        """Batches of codes, one for each condition, from one pass.

        The generator stays as it is while the critic learns from several. One
        of your own, or one that normalizes over the batch, may look at other
        rows than a code's own: it makes each batch by a pass of its own.

        Args:
            num_codes: int. Codes a batch.
            conditions: sequence of float tensors of shape `(num_codes,
                condition_dim)`, or of `None`.
            seed: int or `keras.random.SeedGenerator`. Defaults to `None`.
            training: bool. Defaults to `False`.

        Returns:
            A list of float32 tensors of shape `(num_codes, code_dim)`.
        """
        is_ours = type(self.generator) is Generator
        if not is_ours or self.generator.batch_normalization:
            return [
                self.sample(num_codes, condition, seed, training)
                for condition in conditions
            ]
        count, condition = len(conditions), None
        if conditions[0] is not None:
            condition = ops.stack(conditions, axis=1)
            condition = ops.reshape(condition, (-1, condition.shape[-1]))
        noise = self.noise(num_codes, seed, count)
        codes = ops.cast(self(noise, condition, training=training), "float32")
        codes = ops.reshape(codes, (-1, count, codes.shape[-1]))
        return ops.unstack(codes, num=count, axis=1)

    def phases(self, model: Any) -> list[Phase]:
        """The game of Algorithm 1, which `ARAE.adversarial_phases` plays."""
        return model.adversarial_phases(self)

    def get_config(self) -> dict[str, Any]:
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "generator": serialize(self.generator),
            "critic": serialize(self.critic),
            "hidden_dims": self.hidden_dims,
            "critic_steps": self.critic_steps,
            "critic_data": self.critic_data,
            "critic_regularizer": self.critic_regularizer,
            "gradient_penalty_weight": self.gradient_penalty_weight,
            "weight_clip": self.weight_clip,
            "encoder_gradient_scale": self.encoder_gradient_scale,
            "critic_learning_rate": self.critic_learning_rate,
            "generator_learning_rate": self.generator_learning_rate,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> AdversarialPrior:
        """Makes a prior from what `get_config` returned."""
        deserialize = keras.saving.deserialize_keras_object
        networks = {key: deserialize(config[key]) for key in _NETWORKS}
        return cls(**{**config, **networks})


_NETWORKS = ("generator", "critic")
