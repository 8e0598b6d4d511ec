"""The contract of a prior: a learned distribution of codes."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_arae import backend
from keras_arae.arguments import FLAG
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import optional
from keras_arae.arguments import whole
from keras_arae.training import Phase


class Prior(keras.layers.Layer):
    """Maps Gaussian noise to codes.

    The third of the three contracts that the house stands on (the others are
    `keras_arae.data.Codec` and `keras_arae.layers.Decoder`). An ARAE holds
    one prior, generates and interpolates through it, and saves it. A prior
    learns in one of two ways, or in both:

    * within `fit`, beside the autoencoder, by the phases that `phases`
      returns, each with its loss, networks, optimizer and logs;
    * afterwards, from the codes of the training data, by `fit`: then
      `fitted_afterwards` is true, and `ARAE.fit` calls it at its end.

    A subclass defines `call` and one of the two; `prepare`, if it has
    networks whose shape depends on the codes'.

    Args:
        noise_dim: int or `None`. Width of the noise. Defaults to `None`: that
            of codes.
        conditional: bool. Whether the prior of a model with a condition sees
            it. Without, there is one distribution for all. Defaults to
            `True`.

    Call arguments:
        noise: float tensor of shape `(batch, noise_dim)`, drawn from N(0, I).
        condition: float tensor of shape `(batch, condition_dim)` or `None`.
        training: bool. Whether the call is part of training.

    Input shape: `(batch, noise_dim)`.

    Output shape: `(batch, code_dim)`.

    Attributes:
        fitted_afterwards: bool. Whether `fit` must be called before `sample`.
        is_fitted: bool. Whether it was; always true of others.
        num_extra_parts: int. How many batches of fresh data, behind each
            batch of training, the phases want.
        code_dim: int or `None`. Width of codes; `None` before `prepare`.
        condition_dim: int. Width of the condition's vector, as far as the
            prior sees it: 0 without one.
        normalized: bool. Whether codes lie on the unit sphere.
    """

    fitted_afterwards = False
    is_fitted = True
    num_extra_parts = 0
    built: bool

    @checked(noise_dim=optional(WIDTH), conditional=FLAG)
    def __init__(
        self,
        noise_dim: int | None = None,
        conditional: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.noise_dim: Any = noise_dim
        self.conditional = conditional
        self.code_dim: int | None = None
        self.condition_dim = 0
        self.normalized = True

    @checked(code_dim=WIDTH, condition_dim=whole(0, 2**16), normalized=FLAG)
    def prepare(
        self, code_dim: int, condition_dim: int = 0, normalized: bool = True
    ) -> None:
        """Learns what codes are like, and makes weights of fitting shapes.

        A model calls it once it knows its codes. A subclass makes its
        networks here, after calling this.

        Args:
            code_dim: int. Width of codes.
            condition_dim: int. Width of the condition's vector, 0 without
                one. Defaults to `0`.
            normalized: bool. Whether codes lie on the unit sphere. Defaults
                to `True`.

        Raises:
            ValueError: if the prior was prepared for other codes.
        """
        condition_dim = condition_dim if self.conditional else 0
        wanted = (code_dim, condition_dim, normalized)
        known = (self.code_dim, self.condition_dim, self.normalized)
        if self.code_dim is not None and wanted != known:
            raise ValueError(
                "The prior was made for codes of another kind: give each "
                "model a prior of its own, or one for codes as wide as the "
                "encoder's. Expected code_dim, condition_dim and normalized "
                f"of {known}. Received: {wanted}"
            )
        self.code_dim, self.condition_dim, self.normalized = wanted
        if self.noise_dim is None:
            self.noise_dim = self.default_noise_dim()

    def default_noise_dim(self) -> int:
        """Width of the noise where none is given: that of codes."""
        assert self.code_dim is not None
        return self.code_dim

    def call(
        self, noise: Any, condition: Any = None, training: bool = False
    ) -> Any:
        raise NotImplementedError

    def sample(
        self,
        num_codes: Any,
        condition: Any = None,
        seed: Any = None,
        training: bool = False,
    ) -> Any:
        """Codes from fresh noise.

        Args:
            num_codes: int. How many.
            condition: float tensor of shape `(num_codes, condition_dim)` or
                `None`. Defaults to `None`.
            seed: int or `keras.random.SeedGenerator`. Defaults to `None`.
            training: bool. Defaults to `False`.

        Returns:
            A float32 tensor of shape `(num_codes, code_dim)`.
        """
        noise = self.noise(num_codes, seed)
        return ops.cast(self(noise, condition, training=training), "float32")

    def noise(
        self, num_codes: Any, seed: Any = None, num_draws: int = 1
    ) -> Any:
        """What codes are made from, drawn from N(0, I).

        Args:
            num_codes: int. How many codes.
            seed: int or `keras.random.SeedGenerator`. Defaults to `None`.
            num_draws: int. How often each is drawn. Defaults to `1`.

        Returns:
            A float tensor of shape `(num_codes * num_draws, noise_dim)`, the
            draws of a code one after another.
        """
        # Rows stay rows: several replicas draw for those that are theirs.
        noise = backend.replicas.draw(
            keras.random.normal,
            (num_codes, num_draws * self.noise_dim),
            seed=seed,
        )
        return ops.reshape(noise, (-1, self.noise_dim))

    def phases(self, model: Any) -> list[Phase]:
        """The phases by which the prior learns beside the autoencoder.

        Args:
            model: `keras_arae.ARAE`. Its `code(batch.x)` gives codes of a
                `keras_arae.data.Batch`.

        Returns:
            A list of `keras_arae.training.Phase`. By default empty.
        """
        return []

    def check_requirements(self) -> None:
        """Refuses to be fitted where a package is missing that `fit` needs.

        `ARAE.fit` calls it before it trains.

        Raises:
            ImportError: if one is missing.
        """

    def fit(
        self,
        codes: np.ndarray,
        condition: np.ndarray | None = None,
        verbose: int = 0,
    ) -> None:
        """Learns from codes, after the autoencoder.

        Args:
            codes: float array of shape `(num_codes, code_dim)`.
            condition: float array of shape `(num_codes, condition_dim)` or
                `None`. Defaults to `None`.
            verbose: int. `1` shows how far it is, where that takes time; `2`
                by lines. Defaults to `0`.
        """
        raise NotImplementedError

    def joined(self, x: Any, condition: Any) -> Any:
        """Noise or codes with the condition behind them, if the prior sees it.

        Args:
            x: float tensor of shape `(batch, dim)`.
            condition: float tensor of shape `(batch, condition_dim)` or
                `None`.
        """
        if condition is None or not self.conditional:
            return x
        return ops.concatenate([x, ops.cast(condition, x.dtype)], axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "noise_dim": self.noise_dim,
            "conditional": self.conditional,
        }
