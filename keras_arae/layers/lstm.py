"""LSTM encoder and decoders of sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_arae import backend
from keras_arae.arguments import COUNT
from keras_arae.arguments import FLAG
from keras_arae.arguments import INITIALIZER
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import optional
from keras_arae.arguments import whole
from keras_arae.export import export
from keras_arae.layers.decoder import AutoregressiveDecoder
from keras_arae.layers.decoder import check_special_ids
from keras_arae.layers.sampled_dense import output_layer


@export
class LSTMEncoder(keras.layers.Layer):
    """Reads token ids with an LSTM; its last state is the code.

    Sentences are padded on the right; the state is taken at the last token
    that is not padding, so padding more changes nothing and the LSTM needs no
    mask (which would turn the fast kernels off).

    Source: "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223), Section 4; the released code uses 300
    units for SNLI and draws LSTM weights from U(-0.1, 0.1).

    Args:
        vocabulary_size: int. Number of token ids, special ones included.
        embedding_dim: int. Width of a token's vector. Defaults to `300`.
        units: int. Units of the LSTM. Defaults to `300`.
        code_dim: int or `None`. Width of the code. Another one than `units`
            takes a dense layer behind the LSTM. Defaults to `None`: `units`.
        pad_id: int. Id of padding. Defaults to `0`.
        kernel_initializer: Keras initializer of embedding and LSTM, `None`
            for Keras' own defaults. Defaults to `None`.
        bidirectional: bool. Whether a second LSTM reads the sentence from its
            end, so that neither forgets where the other began. A dense layer
            behind both last states makes the code. Defaults to `False`.

    Call arguments:
        x: int tensor of shape `(batch, length)`, padded on the right.

    Input shape: `(batch, length)`.

    Output shape: `(batch, code_dim)`.

    Example:

    ```python
    encoder = keras_arae.layers.LSTMEncoder(50, embedding_dim=8, units=16)
    codes = encoder(np.array([[5, 6, 2, 0], [7, 2, 0, 0]]))
    assert codes.shape == (2, 16)
    ```
    """

    @checked(
        vocabulary_size=COUNT,
        embedding_dim=WIDTH,
        units=WIDTH,
        code_dim=optional(WIDTH),
        pad_id=whole(0),
        kernel_initializer=optional(INITIALIZER),
        bidirectional=FLAG,
    )
    def __init__(
        self,
        vocabulary_size: int,
        embedding_dim: int = 300,
        units: int = 300,
        code_dim: int | None = None,
        pad_id: int = 0,
        kernel_initializer: Any = None,
        bidirectional: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.embedding_dim = embedding_dim
        self.units = units
        self.code_dim = units if code_dim is None else code_dim
        self.pad_id = pad_id
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.embedding = _embedding(
            vocabulary_size, embedding_dim, self.kernel_initializer
        )
        self.lstm = TokenLSTM(units, self.kernel_initializer)
        self.bidirectional = bidirectional
        self.backward_lstm = None
        if bidirectional:
            self.backward_lstm = TokenLSTM(units, self.kernel_initializer)
        self.projection = None
        if bidirectional or self.code_dim != units:
            self.projection = backend.Dense(self.code_dim, name="projection")

    def build(self, input_shape: Any) -> None:
        self.embedding.build(input_shape)
        self.lstm.build((*input_shape, self.embedding_dim))
        width = self.units
        if self.backward_lstm is not None:
            self.backward_lstm.build((*input_shape, self.embedding_dim))
            width *= 2
        if self.projection is not None:
            self.projection.build((input_shape[0], width))

    def call(self, x: Any, training: bool = False) -> Any:
        tokens = self.embedding(x)
        lengths = ops.sum(ops.cast(x != self.pad_id, "int32"), axis=1)
        lengths = ops.maximum(lengths, 1)
        last = lengths[:, None] - 1
        state = _at(self.lstm(tokens, lengths=lengths), last)
        if self.backward_lstm is not None:
            # From the last token to the first; padding stays behind them.
            places = ops.arange(x.shape[1])[None]
            places = ops.where(places > last, places, last - places)
            backwards = ops.take_along_axis(tokens, places[..., None], axis=1)
            states = self.backward_lstm(backwards, lengths=lengths)
            state = ops.concatenate([state, _at(states, last)], axis=-1)
        return state if self.projection is None else self.projection(state)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return (input_shape[0], self.code_dim)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "units": self.units,
            "code_dim": self.code_dim,
            "pad_id": self.pad_id,
            "kernel_initializer": keras.saving.serialize_keras_object(
                self.kernel_initializer
            ),
            "bidirectional": self.bidirectional,
        }


def _at(states: Any, place: Any) -> Any:
    """Of each row's states the one at a place, of shape `(batch, 1)`."""
    state = ops.take_along_axis(states, place[..., None], axis=1)
    return ops.squeeze(state, axis=1)


