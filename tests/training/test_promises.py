"""What a layer is set to do, a step does: flags, penalties, frozen weights."""

import keras
import numpy as np
import pytest
from conftest import NETWORKS
from conftest import network
from conftest import number
from conftest import same
from conftest import weights_of
from keras import ops

import keras_arae

layers = keras_arae.layers


def make(seed=3, run_eagerly=True, rate=1e-2, **networks):
    """A small dense model, and what it learned in two epochs."""
    keras.utils.set_random_seed(0)
    networks = {
        "encoder": layers.DenseEncoder(4, (8,), batch_normalization=False),
        "decoder": layers.DenseDecoder(
            (6,), 2, (8,), batch_normalization=False
        ),
        "generator": layers.Generator(4, (8,)),
        "critic": layers.Critic((8,)),
        **networks,
    }
    prior = keras_arae.priors.AdversarialPrior(
        networks["generator"], networks["critic"], noise_dim=4, critic_steps=2
    )
    model = keras_arae.ARAE(
        networks["encoder"],
        networks["decoder"],
        prior,
        codec=keras_arae.data.ArrayCodec((6,), 2),
        seed=seed,
    )
    model.compile(
        *[keras.optimizers.Adam(rate) for _ in range(3)],
        run_eagerly=run_eagerly,  # For a few steps the soonest done.
    )
    return model


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).integers(2, size=(64, 6)).astype("int32")


def fit(model, x, **options):
    return model.fit(
        x, batch_size=16, verbose=0, shuffle=False, **options
    ).history


def critic_with(*others):
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [keras.layers.Dense(8, "relu"), *others, keras.layers.Dense(1)]
    )


# An exception.


def raises(*_, **__):
    raise RuntimeError("a bad batch")


@pytest.mark.parametrize(
    "stop",
    [RuntimeError, pytest.param(KeyboardInterrupt, marks=pytest.mark.once)],
)
def test_an_exception_leaves_the_model_as_it_was(x, stop, tmp_path):
    model = make(run_eagerly=False)
    fit(model, x)
    codes = model.encode(x)

    class Stop(keras.callbacks.Callback):
        def __init__(self, at):
            super().__init__()
            self.at = at

        def on_train_batch_begin(self, batch, logs=None):
            if batch == self.at:
                raise stop

        on_test_batch_begin = on_train_batch_begin

    for at in (0, 2):
        with pytest.raises(stop):
            model.evaluate(x, batch_size=16, callbacks=[Stop(at)], verbose=0)
        np.testing.assert_array_equal(model.encode(x), codes)
    with pytest.raises(stop):
        fit(model, x, callbacks=[Stop(0)])
    np.testing.assert_array_equal(model.encode(x), codes)
    with pytest.raises(stop):
        fit(model, x, callbacks=[Stop(2)])
    stopped = model.encode(x)  # After two steps.
    assert np.isfinite(stopped).all() and not np.array_equal(stopped, codes)
    model.save(tmp_path / "model.keras")


def test_a_bad_batch_in_the_middle_leaves_the_model(x):
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            return x[:16] if index < 2 else x[:16, :3]

    model = make(run_eagerly=False)
    # TensorFlow wraps what a user's dataset raises in an error of its own.
    with pytest.raises(Exception, match=r"Received: shape \(16, 3\)"):
        model.fit(Batches(), shuffle=False, verbose=0)
    assert np.isfinite(model.encode(x)).all()
    assert np.isfinite(fit(model, x)["loss"][0])


@pytest.mark.parametrize("verb", ["fit", "evaluate"])
def test_a_failing_step_leaves_the_model_as_it_was(
    x, verb, monkeypatch, tmp_path
):
    model = make(run_eagerly=False)
    codes = model.encode(x)
    with monkeypatch.context() as patch:
        patch.setattr(model, "reconstruction", raises)
        with pytest.raises(RuntimeError, match="a bad batch"):
            getattr(model, verb)(x, batch_size=16, verbose=0)
    np.testing.assert_array_equal(model.encode(x), codes)
    model.save(tmp_path / "model.keras")
    assert np.isfinite(fit(model, x)["loss"][0])


# Arguments of Keras' verbs.


