"""Top-p sampling without sorting the vocabulary."""

from __future__ import annotations

import math
from typing import Any

from keras import ops
from keras import random
from keras_nlp import samplers

NONE_KEPT = 1e-9  # Chance that no draw of a token is kept.


class NucleusSampler(samplers.TopPSampler):
    """`keras_nlp.samplers.TopPSampler` by drawing again.

    A token is in the nucleus where the tokens that are likelier than it have
    no more than `p` together: one sum tells it. So a token is drawn from the
    whole vocabulary, and drawn again until it is in the nucleus; the tokens
    are distributed as if the vocabulary had been sorted and cut. Only among
    equally likely tokens at its edge all are in, not those that sort first.

    Source: "The Curious Case of Neural Text Degeneration", Holtzman et al.,
    ICLR 2020 (https://arxiv.org/abs/1904.09751), for the nucleus.

    Args:
        p: float. Probability of the nucleus. Defaults to `0.9`.
        **options: the other arguments of a `keras_nlp.samplers.Sampler`.

    Example:

    ```python
    from keras_arae.sampling.nucleus import NucleusSampler

    sampler = NucleusSampler(p=0.7, seed=0)
    probabilities = np.tile([[0.5, 0.3, 0.2]], [100, 1])
    tokens = keras.ops.convert_to_numpy(sampler.get_next_token(probabilities))
    assert set(tokens.tolist()) == {0, 1}
    ```
    """

    def __init__(self, p: float = 0.9, **options: Any) -> None:
        super().__init__(p, **options)
        chance = max(1.0 - p, NONE_KEPT)  # that a draw is outside, at most
        self.num_draws = math.ceil(math.log(NONE_KEPT) / math.log(chance))

    def get_next_token(self, probabilities: Any) -> Any:
        probabilities = ops.convert_to_tensor(probabilities, "float32")
        num_rows = ops.shape(probabilities)[0]
        up_to = ops.cumsum(probabilities, axis=-1)
        draws = up_to[:, -1:] * random.uniform(
            (self.num_draws, num_rows, 1), seed=self.seed_generator
        )

        def cond(step: Any, tokens: Any, kept: Any) -> Any:
            return ops.any(~kept) & (step < self.num_draws)

        def body(step: Any, tokens: Any, kept: Any) -> tuple:
            below = up_to <= ops.take(draws, step, axis=0)
            drawn = ops.sum(ops.cast(below, "int32"), axis=-1)
            drawn = ops.minimum(drawn, probabilities.shape[-1] - 1)
            chance = ops.take_along_axis(probabilities, drawn[:, None], axis=-1)
            likelier = ops.where(probabilities > chance, probabilities, 0.0)
            inside = ops.sum(likelier, axis=-1) <= self.p
            inside &= chance[:, 0] > 0.0
            tokens = ops.where(~kept & inside, drawn, tokens)
            return step + 1, tokens, kept | inside

        likeliest = ops.cast(ops.top_k(probabilities, 1)[1][:, 0], "int32")
        kept = ops.zeros_like(likeliest, "bool")
        _, tokens, _ = ops.while_loop(cond, body, (0, likeliest, kept))
        return tokens