@export
class LSTMDecoder(AutoregressiveDecoder):
    """Predicts each token from the code and the tokens before it.

    The code is joined to the embedding of the previous token at every step;
    the LSTM starts from zeros.

    Source: "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223), Section 4, and its released code.

    Args:
        vocabulary_size: int. Number of token ids, special ones included.
        embedding_dim: int. Width of a token's vector. Defaults to `300`.
        units: int. Units of the LSTM. Defaults to `300`.
        pad_id: int. Id of padding: positions that do not count. Defaults to
            `0`.
        start_id: int. Id that stands before the first token. Defaults to `1`.
        end_id: int. Id that ends a sentence. Defaults to `2`.
        kernel_initializer: Keras initializer of embedding, LSTM and output
            kernel, `None` for Keras' own defaults. The released code draws
            from U(-0.1, 0.1). Defaults to `None`.
        num_sampled: int or `None`. Tokens of the vocabulary that the loss
            compares with in training, as in `keras_arae.layers.SampledDense`:
            for large ones. Defaults to `None`: all.

    Call arguments:
        code: float tensor of shape `(batch, code_dim)`, any width.
        x: int tensor of shape `(batch, length)`: the sentence, which ends in
            `end_id` and is padded on the right.

    Input shape: `(batch, code_dim)` and `(batch, length)`.

    Output shape: `(batch, length, vocabulary_size)`: unnormalised
    log-probabilities of `x[:, t]` given the code and `x[:, :t]`.

    Example:

    ```python
    decoder = keras_arae.layers.LSTMDecoder(50, embedding_dim=8, units=16)
    x = np.array([[5, 6, 2, 0], [7, 2, 0, 0]])
    logits = decoder(np.zeros((2, 16), "float32"), x)
    assert logits.shape == (2, 4, 50)
    ```
    """

    @checked(
        vocabulary_size=COUNT,
        embedding_dim=WIDTH,
        units=WIDTH,
        pad_id=whole(0),
        start_id=whole(0),
        end_id=whole(0),
        kernel_initializer=optional(INITIALIZER),
        num_sampled=optional(COUNT),
    )
    def __init__(
        self,
        vocabulary_size: int,
        embedding_dim: int = 300,
        units: int = 300,
        pad_id: int = 0,
        start_id: int = 1,
        end_id: int = 2,
        kernel_initializer: Any = None,
        num_sampled: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_special_ids(vocabulary_size, pad_id, start_id, end_id)
        self.vocabulary_size = vocabulary_size
        self.embedding_dim = embedding_dim
        self.units = units
        self.pad_id = pad_id
        self.start_id = start_id
        self.end_id = end_id
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.num_sampled = num_sampled
        self.add_recurrent_layers()
        initializer = self.kernel_initializer
        self.output_layer = output_layer(
            vocabulary_size,
            num_sampled,
            kernel_initializer=initializer.clone()
            if initializer
            else "glorot_uniform",
        )

    def add_recurrent_layers(self) -> None:
        """Makes what turns the tokens before, and the code, into states."""
        self.embedding = _embedding(
            self.vocabulary_size, self.embedding_dim, self.kernel_initializer
        )
        self.lstm = TokenLSTM(self.units, self.kernel_initializer)

    def build(self, code_shape: Any, x_shape: Any) -> None:
        self.embedding.build(x_shape)
        self.lstm.build((*x_shape, self.embedding_dim + code_shape[-1]))
        self.output_layer.build((*x_shape, self.units))

    def hidden(self, code: Any, x: Any = None, training: bool = False) -> Any:
        tokens = self.embedding(self.previous_tokens(x))
        return self.lstm(tokens, code, lengths=self.lengths(x))

    def initial_state(self, code: Any, length: int) -> list:
        """Zeros of the LSTM, twice, and what the code adds to its gates."""
        zeros = ops.zeros((ops.shape(code)[0], self.units), self.compute_dtype)
        products = self.lstm.constant_products(code, self.embedding_dim)
        return [zeros, zeros, products]

    def step(self, token: Any, state: Any, index: Any) -> tuple[Any, Any]:
        *states, products = state
        states = self.lstm.step(self.embedding(token), products, states)
        return self.output_layer(states[0]), [*states, products]

    def compute_output_shape(self, code_shape: Any, x_shape: Any) -> tuple:
        return (*x_shape, self.vocabulary_size)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "units": self.units,
            "pad_id": self.pad_id,
            "start_id": self.start_id,
            "end_id": self.end_id,
            "num_sampled": self.num_sampled,
            "kernel_initializer": keras.saving.serialize_keras_object(
                self.kernel_initializer
            ),
        }


