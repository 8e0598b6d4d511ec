"""Top-p sampling by drawing again gives the nucleus' own distribution."""

import numpy as np
import pytest
from keras import ops
from keras_nlp import samplers

from keras_arae.sampling.nucleus import NucleusSampler
from keras_arae.sampling.samplers import make_sampler

NUM_DRAWS = 20000


# Of 250 tokens most are in whole blocks, and some behind them.
@pytest.mark.parametrize(
    "p, num_tokens",
    [(0.1, 12), (0.5, 12), (0.9, 12), (1.0, 12), (0.8, 250), (1.0, 200)],
)
def test_tokens_are_distributed_as_after_a_sort(p, num_tokens):
    generator = np.random.default_rng(0)
    probabilities = generator.dirichlet(np.full(num_tokens, 0.5))
    descending = np.sort(probabilities)[::-1]
    cut = descending[np.searchsorted(np.cumsum(descending), p - 1e-6)]
    wanted = np.where(probabilities >= cut, probabilities, 0.0)
    wanted /= wanted.sum()
    rows = np.tile(probabilities.astype("float32"), (NUM_DRAWS, 1))
    tokens = NucleusSampler(p, seed=0).get_next_token(rows)
    counts = np.bincount(ops.convert_to_numpy(tokens), minlength=num_tokens)
    assert (counts[wanted == 0] == 0).all()
    # Five standard deviations of a count, at most.
    error = 5 * np.sqrt(wanted * (1 - wanted) / NUM_DRAWS)
    assert (np.abs(counts / NUM_DRAWS - wanted) <= error + 1e-9).all()


def test_each_row_has_its_own_nucleus():
    rows = np.array([[0.6, 0.4, 0.0], [0.0, 0.05, 0.95]], "float32")
    rows = np.repeat(rows, 500, axis=0)
    tokens = NucleusSampler(0.9, seed=1).get_next_token(rows)
    tokens = ops.convert_to_numpy(tokens).reshape(2, 500)
    assert set(tokens[0]) == {0, 1} and set(tokens[1]) == {2}


def test_small_nuclei_and_the_likeliest_k_are_left_to_keras():
    assert isinstance(make_sampler(top_p=0.9), NucleusSampler)
    for settings in ({"top_p": 0.01}, {"top_p": 0.9, "top_k": 3}):
        assert type(make_sampler(**settings)) is samplers.TopPSampler
