"""An ARAE of binary images, or of images of few levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from keras_arae import priors
from keras_arae.arguments import LAYER
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import either
from keras_arae.arguments import instance
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.data import ImagePreprocessor
from keras_arae.export import export
from keras_arae.layers import ConvolutionalDecoder
from keras_arae.layers import ConvolutionalEncoder
from keras_arae.layers import Critic
from keras_arae.layers import DenseDecoder
from keras_arae.layers import DenseEncoder
from keras_arae.layers import Generator
from keras_arae.models.arae import ARAE

_NETWORKS = {
    "dense": (DenseEncoder, DenseDecoder),
    "convolutional": (ConvolutionalEncoder, ConvolutionalDecoder),
}


@export
class ImageARAE(ARAE):
    """An adversarially regularized autoencoder of discrete images.

    Wherever `ARAE` takes arrays of integers, this class takes images: floats
    from 0 to 1, bytes from 0 to 255, or levels. It returns levels.

    Source: "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223), Section 5, and the sizes of the
    released code for binarised MNIST.

    Args:
        codec: `keras_arae.ImagePreprocessor`, or a tuple `(height, width)` or
            `(height, width, channels)`, which stands for binary images of
            that shape.
        networks: `"dense"`, as released, or `"convolutional"`. Defaults to
            `"dense"`.
        code_dim: int. Width of a code. Defaults to `100`.
        prior: `"adversarial"`, `"gaussian"`, `"mixture"`, `"kernel"`,
            `"flow"`, a `keras_arae.priors.Prior` or `None`, a plain
            autoencoder. Defaults to `"adversarial"`: noise of width 32, a
            plain generator and critic with two hidden layers of 300
            (released: 64, 100, 150 and 100, 60, 20) and the released learning
            rates.
        encoder: Keras layer in place of the default. Defaults to `None`.
        decoder: `keras_arae.layers.Decoder` in place of the default. Defaults
            to `None`.
        **options: the other arguments of `keras_arae.ARAE`: `condition`,
            `normalize_codes`, `code_noise`, `standardize_codes`,
            `corruption`, `seed` and `name`.

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

    @checked(
        codec=either(instance(ImagePreprocessor), several(WIDTH, 2, 3)),
        networks=one_of(*_NETWORKS),
        code_dim=WIDTH,
        prior=priors.PRIOR,
        encoder=optional(LAYER),
    )
    def __init__(
        self,
        codec: ImagePreprocessor | Sequence[int],
        networks: str = "dense",
        code_dim: int = 100,
        prior: Any = "adversarial",
        encoder: Any = None,
        decoder: Any = None,
        **options: Any,
    ) -> None:
        if not isinstance(codec, ImagePreprocessor):
            codec = ImagePreprocessor(codec)
        encoder_class, decoder_class = _NETWORKS[networks]
        if encoder is None:
            encoder = encoder_class(code_dim)
        if decoder is None:
            decoder = decoder_class(codec.image_shape, codec.num_levels)
        if prior == "adversarial":
            prior = _released_game(code_dim)
        super().__init__(encoder, decoder, prior, codec=codec, **options)

    def default_autoencoder_optimizer(self) -> keras.optimizers.Optimizer:
        """The optimizer of encoder and decoder, as released for MNIST."""
        return keras.optimizers.Adam(5e-4)


def _released_game(code_dim: int) -> priors.AdversarialPrior:
    """The released settings for MNIST, with wider networks."""
    return priors.AdversarialPrior(
        Generator(code_dim),
        Critic(),
        noise_dim=32,
        critic_learning_rate=5e-5,
        generator_learning_rate=5e-4,
    )
