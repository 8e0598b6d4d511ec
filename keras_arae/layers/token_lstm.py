"""What encoder and decoder of sentences share: vectors of tokens, an LSTM."""

import keras


def token_lstm(vocabulary_size, embedding_dim, units, initializer=None):
    """An embedding and an LSTM that returns its state at each position.

    Args:
        vocabulary_size: int. Number of token ids.
        embedding_dim: int. Width of a token's vector.
        units: int. Units of the LSTM.
        initializer: Keras initializer of all their weights, or `None` for
            Keras' own defaults. Defaults to `None`.

    Returns:
        A `keras.layers.Embedding` and a `keras.layers.LSTM`.
    """
    if initializer is None:
        return (
            keras.layers.Embedding(vocabulary_size, embedding_dim),
            keras.layers.LSTM(units, return_sequences=True),
        )
    embedding = keras.layers.Embedding(
        vocabulary_size,
        embedding_dim,
        embeddings_initializer=initializer.clone(),
    )
    lstm = keras.layers.LSTM(
        units,
        return_sequences=True,
        kernel_initializer=initializer.clone(),
        recurrent_initializer=initializer.clone(),
        bias_initializer=initializer.clone(),
        unit_forget_bias=False,
    )
    return embedding, lstm
