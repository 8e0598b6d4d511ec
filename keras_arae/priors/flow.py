"""A flow from noise to codes, learned by flow matching."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Generator
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
from keras_arae.arguments import whole
from keras_arae.export import export
from keras_arae.layers import VelocityNetwork
from keras_arae.priors.directions import PrincipalDirections
from keras_arae.priors.fitted import FittedPrior
from keras_arae.training.progress_bar import ProgressBar

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
            velocities, `build` takes the three shapes; the condition has a 1
            behind it, or is zeros where it is not known. `fit` draws its
            weights anew. Defaults to `None`: a
            `keras_arae.layers.VelocityNetwork`.
        num_directions: int. As of `keras_arae.priors.MixturePrior`. Defaults
            to `64`.
        num_steps: int. Steps from noise to code. Defaults to `4`.
        churn: float from 0 to 1. How far each step puts fresh noise in place
            of the old, `churn` squared of its variance: 0 follows the flow
            (an ODE), more draws around it (an SDE). Defaults to `0.0`.
        guidance: float. How far velocities are those of the condition: 1 is
            the condition's own, more exaggerates them. Defaults to `1.0`.
        num_updates: int. Of training, by AdamW; beyond 20 rounded down to a
            multiple of 20. Defaults to `10000`.
        batch_size: int. Codes an update. Defaults to `256`.
        learning_rate: float. Its highest; it rises for 200 updates (or the
            first tenth) and then falls to zero. Defaults to `1e-3`.
        seed: int. Of weights and training. Defaults to `0`.
        conditional: bool. As in `keras_arae.priors.Prior`. Defaults to
            `True`.

    Call arguments:
        noise: float tensor of shape `(batch, noise_dim)`, drawn from N(0, I);
            `noise_dim` is the number of directions, `num_steps` times that
            where `churn` is above 0.
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
        num_steps=whole(1, 1000),
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
        if churn and num_steps == 1:
            raise ValueError(
                "`churn` is of the steps before the last: it needs two or "
                f"more. Received: churn={churn}, num_steps=1"
            )
        if network is None:
            network = VelocityNetwork(dtype=self.dtype_policy)
        self.network = network
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
        if self.guidance != 1.0 and not condition_dim:
            raise ValueError(
                "`guidance` is towards a condition, and the prior sees none. "
                f"Received: guidance={self.guidance}"
            )
        num_directions = min(self.num_directions, code_dim)
        self.directions = PrincipalDirections(
            num_directions, code_dim, dtype=self.dtype_policy
        )
        if not self.network.built:
            self.network.build(*self._network_shapes())

    def _network_shapes(self) -> list[tuple]:
        """Shapes of what the network takes."""
        # Behind the condition stands a 1; a condition not known is zeros.
        widths = self.directions.num_directions, 1, self.condition_dim + 1
        return [(None, width) for width in widths]

    def call(
        self, noise: Any, condition: Any = None, training: bool = False
    ) -> Any:
        condition = self.seen(condition)
        size = self.directions.num_directions
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
        return self.where_codes_lie(self.directions(x))

    def velocity(self, x: Any, time: float, condition: Any) -> Any:
        """Velocities at one time, with guidance."""
        ones = ops.ones_like(x[:, :1])
        if condition is None:
            return self.network(x, time * ones, ones)
        known = ops.concatenate([ops.cast(condition, x.dtype), ones], axis=-1)
        velocity = self.network(x, time * ones, known)
        if self.guidance == 1.0:
            return velocity
        plain = self.network(x, time * ones, ops.zeros_like(known))
        return plain + self.guidance * (velocity - plain)

    def learn(self, codes: np.ndarray, condition: np.ndarray | None) -> None:
        x = self.directions.learn(codes).astype("float32")
        known = np.ones((len(x), 1), "float32")
        if condition is not None:
            known = np.hstack([condition.astype("float32"), known])
        rng = np.random.default_rng(self.seed)
        order = rng.permutation(len(x))
        held_out, kept = np.split(order, [max(1, min(len(x) // 20, 5000))])
        # Each of few with several noises: one says little.
        held_out = np.resize(held_out, max(len(held_out), 5000))
        self._draw_weights()
        self._train(
            _examples(
                x[kept],
                known[kept],
                self.batch_size,
                0.0 if self.guidance == 1.0 else UNKNOWN_SHARE,
                rng,
            ),
            _example(x[held_out], known[held_out], rng),
        )

    def _draw_weights(self) -> None:
        """Gives the network weights to begin with, whatever it learned."""
        # Keras draws seeds of initial weights from this generator.
        state = random.getstate()
        random.seed(self.seed)
        try:
            fresh = self.network.from_config(self.network.get_config())
            fresh.build(*self._network_shapes())
        finally:
            random.setstate(state)
        self.network.set_weights(fresh.get_weights())

    def _train(self, examples: Generator, held_out: tuple) -> None:
        """Fits the network, and keeps the averaged weights that were best."""
        num_looks = min(NUM_LOOKS, self.num_updates)
        model, bar = self._trainer(), ProgressBar(["val_loss"], "Prior")
        with contextlib.closing(examples), bar:  # TensorFlow keeps examples.
            model.fit(
                examples,
                steps_per_epoch=self.num_updates // num_looks,
                epochs=num_looks,
                validation_data=held_out,
                validation_batch_size=5000,
                callbacks=[
                    bar,
                    keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
                    # It goes on to the end, as the rate falls to zero there.
                    keras.callbacks.EarlyStopping(
                        patience=num_looks, restore_best_weights=True
                    ),
                ],
                shuffle=False,
                verbose=self.verbose,
            )

    def _trainer(self) -> keras.Model:
        """What fits the network to velocities."""
        inputs = [keras.Input(shape[1:]) for shape in self._network_shapes()]
        model = keras.Model(inputs, self.network(*inputs))
        num_looks = min(NUM_LOOKS, self.num_updates)
        num_updates = self.num_updates // num_looks * num_looks
        warmup = min(200, num_updates // 10)
        rate = keras.optimizers.schedules.CosineDecay(
            0.0,
            num_updates - warmup,
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


def _examples(
    x: np.ndarray,
    known: np.ndarray,
    batch_size: int,
    unknown_share: float,
    rng: np.random.Generator,
) -> Generator:
    """Examples without end; of some the condition is not known."""
    while True:
        rows = rng.integers(len(x), size=batch_size)
        is_known = rng.random((batch_size, 1)) >= unknown_share
        yield _example(x[rows], known[rows] * is_known, rng)


def _example(
    x: np.ndarray, known: np.ndarray, rng: np.random.Generator
) -> tuple:
    """Points between noise and codes, at times that crowd in the middle."""
    noise = rng.normal(size=x.shape).astype("float32")
    time = rng.normal(size=(len(x), 1)).astype("float32")
    time = 1.0 / (1.0 + np.exp(-time))
    return (time * x + (1.0 - time) * noise, time, known), x - noise
