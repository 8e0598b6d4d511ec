"""Vectors of tokens."""

import keras


def token_embedding(vocabulary_size, embedding_dim, initializer=None):
    """A `keras.layers.Embedding`.

    Args:
        vocabulary_size: int. Number of token ids.
        embedding_dim: int. Width of a token's vector.
        initializer: Keras initializer, or `None` for Keras' own default.
            Defaults to `None`.
    """
    if initializer is None:
        return keras.layers.Embedding(vocabulary_size, embedding_dim)
    return keras.layers.Embedding(
        vocabulary_size,
        embedding_dim,
        embeddings_initializer=initializer.clone(),
    )
