"""A flow from noise to codes, learned by flow matching."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_arae.arguments import COUNT
from keras_arae.arguments import FLAG
from keras_arae.arguments import LAYER
from keras_arae.arguments import POSITIVE
from keras_arae.arguments import SEED
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import number
from keras_arae.arguments import optional
from keras_arae.export import export
from keras_arae.layers import VelocityNetwork
from keras_arae.layers.codes import on_unit_sphere
from keras_arae.priors.fitted import FittedPrior
from keras_arae.priors.whitening import Whitening

NUM_LOOKS = 20  # At held-out codes, in the course of training.
UNKNOWN_SHARE = 0.1  # Of examples whose condition is left out, for guidance.


@export
class FlowMatchingPrior(FittedPrior):
    """Carries noise to codes along learned velocities, in a few steps.

    Trained after the autoencoder has learned: a network predicts, for a point
    between noise and a whitened code, which way the code lies. Codes are
    drawn by following it from noise. The weights are running averages; those
    that were best on held-out codes are kept.

    Source: "Flow Matching for Generative Modeling", Lipman et al., ICLR 2023
    (https://arxiv.org/abs/2210.02747); guidance: "Classifier-Free Diffusion
    Guidance", Ho and Salimans (https://arxiv.org/abs/2207.12598).

    Args:
        network: Keras layer or `None`. `network(x, time, condition)` gives
            velocities. Defaults to `None`: a
            `keras_arae.layers.VelocityNetwork`.
        num_directions: int. As of `keras_arae.priors.MixturePrior`. Defaults
            to `64`.
        num_steps: int. Steps from noise to code. Defaults to `4`.
        churn: float from 0 to 1. Share of the noise that each step replaces
            by fresh noise: 0 follows the flow (an ODE), more draws around it
            (an SDE). Defaults to `0.0`.
        guidance: float. How far velocities are those of the condition: 1 is
            the condition's own, more exaggerates them. Defaults to `1.0`.
        num_updates: int. Of training. Defaults to `10000`.
        batch_size: int. Codes an update. Defaults to `256`.
        learning_rate: float. Its highest; it rises for 200 updates and then
            falls to zero. Defaults to `1e-3`.
        seed: int. Of training. Defaults to `0`.
        conditional: bool. As in `keras_arae.priors.Prior`. Defaults to
            `True`.

    Call arguments:
        noise: float tensor of shape `(batch, num_directions)`, or `num_steps`
            times as wide where `churn` is above 0, drawn from N(0, I).
        condition: float tensor of shape `(batch, condition_dim)` or `None`.

    Input shape: `(batch, noise_dim)`.

    Output shape: `(batch, code_dim)`.

    Example:

    ```python
    codes = np.random.default_rng(0).normal(2.0, 0.5, (500, 3))
    prior = keras_arae.priors.FlowMatchingPrior(
        keras_arae.layers.VelocityNetwork(units=16, num_blocks=1),
        num_updates=200,
    )
    prior.prepare(code_dim=3, normalized=False)
    prior.fit(codes)
    samples = keras.ops.convert_to_numpy(prior.sample(500, seed=0))
    assert abs(samples.mean() - 2.0) < 0.2
    ```
    """

    @checked(
        network=optional(LAYER),
        num_directions=WIDTH,
        num_steps=COUNT,
        churn=number(least=0, most=1),
        guidance=number(least=0),
        num_updates=COUNT,
        batch_size=COUNT,
        learning_rate=POSITIVE,
        seed=SEED,
        conditional=FLAG,
    )
    def __init__(
        self,
        network: keras.layers.Layer | None = None,
        num_directions: int = 64,
        num_steps: int = 4,
        churn: float = 0.0,
        guidance: float = 1.0,
        num_updates: int = 10000,
        batch_size: int = 256,
        learning_rate: float = 1e-3,
        seed: int = 0,
        conditional: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(conditional=conditional, **kwargs)
        self.network = VelocityNetwork() if network is None else network
        self.num_directions = num_directions
        self.num_steps = num_steps
        self.churn = churn
        self.guidance = guidance
        self.num_updates = num_updates
        self.batch_size = batch_size
        self.learning_rate = float(learning_rate)
        self.seed = seed

    def default_noise_dim(self) -> int:
        num_directions = min(self.num_directions, super().default_noise_dim())
        return num_directions * (self.num_steps if self.churn else 1)

    def make_weights(self, code_dim: int, condition_dim: int) -> None:
        num_directions = min(self.num_directions, code_dim)
        self.whitening = Whitening(num_directions)
        self.whitening.build((None, code_dim))
        if not self.network.built:
            # Behind the condition stands whether it is known.
            self.network.build(
                (None, num_directions), (None, 1), (None, condition_dim + 1)
            )

    def call(
        self, noise: Any, condition: Any = None, training: bool = False
    ) -> Any:
        size = self.whitening.num_directions
        x = noise[:, :size]
        for step in range(self.num_steps):
            time, after = step / self.num_steps, (step + 1) / self.num_steps
            velocity = self.velocity(x, time, condition)
            code = x + (1.0 - time) * velocity
            rest = x - time * velocity
            if self.churn and after < 1.0:
                fresh = noise[:, (step + 1) * size : (step + 2) * size]
                kept = (1.0 - self.churn**2) ** 0.5
                rest = kept * rest + self.churn * fresh
            x = after * code + (1.0 - after) * rest
        code = self.whitening(x)
        return on_unit_sphere(code) if self.normalized else code

    def velocity(self, x: Any, time: float, condition: Any) -> Any:
        """Velocities at one time, with guidance."""
        known = ops.ones_like(x[:, :1])
        if not self.condition_dim:
            return self.network(x, time * known, known)
        condition = ops.cast(condition, x.dtype)
        velocity = self.network(
            x, time * known, ops.concatenate([condition, known], axis=-1)
        )
        if self.guidance == 1.0:
            return velocity
        nothing = ops.zeros((x.shape[0], self.condition_dim + 1))
        plain = self.network(x, time * known, nothing)
        return plain + self.guidance * (velocity - plain)

    def learn(self, codes: np.ndarray, condition: np.ndarray | None) -> None:
        x = self.whitening.learn(codes).astype("float32")
        known = np.ones((len(x), 1), "float32")
        if condition is not None:
            known = np.hstack([condition.astype("float32"), known])
        rng = np.random.default_rng(self.seed)
        order = rng.permutation(len(x))
        num_held_out = max(1, min(len(x) // 20, 5000))
        held_out, kept = np.split(order, [num_held_out])
        model = self._trainer(known.shape[1])
        num_looks = min(NUM_LOOKS, self.num_updates)
        model.fit(
            self._batches(x[kept], known[kept], rng),
            steps_per_epoch=self.num_updates // num_looks,
            epochs=num_looks,
            validation_data=_example(x[held_out], known[held_out], rng),
            callbacks=[
                keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
                keras.callbacks.EarlyStopping(
                    patience=num_looks, restore_best_weights=True
                ),
            ],
            shuffle=False,
            verbose=0,
        )

    def _trainer(self, known_dim: int) -> keras.Model:
        """What fits the network to velocities."""
        inputs = [
            keras.Input((self.whitening.num_directions,)),
            keras.Input((1,)),
            keras.Input((known_dim,)),
        ]
        model = keras.Model(inputs, self.network(*inputs))
        warmup = min(200, self.num_updates // 10)
        rate = keras.optimizers.schedules.CosineDecay(
            0.0,
            self.num_updates - warmup,
            warmup_target=self.learning_rate,
            warmup_steps=warmup,
        )
        optimizer = keras.optimizers.AdamW(
            rate,
            beta_2=0.99,
            global_clipnorm=1.0,
            use_ema=True,
            # Of a short training the first tenth is forgotten.
            ema_momentum=min(0.999, 1.0 - 10.0 / max(self.num_updates, 20)),
        )
        model.compile(optimizer, loss="mean_squared_error")
        return model

    def _batches(
        self, x: np.ndarray, known: np.ndarray, rng: np.random.Generator
    ) -> Iterator:
        """Examples without end; of some the condition is not known."""
        while True:
            rows = rng.integers(len(x), size=self.batch_size)
            some = known[rows]
            if self.guidance != 1.0:
                some = some * (rng.random((len(some), 1)) > UNKNOWN_SHARE)
            yield _example(x[rows], some.astype("float32"), rng)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "network": keras.saving.serialize_keras_object(self.network),
            "num_directions": self.num_directions,
            "num_steps": self.num_steps,
            "churn": self.churn,
            "guidance": self.guidance,
            "num_updates": self.num_updates,
            "batch_size": self.batch_size,
            "learning_rate": self.learning_rate,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> FlowMatchingPrior:
        network = keras.saving.deserialize_keras_object(config["network"])
        return cls(**{**config, "network": network})


def _example(
    x: np.ndarray, known: np.ndarray, rng: np.random.Generator
) -> tuple:
    """Points between noise and codes, at times that crowd in the middle."""
    noise = rng.normal(size=x.shape).astype("float32")
    time = rng.normal(size=(len(x), 1)).astype("float32")
    time = 1.0 / (1.0 + np.exp(-time))
    return (time * x + (1.0 - time) * noise, time, known), x - noise
