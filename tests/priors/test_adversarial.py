"""The generator's codes for several updates of the critic at once."""

from unittest import mock

import keras
import numpy as np
import pytest
from keras import ops

import keras_arae
from keras_arae.priors import AdversarialPrior

LABELS = np.eye(2, dtype="float32")[[0, 1, 1, 0]]


def made(generator=None, condition_dim=0):
    prior = AdversarialPrior(generator, noise_dim=5, hidden_dims=(12,))
    prior.prepare(8, condition_dim)
    return prior


@pytest.mark.parametrize("labels", [None, LABELS])
def test_one_pass_gives_what_several_would(labels):
    prior = made(condition_dim=0 if labels is None else 2)
    noise = np.random.default_rng(0).normal(size=(4, 3, 5)).astype("float32")
    # Each batch has a condition of its own.
    conditions = [
        None if labels is None else np.roll(labels, shift, axis=0)
        for shift in range(3)
    ]
    rows = ops.convert_to_tensor(noise.reshape(4, 15))
    with mock.patch.object(keras.random, "normal", lambda *_, **__: rows):
        batches = prior.sample_batches(4, conditions)
    assert len(batches) == 3
    for index, (codes, condition) in enumerate(zip(batches, conditions)):
        np.testing.assert_allclose(
            ops.convert_to_numpy(codes),
            ops.convert_to_numpy(prior(noise[:, index], condition)),
            atol=1e-5,
        )


@pytest.mark.parametrize("kind", ["normalizing", "a user's"])
def test_a_generator_that_may_look_at_other_rows_has_a_pass_a_batch(kind):
    generator = keras_arae.layers.Generator(8, (6,), batch_normalization=True)
    if kind == "a user's":
        generator = keras.Sequential([keras.layers.Dense(8)])
    prior, sizes = made(generator), []
    sample = prior.sample

    def counted(num_codes, *others):
        sizes.append(num_codes)
        return sample(num_codes, *others)

    prior.sample = counted
    batches = prior.sample_batches(4, [None] * 3, training=True)
    assert sizes == [4, 4, 4]
    assert [tuple(codes.shape) for codes in batches] == [(4, 8)] * 3
