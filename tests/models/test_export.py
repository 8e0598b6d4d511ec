"""Inference models that need neither Keras nor this package."""

import keras
import numpy as np
import pytest

import keras_arae

tf = pytest.importorskip("tensorflow")
on_torch = keras.config.backend() == "torch"


def exported(model, path):
    model.export(path / "model")
    return tf.saved_model.load(str(path / "model"))


@pytest.fixture(params=["lstm", "transformer"])
def text_model(make_model, request):
    """What it has learned does not matter."""
    return make_model(encoder=request.param, decoder=request.param)


@pytest.mark.skipif(on_torch, reason="Keras exports one function there.")
def test_sentences(text_model, clauses, tmp_path):
    functions = exported(text_model, tmp_path)
    codec = text_model.codec
    codes = text_model.encode(clauses[:5])
    found = functions.encode(codec.encode(clauses[:5])).numpy()
    np.testing.assert_allclose(found, codes, atol=1e-5)
    ids = functions.decode(codes).numpy()
    assert codec.decode(ids) == text_model.decode(codes)
    noise = np.random.default_rng(0).normal(size=(3, 6)).astype("float32")
    expected = text_model.decode(text_model.generate_codes(noise))
    assert codec.decode(functions.generate(noise).numpy()) == expected


@pytest.mark.skipif(on_torch, reason="Keras exports one function there.")
def test_convolutions_and_a_prior_that_is_fitted_afterwards(tmp_path):
    x = np.random.default_rng(0).integers(2, size=(8, 6, 6))
    model = keras_arae.ImageARAE(
        (6, 6),
        "convolutional",
        code_dim=4,
        prior="gaussian",
        standardize_codes=True,
    )
    model.standardization.moving_mean.assign([0.1, -0.2, 0.3, 0.0])
    model.fit_prior(x)
    functions = exported(model, tmp_path)
    np.testing.assert_allclose(
        functions.encode(x.astype("int32")), model.encode(x), atol=1e-5
    )
    noise = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    expected = model.decode(model.generate_codes(noise))
    np.testing.assert_array_equal(functions.generate(noise), expected)


@pytest.mark.skipif(on_torch, reason="Keras exports one function there.")
def test_images_with_conditions(tmp_path):
    x = np.random.default_rng(0).integers(2, size=(4, 6, 6))
    model = keras_arae.ImageARAE((6, 6), code_dim=8, condition=2)
    functions = exported(model, tmp_path)
    codes, one = model.encode(x), np.eye(2, dtype="float32")[[1] * 4]
    np.testing.assert_array_equal(
        functions.decode(codes, one).numpy(), model.decode(codes, 1)
    )
    noise = np.zeros((4, model.prior.noise_dim), "float32")
    assert functions.generate(noise, one).shape == (4, 6, 6)


@pytest.mark.skipif(not on_torch, reason="Others write it.")
def test_torch_says_where_to_go(make_model, tmp_path):
    with pytest.raises(ValueError, match="KERAS_BACKEND=tensorflow or jax"):
        make_model().export(tmp_path / "model")
    with pytest.raises(ValueError, match="Received: jit_compile=True"):
        make_model(compiled=False).compile(jit_compile=True)


def test_other_formats_are_refused(make_model, tmp_path):
    with pytest.raises(ValueError, match="Received: format='onnx'"):
        make_model().export(tmp_path / "model", format="onnx")
