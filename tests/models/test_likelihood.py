"""Likelihood, its padding, and the moments of codes."""

import numpy as np
import pytest
from conftest import number
from keras import ops

from keras_arae.models import likelihood
from keras_arae.models import moments


def numbers(model, ids):
    """Held-out numbers of one batch, as floats."""
    logs = model.evaluate_batch((ops.convert_to_tensor(ids), None), None)
    return {
        key: number(logs[key][0])
        for key in ("reconstruction_loss", "accuracy", "code_trace")
    }


def test_padding_more_changes_nothing(make_model, preprocessor, clauses):
    model = make_model()
    ids = preprocessor(clauses[:16])
    padded = np.pad(ids, [(0, 0), (0, 5)])
    expected = numbers(model, ids)
    assert numbers(model, padded) == pytest.approx(expected, abs=1e-5)
    np.testing.assert_allclose(
        ops.convert_to_numpy(model.code(ops.convert_to_tensor(padded))),
        model.encode(ids),
        atol=1e-6,
    )


def test_sums_by_hand():
    logits = np.log([[[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]]]).astype("float32")
    x = np.array([[1, 2]], "int32")
    weights = np.array([[1.0, 2.0]], "float32")
    loss, hits = likelihood.weighted_sums(
        *(ops.convert_to_tensor(value) for value in (x, logits, weights))
    )
    assert number(loss) == pytest.approx(-np.log(0.25) - 2 * np.log(0.7), 1e-5)
    assert number(hits) == 2.0


def test_packing_changes_no_number():
    generator = np.random.default_rng(0)
    states = generator.normal(size=(4, 6, 5)).astype("float32")
    kernel = generator.normal(size=(5, 7)).astype("float32")
    x = generator.integers(7, size=(4, 6)).astype("int32")
    weights = (generator.random((4, 6)) < 0.5).astype("float32")
    x, states, kernel, weights = (
        ops.convert_to_tensor(value) for value in (x, states, kernel, weights)
    )
    packed = likelihood.packed_weighted_sums(
        x, states, lambda states: ops.matmul(states, kernel), weights
    )
    plain = likelihood.weighted_sums(x, ops.matmul(states, kernel), weights)
    for a, b in zip(packed, plain):
        assert number(a) == pytest.approx(number(b), rel=1e-5)


def test_moments_are_numpys():
    code = np.random.default_rng(0).normal(size=(50, 4)).astype("float32")
    weights = np.arange(50) < 30
    tensors = (
        ops.convert_to_tensor(code),
        ops.convert_to_tensor(weights.astype("float32")),
    )
    trace = moments.trace_of_covariance(*tensors)
    assert number(trace) == pytest.approx(np.cov(code[:30].T).trace(), rel=1e-5)
    norm = moments.mean_norm(*tensors)
    expected = np.linalg.norm(code[:30], axis=1).mean()
    assert number(norm) == pytest.approx(expected, rel=1e-5)
