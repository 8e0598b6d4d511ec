"""The phases of a training step, by what they do to scores and weights."""

import dataclasses

import keras
import numpy as np
import pytest
from conftest import NETWORKS
from conftest import compile_quickly
from conftest import few_steps
from conftest import network
from conftest import number
from conftest import same
from conftest import start_alike
from conftest import weights_of
from keras import ops

import keras_arae
from keras_arae.data import Batch

CHANGES = {
    "reconstruction": {"encoder", "decoder"},
    "critic": {"critic"},
    "encoder": {"encoder"},
    "generator": {"generator"},
}


def run_phase(model, name, batch):
    """One update of one phase; returns what it logs."""
    (phase,) = [phase for phase in model.phases() if phase.name == name]
    return model.run_phase(phase, phase.inputs(Batch(batch))[0])


def critic_codes(model, batch):
    """What the critic learns from in one step."""
    return model.phases()[1].inputs(Batch(batch))


def fix_noise(model, rows):
    """The same noise at every draw, so that scores can be compared."""
    noise = np.random.default_rng(0).normal(size=(rows, model.prior.noise_dim))
    noise = ops.convert_to_tensor(noise.astype("float32"))

    def fixed(num_codes, seed=None, num_draws=1):
        return ops.repeat(noise[:num_codes], num_draws, axis=0)

    model.prior.noise = fixed


def mean_score(model, code):
    return number(ops.mean(model.prior.scores(code)))


def scores(model, batch):
    generated = model.prior.sample(len(batch))
    return mean_score(model, model.code(batch)), mean_score(model, generated)


@pytest.fixture
def batch(preprocessor, clauses):
    return ops.convert_to_tensor(preprocessor(clauses[:32]))


@pytest.mark.parametrize("phase", CHANGES)
def test_a_phase_changes_only_its_networks(make_model, batch, phase):
    model = make_model()
    before = {key: weights_of(network(model, key)) for key in NETWORKS}
    run_phase(model, phase, batch)
    changed = {
        key
        for key in NETWORKS
        if not same(before[key], weights_of(network(model, key)))
    }
    assert changed == CHANGES[phase]


def test_one_pass_for_critic_and_encoder_is_as_good_as_two(
    as_new, make_model, clauses
):
    plain_model, model = make_model(), as_new()
    start_alike(model, plain_model)
    phases = plain_model.phases

    def encoder_loss(batch):
        code = plain_model.code(batch.x, training=True)
        return plain_model.encoder_loss((code, batch))

    def plain_phases():
        reconstruction, critic, encoder, generator = phases()
        encoder = dataclasses.replace(
            encoder, loss=encoder_loss, inputs=None, through=None
        )
        return [reconstruction, critic, encoder, generator]

    plain_model.phases = plain_phases
    for each in (plain_model, model):
        keras.utils.set_random_seed(0)
        each.fit(clauses[:75], batch_size=25, verbose=0)
    weights = weights_of(plain_model.encoder), weights_of(model.encoder)
    for first, second in zip(*weights):
        np.testing.assert_allclose(first, second, atol=1e-5)


def test_phases_move_scores_the_right_way(make_model, batch):
    # Slopes below 1 at first, which the penalty does not hold back.
    model = make_model(critic=keras_arae.layers.Critic((20,)))
    fix_noise(model, len(batch))
    real, generated = scores(model, batch)
    for _ in range(5):
        run_phase(model, "critic", batch)
    after_real, after_generated = scores(model, batch)
    assert after_real - after_generated > real - generated
    for _ in range(3):
        run_phase(model, "encoder", batch)
    assert scores(model, batch)[0] < after_real
    for _ in range(3):
        run_phase(model, "generator", batch)
    assert scores(model, batch)[1] > after_generated


def test_the_encoders_gradient_is_scaled(make_model, batch):
    model = make_model(encoder_gradient_scale=0.25)
    mean = mean_score(model, model.code(batch))
    loss, _ = model.encoder_loss((model.code(batch), Batch(batch)))
    assert number(loss) == pytest.approx(0.25 * mean, rel=1e-5)


def test_gradient_penalty_of_a_linear_critic():
    # f(z) = w.z + b has slope |w| everywhere: the penalty is (|w| - 1)^2.
    model = keras_arae.ARAE(
        keras_arae.layers.DenseEncoder(2, (4,)),
        keras_arae.layers.DenseDecoder((3,), 2, (4,)),
        keras_arae.priors.AdversarialPrior(
            keras_arae.layers.Generator(2, (4,)),
            keras.layers.Dense(1),
            noise_dim=2,
        ),
    )
    model.build((None, 3))
    model.prior.critic.set_weights([np.array([[3.0], [4.0]]), np.array([7.0])])
    codes = np.random.default_rng(0).normal(size=(2, 5, 2)).astype("float32")
    real, generated = (ops.convert_to_tensor(code) for code in codes)
    between = model.points_between(real, generated)
    penalty = model.gradient_penalty(between, Batch(real))
    assert number(penalty) == pytest.approx(16.0, rel=1e-5)


