"""An LSTM language model: the baseline and the judge of text."""

import keras
import numpy as np
from keras import ops

from keras_arae.export import export
from keras_arae.layers import LSTMDecoder
from keras_arae.models.decoding import Decoding
from keras_arae.models.feeding import Feeding
from keras_arae.models.labels import Labels
from keras_arae.models.prediction import Prediction
from keras_arae.models.text_feeding import TextFeeding
from keras_arae.preprocessing.array_batches import check_count
from keras_arae.trainers import Phase
from keras_arae.trainers import PhasedModel


@export
class LanguageModel(
    TextFeeding, Decoding, Prediction, Feeding, Labels, PhasedModel
):
    """An LSTM that predicts each token of a sentence from those before it.

    The baseline that generators of text must be compared with ("Language
    GANs Falling Short", https://arxiv.org/abs/1811.02549), and the judge of
    `keras_arae.metrics.forward_perplexity` and `reverse_perplexity`. It is
    the decoder of a `TextARAE` with a code of width zero: the same size, and
    nothing but the words so far to go by.

    Args:
        preprocessor: `keras_arae.TextPreprocessor`. Between sentences and
            ids; saved with the model.
        embedding_dim: int. Width of a token's vector. Defaults to `300`.
        units: int. Units of the LSTM. Defaults to `300`.
        num_classes: int or `None`. Number of labels that sentences may have,
            as in `keras_arae.ARAE`. Defaults to `None`.
        decoder: Keras layer in place of the default
            `keras_arae.layers.LSTMDecoder`. Defaults to `None`.
        seed: int or `None`. Random seed of shuffling. Defaults to `None`, a
            seed drawn from numpy's global generator.
        name: str or `None`. Defaults to `None`.

    Example:

    ```python
    text = ["a man sleeps .", "two men talk .", "a cat runs ."] * 20
    preprocessor = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    model = keras_arae.LanguageModel(preprocessor, embedding_dim=8, units=8)
    model.compile()
    model.fit(text, epochs=1, batch_size=20, verbose=0)
    assert len(model.generate(3, temperature=0.8)) == 3
    nats = model.negative_log_likelihood(["a man talks ."])  # of sentences
    assert nats.shape == (1,) and model.perplexity(text) > 1
    ```
    """

    def __init__(
        self,
        preprocessor,
        embedding_dim=300,
        units=300,
        num_classes=None,
        decoder=None,
        seed=None,
        name=None,
    ):
        super().__init__(logged=("cross_entropy", "accuracy"), name=name)
        if seed is None:
            seed = int(np.random.randint(2**31))
        self.preprocessor = preprocessor
        self.decoder = decoder or LSTMDecoder(
            preprocessor.vocabulary_size, embedding_dim, units
        )
        self.num_classes = num_classes
        self.seed = seed
        self.build((None, preprocessor.sequence_length))

    def build(self, input_shape):
        """Builds the decoder.

        Args:
            input_shape: tuple. Shape of a batch of ids, `(None, length)`.
        """
        self.x_shape = tuple(input_shape[1:])
        self.code_dim = 0
        x = ops.zeros((2, *self.x_shape), "int32")
        label = ops.zeros(2, "int32") if self.conditional else None
        self.num_values = self.call(x, label).shape[-1]
        self.built = True

    def call(self, x, label=None, training=False):
        """Logits of `x`, of shape `(batch, length, vocabulary_size)`."""
        return self.logits(no_code(x), x, label, training=training)

    def compile(self, optimizer=None, **options):
        """Configures training.

        Args:
            optimizer: Defaults to `Adam(2e-3, global_clipnorm=1.0)`.
            **options: `run_eagerly`, `jit_compile`, `steps_per_execution` of
                `keras.Model.compile`.
        """
        if optimizer is None:
            optimizer = keras.optimizers.Adam(2e-3, global_clipnorm=1.0)
        super().compile({"language_model": optimizer}, **options)

    def batch_of(self, x, y):
        return x, y if self.conditional else None

    def phases(self):
        return [
            Phase(
                "prediction",
                self.prediction_loss,
                [self.decoder],
                "language_model",
            )
        ]

    def prediction_loss(self, batch):
        """Mean negative log-likelihood of a token (nats)."""
        logs = self.evaluate_batch(batch, None, training=True)
        return logs["cross_entropy"][0], logs

    def evaluate_batch(self, batch, row_weights, training=False):
        x, label = batch
        loss, accuracy = self.prediction(
            no_code(x), x, label, row_weights, training=training
        )
        return {"cross_entropy": loss, "accuracy": accuracy}

    def objective(self, results):
        return results["cross_entropy"]

    def generate(self, num_samples, label=None, seed=None, **options):
        """New sentences, drawn word by word.

        Args:
            num_samples: int. How many.
            label: as in `decode`. Defaults to `None`: each class is as
                likely.
            seed: int. Defaults to `None`: drawn from numpy's generator.
            **options: the arguments of `decode`: `sampler`, `temperature`,
                `top_k`, `top_p`, `batch_size`. Without any, words are drawn
                at random: the likeliest ones make the same sentence always.

        Returns:
            A list of str.
        """
        check_count("num_samples", num_samples)
        if seed is None:
            seed = np.random.randint(2**31)
        if label is None and self.conditional:
            generator = np.random.default_rng(seed)
            label = generator.integers(self.num_classes, size=num_samples)
        if all(options.get(key) is None for key in CHOOSES_SAMPLER):
            options["sampler"] = "random"
        codes = np.zeros((num_samples, 0), "float32")
        return self.decode(codes, label, seed=seed, **options)

    def perplexity(self, x, label=None, batch_size=256):
        """Perplexity of sentences, each counted with its end.

        Args:
            x: list of str, or rows of ids. Longer sentences are truncated.
            label: as in `decode`. Defaults to `None`.
            batch_size: int. Defaults to `256`.

        Returns:
            A float: `exp` of the mean nats a token.
        """
        rows = self.prepare(x)
        if not len(rows):
            raise ValueError(
                "Expected at least one sentence. Received: 0 sentences"
            )
        nats = self.negative_log_likelihood(rows, label, batch_size=batch_size)
        num_tokens = np.sum(rows != self.decoder.pad_id)
        return float(np.exp(nats.sum(dtype="float64") / num_tokens))

    def _own_codes(self, rows):
        return np.zeros((len(rows), 0), "float32")

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            "preprocessor": serialize(self.preprocessor),
            "decoder": serialize(self.decoder),
            "num_classes": self.num_classes,
            "seed": self.seed,
            "name": self.name,
        }


CHOOSES_SAMPLER = ("sampler", "temperature", "top_k", "top_p", "num_beams")


def no_code(x):
    """Codes of width zero, one for each row."""
    return ops.zeros((ops.shape(x)[0], 0), "float32")
