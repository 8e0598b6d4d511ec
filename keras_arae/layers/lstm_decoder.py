"""A sentence decoder: a code to token logits."""

import keras
from keras import ops

from keras_arae.export import export
from keras_arae.layers.dense import Dense
from keras_arae.layers.token_embedding import token_embedding
from keras_arae.layers.token_lstm import TokenLSTM


@export
class LSTMDecoder(keras.layers.Layer):
    """Predicts each token from the code and the tokens before it.

    The code is joined to the embedding of the previous token at every step;
    the LSTM starts from zeros. `call` scores a whole sentence (teacher
    forcing); `initial_state` and `step` take one token at a time, for
    sampling. `autoregressive = True` tells `ARAE` to call the decoder with
    the sentence beside the code.

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

    Call arguments:
        code: float tensor of shape `(batch, code_dim)`.
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

    autoregressive = True

    def __init__(
        self,
        vocabulary_size,
        embedding_dim=300,
        units=300,
        pad_id=0,
        start_id=1,
        end_id=2,
        kernel_initializer=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.embedding_dim = embedding_dim
        self.units = units
        self.pad_id = pad_id
        self.start_id = start_id
        self.end_id = end_id
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.add_recurrent_layers()
        initializer = self.kernel_initializer
        self.output_layer = Dense(
            vocabulary_size,
            kernel_initializer=initializer.clone()
            if initializer
            else "glorot_uniform",
            name="output_layer",
        )

    def add_recurrent_layers(self):
        """Makes what turns the tokens before, and the code, into states."""
        self.embedding = token_embedding(
            self.vocabulary_size, self.embedding_dim, self.kernel_initializer
        )
        self.lstm = TokenLSTM(self.units, self.kernel_initializer)

    def build(self, code_shape, x_shape):
        self.embedding.build(x_shape)
        self.lstm.build((*x_shape, self.embedding_dim + code_shape[-1]))
        self.output_layer.build((*x_shape, self.units))

    def call(self, code, x):
        return self.output_layer(self.states(code, x))

    def states(self, code, x):
        """What `output_layer` turns into logits: `(batch, length, units)`."""
        return self.lstm(self.embedding(self.previous_tokens(x)), code)

    def previous_tokens(self, x):
        """The token before each of `x`; before the first, the start."""
        start = ops.full_like(x[:, :1], self.start_id)
        return ops.concatenate([start, x[:, :-1]], axis=1)

    def initial_state(self, code):
        """What `step` needs before the first token, of `len(code)` rows.

        Returns:
            A list: zeros of the LSTM, twice, and what the code adds to its
            gates at every step.
        """
        zeros = ops.zeros((ops.shape(code)[0], self.units), self.compute_dtype)
        products = self.lstm.constant_products(code, self.embedding_dim)
        return [zeros, zeros, products]

    def step(self, previous, state):
        """Logits of the next token.

        Args:
            previous: int tensor of shape `(batch,)`. The token before.
            state: what `initial_state` or the last `step` returned.

        Returns:
            Logits of shape `(batch, vocabulary_size)` and the next state.
        """
        *states, products = state
        states = self.lstm.step(self.embedding(previous), products, states)
        return self.output_layer(states[0]), [*states, products]

    def compute_output_shape(self, code_shape, x_shape):
        return (*x_shape, self.vocabulary_size)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "units": self.units,
            "pad_id": self.pad_id,
            "start_id": self.start_id,
            "end_id": self.end_id,
            "kernel_initializer": keras.saving.serialize_keras_object(
                self.kernel_initializer
            ),
        }