@export
class ClassLSTMDecoder(LSTMDecoder):
    """An `LSTMDecoder` for each class, with one output layer for all.

    What a model with a condition of classes joins behind codes, the class,
    one-hot, picks the embedding and the LSTM. Shares of classes, as on a path
    between two, mix the states of their LSTMs.

    Source: the code released with "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223) for transfer of sentiment.

    Args:
        num_classes: int. Number of classes.
        *args: as in `LSTMDecoder`.
        **kwargs: as in `LSTMDecoder`.

    Call arguments:
        code: float tensor of shape `(batch, code_dim + num_classes)`: codes
            and behind them shares of classes.
        x: int tensor of shape `(batch, length)`, as in `LSTMDecoder`.

    Input shape: `(batch, code_dim + num_classes)` and `(batch, length)`.

    Output shape: `(batch, length, vocabulary_size)`: unnormalised
    log-probabilities.

    Example:

    ```python
    decoder = keras_arae.layers.ClassLSTMDecoder(2, 50, 8, units=16)
    code = np.zeros((3, 16), "float32")
    classes = np.eye(2, dtype="float32")[[0, 1, 0]]
    x = np.array([[5, 6, 2], [5, 6, 2], [7, 2, 0]])
    logits = decoder(np.concatenate([code, classes], axis=1), x)
    assert logits.shape == (3, 3, 50)
    ```
    """

    @checked(num_classes=WIDTH)
    def __init__(self, num_classes: int, *args: Any, **kwargs: Any) -> None:
        self.num_classes = num_classes
        super().__init__(*args, **kwargs)

    def add_recurrent_layers(self) -> None:
        """Makes an embedding and an LSTM for each class."""
        self.embeddings = [
            _embedding(
                self.vocabulary_size,
                self.embedding_dim,
                self.kernel_initializer,
            )
            for _ in range(self.num_classes)
        ]
        self.lstms = [
            TokenLSTM(self.units, self.kernel_initializer)
            for _ in range(self.num_classes)
        ]

    def build(self, code_shape: Any, x_shape: Any) -> None:
        width = self.embedding_dim + code_shape[-1] - self.num_classes
        for embedding, lstm in zip(self.embeddings, self.lstms):
            embedding.build(x_shape)
            lstm.build((*x_shape, width))
        self.output_layer.build((*x_shape, self.units))

    def hidden(self, code: Any, x: Any = None, training: bool = False) -> Any:
        code, shares = self._split(code)
        previous, lengths = self.previous_tokens(x), self.lengths(x)
        states = [
            lstm(embedding(previous), code, lengths=lengths)
            for embedding, lstm in zip(self.embeddings, self.lstms)
        ]
        return self._mixed(states, shares[:, None, :])

    def initial_state(self, code: Any, length: int) -> list:
        """The shares of classes and, for each, the state of its LSTM."""
        code, shares = self._split(code)
        shape = (ops.shape(code)[0], self.units)
        zeros = ops.zeros(shape, self.compute_dtype)
        states = [
            [zeros, zeros, lstm.constant_products(code, self.embedding_dim)]
            for lstm in self.lstms
        ]
        return [shares, states]

    def step(self, token: Any, state: Any, index: Any) -> tuple[Any, Any]:
        shares, states = state
        next_states = []
        for embedding, lstm, part in zip(self.embeddings, self.lstms, states):
            *part, products = part
            part = lstm.step(embedding(token), products, part)
            next_states.append([*part, products])
        hidden = self._mixed([part[0] for part in next_states], shares)
        return self.output_layer(hidden), [shares, next_states]

    def _split(self, code: Any) -> tuple[Any, Any]:
        """Codes and, from behind them, the shares of classes."""
        return code[:, : -self.num_classes], code[:, -self.num_classes :]

    def _mixed(self, outputs: Sequence, shares: Any) -> Any:
        """The sum of the classes' states, each times its share."""
        shares = ops.cast(shares, outputs[0].dtype)
        return sum(
            shares[..., index, None] * output
            for index, output in enumerate(outputs)
        )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_classes": self.num_classes}


