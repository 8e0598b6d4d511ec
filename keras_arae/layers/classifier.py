"""The classifier: which class a code belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_arae.arguments import INITIALIZER
from keras_arae.arguments import NOT_NEGATIVE
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import number
from keras_arae.arguments import several
from keras_arae.export import export
from keras_arae.layers.mlp import MLP


@export
class Classifier(keras.layers.Layer):
    """Reads a class from codes.

    `TransferARAE` trains it against the encoder, which learns to leave the
    class out of codes; `SemiSupervisedARAE` trains it with the encoder.

    Source: Section 3 of "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223); sizes from its released code.

    Args:
        num_classes: int. Classes to tell apart.
        hidden_dims: sequence of int. Widths of the hidden layers. Defaults to
            `(128, 128)`.
        negative_slope: float. Slope of the LeakyReLU below zero. Defaults to
            `0.2`.
        input_scale: float. Factor on codes, as in `Critic`. Defaults to
            `1.0`.
        kernel_initializer: Keras initializer of the dense kernels. Defaults
            to `"glorot_uniform"`.

    Call arguments:
        code: float tensor of shape `(batch, code_dim)`.

    Input shape: `(batch, code_dim)`.

    Output shape: `(batch, num_classes)`, unnormalised log-probabilities.

    Example:

    ```python
    classifier = keras_arae.layers.Classifier(3, hidden_dims=(32,))
    assert classifier(keras.ops.zeros((4, 8))).shape == (4, 3)
    ```
    """

    @checked(
        num_classes=WIDTH,
        hidden_dims=several(WIDTH),
        negative_slope=NOT_NEGATIVE,
        input_scale=number(),
        kernel_initializer=INITIALIZER,
    )
    def __init__(
        self,
        num_classes: int,
        hidden_dims: Sequence[int] = (128, 128),
        negative_slope: float = 0.2,
        input_scale: float = 1.0,
        kernel_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.hidden_dims = tuple(hidden_dims)
        self.negative_slope = negative_slope
        self.input_scale = input_scale
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.network = MLP(
            self.hidden_dims,
            output_dim=num_classes,
            negative_slope=negative_slope,
            kernel_initializer=self.kernel_initializer,
        )

    def build(self, input_shape: Any) -> None:
        self.network.build(input_shape)

    def call(self, code: Any, training: bool = False) -> Any:
        return self.network.call(self.input_scale * code, training=training)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return (*input_shape[:-1], self.num_classes)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "hidden_dims": self.hidden_dims,
            "negative_slope": self.negative_slope,
            "input_scale": self.input_scale,
            "kernel_initializer": keras.initializers.serialize(
                self.kernel_initializer
            ),
        }


def weighted_accuracy(
    logits: Any, labels: Any, weights: Any = None
) -> tuple[Any, Any]:
    """Share of rows whose label has the largest logit, and their number.

    Args:
        logits: float tensor of shape `(batch, num_classes)`.
        labels: int tensor of shape `(batch,)`.
        weights: float tensor of shape `(batch,)` or `None`. Weights of rows.

    Returns:
        Two scalars: the accuracy and the sum of the weights.
    """
    correct = ops.cast(ops.argmax(logits, axis=-1), labels.dtype) == labels
    correct = ops.cast(correct, "float32")
    if weights is None:
        weights = ops.ones_like(correct)
    count = ops.maximum(ops.sum(weights), 1e-12)
    return ops.sum(weights * correct) / count, count
