"""Transformer encoder and decoder of sentences."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import keras
from keras import ops

from keras_arae import backend
from keras_arae.arguments import COUNT
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import number
from keras_arae.arguments import optional
from keras_arae.arguments import whole
from keras_arae.export import export
from keras_arae.layers.decoder import AutoregressiveDecoder
from keras_arae.layers.decoder import check_special_ids
from keras_arae.layers.sampled_dense import output_layer

SIZES = {
    "vocabulary_size": COUNT,
    "max_length": WIDTH,
    "units": WIDTH,
    "num_layers": COUNT,
    "num_heads": COUNT,
    "intermediate_dim": optional(WIDTH),
    "dropout": number(least=0, below=1),
}


@export
class TransformerEncoder(keras.layers.Layer):
    """Reads token ids with a Transformer; the mean of its states is the code.

    Embeddings of tokens and positions pass through keras_nlp's
    `TransformerEncoder` blocks, which normalize first. The states of tokens
    that are not padding are averaged, and a dense layer makes the code. No
    token looks at padding, so padding more changes nothing.

    A Transformer wants a smaller learning rate than an LSTM: 1e-3 with Adam
    is a good start.

    Source: "Attention Is All You Need" (https://arxiv.org/abs/1706.03762).

    Args:
        vocabulary_size: int. Number of token ids, special ones included.
        max_length: int. Tokens of the longest sentence, its end included.
        units: int. Width of the Transformer, a multiple of `num_heads`.
            Defaults to `256`.
        code_dim: int or `None`. Width of the code. Defaults to `None`:
            `units`.
        num_layers: int. Number of blocks. Defaults to `2`.
        num_heads: int. Attention heads of each block. Defaults to `4`.
        intermediate_dim: int or `None`. Width of the hidden layer of each
            block's MLP. Defaults to `None`: `4 * units`.
        dropout: float. Share of values that dropout sets to zero, from 0 to
            1. Defaults to `0.0`.
        pad_id: int. Id of padding. Defaults to `0`.

    Call arguments:
        x: int tensor of shape `(batch, length)`, padded on the right.
        training: bool. Whether to apply dropout.

    Input shape: `(batch, length)`.

    Output shape: `(batch, code_dim)`.

    Example:

    ```python
    encoder = keras_arae.layers.TransformerEncoder(
        50, max_length=4, units=16, num_layers=1
    )
    codes = encoder(np.array([[5, 6, 2, 0], [7, 2, 0, 0]]))
    assert codes.shape == (2, 16)
    ```
    """

    @checked(
        **SIZES,
        code_dim=optional(WIDTH),
        pad_id=whole(0),
    )
    def __init__(
        self,
        vocabulary_size: int,
        max_length: int,
        units: int = 256,
        code_dim: int | None = None,
        num_layers: int = 2,
        num_heads: int = 4,
        intermediate_dim: int | None = None,
        dropout: float = 0.0,
        pad_id: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        _check_heads(units, num_heads)
        self.vocabulary_size = vocabulary_size
        self.max_length = max_length
        self.units = units
        self.code_dim = units if code_dim is None else code_dim
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.intermediate_dim = intermediate_dim or 4 * units
        self.dropout = dropout
        self.pad_id = pad_id
        block = _keras_nlp_layers().TransformerEncoder
        self.embedding = _embedding(self)
        self.embedding_dropout = _dropout(self)
        self.blocks = _blocks(self, block)
        self.final_norm = _norm(self)
        self.projection = backend.Dense(
            self.code_dim, dtype=self.dtype_policy, name="projection"
        )

    def build(self, input_shape: Any) -> None:
        self.embedding.build(input_shape)
        for layer in (*self.blocks, self.final_norm):
            layer.build((*input_shape, self.units))
        self.projection.build((input_shape[0], self.units))

    def call(self, x: Any, training: bool = False) -> Any:
        _check_length(x.shape[1], self.max_length)
        is_token = ops.not_equal(x, self.pad_id)
        states = self.embedding(x)
        states = self.embedding_dropout(states, training=training)
        for block in self.blocks:
            states = block(states, padding_mask=is_token, training=training)
        states = self.final_norm(states)
        weights = ops.cast(is_token, states.dtype)[:, :, None]
        num_tokens = ops.maximum(ops.sum(weights, axis=1), 1)
        mean = ops.sum(states * weights, axis=1) / num_tokens
        return self.projection(mean)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return (input_shape[0], self.code_dim)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "max_length": self.max_length,
            "units": self.units,
            "code_dim": self.code_dim,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "intermediate_dim": self.intermediate_dim,
            "dropout": self.dropout,
            "pad_id": self.pad_id,
        }


@export
class TransformerDecoder(AutoregressiveDecoder):
    """Predicts each token from the code and the tokens before it.

    A dense layer brings the code to the width of the Transformer, and it is
    added to the embedding at every position, beside token and position.
    keras_nlp's `TransformerDecoder` blocks, which normalize first, follow.
    Token by token, keys and values of earlier tokens are kept in a cache.

    A Transformer wants a smaller learning rate than an LSTM: 1e-3 with Adam
    is a good start.

    Source: "Attention Is All You Need" (https://arxiv.org/abs/1706.03762);
    how the code enters: "Optimus: Organizing Sentences via Pre-trained
    Modeling of a Latent Space" (https://arxiv.org/abs/2004.04092), Section 3.

    Args:
        vocabulary_size: int. Number of token ids, special ones included.
        max_length: int. Tokens of the longest sentence, its end included.
        units: int. Width of the Transformer, a multiple of `num_heads`.
            Defaults to `256`.
        num_layers: int. Number of blocks. Defaults to `2`.
        num_heads: int. Attention heads of each block. Defaults to `4`.
        intermediate_dim: int or `None`. Width of the hidden layer of each
            block's MLP. Defaults to `None`: `4 * units`.
        dropout: float. Share of values that dropout sets to zero, from 0 to
            1. Defaults to `0.0`.
        pad_id: int. Id of padding: positions that do not count. Defaults to
            `0`.
        start_id: int. Id that stands before the first token. Defaults to `1`.
        end_id: int. Id that ends a sentence. Defaults to `2`.
        num_sampled: as in `keras_arae.layers.LSTMDecoder`. Defaults to
            `None`.

    Call arguments:
        code: float tensor of shape `(batch, code_dim)`, any width.
        x: int tensor of shape `(batch, length)`: the sentence, which ends in
            `end_id` and is padded on the right.
        training: bool. Whether to apply dropout.

    Input shape: `(batch, code_dim)` and `(batch, length)`.

    Output shape: `(batch, length, vocabulary_size)`: unnormalised
    log-probabilities of `x[:, t]` given the code and `x[:, :t]`.

    Example:

    ```python
    decoder = keras_arae.layers.TransformerDecoder(
        50, max_length=4, units=16, num_layers=1
    )
    x = np.array([[5, 6, 2, 0], [7, 2, 0, 0]])
    logits = decoder(np.zeros((2, 8), "float32"), x)
    assert logits.shape == (2, 4, 50)
    ```
    """

    @checked(
        **SIZES,
        pad_id=whole(0),
        start_id=whole(0),
        end_id=whole(0),
        num_sampled=optional(COUNT),
    )
    def __init__(
        self,
        vocabulary_size: int,
        max_length: int,
        units: int = 256,
        num_layers: int = 2,
        num_heads: int = 4,
        intermediate_dim: int | None = None,
        dropout: float = 0.0,
        pad_id: int = 0,
        start_id: int = 1,
        end_id: int = 2,
        num_sampled: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_special_ids(vocabulary_size, pad_id, start_id, end_id)
        _check_heads(units, num_heads)
        self.vocabulary_size = vocabulary_size
        self.max_length = max_length
        self.units = units
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.intermediate_dim = intermediate_dim or 4 * units
        self.dropout = dropout
        self.pad_id = pad_id
        self.start_id = start_id
        self.end_id = end_id
        self.num_sampled = num_sampled
        block = _keras_nlp_layers().TransformerDecoder
        self.embedding = _embedding(self)
        self.projection = backend.Dense(
            units, dtype=self.dtype_policy, name="projection"
        )
        self.embedding_dropout = _dropout(self)
        self.blocks = _blocks(self, block)
        self.final_norm = _norm(self)
        self.output_layer = output_layer(
            vocabulary_size, num_sampled, dtype=self.dtype_policy
        )

    def build(self, code_shape: Any, x_shape: Any) -> None:
        self.embedding.build(x_shape)
        self.projection.build(code_shape)
        for layer in (*self.blocks, self.final_norm, self.output_layer):
            layer.build((*x_shape, self.units))

    def hidden(self, code: Any, x: Any = None, training: bool = False) -> Any:
        _check_length(x.shape[1], self.max_length)
        states = self.embedding(self.previous_tokens(x))
        states = states + self.projection(code)[:, None, :]
        states = self.embedding_dropout(states, training=training)
        for block in self.blocks:
            states = block(states, training=training)
        return self.final_norm(states)

    def initial_state(self, code: Any, length: int) -> dict[str, Any]:
        """The projected code and an empty cache for each block.

        A cache has a slot for each position and one more, for the token that
        `step` reads: `(batch, 2, length + 1, num_heads, head_dim)`.
        """
        _check_length(length, self.max_length)
        head_dim = self.units // self.num_heads
        shape = (ops.shape(code)[0], 2, length + 1, self.num_heads, head_dim)
        empty = ops.zeros(shape, self.compute_dtype)
        return {
            "code": self.projection(code),
            "caches": [empty for _ in self.blocks],
        }

    def step(
        self, token: Any, state: dict[str, Any], index: Any
    ) -> tuple[Any, dict[str, Any]]:
        # The cache of keras_nlp is written at one slot for all rows, and
        # rows are at different positions. So a block writes the token to the
        # last slot, and what it wrote is copied to the row's own position.
        last = state["caches"][0].shape[2] - 1
        slots, index = ops.arange(last + 1), ops.cast(index, "int32")[:, None]
        visible = ops.logical_or(slots < index, slots == last)[:, None, :]
        is_here = ops.equal(slots, index)[:, None, :, None, None]
        hidden = self.embedding(token[:, None], positions=index)
        hidden = hidden + state["code"][:, None, :]
        caches = []
        for block, cache in zip(self.blocks, state["caches"]):
            hidden, cache = block(
                hidden,
                decoder_attention_mask=visible,
                self_attention_cache=cache,
                self_attention_cache_update_index=last,
                use_causal_mask=False,
            )
            caches.append(ops.where(is_here, cache[:, :, last:], cache))
        logits = self.output_layer(self.final_norm(hidden)[:, 0])
        return logits, {"code": state["code"], "caches": caches}

    def compute_output_shape(self, code_shape: Any, x_shape: Any) -> tuple:
        return (*x_shape, self.vocabulary_size)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "max_length": self.max_length,
            "units": self.units,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "intermediate_dim": self.intermediate_dim,
            "dropout": self.dropout,
            "pad_id": self.pad_id,
            "start_id": self.start_id,
            "end_id": self.end_id,
            "num_sampled": self.num_sampled,
        }


def _keras_nlp_layers() -> ModuleType:
    """The layers of keras_nlp, which takes seconds to import."""
    try:
        from keras_nlp import layers
    except ImportError as error:
        raise ImportError(
            "Transformer layers need keras_nlp: `pip install keras-nlp`. "
            f"Received: {error}"
        ) from error
    return layers


def _check_heads(units: int, num_heads: int) -> None:
    if units % num_heads:
        raise ValueError(
            "`units` must be a multiple of `num_heads`. Received: "
            f"units={units}, num_heads={num_heads}"
        )


def _check_length(length: int | None, max_length: int) -> None:
    if length is not None and length > max_length:
        raise ValueError(
            "Sentences must have at most `max_length` tokens, the end "
            f"included: make the layer with `max_length={length}` or cut "
            f"them. Received: length={length}, max_length={max_length}"
        )


def _embedding(layer: Any) -> keras.layers.Layer:
    """Vectors of tokens and positions, added."""
    return _keras_nlp_layers().TokenAndPositionEmbedding(
        layer.vocabulary_size,
        layer.max_length,
        layer.units,
        dtype=layer.dtype_policy,
        name="embedding",
    )


def _dropout(layer: Any) -> keras.layers.Dropout:
    return keras.layers.Dropout(
        layer.dropout, dtype=layer.dtype_policy, name="embedding_dropout"
    )


def _blocks(layer: Any, block: type) -> list[keras.layers.Layer]:
    """Blocks of attention and MLP that normalize first, as GPT-2's do."""
    return [
        block(
            layer.intermediate_dim,
            layer.num_heads,
            dropout=layer.dropout,
            activation="gelu",
            normalize_first=True,
            dtype=layer.dtype_policy,
            name=f"block_{index}",
        )
        for index in range(layer.num_layers)
    ]


def _norm(layer: Any) -> keras.layers.LayerNormalization:
    return keras.layers.LayerNormalization(
        epsilon=1e-5, dtype=layer.dtype_policy, name="final_norm"
    )
