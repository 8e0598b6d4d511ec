"""The contract of a decoder: from a code to logits of data."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any

import keras
from keras import ops

from keras_arae import backend
from keras_arae.arguments import instance


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

    def cross_entropy(
        self,
        code: Any,
        x: Any,
        weights: Any = None,
        skip_masked: bool = True,
        training: bool = False,
    ) -> tuple[tuple, tuple]:
        """Mean nats and accuracy at the positions of `x` that count.

        Args:
            code: as in `call`.
            x: as in `call`.
            weights: float tensor of shape `(batch,)` or `None`. Weights of
                rows. Defaults to `None`: all 1.
            skip_masked: bool. Whether to leave positions that do not count
                out of the output layer: shapes then depend on data. Defaults
                to `True`.
            training: as in `call`.

        Returns:
            Two pairs `(mean, weight)` of float32 scalars. The accuracy is the
            share of positions whose value has the largest logit. In training
            an output layer may compare with a sample of the values alone.
        """
        with leaving_out_padding():
            hidden = self.hidden(code, x, training=training)
        return masked_cross_entropy(
            x,
            hidden,
            self.output_layer,
            self.pad_id,
            weights,
            skip_masked,
            training,
        )

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

    def lengths(self, x: Any) -> Any:
        """Up to where positions of each row count; `None` where all do.

        In a loss that is up to the last token that is no padding; whoever
        asks for logits may read them behind it.

        Args:
            x: int tensor of shape `(batch, length)`.

        Returns:
            An int tensor of shape `(batch,)`, or `None`.
        """
        if not _leaves_out_padding.get():
            return None
        ends = ops.arange(1, x.shape[1] + 1, dtype="int32")
        return ops.max(ops.where(x != self.pad_id, ends, 0), axis=1)


# Whether what is computed is for a loss, to which padding adds nothing.
_leaves_out_padding = contextvars.ContextVar(
    "leaves_out_padding", default=False
)


@contextlib.contextmanager
def leaving_out_padding() -> Iterator[None]:
    """Within it, decoders need not compute what stands at padding."""
    token = _leaves_out_padding.set(True)
    try:
        yield
    finally:
        _leaves_out_padding.reset(token)


def check_special_ids(
    vocabulary_size: int, pad_id: int, start_id: int, end_id: int
) -> None:
    """Refuses ids that are outside the vocabulary, or not three."""
    ids = {"pad_id": pad_id, "start_id": start_id, "end_id": end_id}
    if len(set(ids.values())) < 3 or max(ids.values()) >= vocabulary_size:
        raise ValueError(
            "`pad_id`, `start_id` and `end_id` must be three different ids "
            f"below `vocabulary_size`, {vocabulary_size}. Received: {ids}"
        )


DECODER = instance(Decoder)._replace(
    expected="a `keras_arae.layers.Decoder`: subclass it and define "
    "`call(code, x, training)`, which may call any Keras layers"
)


def masked_cross_entropy(
    x: Any,
    hidden: Any,
    output_layer: keras.layers.Layer | None = None,
    pad_id: int | None = None,
    row_weights: Any = None,
    skip_masked: bool = True,
    training: bool = False,
) -> tuple[tuple, tuple]:
    """`Decoder.cross_entropy` of what the decoder computed.

    The logits of a position cost as many products as the vocabulary has
    words, and a good part of a batch of sentences is padding: given an output
    layer, logits are computed only where positions count.
    """
    weights = _position_weights(x, pad_id, row_weights)
    # Of a batch whose rows all weigh nothing the mean is zero.
    count = ops.maximum(ops.sum(weights), 1e-12)
    # Flat: XLA's CPU code for the same work on three axes is slower.
    x, weights = ops.reshape(x, (-1,)), ops.reshape(weights, (-1,))
    hidden = ops.reshape(hidden, (-1, hidden.shape[-1]))
    if output_layer is None:
        nats, correct = _sums(hidden, x, weights)
    elif training and hasattr(output_layer, "sampled_losses"):
        losses = output_layer.sampled_losses(hidden, x)
        nats, correct = (ops.sum(weights * part) for part in losses)
    elif not skip_masked:
        nats, correct = _sums(output_layer(hidden), x, weights)
    else:
        nats, correct = _packed_sums(output_layer, hidden, x, weights, training)
    return (nats / count, count), (correct / count, count)


def _position_weights(x: Any, pad_id: int | None, row_weights: Any) -> Any:
    """Weights of the positions of `x` in a mean."""
    weights = ops.ones_like(x, dtype="float32")
    if pad_id is not None:
        weights = ops.cast(x != pad_id, "float32")
    if row_weights is not None:
        ones = (1,) * (len(x.shape) - 1)
        weights = weights * ops.reshape(row_weights, (-1, *ones))
    return weights


def _packed_sums(
    output_layer: keras.layers.Layer,
    hidden: Any,
    x: Any,
    weights: Any,
    training: bool,
) -> tuple[Any, Any]:
    """`_sums` with logits only where weights are not zero."""
    counts = weights != 0
    # Positions that count come first, in their order.
    order = ops.argsort(ops.where(counts, 0, 1))
    return backend.losses_of_first(
        lambda layer, hidden, x, weights: _sums(layer(hidden), x, weights),
        ops.maximum(ops.sum(ops.cast(counts, "int32")), 1),
        output_layer,
        *(ops.take(part, order, axis=0) for part in (hidden, x, weights)),
        training=training,
    )


def _sums(logits: Any, x: Any, weights: Any) -> tuple[Any, Any]:
    """Cross-entropy and correct predictions, summed over positions."""
    logits = ops.cast(logits, "float32")
    if logits.shape[-1] == 2:
        losses, correct = _binary_losses(logits, x)
    else:
        losses = backend.cross_entropy(x, logits)
        chosen = ops.take_along_axis(logits, x[..., None], axis=-1)[..., 0]
        correct = chosen >= ops.max(logits, axis=-1)
    correct = ops.cast(correct, "float32")
    return ops.sum(weights * losses), ops.sum(weights * correct)


def _binary_losses(logits: Any, x: Any) -> tuple[Any, Any]:
    """Cross-entropy and correct predictions of two values.

    From the difference of their logits, which is all that counts: a softmax
    over rows of two takes longer.
    """
    margin = logits[:, 1] - logits[:, 0]
    margin = ops.where(x == 1, margin, -margin)
    return ops.softplus(-margin), margin >= 0
