"""Top-p sampling without sorting the vocabulary."""

from __future__ import annotations

import math
from typing import Any

from keras import ops
from keras import random
from keras_nlp import samplers

from keras_arae import backend

NONE_KEPT = 1e-9  # Chance that none of a row's draws is kept.
PARTS = 4  # A part of the rows draws at once: few draw twice.
BLOCK = 100  # Tokens whose probabilities are added up beforehand.


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
        vocabulary = _Vocabulary(probabilities)
        some = -(-ops.shape(probabilities)[0] // PARTS)
        # Rows with the fewest draws are next, so each has `num_draws`.
        num_steps = self.num_draws * PARTS
        done = num_steps + 1
        draws = random.uniform((num_steps, some), seed=self.seed_generator)

        def cond(step: Any, tokens: Any, counts: Any) -> Any:
            return ops.any(counts < done) & (step < num_steps)

        def body(step: Any, tokens: Any, counts: Any) -> tuple:
            """Draws for some of the rows that have no token yet."""
            rows = ops.argsort(counts)[:some]
            own, count = vocabulary.rows(rows), ops.take(counts, rows)
            drawn = own.draw(ops.take(draws, step, axis=0))
            is_new = own.holds(drawn, self.p) & (count < done)
            drawn = ops.where(is_new, drawn, ops.take(tokens, rows))
            count = ops.where(is_new, done, count + 1)
            places = rows[:, None]
            return (
                step + 1,
                ops.scatter_update(tokens, places, drawn),
                ops.scatter_update(counts, places, count),
            )

        none = ops.zeros_like(probabilities[:, 0], "int32")
        _, tokens, counts = ops.while_loop(cond, body, (0, none, none))
        is_drawn = counts >= done
        return ops.cond(
            ops.all(is_drawn),
            lambda: tokens,
            lambda: ops.where(is_drawn, tokens, vocabulary.likeliest()),
        )


class _Vocabulary:
    """Probabilities of tokens, and how much those up to each block have.

    A token is drawn in two steps, its block and then its place: so no sum
    runs over the whole vocabulary but those of blocks.

    Args:
        probabilities: float32 tensor of shape `(num_rows, num_tokens)`.
        up_to: tensor of shape `(num_rows, num_blocks)` or `None`. Sums up to
            the end of each block, if known. Defaults to `None`.
    """

    def __init__(self, probabilities: Any, up_to: Any = None) -> None:
        self.probabilities = probabilities
        self.num_tokens = probabilities.shape[-1]
        self.width = min(BLOCK, self.num_tokens)
        if up_to is None:
            up_to = ops.cumsum(self._sums(), axis=1)
        self.up_to = up_to

    def _sums(self) -> Any:
        size = self.num_tokens // self.width * self.width
        whole = ops.reshape(
            self.probabilities[:, :size], (-1, size // self.width, self.width)
        )
        sums = ops.sum(whole, axis=2)
        if size == self.num_tokens:
            return sums
        rest = ops.sum(self.probabilities[:, size:], axis=1, keepdims=True)
        return ops.concatenate([sums, rest], axis=1)

    def rows(self, rows: Any) -> _Vocabulary:
        """Those of some rows."""
        return _Vocabulary(
            ops.take(self.probabilities, rows, axis=0),
            ops.take(self.up_to, rows, axis=0),
        )

    def draw(self, uniform: Any) -> Any:
        """A token of each row, from a number of [0, 1)."""
        wanted = (uniform * self.up_to[:, -1])[:, None]
        is_before = self.up_to <= wanted
        block = ops.sum(ops.cast(is_before, "int32"), axis=1, keepdims=True)
        block = ops.minimum(block, self.up_to.shape[1] - 1)
        before = ops.where(is_before, self.up_to, 0.0)
        wanted -= ops.max(before, axis=1, keepdims=True)
        # The last block reaches back into the one before: that part is none.
        start = block * self.width
        first = ops.minimum(start, self.num_tokens - self.width)
        places = first + ops.arange(self.width)
        inside = ops.take_along_axis(self.probabilities, places, axis=1)
        up_to = ops.cumsum(ops.where(places >= start, inside, 0.0), axis=1)
        place = ops.sum(ops.cast(up_to <= wanted, "int32"), axis=1)
        return ops.minimum(first[:, 0] + place, self.num_tokens - 1)

    def holds(self, tokens: Any, p: float) -> Any:
        """Whether tokens are among the likeliest, of `p` together."""
        chance = ops.take_along_axis(
            self.probabilities, tokens[:, None], axis=-1
        )
        # A product: PyTorch's `where` takes twice as long.
        likelier = ops.cast(self.probabilities > chance, "float32")
        inside = ops.sum(likelier * self.probabilities, axis=-1) <= p
        return inside & (chance[:, 0] > 0.0)

    def likeliest(self) -> Any:
        """The likeliest token of each row."""
        return ops.cast(backend.likeliest(self.probabilities), "int32")
