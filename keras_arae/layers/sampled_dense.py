"""An output layer for large vocabularies."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_arae import backend
from keras_arae.arguments import COUNT
from keras_arae.arguments import SEED
from keras_arae.arguments import checked
from keras_arae.arguments import optional
from keras_arae.export import export


@export
class SampledDense(backend.Dense):
    """A dense output layer that learns from a sample of the vocabulary.

    Its output is that of `keras.layers.Dense`: logits of all tokens, for
    evaluation and for generation. In training the loss compares the right
    token with `num_sampled` others, drawn anew each step, so that a step
    costs little more when the vocabulary grows. The loss and the accuracy
    that training logs are then those among the drawn ones, not comparable
    with held-out numbers.

    Tokens are drawn by Zipf's law: ids must go from frequent to rare, as
    those of `keras_arae.TextPreprocessor.from_corpus` do.

    Source: "On Using Very Large Target Vocabulary for Neural Machine
    Translation" (https://arxiv.org/abs/1412.2007), Section 3.

    Args:
        units: int. Size of the vocabulary.
        num_sampled: int. Tokens drawn each step, with repetition; fewer than
            `units`. Defaults to `2048`.
        seed: int or `None`. Of the draws. Defaults to `None`.
        **kwargs: the other arguments of `keras.layers.Dense`.

    Example:

    ```python
    layer = keras_arae.layers.SampledDense(1000, num_sampled=50)
    hidden = np.zeros((3, 8), "float32")
    assert layer(hidden).shape == (3, 1000)
    losses, correct = layer.sampled_losses(hidden, np.array([5, 7, 999]))
    assert losses.shape == correct.shape == (3,)
    ```
    """

    @checked(units=COUNT, num_sampled=COUNT, seed=optional(SEED))
    def __init__(
        self,
        units: int,
        num_sampled: int = 2048,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        if num_sampled >= units:
            raise ValueError(
                "A sample must be smaller than the vocabulary: leave "
                "`num_sampled` out to learn from all of it. "
                f"Received: num_sampled={num_sampled} of {units} tokens"
            )
        super().__init__(units, **kwargs)
        self.num_sampled = num_sampled
        self.seed_generator = keras.random.SeedGenerator(seed)

    def sampled_losses(self, hidden: Any, x: Any) -> tuple[Any, Any]:
        """Losses against a new sample, in nats, and correct predictions.

        Args:
            hidden: float tensor of shape `(num_rows, dim)`.
            x: int tensor of shape `(num_rows,)`. The right tokens.

        Returns:
            Two float32 tensors of shape `(num_rows,)`. The second is 1 where
            no token of the sample has a larger logit than the right one.
        """
        sample = self._sample()
        x, hidden = ops.cast(x, sample.dtype), ops.convert_to_tensor(hidden)
        own = ops.sum(hidden * ops.transpose(self._columns(x)), axis=-1)
        own = ops.cast(own, "float32") + self._offsets(x)
        others = ops.cast(hidden @ self._columns(sample), "float32")
        others = others + self._offsets(sample)
        # The right token is no other, should it be drawn.
        others = ops.where(x[:, None] == sample, -1e9, others)
        largest = ops.max(others, axis=-1)
        total = ops.logaddexp(own, ops.logsumexp(others, axis=-1))
        return total - own, ops.cast(own >= largest, "float32")

    def _sample(self) -> Any:
        """Token ids, by the inverse of the distribution's integral."""
        shape = (self.num_sampled,)
        uniform = keras.random.uniform(shape, seed=self.seed_generator)
        drawn = ops.exp(uniform * np.log(self.units + 1.0)) - 1.0
        return ops.clip(ops.cast(drawn, "int32"), 0, self.units - 1)

    def _columns(self, ids: Any) -> Any:
        """The kernel's columns of some tokens, `(dim, num_ids)`."""
        kernel = ops.cast(self.kernel, self.compute_dtype)
        return ops.take(kernel, ids, axis=1)

    def _offsets(self, ids: Any) -> Any:
        """Biases, less the logarithm of how often tokens are drawn."""
        rank = ops.cast(ids, "float32")
        share = ops.log1p(1.0 / (rank + 1.0)) / np.log(self.units + 1.0)
        offsets = -ops.log(self.num_sampled * share)
        if self.bias is not None:
            offsets = offsets + ops.cast(ops.take(self.bias, ids), "float32")
        return offsets

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_sampled": self.num_sampled}


def output_layer(
    vocabulary_size: int, num_sampled: int | None, **options: Any
) -> Any:
    """The layer that turns a decoder's states into logits.

    Args:
        vocabulary_size: int.
        num_sampled: int or `None`. As in `SampledDense`; `None` learns from
            all tokens.
        **options: other arguments of `keras.layers.Dense`.
    """
    options["name"] = "output_layer"
    if num_sampled is None:
        return backend.Dense(vocabulary_size, **options)
    return SampledDense(vocabulary_size, num_sampled, **options)
