"""An ARAE of sentences: strings in, strings out."""

import keras

from keras_arae.export import export
from keras_arae.layers import Critic
from keras_arae.layers import Generator
from keras_arae.layers import LSTMDecoder
from keras_arae.layers import LSTMEncoder
from keras_arae.models.arae import ARAE
from keras_arae.models.text_feeding import TextFeeding


@export
class TextARAE(TextFeeding, ARAE):
    """An adversarially regularized autoencoder of sentences.

    Wherever `ARAE` takes or returns arrays, this class takes lists of
    sentences (or rows of ids) and returns lists of sentences.

    Source: "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223), Section 4.

    Args:
        preprocessor: `keras_arae.TextPreprocessor`. Between sentences and
            ids; saved with the model.
        embedding_dim: int. Width of a token's vector. Defaults to `300`.
        code_dim: int. Width of a code; units of both LSTMs. Defaults to
            `300`.
        noise_dim: int. Width of the generator's noise. Defaults to `None`:
            that of codes. Released: 100.
        hidden_dims: sequence of int. Hidden widths of generator and critic.
            Defaults to `(300, 300)`.
        adversarial: bool. Without, there are no generator and critic: the
            plain autoencoder that the paper compares with. Defaults to
            `True`.
        encoder: Keras layer in place of the default
            `keras_arae.layers.LSTMEncoder`. Defaults to `None`.
        decoder: likewise, for `keras_arae.layers.LSTMDecoder`.
        generator: likewise, for a `keras_arae.layers.Generator` with
            `skip_connection` and, where codes are normalised, `normalize`.
        critic: likewise, for a `keras_arae.layers.Critic` whose `input_scale`
            suits normalised codes. None of the three is in the paper:
            `docs/results.md` says what they bring.
        build_now: bool. Whether to make all weights at once; a subclass with
            more networks builds them when it has them. Defaults to `True`.
        **options: the other arguments of `keras_arae.ARAE`: `code_noise`,
            `critic_steps`, `critic_regularizer`, `seed` and so on.

    Example:

    ```python
    text = ["a man sleeps .", "two men talk .", "a cat runs ."] * 20
    preprocessor = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    model = keras_arae.TextARAE(preprocessor, embedding_dim=8, code_dim=8)
    model.compile(autoencoder_optimizer=keras.optimizers.Adam(1e-2))
    model.fit(text, epochs=1, batch_size=20, verbose=0)
    assert len(model.generate(3)) == 3
    assert len(model.interpolate("a man sleeps .", "a cat runs .")) == 7
    ```
    """

    def __init__(
        self,
        preprocessor,
        embedding_dim=300,
        code_dim=300,
        noise_dim=None,
        hidden_dims=(300, 300),
        adversarial=True,
        encoder=None,
        decoder=None,
        generator=None,
        critic=None,
        build_now=True,
        **options,
    ):
        on_sphere = options.get("normalize_codes", True)
        if generator is None and adversarial:
            generator = Generator(
                code_dim,
                hidden_dims,
                skip_connection=True,
                normalize=on_sphere,
            )
        if critic is None and adversarial:
            scale = code_dim**0.5 if on_sphere else 1.0
            critic = Critic(hidden_dims, input_scale=scale)
        if encoder is None or decoder is None:
            lstm = (preprocessor.vocabulary_size, embedding_dim, code_dim)
        super().__init__(
            encoder or LSTMEncoder(*lstm),
            decoder or LSTMDecoder(*lstm),
            generator if adversarial else None,
            critic if adversarial else None,
            noise_dim=code_dim if noise_dim is None else noise_dim,
            **options,
        )
        self.preprocessor = preprocessor
        if build_now:
            self.build((None, preprocessor.sequence_length))

    def default_optimizers(self):
        """Optimizers by name: Adam, which learns faster than released SGD."""
        return {
            "autoencoder": keras.optimizers.Adam(4e-3, global_clipnorm=1.0),
            "critic": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "generator": keras.optimizers.Adam(1e-3, beta_1=0.5),
        }

    def get_config(self):
        preprocessor = keras.saving.serialize_keras_object(self.preprocessor)
        return {
            **super().get_config(),
            "preprocessor": preprocessor,
            "adversarial": self.adversarial,
        }
