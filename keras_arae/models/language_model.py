"""An LSTM language model: the baseline and the judge of text."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_arae.arguments import COUNT
from keras_arae.arguments import SEED
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import instance
from keras_arae.arguments import optional
from keras_arae.data import Batch
from keras_arae.data import TextPreprocessor
from keras_arae.export import export
from keras_arae.models.generation import GenerativeModel
from keras_arae.models.sequence_arae import NETWORK
from keras_arae.models.sequence_arae import make_decoder
from keras_arae.training import Phase


@export
class LanguageModel(GenerativeModel):
    """An LSTM that predicts each token of a sentence from those before it.

    The baseline that generators of text must be compared with ("Language
    GANs Falling Short", https://arxiv.org/abs/1811.02549), and the judge of
    `keras_arae.evaluation.forward_perplexity` and `reverse_perplexity`. It is
    the decoder of a `TextARAE` with a code of width zero: the same size, and
    nothing but the words so far to go by.

    Args:
        codec: `keras_arae.TextPreprocessor`. Between sentences and ids; saved
            with the model.
        embedding_dim: int. Width of a token's vector. Defaults to `300`.
        units: int. Units of the decoder. Defaults to `300`.
        decoder: `"lstm"`, `"transformer"` or a `keras_arae.layers.Decoder`.
            Defaults to `"lstm"`.
        **options: `condition`, `seed` and `name`, as in `keras_arae.ARAE`.

    Example:

    ```python
    text = ["a man sleeps .", "two men talk .", "a cat runs ."] * 20
    codec = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    model = keras_arae.LanguageModel(codec, embedding_dim=8, units=8)
    model.compile()
    model.fit(text, epochs=1, batch_size=20, verbose=0)
    assert len(model.generate(3, temperature=0.8)) == 3
    nats = model.negative_log_likelihood(["a man talks ."])  # of sentences
    assert nats.shape == (1,) and model.perplexity(text) > 1
    ```
    """

    @checked(
        codec=instance(TextPreprocessor),
        embedding_dim=WIDTH,
        units=WIDTH,
        decoder=NETWORK,
    )
    def __init__(
        self,
        codec: TextPreprocessor,
        embedding_dim: int = 300,
        units: int = 300,
        decoder: Any = "lstm",
        **options: Any,
    ) -> None:
        decoder = make_decoder(decoder, codec, embedding_dim, units)
        super().__init__(decoder, codec=codec, **options)
        self.build((None, *codec.x_shape))

    def build(self, input_shape: Any) -> None:
        """Builds the decoder.

        Args:
            input_shape: tuple. Shape of a batch of ids, `(None, length)`.
        """
        condition = None
        if self.condition is not None:
            condition = ops.zeros((2, self.condition.dim))
        self.call(ops.zeros((2, *input_shape[1:]), "int32"), condition)
        self.built = True

    def call(
        self, x: Any, condition: Any = None, training: bool = False
    ) -> Any:
        """Logits of `x`, of shape `(batch, length, vocabulary_size)`."""
        return self.logits(self.code(x), x, condition, training=training)

    def code(self, x: Any, training: bool = False) -> Any:
        """Codes of width zero, one for each row."""
        return ops.zeros((ops.shape(x)[0], 0), "float32")

    def phases(self) -> list[Phase]:
        """One phase: the prediction of each token."""
        return [
            Phase(
                "prediction",
                self.prediction_loss,
                [self.decoder],
                "language_model",
                default_optimizer=lambda: keras.optimizers.Adam(
                    2e-3, global_clipnorm=1.0
                ),
                logs=("cross_entropy", "accuracy"),
                objective={"cross_entropy": 1.0},
                shown=("accuracy", "val_accuracy"),
                evaluate=self.evaluate_prediction,
            )
        ]

    def prediction_loss(self, batch: Batch) -> tuple[Any, dict[str, Any]]:
        """Mean negative log-likelihood of a token (nats)."""
        logs = self.evaluate_prediction(batch, training=True)
        return logs["cross_entropy"][0], logs

    def evaluate_prediction(
        self, batch: Batch, training: bool = False
    ) -> dict[str, Any]:
        """Cross-entropy and accuracy of a batch."""
        code = self.decoder.joined(self.code(batch.x), batch.condition)
        loss, accuracy = self.decoder.cross_entropy(
            code, batch.x, batch.weights, self.skips_masked, training
        )
        return {"cross_entropy": loss, "accuracy": accuracy}

    @checked(num_samples=COUNT, seed=optional(SEED))
    def generate(
        self,
        num_samples: int,
        condition: Any = None,
        seed: int | None = None,
        *,
        label: Any = None,
        **options: Any,
    ) -> list[str]:
        """New sentences, drawn word by word.

        Args:
            num_samples: int. How many.
            condition: as in `decode`. Defaults to `None`: any.
            seed: int. Defaults to `None`: drawn from numpy's generator.
            label: another name of `condition`, for classes.
            **options: the arguments of `decode`: `sampler`, `temperature`,
                `top_k`, `top_p`, `batch_size`. Without any, words are drawn
                at random: the likeliest ones make the same sentence always.

        Returns:
            A list of str.
        """
        if seed is None:
            seed = np.random.randint(2**31)
        if condition is None and label is None and self.condition is not None:
            generator = np.random.default_rng(seed)
            condition = self.condition.draw(num_samples, generator)
        if all(options.get(key) is None for key in CHOOSES_SAMPLER):
            options["sampler"] = "random"
        codes = np.zeros((num_samples, 0), "float32")
        return self.decode(codes, condition, seed=seed, label=label, **options)

    @checked(batch_size=COUNT)
    def perplexity(
        self,
        x: Any,
        condition: Any = None,
        batch_size: int = 256,
        *,
        label: Any = None,
    ) -> float:
        """Perplexity of sentences, each counted with its end.

        Args:
            x: list of str, or rows of ids. Longer sentences are truncated.
            condition: as in `decode`. Defaults to `None`.
            batch_size: int. Defaults to `256`.
            label: another name of `condition`, for classes.

        Returns:
            A float: `exp` of the mean nats a token.
        """
        rows = self.codec.encode(x)
        if not len(rows):
            raise ValueError(
                "Expected at least one sentence. Received: 0 sentences"
            )
        nats = self.negative_log_likelihood(
            rows, condition, batch_size=batch_size, label=label
        )
        num_tokens = np.sum(rows != self.decoder.pad_id)
        return float(np.exp(nats.sum(dtype="float64") / num_tokens))

    def get_config(self) -> dict[str, Any]:
        decoder = keras.saving.serialize_keras_object(self.decoder)
        return {**super().get_config(), "decoder": decoder}


CHOOSES_SAMPLER = ("sampler", "temperature", "top_k", "top_p", "num_beams")
