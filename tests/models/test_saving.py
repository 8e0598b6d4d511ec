"""Files hold everything: a loaded model goes on as if never stopped."""

import keras
import numpy as np
import pytest
from conftest import NETWORKS
from conftest import compile_quickly
from conftest import few_steps
from conftest import network
from conftest import same
from conftest import weights_of

import keras_arae


def all_weights(model):
    return weights_of(*(network(model, name) for name in NETWORKS))


def decaying_model(make_model, **options):
    noise = keras_arae.layers.CodeNoise(0.2, decay=0.8, decay_steps=3, seed=1)
    model = make_model(compiled=False, code_noise=noise, **options)
    model.compile(
        keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(1e-2, 200),
            global_clipnorm=1.0,
        ),
        keras.optimizers.RMSprop(1e-3),
        keras.optimizers.Adam(1e-3, beta_1=0.5),
    )
    return model


@pytest.mark.parametrize(
    "critic_data", [pytest.param("reuse", marks=pytest.mark.once), "fresh"]
)
def test_resuming_is_exact(make_model, clauses, tmp_path, critic_data):
    data = {"x": clauses[:50], "batch_size": 25, "verbose": 0}
    options = {"critic_data": critic_data, "critic_steps": 2}

    keras.utils.set_random_seed(5)
    straight = few_steps(decaying_model(make_model, **options))
    expected = straight.fit(epochs=2, **data).history

    keras.utils.set_random_seed(5)
    model = few_steps(decaying_model(make_model, **options))
    first = model.fit(epochs=1, **data).history
    model.save(tmp_path / "model.keras")
    keras.utils.set_random_seed(77)
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    few_steps(loaded)
    second = loaded.fit(epochs=2, initial_epoch=1, **data).history

    for key, values in expected.items():
        assert first[key] + second[key] == values, key
    assert same(all_weights(loaded), all_weights(straight))


def test_a_loaded_model_says_the_same(make_model, clauses, tmp_path):
    model = make_model(critic_steps=1, encoder_gradient_scale=0.3)
    model.fit(clauses, epochs=2, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.codec.get_config() == model.codec.get_config()
    assert same(model.encode(clauses[:9]), loaded.encode(clauses[:9]))
    assert model.generate(9, seed=1) == loaded.generate(9, seed=1)
    assert model.evaluate(clauses[:50], verbose=0)[:3] == pytest.approx(
        loaded.evaluate(clauses[:50], verbose=0)[:3], rel=1e-6
    )
    prior = loaded.prior
    assert (prior.critic_steps, prior.encoder_gradient_scale) == (1, 0.3)


def test_weights_only_files(as_new, make_model, clauses, tmp_path):
    model = as_new()
    model.fit(clauses, verbose=0)
    model.save_weights(tmp_path / "model.weights.h5")
    other = make_model(compiled=False)
    other.load_weights(tmp_path / "model.weights.h5")
    assert same(all_weights(model), all_weights(other))
    assert model.generate(5, seed=1) == other.generate(5, seed=1)


def test_other_optimizers_than_the_files(as_new, clauses, tmp_path):
    model = as_new()
    model.fit(clauses[:64], verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    assert not loaded.compiled
    compile_quickly(loaded)
    few_steps(loaded).fit(clauses[:64], verbose=0)


def test_a_plain_autoencoder_is_saved_too(make_model, clauses, tmp_path):
    model = make_model(prior=None, compiled=False)
    model.compile()
    model.fit(clauses, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.prior is None
    assert loaded.reconstruct(clauses[:5]) == model.reconstruct(clauses[:5])
    few_steps(loaded).fit(clauses[:64], verbose=0)


def test_general_networks_are_saved(tmp_path):
    model = keras_arae.ARAE(
        keras_arae.layers.DenseEncoder(4, (8,)),
        keras_arae.layers.DenseDecoder((5, 5), 3, (8,)),
        keras_arae.priors.AdversarialPrior(
            keras.Sequential([keras.layers.Dense(8), keras.layers.Dense(4)]),
            keras_arae.layers.Critic((8,)),
            noise_dim=3,
            critic_regularizer="weight_clipping",
        ),
    )
    model.compile()
    x = np.random.default_rng(0).integers(3, size=(60, 5, 5))
    model.fit(x, batch_size=20, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        loaded.generate(5, seed=1), model.generate(5, seed=1)
    )
    few_steps(loaded).fit(x, batch_size=20, verbose=0)


def test_averaged_weights_reach_their_networks(make_model, clauses):
    model = make_model(compiled=False)
    model.compile(
        generator_optimizer=keras.optimizers.Adam(
            1e-2, use_ema=True, ema_momentum=0.5
        )
    )
    model.fit(clauses, batch_size=20, verbose=0)
    member = model.optimizer["generator"]
    averages = [
        keras.ops.convert_to_numpy(v)
        for v in member._model_variables_moving_average
    ]
    assert same(weights_of(model.prior.generator), averages)


def test_an_h5_file_is_refused_and_weights_are_not(make_model, tmp_path):
    model = make_model()
    with pytest.raises(ValueError, match="save as '.keras'"):
        model.save(tmp_path / "model.h5")
    model.save_weights(tmp_path / "model.weights.h5")


def test_a_model_that_was_never_compiled_is_saved(
    make_model, clauses, tmp_path
):
    model = make_model(compiled=False)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert not loaded.compiled
    np.testing.assert_allclose(
        loaded.encode(clauses[:4]), model.encode(clauses[:4]), atol=1e-6
    )
