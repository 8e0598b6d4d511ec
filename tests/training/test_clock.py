"""A learning-rate schedule counts training steps, whoever applies it."""

import keras
import numpy as np
import pytest
from conftest import few_steps
from conftest import number
from conftest import same
from conftest import weights_of

import keras_arae

NAMES = ("autoencoder", "critic", "generator")
SCHEDULE = keras.optimizers.schedules.ExponentialDecay(1e-2, 10, 0.5)


X = np.random.default_rng(0).integers(2, size=(90, 3, 3))
DATA = {"x": X, "batch_size": 30, "verbose": 0}


def make_model(schedule, critic_steps=1):
    """A small model: clocks are the same for every size."""
    plain = {"batch_normalization": False}
    model = keras_arae.ImageARAE(
        (3, 3),
        encoder=keras_arae.layers.DenseEncoder(4, (8,), **plain),
        decoder=keras_arae.layers.DenseDecoder((3, 3), 2, (8,), **plain),
        code_dim=4,
        prior=keras_arae.priors.AdversarialPrior(
            keras_arae.layers.Generator(4, (8,)),
            keras_arae.layers.Critic((8,)),
            noise_dim=4,
            critic_steps=critic_steps,
        ),
        seed=3,
    )
    model.compile(
        **{f"{name}_optimizer": keras.optimizers.Adam(schedule)
           for name in NAMES}
    )  # fmt: skip
    return model


def check_rates(model, steps):
    assert number(model.optimizer.iterations) == steps
    for name in NAMES:
        rate = number(model.optimizer[name].learning_rate)
        assert rate == pytest.approx(number(SCHEDULE(steps)), rel=1e-5), name


def test_rates_after_steps_also_after_loading(tmp_path):
    model = make_model(SCHEDULE, critic_steps=3)
    history = model.fit(**DATA).history
    check_rates(model, 3)
    for name in NAMES:
        logged = history[f"learning_rate_{name}"]
        assert logged == pytest.approx([number(SCHEDULE(3))], rel=1e-5)
    # Each optimizer counts its updates: two and three in a step.
    counts = [number(model.optimizer[name].iterations) for name in NAMES]
    assert counts == [6, 9, 3]
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    check_rates(loaded, 3)
    few_steps(loaded).fit(epochs=2, **DATA)
    check_rates(loaded, 9)


def test_every_update_of_a_step_has_the_rate_of_the_step():
    # Zero in the first two steps, which are six updates of the critic.
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay(
        [1], [0.0, 1e-2]
    )
    model = make_model(schedule, critic_steps=3)
    networks = (model.encoder, model.prior.critic, model.prior.generator)
    before = weights_of(*networks)
    model.fit(X[:60], batch_size=30, verbose=0)
    assert same(before, weights_of(*networks))
    model.fit(X[:30], batch_size=30, verbose=0)
    for network, old in zip(networks, before):
        assert not same(weights_of(network), [old])


def test_schedules_of_a_loaded_model_are_keras_own(tmp_path):
    model = make_model(SCHEDULE)
    for _ in range(3):
        model.save(tmp_path / "model.keras")
        model = keras.saving.load_model(tmp_path / "model.keras")
    schedule = model.optimizer["critic"]._learning_rate.schedule
    assert isinstance(schedule, keras.optimizers.schedules.ExponentialDecay)


def test_the_clock_goes_on_where_a_prior_is_swapped():
    model = make_model(SCHEDULE)
    model.fit(**DATA)
    model.prior = None
    model.fit(**DATA)
    assert number(model.optimizer.iterations) == 6
    rate = number(model.optimizer["autoencoder"].learning_rate)
    assert rate == pytest.approx(number(SCHEDULE(6)), rel=1e-5)
