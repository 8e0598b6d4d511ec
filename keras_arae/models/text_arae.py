"""An ARAE of sentences: strings in, strings out."""

from __future__ import annotations

from typing import Any

from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import instance
from keras_arae.arguments import optional
from keras_arae.data import TextPreprocessor
from keras_arae.export import export
from keras_arae.models.sequence_arae import NETWORK
from keras_arae.models.sequence_arae import SequenceARAE

TEXT_RULES = {
    "codec": instance(TextPreprocessor),
    "embedding_dim": WIDTH,
    "code_dim": WIDTH,
    "units": optional(WIDTH),
    "decoder": NETWORK,
}


@export
class TextARAE(SequenceARAE):
    """An adversarially regularized autoencoder of sentences.

    Wherever `ARAE` takes or returns arrays, this class takes lists of
    sentences (or rows of ids) and returns lists of sentences.

    Source: "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223), Section 4.

    Args:
        codec: `keras_arae.TextPreprocessor`. Between sentences and ids; saved
            with the model.
        embedding_dim: int. Width of a token's vector. Defaults to `300`.
        code_dim: int. Width of a code. Defaults to `300`.
        units: int or `None`. Units of LSTMs, width of Transformers. Defaults
            to `None`: `code_dim`.
        prior: `"adversarial"`, `"gaussian"`, `"mixture"`, `"kernel"`,
            `"flow"`, a `keras_arae.priors.Prior` or `None`, the plain
            autoencoder that the paper compares with. Defaults to
            `"adversarial"`.
        encoder: `"lstm"`, `"bidirectional_lstm"`, `"convolutional"`,
            `"transformer"` (whose embedding is as wide as `units`) or a
            Keras layer. Defaults to `"lstm"`.
        decoder: `"lstm"`, `"transformer"` or a `keras_arae.layers.Decoder`.
            Defaults to `"lstm"`.
        condition: as in `keras_arae.ARAE`. Defaults to `None`.
        normalize_codes: as in `keras_arae.ARAE`. Defaults to `True`.
        learning_rate: float or `None`. Of the default optimizer of encoder
            and decoder, Adam. Defaults to `None`: 4e-3, and 1e-3 where one of
            them is a Transformer.
        **options: `num_sampled` of `keras_arae.SequenceARAE`, and the other
            arguments of `keras_arae.ARAE`: `code_noise`, `standardize_codes`,
            `corruption`, `seed` and `name`.

    Example:

    ```python
    text = ["a man sleeps .", "two men talk .", "a cat runs ."] * 20
    codec = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    model = keras_arae.TextARAE(codec, embedding_dim=8, code_dim=8)
    model.compile(autoencoder_optimizer=keras.optimizers.Adam(1e-2))
    model.fit(text, epochs=1, batch_size=20, verbose=0)
    assert len(model.generate(3)) == 3
    assert len(model.interpolate("a man sleeps .", "a cat runs .")) == 7
    ```
    """

    @checked(**TEXT_RULES)
    def __init__(
        self,
        codec: TextPreprocessor,
        embedding_dim: int = 300,
        code_dim: int = 300,
        units: int | None = None,
        prior: Any = "adversarial",
        encoder: Any = "lstm",
        decoder: Any = "lstm",
        condition: Any = None,
        normalize_codes: bool = True,
        learning_rate: float | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            codec,
            embedding_dim,
            code_dim,
            units,
            prior,
            encoder,
            decoder,
            learning_rate,
            condition=condition,
            normalize_codes=normalize_codes,
            **options,
        )