class TokenLSTM(keras.layers.LSTM):
    """A `keras.layers.LSTM` over a sentence that computes the same faster.

    The products of all inputs with the kernel are one product, a vector that
    stands beside every token enters once a sentence, and padding is left out
    where shapes may depend on it. PyTorch runs its own LSTM on a GPU and where
    units are few, TensorFlow on a GPU Keras', which is cuDNN's. Returns the
    state at each position.
    Where PyTorch leaves padding out, gradients have no gradient of their own;
    on JAX there is no derivative in forward mode (`jax.jvp`).

    Args:
        units: int. Width of the state.
        initializer: Keras initializer of all weights, or `None` for Keras'
            own defaults. Defaults to `None`.

    Call arguments:
        inputs: float tensor of shape `(batch, length, dim)`.
        constant: float tensor of shape `(batch, constant_dim)` or `None`:
            joined to the input at every position.
        lengths: int tensor of shape `(batch,)` or `None`. How many tokens of
            each row count; the states behind them are zero. Defaults to
            `None`: all.

    Output shape: `(batch, length, units)`.
    """

    def __init__(
        self, units: int, initializer: Any = None, **kwargs: Any
    ) -> None:
        options: dict[str, Any] = {}
        if initializer is not None:
            options = {
                "kernel_initializer": initializer.clone(),
                "recurrent_initializer": initializer.clone(),
                "bias_initializer": initializer.clone(),
                "unit_forget_bias": False,
            }
        super().__init__(units, return_sequences=True, **options, **kwargs)
        self.recurrence = keras.layers.RNN(
            Recurrence(units, lambda: self.cell.recurrent_kernel),
            return_sequences=True,
        )

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.recurrence.build((*input_shape[:2], 4 * self.units))

    def call(
        self, inputs: Any, constant: Any = None, lengths: Any = None
    ) -> Any:
        return backend.lstm(self, inputs, constant, lengths)

    def without_padding(self, states: Any, lengths: Any) -> Any:
        """States with zeros behind each row's length."""
        if lengths is None:
            return states
        counts = ops.arange(states.shape[1])[None] < lengths[:, None]
        return ops.where(counts[..., None], states, 0)

    def by_keras(self, inputs: Any, constant: Any) -> Any:
        """States by Keras' own LSTM: cuDNN's on a GPU."""
        return super().call(self.joined(inputs, constant))

    def by_products(self, inputs: Any, constant: Any) -> Any:
        """States from the products of all inputs with the kernel."""
        return self.recurrence(self.products(inputs, constant))

    def products(self, inputs: Any, constant: Any) -> Any:
        """What inputs, a constant and the bias add to the gates."""
        length, dim = inputs.shape[1:]
        kernel = ops.cast(self.cell.kernel[:dim], inputs.dtype)
        # Flat: XLA's CPU code for the same product on three axes is slower.
        products = backend.product(ops.reshape(inputs, (-1, dim)), kernel)
        products = ops.reshape(products, (-1, length, kernel.shape[1]))
        if constant is None:
            return products + ops.cast(self.cell.bias, inputs.dtype)
        return products + self.constant_products(constant, dim)[:, None]

    def joined(self, inputs: Any, constant: Any) -> Any:
        """Inputs with the same vector behind each."""
        if constant is None:
            return inputs
        constant = ops.cast(constant, inputs.dtype)
        constant = ops.repeat(constant[:, None], inputs.shape[1], axis=1)
        return ops.concatenate([inputs, constant], axis=-1)

    def constant_products(self, constant: Any, dim: int) -> Any:
        """What a constant and the bias add: `(batch, 4 * units)`.

        Args:
            constant: float tensor of shape `(batch, constant_dim)`.
            dim: int. Width of the inputs that it is joined to.
        """
        constant = ops.cast(constant, self.compute_dtype)
        bias = ops.cast(self.cell.bias, constant.dtype)
        if constant.shape[1] == 0:  # oneDNN knows no product over nothing.
            return ops.zeros((ops.shape(constant)[0], 1), bias.dtype) + bias
        kernel = ops.cast(self.cell.kernel[dim:], constant.dtype)
        return backend.product(constant, kernel) + bias

    def step(self, inputs: Any, constant_products: Any, states: list) -> list:
        """The next state, which is also the output, and carry.

        Args:
            inputs: float tensor of shape `(batch, dim)`.
            constant_products: what `constant_products` returned.
            states: list of two tensors of shape `(batch, units)`.
        """
        kernel = ops.cast(self.cell.kernel[: inputs.shape[1]], inputs.dtype)
        products = backend.product(inputs, kernel) + constant_products
        return self.recurrence.cell(products, states)[1]


