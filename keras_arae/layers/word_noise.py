"""Noise on sentences: words left out, words out of order."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_arae import backend
from keras_arae.arguments import NATURAL
from keras_arae.arguments import SEED
from keras_arae.arguments import checked
from keras_arae.arguments import number
from keras_arae.arguments import optional
from keras_arae.arguments import whole
from keras_arae.export import export


@export
class WordNoise(keras.layers.Layer):
    """Leaves words out and moves them, in training.

    An autoencoder whose encoder reads sentences through it, and whose decoder
    gives back the sentences as they were, is a denoising one: sentences alike
    get codes close together. In inference sentences pass unchanged.

    Source: "Educating Text Autoencoders: Latent Representation Guidance via
    Denoising" (DAAE), Shen, Mueller, Barzilay, Jaakkola, ICML 2020
    (https://arxiv.org/abs/1905.12777), which leaves out 0.3 of the words;
    order as in "Unsupervised Machine Translation Using Monolingual Corpora
    Only", Lample et al., ICLR 2018 (https://arxiv.org/abs/1711.00043).

    Args:
        dropout: float from 0 to below 1. The chance of a word to be left out.
            Defaults to `0.3`.
        max_shift: int. How many places a word moves at the most. Defaults to
            `0`: none moves.
        pad_id: int. Id of padding. Defaults to `0`.
        end_id: int. Id that ends a sentence; it stays. Defaults to `2`.
        seed: int or `None`. Random seed. Defaults to `None`.

    Call arguments:
        x: int tensor of shape `(batch, length)`, padded on the right.
        training: bool. Noise is added only when true.

    Input shape: `(batch, length)`.

    Output shape: the same.

    Example:

    ```python
    noise = keras_arae.layers.WordNoise(dropout=0.5, max_shift=2, seed=0)
    x = np.array([[5, 6, 7, 8, 2, 0]])
    noisy = keras.ops.convert_to_numpy(noise(x, training=True))
    assert set(noisy[0]) <= {5, 6, 7, 8, 2, 0} and 2 in noisy
    ```
    """

    @checked(
        dropout=number(least=0, below=1),
        max_shift=NATURAL,
        pad_id=whole(0),
        end_id=whole(0),
        seed=optional(SEED),
    )
    def __init__(
        self,
        dropout: float = 0.3,
        max_shift: int = 0,
        pad_id: int = 0,
        end_id: int = 2,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.dropout = dropout
        self.max_shift = max_shift
        self.pad_id = pad_id
        self.end_id = end_id
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        if len(input_shape) != 2:
            raise ValueError(
                "WordNoise is for sentences, integers of shape (batch, "
                f"length). Received: input_shape={tuple(input_shape)}"
            )

    def call(self, x: Any, training: bool = False) -> Any:
        if not training or (self.dropout == 0 and self.max_shift == 0):
            return x
        length = x.shape[1]
        is_word = ops.logical_and(x != self.pad_id, x != self.end_id)
        drawn = self._drawn(ops.shape(x))
        is_left_out = ops.logical_and(is_word, drawn < self.dropout)
        places = ops.cast(ops.arange(length), "float32")[None]
        if self.max_shift:
            shifts = (self.max_shift + 1.0) * self._drawn(ops.shape(x))
            # Ends of sentences, and what is behind them, stay behind words.
            behind = float(self.max_shift + 1)
            places = places + ops.where(is_word, shifts, behind)
        # What is left out goes to the end, and is padding there.
        behind_all = 4.0 * (length + self.max_shift)
        order = ops.argsort(
            places + ops.where(is_left_out, behind_all, 0.0), axis=1
        )
        x = ops.where(is_left_out, self.pad_id, x)
        return ops.take_along_axis(x, order, axis=1)

    def _drawn(self, shape: Any) -> Any:
        """Numbers from 0 to 1, one for each word."""
        return backend.replicas.draw(
            keras.random.uniform, shape, seed=self.seed_generator
        )

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "dropout": self.dropout,
            "max_shift": self.max_shift,
            "pad_id": self.pad_id,
            "end_id": self.end_id,
            "seed": self.seed,
        }
