"""A learning-rate schedule counts training steps, whoever applies it."""

import keras
import pytest
from conftest import number
from conftest import same
from conftest import weights_of

NAMES = ("autoencoder", "critic", "generator")
SCHEDULE = keras.optimizers.schedules.ExponentialDecay(1e-2, 10, 0.5)


def compile_with(model, schedule):
    model.compile(
        **{f"{name}_optimizer": keras.optimizers.Adam(schedule)
           for name in NAMES}
    )  # fmt: skip


def check_rates(model, steps):
    assert number(model.optimizer.iterations) == steps
    for name in NAMES:
        rate = number(model.optimizer[name].learning_rate)
        assert rate == pytest.approx(number(SCHEDULE(steps)), rel=1e-5), name


def test_rates_after_steps_also_after_loading(make_model, clauses, tmp_path):
    model = make_model(compiled=False, critic_steps=5)
    compile_with(model, SCHEDULE)
    data = {"x": clauses[:90], "batch_size": 30, "verbose": 0}
    history = model.fit(**data).history
    check_rates(model, 3)
    for name in NAMES:
        logged = history[f"learning_rate_{name}"]
        assert logged == pytest.approx([number(SCHEDULE(3))], rel=1e-5)
    # Each optimizer counts its updates: two and five in a step.
    counts = [number(model.optimizer[name].iterations) for name in NAMES]
    assert counts == [6, 15, 3]
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    check_rates(loaded, 3)
    loaded.fit(epochs=2, **data)
    check_rates(loaded, 9)


def test_every_update_of_a_step_has_the_rate_of_the_step(make_model, clauses):
    # Zero in the first two steps, which are ten updates of the critic.
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay(
        [1], [0.0, 1e-2]
    )
    model = make_model(compiled=False, critic_steps=5)
    compile_with(model, schedule)
    networks = (model.encoder, model.prior.critic, model.prior.generator)
    before = weights_of(*networks)
    model.fit(clauses[:60], batch_size=30, verbose=0)
    assert same(before, weights_of(*networks))
    model.fit(clauses[:30], batch_size=30, verbose=0)
    for network, old in zip(networks, before):
        assert not same(weights_of(network), [old])


def test_schedules_of_a_loaded_model_are_keras_own(make_model, tmp_path):
    model = make_model(compiled=False)
    compile_with(model, SCHEDULE)
    for _ in range(3):
        model.save(tmp_path / "model.keras")
        model = keras.saving.load_model(tmp_path / "model.keras")
    schedule = model.optimizer["critic"]._learning_rate.schedule
    assert isinstance(schedule, keras.optimizers.schedules.ExponentialDecay)


def test_the_clock_goes_on_where_a_prior_is_swapped(make_model, clauses):
    model = make_model(compiled=False)
    compile_with(model, SCHEDULE)
    data = {"x": clauses[:90], "batch_size": 30, "verbose": 0}
    model.fit(**data)
    model.prior = None
    model.fit(**data)
    assert number(model.optimizer.iterations) == 6
    rate = number(model.optimizer["autoencoder"].learning_rate)
    assert rate == pytest.approx(number(SCHEDULE(6)), rel=1e-5)
