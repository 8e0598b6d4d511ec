"""What comes back from encode, decode, generate, interpolate."""

import numpy as np
import pytest

from keras_arae.sampling import path


@pytest.fixture(scope="module")
def model(as_new, clauses):
    model = as_new()  # Nothing else in this file asks for it.
    model.fit(clauses, epochs=4, verbose=0)
    return model


def test_shapes_and_kinds(model, clauses):
    codes = model.encode(clauses[:5])
    assert codes.shape == (5, 16) and codes.dtype == "float32"
    sentences = model.decode(codes)
    assert len(sentences) == 5
    assert all(isinstance(sentence, str) for sentence in sentences)
    assert model.reconstruct(clauses[:5]) == sentences


def test_batches_change_nothing(model, clauses):
    expected = model.encode(clauses[:37])
    np.testing.assert_allclose(
        model.encode(clauses[:37], batch_size=16), expected, atol=1e-6
    )
    assert model.decode(expected, batch_size=10) == model.decode(expected)


def test_generate_decodes_generated_codes(model):
    noise = np.random.default_rng(9).standard_normal((6, 6))
    codes = model.generate_codes(noise.astype("float32"))
    assert codes.shape == (6, 16)
    assert model.generate(6, seed=9) == model.decode(codes)
    assert model.generate_codes(4).shape == (4, 16)


def test_interpolation_starts_and_ends_at_its_ends(model, clauses):
    start, end = clauses[:2]
    for method in ("linear", "spherical"):
        found = model.interpolate(start, end, steps=5, method=method)
        assert len(found) == 5
        assert [found[0], found[-1]] == model.reconstruct([start, end])
    several = model.interpolate(clauses[:3], clauses[3:6], steps=4)
    assert [len(sentences) for sentences in several] == [4, 4, 4]
    assert several[0] == model.interpolate(clauses[0], clauses[3], steps=4)


def test_interpolation_between_samples(model):
    found = model.interpolate(steps=4, seed=2)
    assert len(found) == 4
    ends = model.generate(2, seed=2)
    assert [found[0], found[-1]] == ends
    assert len(model.interpolate(num_paths=3, steps=4)) == 3


def test_codes_on_a_path_stay_on_the_sphere(model, clauses):
    seen = []
    decode = model.decode
    model.decode = lambda codes, condition, **options: seen.append(codes) or []
    try:
        model.interpolate(*clauses[:2], steps=3)
    except IndexError:
        pass
    finally:
        model.decode = decode
    norms = np.linalg.norm(seen[0], axis=1)
    np.testing.assert_allclose(norms, 1.0, atol=1e-5)


def test_linear_and_spherical_paths_by_hand():
    start, end = np.array([[2.0, 0.0]]), np.array([[0.0, 4.0]])
    np.testing.assert_allclose(
        path(start, end, 3)[0], [[2, 0], [1, 2], [0, 4]], atol=1e-6
    )
    half = 3 / np.sqrt(2)
    np.testing.assert_allclose(
        path(start, end, 3, "spherical")[0],
        [[2, 0], [half, half], [0, 4]],
        atol=1e-6,
    )
    same = path(start, start, 4, "spherical")
    np.testing.assert_allclose(same[0], np.repeat(start, 4, 0), atol=1e-6)