@pytest.mark.parametrize(
    "verb, option",
    [
        ("fit", {"validation_batch_size": 3}),
        ("evaluate", {"_use_cached": True}),
    ],
)
def test_what_would_have_no_effect_is_refused(x, verb, option):
    (name,) = option
    with pytest.raises(ValueError, match=f"`{verb}` takes no `{name}`"):
        getattr(make(), verb)(x, verbose=0, **option)


@pytest.mark.once
def test_early_stopping_knows_which_way_is_better(x):
    for monitor in ("val_accuracy", "val_reconstruction_loss", "val_loss"):
        stopping = keras.callbacks.EarlyStopping(monitor, patience=0)
        logs = fit(
            make(run_eagerly=False),
            x,
            epochs=30,
            callbacks=stopping,
            validation_data=x[:16],
        )
        values = logs[monitor]
        better = (
            np.diff(values) > 0 if "acc" in monitor else np.diff(values) < 0
        )
        assert better[:-1].all()
        assert len(values) == 30 or not better[-1]


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: keras.optimizers.SGD(0.5, loss_scale_factor=1024.0),
        lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.5)),
    ],
)
def test_optimizers_that_scale_losses_are_refused(optimizer):
    model = make()
    with pytest.raises(ValueError, match="Received: .* for 'critic'"):
        model.compile(critic_optimizer=optimizer())


