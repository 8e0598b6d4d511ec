"""An ARAE of sentences: strings in, strings out."""

from __future__ import annotations

from typing import Any

import keras

from keras_arae.arguments import LAYER
from keras_arae.arguments import POSITIVE
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import either
from keras_arae.arguments import instance
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.data import TextPreprocessor
from keras_arae.export import export
from keras_arae.layers import LSTMDecoder
from keras_arae.layers import LSTMEncoder
from keras_arae.layers import TransformerDecoder
from keras_arae.layers import TransformerEncoder
from keras_arae.models.arae import ARAE

NETWORK = either(one_of("lstm", "transformer"), LAYER)
ENCODER = either(one_of("lstm", "bidirectional_lstm", "transformer"), LAYER)
TEXT_RULES = {
    "codec": instance(TextPreprocessor),
    "embedding_dim": WIDTH,
    "code_dim": WIDTH,
    "units": optional(WIDTH),
    "decoder": NETWORK,
}


@export
class TextARAE(ARAE):
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
        prior: `"adversarial"`, `"gaussian"`, `"mixture"`, `"flow"`, a
            `keras_arae.priors.Prior` or `None`, the plain autoencoder that
            the paper compares with. Defaults to `"adversarial"`.
        encoder: `"lstm"`, `"bidirectional_lstm"`, `"transformer"` (whose
            embedding is as wide as `units`) or a Keras layer. Defaults to
            `"lstm"`.
        decoder: `"lstm"`, `"transformer"` or a `keras_arae.layers.Decoder`.
            Defaults to `"lstm"`.
        condition: as in `keras_arae.ARAE`. Defaults to `None`.
        normalize_codes: as in `keras_arae.ARAE`. Defaults to `True`.
        learning_rate: float or `None`. Of the default optimizer of encoder
            and decoder, Adam. Defaults to `None`: 4e-3, and 1e-3 where one of
            them is a Transformer.
        **options: the other arguments of `keras_arae.ARAE`: `code_noise`,
            `standardize_codes`, `corruption`, `seed` and `name`.

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

    @checked(**TEXT_RULES, encoder=ENCODER, learning_rate=optional(POSITIVE))
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
        if learning_rate is None:
            slow = any(map(_is_transformer, (encoder, decoder)))
            learning_rate = 1e-3 if slow else 4e-3
        self.learning_rate = float(learning_rate)  # Keras takes no int.
        units = code_dim if units is None else units
        super().__init__(
            _make_encoder(encoder, codec, embedding_dim, units, code_dim),
            make_decoder(decoder, codec, embedding_dim, units),
            prior,
            codec=codec,
            condition=condition,
            normalize_codes=normalize_codes,
            **options,
        )

    def default_autoencoder_optimizer(self) -> keras.optimizers.Optimizer:
        """The optimizer of encoder and decoder: faster than released SGD."""
        return keras.optimizers.Adam(self.learning_rate, global_clipnorm=1.0)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "learning_rate": self.learning_rate}


def make_decoder(
    decoder: Any, codec: TextPreprocessor, embedding_dim: int, units: int
) -> Any:
    """A decoder by name, for the ids of a codec; a layer as it is.

    Args:
        decoder: `"lstm"`, `"transformer"` or a `keras_arae.layers.Decoder`.
        codec: `keras_arae.TextPreprocessor`.
        embedding_dim: int. Width of a token's vector; a Transformer's is
            `units`.
        units: int. Units of the decoder.

    Returns:
        A `keras_arae.layers.Decoder`.
    """
    ids = {
        "pad_id": codec.pad_id,
        "start_id": codec.start_id,
        "end_id": codec.end_id,
    }
    size, length = codec.vocabulary_size, codec.sequence_length
    if decoder == "lstm":
        return LSTMDecoder(size, embedding_dim, units, **ids)
    if decoder == "transformer":
        return TransformerDecoder(size, length, units, **ids)
    return decoder


def _is_transformer(network: Any) -> bool:
    kinds = (TransformerEncoder, TransformerDecoder)
    return network == "transformer" or isinstance(network, kinds)


def _make_encoder(
    encoder: Any,
    codec: TextPreprocessor,
    embedding_dim: int,
    units: int,
    code_dim: int,
) -> Any:
    options = {"code_dim": code_dim, "pad_id": codec.pad_id}
    size, length = codec.vocabulary_size, codec.sequence_length
    if encoder in ("lstm", "bidirectional_lstm"):
        bidirectional = encoder == "bidirectional_lstm"
        return LSTMEncoder(
            size, embedding_dim, units, bidirectional=bidirectional, **options
        )
    if encoder == "transformer":
        return TransformerEncoder(size, length, units, **options)
    return encoder
