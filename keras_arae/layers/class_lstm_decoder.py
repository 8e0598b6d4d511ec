"""A sentence decoder with an LSTM of its own for each class."""

from keras import ops

from keras_arae.export import export
from keras_arae.layers.lstm_decoder import LSTMDecoder
from keras_arae.layers.token_embedding import token_embedding
from keras_arae.layers.token_lstm import TokenLSTM


@export
class ClassLSTMDecoder(LSTMDecoder):
    """An `LSTMDecoder` for each class, with one output layer for all.

    What `ARAE` joins to codes of a model with `num_classes`, the class,
    one-hot, picks the embedding and the LSTM. Shares of classes, as on a path
    between two, mix the states of their LSTMs.

    Source: the code released with "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223) for transfer of sentiment.

    Args:
        num_classes: int.
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

    def __init__(self, num_classes, *args, **kwargs):
        self.num_classes = num_classes
        super().__init__(*args, **kwargs)

    def add_recurrent_layers(self):
        self.embeddings = [
            token_embedding(
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

    def build(self, code_shape, x_shape):
        width = self.embedding_dim + code_shape[-1] - self.num_classes
        for embedding, lstm in zip(self.embeddings, self.lstms):
            embedding.build(x_shape)
            lstm.build((*x_shape, width))
        self.output_layer.build((*x_shape, self.units))

    def states(self, code, x):
        code, shares = self.split(code)
        previous = self.previous_tokens(x)
        return self.mixed(
            [
                lstm(embedding(previous), code)
                for embedding, lstm in zip(self.embeddings, self.lstms)
            ],
            shares[:, None, :],
        )

    def initial_state(self, code):
        code, shares = self.split(code)
        shape = (ops.shape(code)[0], self.units)
        zeros = ops.zeros(shape, self.compute_dtype)
        state = [shares]
        for lstm in self.lstms:
            products = lstm.constant_products(code, self.embedding_dim)
            state += [zeros, zeros, products]
        return state

    def step(self, previous, state):
        shares, *parts = state
        outputs, next_state = [], [shares]
        for index, lstm in enumerate(self.lstms):
            *states, products = parts[3 * index : 3 * index + 3]
            inputs = self.embeddings[index](previous)
            states = lstm.step(inputs, products, states)
            outputs.append(states[0])
            next_state += [*states, products]
        return self.output_layer(self.mixed(outputs, shares)), next_state

    def split(self, code):
        """Codes and, from behind them, the shares of classes."""
        return code[:, : -self.num_classes], code[:, -self.num_classes :]

    def mixed(self, outputs, shares):
        """The sum of the classes' states, each times its share."""
        shares = ops.cast(shares, outputs[0].dtype)
        return sum(
            shares[..., index, None] * output
            for index, output in enumerate(outputs)
        )

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes}
