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


@pytest.mark.parametrize("options", [{"stddev": -0.1}, {"decay": 1.5}])
def test_settings_out_of_range(options):
    with pytest.raises(ValueError, match="Received: "):
        CodeNoise(**options)


def test_half_precision_keeps_the_level_in_float32():
    layer = CodeNoise(0.3, dtype="mixed_bfloat16")
    noisy = layer(ops.zeros((2, 2), "bfloat16"), training=True)
    assert keras.backend.standardize_dtype(noisy.dtype) == "bfloat16"
    assert layer.current_stddev.dtype == "float32"
