"""The classifier: which class a code belongs to."""

import keras

from keras_arae.export import export
from keras_arae.layers.dense_stack import DenseStack


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

    def __init__(
        self,
        num_classes,
        hidden_dims=(128, 128),
        negative_slope=0.2,
        input_scale=1.0,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.hidden_dims = tuple(hidden_dims)
        self.negative_slope = negative_slope
        self.input_scale = input_scale
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.network = DenseStack(
            self.hidden_dims,
            output_dim=num_classes,
            negative_slope=negative_slope,
            kernel_initializer=self.kernel_initializer,
        )

    def build(self, input_shape):
        self.network.build(input_shape)

    def call(self, code):
        return self.network(self.input_scale * code)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.num_classes)

    def get_config(self):
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