def test_the_penalty_pulls_the_slope_to_one(make_model, batch):
    model = make_model(
        critic=keras_arae.layers.Critic((20,)), gradient_penalty_weight=100.0
    )
    for weight in model.prior.critic.trainable_variables:
        weight.assign(2.0 * weight)
    model.optimizer["critic"].learning_rate = 1e-2
    first = run_phase(model, "critic", batch)["gradient_penalty"]
    for _ in range(30):
        last = run_phase(model, "critic", batch)["gradient_penalty"]
    assert number(last) < 0.1 * number(first)


def test_weight_clipping_bounds_the_critic(make_model, clauses):
    model = make_model(critic_regularizer="weight_clipping", weight_clip=0.02)
    history = few_steps(model).fit(clauses[:50], batch_size=25, verbose=0)
    assert "gradient_penalty" not in history.history
    largest = max(
        np.abs(weight).max() for weight in weights_of(model.prior.critic)
    )
    assert largest == pytest.approx(0.02, abs=1e-6)


def test_fresh_data_gives_each_critic_step_its_own_rows(make_model, batch):
    model = make_model(critic_data="fresh", critic_steps=3)
    codes = [code for code, *_ in critic_codes(model, batch)]
    rows = ops.convert_to_numpy(model.code(batch))
    assert len(codes) == 3
    np.testing.assert_allclose(
        np.concatenate([ops.convert_to_numpy(code) for code in codes]),
        rows[8:],
        atol=1e-6,
    )
    with pytest.raises(ValueError, match="4 parts.*Received: .* 30 rows"):
        critic_codes(model, batch[:30])


def test_reused_codes_are_those_of_the_batch(make_model, batch):
    model = make_model(critic_steps=2)
    (first, *_), (second, *_) = critic_codes(model, batch)
    assert first is second
    np.testing.assert_allclose(
        ops.convert_to_numpy(first),
        ops.convert_to_numpy(model.code(batch)),
        atol=1e-6,
    )


def test_the_log_is_the_mean_over_all_updates_of_the_critic(make_model, batch):
    model, found = make_model(critic_steps=3), []
    run = model.run_phase

    def recorded(phase, phase_input):
        logs = run(phase, phase_input)
        found.append(logs.get("critic_loss"))
        return logs

    model.run_phase = recorded
    weights = ops.convert_to_tensor(np.linspace(0, 2, 32).astype("float32"))
    for data in (batch, None, None), (batch, None, weights):
        found.clear()
        model.reset_metrics()
        logs = model.training_step(data)
        losses = [first_of(loss) for loss in found if loss is not None]
        assert len(set(losses)) == 3
        expected = np.mean(losses)
        assert number(logs["critic_loss"]) == pytest.approx(expected, rel=1e-5)


def first_of(value):
    """A number that is logged alone or with its weight."""
    return number(value[0] if isinstance(value, tuple) else value)


@pytest.mark.parametrize("critic_data", ["reuse", "fresh"])
def test_both_schedules_train(make_model, clauses, critic_data):
    model = make_model(critic_data=critic_data, critic_steps=2)
    history = model.fit(clauses, epochs=3, batch_size=50, verbose=0).history
    loss = history["reconstruction_loss"]
    assert loss[-1] < loss[0] - 0.3
    steps = int(ops.convert_to_numpy(model.optimizer["critic"].iterations))
    assert steps == 3 * 8 * 2


def test_a_plain_autoencoder_has_one_phase(make_model, clauses):
    model = make_model(prior=None, compiled=False)
    model.compile(keras.optimizers.Adam(1e-2))
    assert [phase.name for phase in model.phases()] == ["reconstruction"]
    history = model.fit(clauses, epochs=2, verbose=0).history
    assert history["reconstruction_loss"][1] < history["loss"][0]
    with pytest.raises(ValueError, match="plain autoencoder"):
        model.generate(2)


def test_codes_are_on_the_unit_sphere_unless_asked_otherwise(make_model, batch):
    norms = [
        np.linalg.norm(
            ops.convert_to_numpy(make_model(normalize_codes=unit).code(batch)),
            axis=1,
        )
        for unit in (True, False)
    ]
    np.testing.assert_allclose(norms[0], 1.0, atol=1e-5)
    assert np.abs(norms[1] - 1.0).min() > 0.01


def test_networks_with_dropout_and_normalisation_train():
    def dropout_net(units):
        return keras.Sequential(
            [keras.layers.Dense(8), keras.layers.Dropout(0.5),
             keras.layers.Dense(units)]
        )  # fmt: skip

    layers = keras_arae.layers
    model = keras_arae.ARAE(
        layers.DenseEncoder(4, (8,)),
        layers.DenseDecoder((5, 5), 3, (8,)),
        keras_arae.priors.AdversarialPrior(
            layers.Generator(
                4, (8,), output_activation="tanh", batch_normalization=True
            ),
            dropout_net(1),
            noise_dim=3,
        ),
    )
    compile_quickly(model)
    x = np.random.default_rng(0).integers(3, size=(60, 5, 5))
    moving = None
    for _ in range(2):
        model.fit(x, batch_size=20, verbose=0)
        now = weights_of(model.encoder)[4]
        assert moving is None or not np.array_equal(moving, now)
        moving = now
    assert model.generate(4).shape == (4, 5, 5)
    assert model.reconstruct(x[:3]).max() < 3
