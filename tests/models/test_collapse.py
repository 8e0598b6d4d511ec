"""Codes that become all alike: what is said of them, and what mends them."""

import keras
import numpy as np
import pytest
from conftest import compile_quickly
from conftest import number
from keras import ops

import keras_arae
from keras_arae.models.collapse_monitor import CollapseMonitor

layers = keras_arae.layers


@pytest.fixture(scope="module")
def strings():
    """What tells them apart stands long before their end."""
    letters = np.random.default_rng(0).choice(list("abcd"), size=(1000, 3))
    return ["".join(row) + "e" * 20 for row in letters]


def train(strings, **options):
    keras.utils.set_random_seed(0)
    model = keras_arae.TextARAE(
        keras_arae.TextPreprocessor.from_corpus(
            strings, pattern="characters", max_length=23
        ),
        embedding_dim=16,
        code_dim=32,
        prior=None,
        code_noise=0.2,
        seed=0,
        **options,
    )
    rate = keras.optimizers.schedules.CosineDecay(4e-3, 400)
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0))
    logs = model.fit(
        strings,
        batch_size=32,
        epochs=2,
        steps_per_epoch=200,
        validation_data=strings[:64],
        verbose=0,
    ).history
    return {name: values[-1] for name, values in logs.items()}


@pytest.mark.once
def test_standardized_codes_stay_where_others_collapse(strings, caplog):
    plain = train(strings)
    (warning,) = [r.message for r in caplog.records if "code" in r.message]
    assert "standardize_codes=True" in warning and "code_noise=0.2" in warning
    assert plain["val_code_trace"] < 0.02
    caplog.clear()
    standardized = train(strings, standardize_codes=True)
    assert not any("code" in r.message for r in caplog.records)
    # Measured: 0.95 of 1. The losses are 0.183 and 0.140 nats, the gains of
    # codes 0.0005 and 0.142.
    assert standardized["val_code_trace"] > 0.5
    better = plain["val_reconstruction_loss"]
    better -= standardized["val_reconstruction_loss"]
    assert better > 0.02
    assert standardized["val_code_gain"] > 0.05 > plain["val_code_gain"]


class Optimizer:
    def __init__(self, iterations):
        self.iterations = np.array(iterations)


class Model:
    def __init__(self, iterations=0):
        self.optimizer = Optimizer(iterations)


def monitor_of(steps=0, **options):
    options = {"stddev": 0.05, "code_dim": 100, "standardized": False} | options
    monitor = CollapseMonitor(**options)
    monitor.set_model(Model(steps))
    monitor.on_train_begin()
    monitor.on_epoch_begin(0)
    return monitor


def run(monitor, traces):
    """Runs an epoch; logs hold means over it, as Keras' do."""
    means = np.cumsum(traces) / np.arange(1, len(traces) + 1)
    for step, mean in enumerate(means):
        monitor.on_train_batch_end(step, {"code_trace": mean})


@pytest.mark.once
def test_a_collapse_is_seen_when_it_comes_and_not_before(caplog):
    run(monitor_of(), [1e-6] * 299)
    run(monitor_of(), [1e-6] * 200 + [0.9] * 200)
    run(monitor_of(), [0.0] * 500)  # Batches of one row.
    run(monitor_of(), [float("nan")] * 500)
    run(monitor_of(stddev=0.0), [1e-6] * 500)  # Nothing hides them.
    assert not caplog.records
    late = monitor_of()
    run(late, [0.9] * 400 + [1e-6] * 99)
    assert not caplog.records
    run(monitor_of(steps=1000), [1e-6] * 100)  # A model that goes on.
    run(late, [0.9] * 400 + [1e-6] * 500)
    assert len(caplog.records) == 2
    short = monitor_of(steps=250)
    for epoch in range(3):  # Of 40 steps each.
        short.on_epoch_begin(epoch)
        run(short, [1e-6] * 40)
        short.on_epoch_end(epoch, {"code_trace": 1e-6})
        assert len(caplog.records) == (2 if epoch == 0 else 3)
    assert "standardize_codes=True or lower `code" in caplog.records[0].message


