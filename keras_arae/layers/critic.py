"""The critic: a score for a code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from keras_arae.arguments import INITIALIZER
from keras_arae.arguments import NOT_NEGATIVE
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import number
from keras_arae.arguments import several
from keras_arae.export import export
from keras_arae.layers.mlp import MLP


@export
class Critic(keras.layers.Layer):
    """Scores codes; trained to score real codes above generated ones.

    The difference of its mean scores estimates the Wasserstein-1 distance
    between real and generated codes, provided the critic is kept Lipschitz
    (`AdversarialPrior(critic_regularizer=...)`). It has no batch
    normalisation: a gradient penalty is defined for each code alone, and
    normalising over the batch (as the released code does) breaks that.

    Source: Section 3 of "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223); sizes and slope from its released
    code.

    Args:
        hidden_dims: sequence of int. Widths of the hidden layers. Defaults to
            `(300, 300)`.
        negative_slope: float. Slope of the LeakyReLU below zero. Defaults to
            `0.2`.
        input_scale: float. Factor on codes. The square root of their width
            gives entries of codes on the unit sphere a variance of 1, which
            the first layer's initial weights are made for. Defaults to `1.0`.
        kernel_initializer: Keras initializer of the dense kernels. The
            released code draws from N(0, 0.02); in trials on frozen codes
            Keras' default brought generated codes closer to real ones.
            Defaults to `"glorot_uniform"`.

    Call arguments:
        code: float tensor of shape `(batch, code_dim)`.

    Input shape: `(batch, code_dim)`.

    Output shape: `(batch, 1)`, a score without unit.

    Example:

    ```python
    critic = keras_arae.layers.Critic(hidden_dims=(32,))
    assert critic(keras.ops.zeros((4, 8))).shape == (4, 1)
    ```
    """

    @checked(
        hidden_dims=several(WIDTH),
        negative_slope=NOT_NEGATIVE,
        input_scale=number(),
        kernel_initializer=INITIALIZER,
    )
    def __init__(
        self,
        hidden_dims: Sequence[int] = (300, 300),
        negative_slope: float = 0.2,
        input_scale: float = 1.0,
        kernel_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.hidden_dims = tuple(hidden_dims)
        self.negative_slope = negative_slope
        self.input_scale = input_scale
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.network = MLP(
            self.hidden_dims,
            output_dim=1,
            negative_slope=negative_slope,
            kernel_initializer=self.kernel_initializer,
        )

    def build(self, input_shape: Any) -> None:
        self.network.build(input_shape)

    def call(self, code: Any, training: bool = False) -> Any:
        return self.network.call(self.input_scale * code, training=training)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return (*input_shape[:-1], 1)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "hidden_dims": self.hidden_dims,
            "negative_slope": self.negative_slope,
            "input_scale": self.input_scale,
            "kernel_initializer": keras.initializers.serialize(
                self.kernel_initializer
            ),
        }
