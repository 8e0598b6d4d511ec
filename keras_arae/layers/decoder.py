"""The contract of a decoder: from a code to logits of data."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


class Decoder(keras.layers.Layer):
    """Maps a code to logits of each value at every position of `x`.

    The second of the three contracts that the house stands on (the others are
    `keras_arae.data.Codec` and `keras_arae.priors.Prior`). A subclass defines
    `call`. Of a model with a condition, the code comes with the condition's
    vector joined behind it. Sequences that are decoded token by token have a
    contract of their own, `AutoregressiveDecoder`.

    Call arguments:
        code: float tensor of shape `(batch, code_dim)`.
        x: int tensor of shape `(batch, ...)` or `None`. The data; only
            autoregressive decoders look at them.
        training: bool. Whether the call is part of training.

    Output shape: `(*x.shape, num_values)`: unnormalised log-probabilities.

    Attributes:
        autoregressive: bool. Whether the decoder has `initial_state` and
            `step`.
        pad_id: int or `None`. Value whose positions do not count.
        output_layer: Keras layer without state, or `None`. Turns `hidden`
            into logits, so that a loss can leave out positions that do not
            count. `None`: `hidden` are the logits.

    Example:

    ```python
    class Pixels(keras_arae.layers.Decoder):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(4 * 2)

        def call(self, code, x=None, training=False):
            return keras.ops.reshape(self.dense(code), (-1, 4, 2))

    assert Pixels()(np.zeros((3, 8), "float32")).shape == (3, 4, 2)
    ```
    """

    autoregressive = False
    pad_id: int | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.output_layer: Any = None

    def call(self, code: Any, x: Any = None, training: bool = False) -> Any:
        raise NotImplementedError

    def hidden(self, code: Any, x: Any = None, training: bool = False) -> Any:
        """What `output_layer` turns into logits; without one, the logits.

        Args:
            code: as in `call`.
            x: as in `call`.
            training: as in `call`.

        Returns:
            A float tensor of shape `(*x.shape, units)`.
        """
        return self(code, x, training=training)

    def joined(self, code: Any, condition: Any = None) -> Any:
        """Codes with the vectors of their conditions behind them.

        Before a dense or a recurrent kernel that is the same as joining a
        learned vector of each class.

        Args:
            code: float tensor of shape `(batch, code_dim)`.
            condition: float tensor of shape `(batch, condition_dim)` or
                `None`. Defaults to `None`.
        """
        if condition is None:
            return code
        condition = ops.cast(condition, code.dtype)
        return ops.concatenate([code, condition], axis=-1)


class AutoregressiveDecoder(Decoder):
    """Predicts each token of a sequence from the code and those before it.

    A subclass defines `hidden`, which scores whole sequences at once (teacher
    forcing), and `initial_state` and `step`, which take one token at a time;
    both must give the same logits. A state is any nest of tensors of any
    rank whose first axis is the batch: sequences are decoded side by side,
    and when one ends, the state of the next code takes its row.

    Call arguments:
        code: float tensor of shape `(batch, code_dim)`.
        x: int tensor of shape `(batch, length)`. Sequences, which end in
            `end_id` and are padded on the right.
        training: bool. Whether the call is part of training.

    Output shape: `(batch, length, vocabulary_size)`.

    Attributes:
        vocabulary_size: int. Number of token ids, special ones included.
        pad_id: int. Id of padding.
        start_id: int. Id that stands before the first token.
        end_id: int. Id that ends a sequence.
        output_layer: Keras layer. Turns `hidden` into logits.
    """

    autoregressive = True
    vocabulary_size: int
    start_id: int
    end_id: int

    def call(self, code: Any, x: Any = None, training: bool = False) -> Any:
        hidden = self.hidden(code, x, training=training)
        return self.output_layer(hidden)

    def hidden(self, code: Any, x: Any = None, training: bool = False) -> Any:
        raise NotImplementedError

    def initial_state(self, code: Any, length: int) -> Any:
        """The state before the first token.

        Args:
            code: float tensor of shape `(batch, code_dim)`.
            length: int. Tokens of the longest sequence, its end included.

        Returns:
            A nest of tensors whose first axis is the batch.
        """
        raise NotImplementedError

    def step(self, token: Any, state: Any, index: Any) -> tuple[Any, Any]:
        """Logits of the next token.

        Args:
            token: int tensor of shape `(batch,)`. The token before; the first
                is `start_id`.
            state: what `initial_state` or the last `step` returned.
            index: int tensor of shape `(batch,)`. The position of the token
                to predict, from 0; rows may be at different ones.

        Returns:
            Logits of shape `(batch, vocabulary_size)` and the next state.
        """
        raise NotImplementedError

    def previous_tokens(self, x: Any) -> Any:
        """The token before each of `x`; before the first, the start."""
        start = ops.full_like(x[:, :1], self.start_id)
        return ops.concatenate([start, x[:, :-1]], axis=1)


def check_decoder(decoder: Any) -> Decoder:
    """Refuses what does not keep the contract.

    Args:
        decoder: what a user gives for a decoder.

    Returns:
        The decoder.

    Raises:
        ValueError: if it is no `Decoder`.
    """
    if not isinstance(decoder, Decoder):
        raise ValueError(
            "A decoder must be a `keras_arae.layers.Decoder`: subclass it and "
            "define `call(code, x, training)`, which may call any Keras "
            f"layers. Received: {decoder!r}"
        )
    return decoder
