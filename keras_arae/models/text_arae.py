"""An ARAE of sentences: strings in, strings out."""

import keras
import numpy as np

from keras_arae.export import export
from keras_arae.layers import Critic
from keras_arae.layers import Generator
from keras_arae.layers import LSTMDecoder
from keras_arae.layers import LSTMEncoder
from keras_arae.models.arae import ARAE
from keras_arae.preprocessing.sentences import check_sentences


@export
class TextARAE(ARAE):
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
        noise_dim: int. Width of the generator's noise. Defaults to `100`.
        hidden_dims: sequence of int. Hidden widths of generator and critic.
            Defaults to `(300, 300)`.
        adversarial: bool. Without, there are no generator and critic: the
            plain autoencoder that the paper compares with. Defaults to
            `True`.
        encoder: Keras layer in place of the default
            `keras_arae.layers.LSTMEncoder`. Defaults to `None`.
        decoder: likewise, for `keras_arae.layers.LSTMDecoder`.
        generator: likewise, for `keras_arae.layers.Generator`.
        critic: likewise, for `keras_arae.layers.Critic`.
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
        noise_dim=100,
        hidden_dims=(300, 300),
        adversarial=True,
        encoder=None,
        decoder=None,
        generator=None,
        critic=None,
        **options,
    ):
        if encoder is None or decoder is None:
            lstm = (preprocessor.vocabulary_size, embedding_dim, code_dim)
        super().__init__(
            encoder or LSTMEncoder(*lstm),
            decoder or LSTMDecoder(*lstm),
            (generator or Generator(code_dim, hidden_dims))
            if adversarial
            else None,
            (critic or Critic(hidden_dims)) if adversarial else None,
            noise_dim=noise_dim,
            **options,
        )
        self.preprocessor = preprocessor
        self.build((None, preprocessor.sequence_length))

    def prepare(self, x):
        """Turns sentences, or rows of ids, into rows of ids.

        Args:
            x: list of str, or int array of shape `(num_rows, max_length + 1)`.

        Returns:
            An int32 array of shape `(num_rows, max_length + 1)`.
        """
        sentences = sentences_of(x)
        if sentences is None:
            return super().prepare(x)
        return self.preprocessor(sentences)

    def prepare_corpus(self, x, y):
        """As `prepare`, but leaves sentences out that are too long."""
        sentences = sentences_of(x)
        if sentences is None:
            return super().prepare_corpus(x, y)
        sentences = check_sentences(sentences)
        ids, kept = self.preprocessor.corpus_to_ids(sentences)
        labels = self.prepare_labels(y, len(sentences))
        return ids, None if labels is None else labels[kept]

    def present(self, ids):
        """Turns rows of ids into a list of sentences."""
        return self.preprocessor.to_text(ids)

    def _several(self, x):
        if isinstance(x, str):
            return [x], False
        return x, not hasattr(x, "dtype") or np.ndim(x) > 1

    def save_assets(self, path):
        """Saves what the preprocessor's config leaves out."""
        self.preprocessor.save_assets(path)

    def load_assets(self, path):
        """Loads what `save_assets` wrote."""
        self.preprocessor.load_assets(path)

    def get_config(self):
        preprocessor = keras.saving.serialize_keras_object(self.preprocessor)
        return {
            **super().get_config(),
            "preprocessor": preprocessor,
            "adversarial": self.adversarial,
        }


def sentences_of(x):
    """The sentences that `x` holds; `None` where it holds numbers."""
    if isinstance(x, np.ndarray) and x.dtype.kind in "OSU":
        return x.tolist()
    return None if hasattr(x, "dtype") else x