@pytest.mark.once
def test_a_decoder_that_reads_no_code_is_named(caplog):
    logs = {"val_reconstruction_loss": 2.0}
    monitor_of().on_epoch_end(0, {**logs, "val_code_gain": 0.0})  # Too early.
    monitor = monitor_of(steps=300, standardized=True, stddev=0.0)
    for gain in (0.5, float("nan")):
        monitor.on_epoch_end(0, {**logs, "val_code_gain": gain})
    assert not caplog.records
    for epoch in (1, 2):
        monitor.on_epoch_end(epoch, {**logs, "val_code_gain": 0.001})
    (record,) = caplog.records
    assert "does not read codes" in record.message
    assert "standardize" not in record.message  # It does so already.


def make_dense(**options):
    model = keras_arae.ARAE(
        layers.DenseEncoder(4, (8,), batch_normalization=False),
        layers.DenseDecoder((6,), 2, (8,), batch_normalization=False),
        keras_arae.priors.AdversarialPrior(
            layers.Generator(4, (8,)), layers.Critic((8,)), noise_dim=4
        ),
        codec=keras_arae.data.ArrayCodec((6,), 2),
        standardize_codes=True,
        seed=3,
        **options,
    )
    compile_quickly(model)
    return model


def test_moving_averages_standardize_what_is_encoded(tmp_path):
    x = np.random.default_rng(0).integers(2, size=(64, 6))
    model = make_dense(normalize_codes=False)
    model.optimizer["autoencoder"].learning_rate = 0.0
    model.fit(x, batch_size=64, epochs=60, verbose=0)
    codes = model.encode(x)
    np.testing.assert_allclose(codes.mean(axis=0), 0.0, atol=0.01)
    np.testing.assert_allclose(codes.std(axis=0), 1.0, atol=0.02)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.encode(x), codes)
    inside = ops.convert_to_numpy(model.code(ops.convert_to_tensor(x), True))
    np.testing.assert_allclose(inside.mean(axis=0), 0.0, atol=1e-5)


def test_codes_of_a_frozen_encoder_stay():
    x = np.random.default_rng(0).integers(2, size=(64, 6))
    model = make_dense()
    model.fit(x, batch_size=16, verbose=0)
    model.encoder.trainable = False
    codes = model.encode(x)
    model.fit(x, batch_size=16, verbose=0)
    np.testing.assert_array_equal(model.encode(x), codes)
    untrained = make_dense()
    untrained.encoder.trainable = False
    with pytest.raises(ValueError, match="encoder.trainable=False"):
        untrained.fit(x, batch_size=16, verbose=0)
    unbuilt = keras_arae.ARAE(
        layers.DenseEncoder(4, (8,)),
        layers.DenseDecoder((6,), 2, (8,)),
        standardize_codes=True,
    )
    unbuilt.compile()
    unbuilt.encoder.trainable = False
    with pytest.raises(ValueError, match="encoder.trainable=False"):
        unbuilt.fit(x, verbose=0)
    with pytest.raises(ValueError, match="Received: batch_size=1"):
        make_dense().fit(x, batch_size=1, verbose=0)


def test_the_gain_is_what_the_right_code_saves():
    x = np.random.default_rng(0).integers(2, size=(8, 6)).astype("int32")
    model = make_dense()
    found = model.evaluate(x, batch_size=8, verbose=0, return_dict=True)
    codes = model.encode(x)
    losses = []
    for given in (codes, np.roll(codes, 4, axis=0)):
        given = ops.convert_to_tensor(given)
        batch = keras_arae.data.Batch(ops.convert_to_tensor(x))
        (mean, _), _ = model.reconstruction(given, batch)
        losses.append(number(mean))
    assert found["code_gain"] == pytest.approx(losses[1] - losses[0], abs=1e-5)
    assert abs(losses[1] - losses[0]) > 1e-4
