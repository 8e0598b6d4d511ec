"""An ARAE of token sequences, with networks by name."""

from __future__ import annotations

from typing import Any

import keras

from keras_arae.arguments import COUNT
from keras_arae.arguments import LAYER
from keras_arae.arguments import POSITIVE
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import either
from keras_arae.arguments import instance
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.data import SequenceCodec
from keras_arae.export import export
from keras_arae.layers import ConvolutionalSequenceEncoder
from keras_arae.layers import LSTMDecoder
from keras_arae.layers import LSTMEncoder
from keras_arae.layers import TransformerDecoder
from keras_arae.layers import TransformerEncoder
from keras_arae.models.arae import ARAE

NETWORK = either(one_of("lstm", "transformer"), LAYER)
ENCODER = either(
    one_of("lstm", "bidirectional_lstm", "convolutional", "transformer"), LAYER
)


@export
class SequenceARAE(ARAE):
    """An adversarially regularized autoencoder of token sequences.

    What `keras_arae.TextARAE` and `keras_arae.MoleculeARAE` have in common;
    with a codec of your own, of another kind of sequence, use it directly.

    Args:
        codec: `keras_arae.data.SequenceCodec`. Between users' data and ids;
            saved with the model.
        embedding_dim: int. Width of a token's vector. Defaults to `300`.
        code_dim: int. Width of a code. Defaults to `300`.
        units: int or `None`. Units of LSTMs, width of Transformers. Defaults
            to `None`: `code_dim`.
        prior: as in `keras_arae.ARAE`. Defaults to `"adversarial"`.
        encoder: `"lstm"`, `"bidirectional_lstm"`, `"convolutional"`,
            `"transformer"` (whose embedding is as wide as `units`) or a
            Keras layer. Defaults to `"lstm"`.
        decoder: `"lstm"`, `"transformer"` or a `keras_arae.layers.Decoder`.
            Defaults to `"lstm"`.
        learning_rate: float or `None`. Of the default optimizer of encoder
            and decoder, Adam. Defaults to `None`: 4e-3, and 1e-3 where one of
            them is a Transformer.
        num_sampled: int or `None`. For vocabularies of tens of thousands:
            tokens that the loss compares with in training, as in
            `keras_arae.layers.SampledDense`. Defaults to `None`: all.
        **options: the other arguments of `keras_arae.ARAE`.
    """

    @checked(
        codec=instance(SequenceCodec),
        embedding_dim=WIDTH,
        code_dim=WIDTH,
        units=optional(WIDTH),
        encoder=ENCODER,
        decoder=NETWORK,
        learning_rate=optional(POSITIVE),
        num_sampled=optional(COUNT),
    )
    def __init__(
        self,
        codec: SequenceCodec,
        embedding_dim: int = 300,
        code_dim: int = 300,
        units: int | None = None,
        prior: Any = "adversarial",
        encoder: Any = "lstm",
        decoder: Any = "lstm",
        learning_rate: float | None = None,
        num_sampled: int | None = None,
        **options: Any,
    ) -> None:
        if learning_rate is None:
            slow = any(map(_is_transformer, (encoder, decoder)))
            learning_rate = 1e-3 if slow else 4e-3
        self.learning_rate = float(learning_rate)  # Keras takes no int.
        units = code_dim if units is None else units
        super().__init__(
            _make_encoder(encoder, codec, embedding_dim, units, code_dim),
            make_decoder(decoder, codec, embedding_dim, units, num_sampled),
            prior,
            codec=codec,
            **options,
        )

    def default_autoencoder_optimizer(self) -> keras.optimizers.Optimizer:
        """The optimizer of encoder and decoder: faster than released SGD."""
        return keras.optimizers.Adam(self.learning_rate, global_clipnorm=1.0)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "learning_rate": self.learning_rate}


def make_decoder(
    decoder: Any,
    codec: SequenceCodec,
    embedding_dim: int,
    units: int,
    num_sampled: int | None = None,
) -> Any:
    """A decoder by name, for the ids of a codec; a layer as it is.

    Args:
        decoder: `"lstm"`, `"transformer"` or a `keras_arae.layers.Decoder`.
        codec: `keras_arae.data.SequenceCodec`.
        embedding_dim: int. Width of a token's vector; a Transformer's is
            `units`.
        units: int. Units of the decoder.
        num_sampled: as in `SequenceARAE`. Defaults to `None`.

    Returns:
        A `keras_arae.layers.Decoder`.
    """
    options: dict[str, Any] = {
        "pad_id": codec.pad_id,
        "start_id": codec.start_id,
        "end_id": codec.end_id,
        "num_sampled": num_sampled,
    }
    size, length = codec.vocabulary_size, codec.sequence_length
    if decoder == "lstm":
        return LSTMDecoder(size, embedding_dim, units, **options)
    if decoder == "transformer":
        return TransformerDecoder(size, length, units, **options)
    if num_sampled is not None:
        raise ValueError(
            "A decoder of your own is made with its `num_sampled`, such as "
            "`keras_arae.layers.LSTMDecoder(num_sampled=...)`. "
            f"Received: num_sampled={num_sampled}, decoder={decoder}"
        )
    return decoder


def _is_transformer(network: Any) -> bool:
    kinds = (TransformerEncoder, TransformerDecoder)
    return network == "transformer" or isinstance(network, kinds)


def _make_encoder(
    encoder: Any,
    codec: SequenceCodec,
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
    if encoder == "convolutional":
        return ConvolutionalSequenceEncoder(
            size, embedding_dim, code_dim=code_dim
        )
    if encoder == "transformer":
        return TransformerEncoder(size, length, units, **options)
    return encoder
