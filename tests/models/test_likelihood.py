"""Likelihood, its padding, and the moments of codes."""

import keras
import numpy as np
import pytest
from conftest import make_gradient
from conftest import number
from conftest import start_alike
from conftest import trainer_of
from conftest import weights_of
from keras import ops

from keras_arae import backend
from keras_arae.layers.decoder import masked_cross_entropy
from keras_arae.models.arae import _moments


def numbers(model, ids):
    """Held-out numbers of one batch, as floats."""
    batch = model.held_out_batch(ops.convert_to_tensor(ids), None, None)
    logs = model.evaluate_reconstruction(batch)
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


def test_means_by_hand():
    probabilities = [[[0.5, 0.25, 0.25]], [[0.1, 0.2, 0.7]]]
    logits = np.log(np.array(probabilities, "float32"))
    x = ops.convert_to_tensor(np.array([[1], [2]], "int32"))
    loss, accuracy = masked_cross_entropy(
        x, ops.convert_to_tensor(logits), row_weights=ops.array([1.0, 2.0])
    )
    nats = -np.log(0.25) - 2 * np.log(0.7)
    assert number(loss[0]) == pytest.approx(nats / 3, 1e-5)
    assert number(accuracy[0]) == pytest.approx(2 / 3, 1e-5)
    assert number(loss[1]) == number(accuracy[1]) == 3.0


CHUNKS = {
    "jax": "keras_arae.backend.jax.CHUNK",
    "tensorflow": "keras_arae.backend.tensorflow_losses.CHUNK",
    "torch": "keras_arae.backend.torch_losses.CHUNK",
}


@pytest.mark.parametrize(
    "kind, chunk, training",
    [
        (backend.Dense, 5, True),
        (backend.Dense, 128, True),
        (backend.Dense, 5, False),
        (keras.layers.Dense, 5, True),
        (keras.layers.Dense, 5, False),
        (keras.layers.Dense, 128, False),
    ],
)
def test_packing_changes_no_number(monkeypatch, kind, chunk, training):
    monkeypatch.setattr(CHUNKS[keras.config.backend()], chunk)
    generator = np.random.default_rng(0)
    layer = kind(7)
    layer.build((None, 5))
    states = generator.normal(size=(4, 6, 5)).astype("float32")
    values = generator.integers(1, 7, size=(4, 6))
    row_weights = ops.array([1.0, 2.0, 0.0, 1.0])
    states = ops.convert_to_tensor(states)

    def losses(states, x, packed):
        if not packed:
            logits = layer(states)
            return masked_cross_entropy(x, logits, None, 0, row_weights)
        return masked_cross_entropy(
            x, states, layer, 0, row_weights, training=training
        )

    def gradients(x, packed):
        def loss(states):
            return losses(states, x, packed)[0][0], ()

        loss, _, pullback = trainer_of(layer).record(
            loss, layer.trainable_variables, [states]
        )
        return map(ops.convert_to_numpy, pullback(2.0 * ops.ones_like(loss)))

    for share in (0.0, 0.1, 0.5, 1.0):
        counts = generator.random((4, 6)) < share
        x = ops.convert_to_tensor(np.where(counts, values, 0), "int32")
        for a, b in zip(losses(states, x, True), losses(states, x, False)):
            assert number(a[0]) == pytest.approx(number(b[0]), rel=1e-5)
            assert number(a[1]) == number(b[1])
        for a, b in zip(gradients(x, True), gradients(x, False), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


def test_two_values_need_no_softmax():
    generator = np.random.default_rng(0)
    logits = 3 * generator.normal(size=(50, 2)).astype("float32")
    logits[:3] = [[100.0, -100.0], [0.5, 0.5], [-100.0, 100.0]]
    x = ops.convert_to_tensor(generator.integers(2, size=50), "int32")
    (nats, _), (accuracy, _) = masked_cross_entropy(
        x, ops.convert_to_tensor(logits)
    )
    # A third value of no probability: the general way.
    wider = np.pad(logits, [(0, 0), (0, 1)], constant_values=-1e9)
    (other_nats, _), (other_accuracy, _) = masked_cross_entropy(
        x, ops.convert_to_tensor(wider)
    )
    assert number(nats) == pytest.approx(number(other_nats), rel=1e-5)
    assert number(accuracy) == number(other_accuracy)


def test_a_step_is_the_same_without_packing(as_new, make_model, clauses):
    packed, plain = as_new(), make_model()
    start_alike(packed, plain)
    plain.__class__ = type("Plain", (type(plain),), {"skips_masked": False})
    steps = []
    for model in (packed, plain):
        history = model.fit(clauses[:50], batch_size=25, verbose=0).history
        steps.append((history["loss"], weights_of(model)))
    assert steps[0][0] == pytest.approx(steps[1][0], rel=1e-5)
    for packed, plain in zip(steps[0][1], steps[1][1]):
        np.testing.assert_allclose(packed, plain, atol=1e-5)


def test_moments_are_numpys():
    code = np.random.default_rng(0).normal(size=(50, 4)).astype("float32")
    weights = np.arange(50) < 30
    tensors = (
        ops.convert_to_tensor(code),
        ops.convert_to_tensor(weights.astype("float32")),
    )
    found = _moments(tensors[0], "code", tensors[1])
    trace = found["code_trace"][0]
    assert number(trace) == pytest.approx(np.cov(code[:30].T).trace(), rel=1e-5)
    norm = found["code_norm"][0]
    expected = np.linalg.norm(code[:30], axis=1).mean()
    assert number(norm) == pytest.approx(expected, rel=1e-5)


def test_cross_entropy_is_keras_own():
    generator = np.random.default_rng(0)
    logits = 5.0 * generator.normal(size=(6, 400)).astype("float32")
    logits[0, 3] = -300.0  # A probability too small for any float.
    x = ops.convert_to_tensor([3, 0, 399, 7, 8, 9], "int32")
    weights = ops.convert_to_tensor([1.0, 2.0, 0.0, 1.0, 0.5, 1.0])
    layer = keras.layers.Embedding(6, 400)
    layer.build((6,))
    layer.set_weights([logits])
    rows = ops.arange(6)
    found, expected = (
        (
            ops.convert_to_numpy(function(x, layer(rows))),
            make_gradient(
                lambda function=function: ops.sum(
                    weights * function(x, layer(rows))
                ),
                layer,
            )[0],
        )
        for function in (
            backend.cross_entropy,
            lambda x, logits: ops.sparse_categorical_crossentropy(
                x, logits, from_logits=True
            ),
        )
    )
    assert 290 < found[0][0] < 330
    for one, other in zip(found, expected):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