class Recurrence(keras.layers.Layer):
    """The cell of an LSTM whose input products are computed already.

    Args:
        units: int. Width of the state.
        recurrent_kernel: callable. Returns the kernel of the LSTM.
    """

    def __init__(self, units: int, recurrent_kernel: Any) -> None:
        super().__init__()
        self.state_size = [units, units]
        self.output_size = units
        self.recurrent_kernel = recurrent_kernel

    def call(
        self, products: Any, states: Any, training: bool = False
    ) -> tuple[Any, list]:
        hidden, carry = states
        kernel = ops.cast(self.recurrent_kernel(), products.dtype)
        gates = products + ops.matmul(hidden, kernel)
        input_gate, forget, candidate, output = ops.split(gates, 4, axis=-1)
        carry = ops.sigmoid(forget) * carry
        carry = carry + ops.sigmoid(input_gate) * ops.tanh(candidate)
        hidden = ops.sigmoid(output) * ops.tanh(carry)
        return hidden, [hidden, carry]


def _embedding(
    vocabulary_size: int, embedding_dim: int, initializer: Any
) -> keras.layers.Embedding:
    """Vectors of tokens, drawn by an initializer, or by Keras' own."""
    if initializer is None:
        return backend.Embedding(vocabulary_size, embedding_dim)
    return backend.Embedding(
        vocabulary_size,
        embedding_dim,
        embeddings_initializer=initializer.clone(),
    )