@pytest.mark.parametrize("policy", ["float16", "mixed_float16"])
def test_policies_whose_gradients_vanish_are_refused(policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        with pytest.raises(ValueError, match=f"dtype policy '{policy}'"):
            make()
    finally:
        keras.config.set_dtype_policy(before)


@pytest.mark.parametrize("steps", [0, -1, 2.5])
def test_no_critic_steps_are_refused(steps):
    with pytest.raises(ValueError, match=f"Received: critic_steps={steps}"):
        keras_arae.priors.AdversarialPrior(critic_steps=steps)


@pytest.mark.once
def test_of_other_numbers_a_callback_must_say_the_way(x):
    stopping = keras.callbacks.EarlyStopping("val_code_trace")
    with pytest.raises(ValueError, match="mode='max'"):
        fit(make(), x, callbacks=stopping, validation_data=x[:16])


# Training flags.


@pytest.mark.parametrize("regularizer", ["gradient_penalty", "weight_clipping"])
def test_dropout_in_the_critic_has_its_effect(x, regularizer):
    losses = []
    for rate in (0.0, 0.0, 0.95):
        model = make(critic=critic_with(keras.layers.Dropout(rate, seed=1)))
        model.prior.critic_regularizer = regularizer
        losses.append(fit(model, x)["critic_loss"])
    assert losses[0] == losses[1] != losses[2]


def test_dropout_draws_anew_in_each_step(x):
    dropout = keras.layers.Dropout(0.5, seed=1)
    model = make(critic=critic_with(dropout))
    state = dropout.seed_generator.state
    states = [ops.convert_to_numpy(state).tolist()]
    for _ in range(2):
        fit(model, x)
        states.append(ops.convert_to_numpy(state).tolist())
    assert states[0] != states[1] != states[2]
    model.generate(3)
    model.evaluate(x, verbose=0)
    assert states[2] == ops.convert_to_numpy(state).tolist()


@pytest.mark.parametrize("name", ["encoder", "decoder", "generator"])
def test_dropout_in_the_other_networks_has_its_effect(x, name):
    losses = []
    for rate in (0.0, 0.9):
        model = make()
        network = getattr(model if name != "generator" else model.prior, name)
        plain, dropout = network.call, keras.layers.Dropout(rate, seed=1)

        def call(inputs, *args, training=False, plain=plain, dropout=dropout):
            outputs = plain(inputs, *args, training=training)
            return dropout(outputs, training=training)

        network.call = call
        losses.append(fit(model, x)["critic_loss"])
    assert losses[0] != losses[1]


@pytest.mark.once
def test_the_transfer_classifier_and_the_head_see_the_flag(make_model, clauses):
    seen = []

    class Watch(keras.layers.Layer):
        def __init__(self, dim):
            super().__init__()
            self.dense = keras.layers.Dense(dim)

        def build(self, input_shape):
            self.dense.build(input_shape)

        def call(self, code, training=False):
            seen.append(bool(training))
            return self.dense(code)

    codec = make_model(compiled=False).codec
    model = keras_arae.TransferARAE(
        codec, ["a", "b"], embedding_dim=8, code_dim=8, classifier=Watch(2)
    )
    model.compile()
    seen.clear()
    labels = [0, 1] * 8
    model.fit(clauses[:16], labels, batch_size=16, verbose=0)
    assert seen and all(seen)
    seen.clear()
    model.evaluate(clauses[:16], labels, batch_size=16, verbose=0)
    assert seen and not any(seen)


# Penalties.


PHASES = {
    "encoder": {"reconstruction", "encoder"},
    "decoder": {"reconstruction"},
    "generator": {"generator"},
    "critic": {"critic"},
}


@pytest.fixture(scope="module")
def plain(x):
    """A model without penalties, after the epochs of one that has one."""
    model = make(rate=2e-2)
    logs = fit(model, x, epochs=2)
    assert not any(key.endswith("_regularization") for key in logs)
    return model


@pytest.mark.parametrize("name", NETWORKS)
def test_a_regularizer_is_in_the_loss_of_each_phase_that_trains_it(
    x, plain, name
):
    def penalised(model):
        return network(model, name).trainable_variables[0]

    model = make(rate=2e-2)
    penalised(model).regularizer = keras.regularizers.L2(10.0)
    logs = fit(model, x, epochs=2)
    found = {key for key in logs if key.endswith("_regularization")}
    assert found == {f"{phase}_regularization" for phase in PHASES[name]}
    norms = [
        float(np.linalg.norm(ops.convert_to_numpy(penalised(m))))
        for m in (plain, model)
    ]
    assert norms[1] < 0.85 * norms[0]


def test_the_penalty_is_logged_and_a_term_of_the_loss(x):
    model = make()
    kernel = model.decoder.trainable_variables[0]
    kernel.regularizer = keras.regularizers.L2(0.1)
    results = model.evaluate(x, verbose=0, return_dict=True)
    expected = 0.1 * np.sum(ops.convert_to_numpy(kernel) ** 2)
    assert results["reconstruction_regularization"] == pytest.approx(
        expected, rel=1e-5
    )
    others = results["reconstruction_loss"]
    others += 0.1 * results["wasserstein_distance"]
    assert results["loss"] == pytest.approx(others + expected, rel=1e-5)


def test_what_a_layer_adds_is_in_the_loss(x):
    class Added(keras.layers.Layer):
        def call(self, codes):
            self.add_loss(5.0 * ops.mean(ops.square(codes)))
            return codes

    encoder = keras.Sequential(
        [
            keras.layers.Lambda(lambda x: ops.cast(x, "float32")),
            keras.layers.Dense(4),
            Added(),
        ]
    )
    logs = fit(make(encoder=encoder), x, epochs=2)
    found = logs["reconstruction_regularization"]
    assert found[-1] < found[0]
    assert "encoder_regularization" not in logs


def test_what_the_critic_adds_is_of_its_scores(x):
    found = []
    for regularizer in ("gradient_penalty", "weight_clipping"):
        model = make(
            critic=critic_with(keras.layers.ActivityRegularization(l2=0.5))
        )
        model.prior.critic_regularizer = regularizer
        (codes,) = model.phases()[1].inputs(
            keras_arae.data.Batch(ops.convert_to_tensor(x))
        )[:1]
        model.optimizer["critic"].learning_rate = 0.0
        logs = model.run_phase(model.phases()[1], codes)
        found.append(number(logs["critic_regularization"]))
    assert found[0] > 0
    assert found[0] == pytest.approx(found[1], rel=0.5)


def test_nothing_to_train_is_no_step(x):
    model = make()
    model.trainable = False
    before = weights_of(model)
    fit(model, x)
    assert same(before, weights_of(model))
    model.trainable = True
    assert "reconstruction_loss" in fit(model, x)


# Frozen networks.


@pytest.mark.parametrize(
    "frozen",
    [
        ("decoder",),
        pytest.param(("encoder",), marks=pytest.mark.once),
        ("encoder", "decoder"),
        pytest.param(("critic",), marks=pytest.mark.once),
        NETWORKS[2:],
    ],
    ids=" and ".join,
)
def test_frozen_networks_stay_and_the_others_learn(x, frozen):
    model = make(run_eagerly=False)
    fit(model, x)

    for name in frozen:
        network(model, name).trainable = False
    before = {name: weights_of(network(model, name)) for name in NETWORKS}
    logs = fit(model, x, epochs=2)
    for name in NETWORKS:
        stayed = same(before[name], weights_of(network(model, name)))
        assert stayed == (name in frozen), name
    assert all(np.isfinite(values).all() for values in logs.values())
    assert ("reconstruction_loss" in logs) == (frozen != NETWORKS[:2])
    assert np.isfinite(model.evaluate(x, verbose=0)[0])


def test_a_game_on_a_finished_text_autoencoder(make_model, clauses, tmp_path):
    model = make_model(seed=1)
    model.fit(clauses, batch_size=32, verbose=0)
    model.encoder.trainable = model.decoder.trainable = False
    codes = model.encode(clauses[:8])
    generator = weights_of(model.prior.generator)
    model.fit(clauses, batch_size=32, verbose=0)
    np.testing.assert_array_equal(model.encode(clauses[:8]), codes)
    assert not same(generator, weights_of(model.prior.generator))
    model.save(tmp_path / "model.keras")
    # The file has optimizer state of networks that no phase trains now.
    with pytest.warns(UserWarning, match="'autoencoder'"):
        loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.generate(3, seed=0) == model.generate(3, seed=0)


def test_a_frozen_decoder_of_sentences(make_model, clauses):
    model = make_model(seed=1)
    model.decoder.trainable = False
    before = weights_of(model.decoder), weights_of(model.encoder)
    model.fit(clauses, batch_size=32, verbose=0)
    assert same(before[0], weights_of(model.decoder))
    assert not same(before[1], weights_of(model.encoder))


def test_numbers_of_penalties_are_scalars(x):
    model = make()
    variable = model.encoder.trainable_variables[0]
    variable.regularizer = keras.regularizers.L1(1e-3)
    (penalty,) = model.phases()[0].penalties()
    assert number(penalty) == pytest.approx(
        1e-3 * np.abs(ops.convert_to_numpy(variable)).sum(), rel=1e-5
    )


# Gradients and rates.


@keras.saving.register_keras_serializable("test_promises")
class RootOfNothing(keras.layers.Layer):
    """Adds zero, whose gradient is not finite."""

    def call(self, x):
        return x + ops.sqrt(ops.abs(0.0 * x))


def test_a_gradient_that_is_not_finite_is_of_its_phase(x):
    encoder = keras.Sequential(
        [keras.layers.Dense(4), RootOfNothing(), keras.layers.Dense(4)]
    )
    with pytest.raises(FloatingPointError, match="of the reconstruction phase"):
        fit(make(encoder=encoder), x)
    model = make(critic=critic_with(RootOfNothing()))
    with pytest.raises(FloatingPointError, match="of the critic phase"):
        fit(model, x)


def test_the_rate_of_one_optimizer_is_the_groups(x):
    plain = {"batch_normalization": False}
    model = keras_arae.ARAE(
        layers.DenseEncoder(4, (8,), **plain),
        layers.DenseDecoder((6,), 2, (8,), **plain),
    )
    model.compile(keras.optimizers.SGD(0.5))
    assert float(model.optimizer.learning_rate) == 0.5
    model.optimizer.learning_rate = 0.0
    fit(model, x)
    before = weights_of(model.decoder)
    fit(model, x)
    assert same(before, weights_of(model.decoder))
    model.optimizer.learning_rate = 0.25
    logs = fit(model, x)
    assert logs["learning_rate_autoencoder"] == [0.25]


def test_of_several_optimizers_the_rate_is_asked_by_name():
    optimizer = make().optimizer
    names = r"\['autoencoder', 'critic', 'generator'\]"
    with pytest.raises(AttributeError, match=f"read .*Received: .*{names}"):
        optimizer.learning_rate  # noqa: B018
    with pytest.raises(AttributeError, match=f"set .*Received: .*{names}"):
        optimizer.learning_rate = 0.5
    assert float(optimizer["critic"].learning_rate) == pytest.approx(1e-2)
