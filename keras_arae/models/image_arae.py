"""An ARAE of binary images, or of images of few levels."""

import keras
import numpy as np

from keras_arae.export import export
from keras_arae.layers import ConvolutionalDecoder
from keras_arae.layers import ConvolutionalEncoder
from keras_arae.layers import Critic
from keras_arae.layers import DenseDecoder
from keras_arae.layers import DenseEncoder
from keras_arae.layers import Generator
from keras_arae.models.arae import ARAE
from keras_arae.preprocessing import ImagePreprocessor


@export
class ImageARAE(ARAE):
    """An adversarially regularized autoencoder of discrete images.

    Wherever `ARAE` takes arrays of integers, this class takes images: floats
    from 0 to 1, bytes from 0 to 255, or levels. It returns levels.

    Source: "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223), Section 5, and the sizes of the
    released code for binarised MNIST.

    Args:
        preprocessor: `keras_arae.ImagePreprocessor`, or a tuple
            `(height, width)` or `(height, width, channels)`, which stands for
            binary images of that shape.
        networks: `"dense"`, as released, or `"convolutional"`. Defaults to
            `"dense"`.
        code_dim: int. Width of a code. Defaults to `100`.
        noise_dim: int. Width of the generator's noise. Defaults to `32`.
        generator_dims: sequence of int. Hidden widths of the generator.
            Defaults to `(300, 300)`; released: `(64, 100, 150)`.
        critic_dims: sequence of int. Hidden widths of the critic. Defaults
            to `(300, 300)`; released: `(100, 60, 20)`.
        adversarial: bool. Without, there are no generator and critic: a plain
            autoencoder. Defaults to `True`.
        encoder: Keras layer in place of the default. Defaults to `None`.
        decoder: likewise.
        generator: likewise.
        critic: likewise.
        **options: the other arguments of `keras_arae.ARAE`: `code_noise`,
            `critic_steps`, `critic_regularizer`, `seed` and so on.

    Example:

    ```python
    images = np.random.default_rng(0).random((64, 9, 7))
    model = keras_arae.ImageARAE(
        (9, 7), networks="convolutional", code_dim=8
    )
    model.compile(autoencoder_optimizer=keras.optimizers.Adam(1e-3))
    model.fit(images, batch_size=32, verbose=0)
    assert model.generate(3).shape == (3, 9, 7)
    assert model.interpolate(images[0], images[1]).shape == (7, 9, 7)
    ```
    """

    def __init__(
        self,
        preprocessor,
        networks="dense",
        code_dim=100,
        noise_dim=32,
        generator_dims=(300, 300),
        critic_dims=(300, 300),
        adversarial=True,
        encoder=None,
        decoder=None,
        generator=None,
        critic=None,
        **options,
    ):
        if not isinstance(preprocessor, ImagePreprocessor):
            preprocessor = ImagePreprocessor(preprocessor)
        if networks not in _NETWORKS:
            raise ValueError(
                f"`networks` must be one of {list(_NETWORKS)}. "
                f"Received: networks={networks!r}"
            )
        encoder_class, decoder_class = _NETWORKS[networks]
        super().__init__(
            encoder or encoder_class(code_dim),
            decoder
            or decoder_class(preprocessor.image_shape, preprocessor.num_levels),
            (generator or Generator(code_dim, generator_dims))
            if adversarial
            else None,
            (critic or Critic(critic_dims)) if adversarial else None,
            noise_dim=noise_dim,
            **options,
        )
        self.preprocessor = preprocessor
        self.build((None, *preprocessor.image_shape))

    def default_optimizers(self):
        """Optimizers by name, those of the released code for MNIST."""
        return {
            "autoencoder": keras.optimizers.Adam(5e-4),
            "critic": keras.optimizers.Adam(5e-5, beta_1=0.5),
            "generator": keras.optimizers.Adam(5e-4, beta_1=0.5),
        }

    def prepare(self, x):
        """Turns images into levels.

        Args:
            x: array of images, as `ImagePreprocessor` takes them.

        Returns:
            An int32 array of shape `(num_images, *image_shape)`.
        """
        return self.preprocessor(x)

    def prepare_corpus(self, x, y):
        """As `prepare`, but images stay grey whose levels are drawn later."""
        if self.preprocessor.binarization == "threshold":
            return super().prepare_corpus(x, y)
        rows = self.preprocessor.intensities(x)
        return rows, self.prepare_labels(y, len(rows))

    def draw(self, rows, generator):
        """Draws levels where rows are grey values."""
        if rows.dtype.kind != "f":
            return rows
        return self.preprocessor.draw(rows, generator)

    def _several(self, x):
        if self.preprocessor.is_one_image(x):
            return np.asarray(x)[None], False
        return x, True

    def get_config(self):
        preprocessor = keras.saving.serialize_keras_object(self.preprocessor)
        return {
            **super().get_config(),
            "preprocessor": preprocessor,
            "adversarial": self.adversarial,
        }


_NETWORKS = {
    "dense": (DenseEncoder, DenseDecoder),
    "convolutional": (ConvolutionalEncoder, ConvolutionalDecoder),
}
