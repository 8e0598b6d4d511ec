import keras
import numpy as np
import pytest
from conftest import few_steps
from conftest import number
from keras import ops

from keras_arae.layers import CodeNoise


def test_noise_has_the_stated_deviation():
    layer = CodeNoise(0.3, seed=0)
    noise = ops.convert_to_numpy(layer(ops.zeros((400, 50)), training=True))
    # 20,000 draws: the deviation is known to 0.3 / sqrt(2 * 20000) = 0.0015.
    assert noise.std() == pytest.approx(0.3, abs=0.008)
    assert abs(noise.mean()) < 0.01


def test_each_code_has_a_deviation_of_its_own():
    layer = CodeNoise(0.02, max_stddev=0.5, seed=0)
    noise = ops.convert_to_numpy(layer(ops.zeros((2000, 200)), training=True))
    logarithms = np.log(noise.std(axis=1))
    # Uniform between the logarithms, but for the error of 200 draws: 5%.
    low, high = np.log(0.02), np.log(0.5)
    quantiles = np.quantile(logarithms, [0, 0.25, 0.5, 0.75, 1])
    expected = low + (high - low) * np.array([0, 0.25, 0.5, 0.75, 1])
    assert quantiles == pytest.approx(expected, abs=0.2)
    again = CodeNoise.from_config(layer.get_config())
    np.testing.assert_array_equal(
        ops.convert_to_numpy(again(ops.zeros((2000, 200)), training=True)),
        noise,
    )


@pytest.mark.parametrize("most, learns", [(0.1, False), (0.5, True)])
def test_the_encoder_learns_from_clear_codes_alone(
    make_model, clauses, most, learns
):
    noise = CodeNoise(0.1, max_stddev=0.5, encoder_max_stddev=most, seed=0)
    model = make_model(compiled=False, code_noise=noise, prior=None)
    model.compile(keras.optimizers.Adam(0.01))
    before = model.encode(clauses[:4])
    guess = model.logits(before, model.codec.encode(clauses[:4]))
    model.fit(clauses[:16], batch_size=8, verbose=0)
    assert np.allclose(model.encode(clauses[:4]), before) != learns
    now = model.logits(before, model.codec.encode(clauses[:4]))
    assert not np.allclose(*map(ops.convert_to_numpy, (now, guess)))


def test_noise_is_that_of_codes_that_all_teach_the_encoder():
    codes = np.ones((8, 4), "float32")
    noisy = [
        ops.convert_to_numpy(layer(codes, training=True))
        for layer in (
            CodeNoise(0.02, max_stddev=0.5, seed=0),
            CodeNoise(0.02, max_stddev=0.5, encoder_max_stddev=0.1, seed=0),
        )
    ]
    np.testing.assert_array_equal(*noisy)


def test_noise_is_fresh_each_call_and_absent_in_inference():
    layer = CodeNoise(0.3, seed=0)
    code = np.ones((4, 3), "float32")
    first, second = (
        ops.convert_to_numpy(layer(code, training=True)) for _ in range(2)
    )
    assert not np.allclose(first, second)
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(code)), code)


def test_decay_counts_training_calls():
    layer = CodeNoise(0.4, decay=0.5, decay_steps=3, seed=0)
    code = ops.zeros((2, 2))
    levels = []
    for _ in range(7):
        layer(code)  # Inference does not count.
        layer(code, training=True)
        levels.append(number(layer.current_stddev))
    assert levels == pytest.approx([0.4, 0.4, 0.2, 0.2, 0.2, 0.1, 0.1])


def test_decay_is_per_batch_in_fit(make_model, clauses):
    noise = CodeNoise(0.2, decay=0.9, decay_steps=2)
    model = few_steps(make_model(code_noise=noise, critic_steps=2))
    history = model.fit(clauses[:16], epochs=2, batch_size=8, verbose=0)
    expected = [0.2 * 0.9**decays for decays in (1, 2)]
    assert history.history["noise_stddev"] == pytest.approx(expected, rel=1e-5)


def test_no_noise_leaves_codes_alone():
    code = np.ones((4, 3), "float32")
    noisy = CodeNoise(0.0)(code, training=True)
    np.testing.assert_array_equal(ops.convert_to_numpy(noisy), code)


@pytest.mark.parametrize(
    "options",
    [
        {"stddev": -0.1},
        {"decay": 1.5},
        {"stddev": 0.0, "max_stddev": 0.1},
        {"stddev": 0.2, "max_stddev": 0.1},
        {"encoder_max_stddev": 0.1},
        {"max_stddev": 0.5, "encoder_max_stddev": 0.01},
        {"max_stddev": 0.5, "encoder_max_stddev": 0.6},
    ],
)
def test_settings_out_of_range(options):
    with pytest.raises(ValueError, match="Received: "):
        CodeNoise(**options)


def test_half_precision_keeps_the_level_in_float32():
    layer = CodeNoise(0.3, dtype="mixed_bfloat16")
    noisy = layer(ops.zeros((2, 2), "bfloat16"), training=True)
    assert keras.backend.standardize_dtype(noisy.dtype) == "bfloat16"
    assert layer.current_stddev.dtype == "float32"
