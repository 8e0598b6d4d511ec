"""Steps of a plain SGD are those of Keras."""

import keras
import numpy as np
import pytest
from conftest import in_a_step
from conftest import number
from conftest import trainer_of
from keras import ops

from keras_arae import backend

SHAPES = (30, 12), (12,), (50, 8)
SGD = keras.optimizers.SGD


class Weights(keras.layers.Layer):
    """Weights, one of which may be constrained."""

    def __init__(self, constraint=None):
        super().__init__()
        for shape in SHAPES:
            self.add_weight(shape, "ones", constraint=constraint)
            constraint = None


def trained(optimizer, ours, constraint=None, scale=1.0, steps=5):
    generator = np.random.default_rng(0)
    layer = Weights(constraint)
    variables = layer.trainable_variables
    optimizer.build(variables)
    norms = []
    for _ in range(steps):
        gradients = [
            ops.convert_to_tensor(
                scale * generator.standard_normal(shape).astype("float32")
            )
            for shape in SHAPES
        ]
        if ours:
            norm = trainer_of(layer).update(optimizer, gradients, variables)
            norms.append(float(ops.convert_to_numpy(norm)))
        else:
            optimizer.apply(gradients, variables)
    steps //= optimizer.gradient_accumulation_steps or 1
    assert int(ops.convert_to_numpy(optimizer.iterations)) == steps
    return layer.get_weights(), norms


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"global_clipnorm": 1.0},
        {"global_clipnorm": 1e6},
        {"clipnorm": 0.5},
        {"clipvalue": 0.1},
        {"momentum": 0.9, "nesterov": True},
        {"weight_decay": 0.1},
        {"use_ema": True, "ema_overwrite_frequency": 2},
        {"gradient_accumulation_steps": 2},
    ],
)
def test_the_same_weights(options):
    found, norms = trained(SGD(0.3, **options), ours=True)
    expected, _ = trained(SGD(0.3, **options), ours=False)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    size = sum(map(np.prod, SHAPES))
    assert norms == pytest.approx([size] * 5, rel=0.2)


def test_schedules_and_constraints():
    make = keras.optimizers.schedules.ExponentialDecay
    runs = [
        trained(SGD(make(0.5, 2, 0.5)), ours, keras.constraints.NonNeg())[0]
        for ours in (True, False)
    ]
    for a, b in zip(*runs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert runs[0][0].min() == 0.0 > runs[0][2].min()


@pytest.mark.parametrize("scale", [np.nan, np.inf])
def test_no_gradient_becomes_no_weight(scale):
    weights, norms = trained(
        SGD(0.3, global_clipnorm=1.0), ours=True, scale=scale, steps=1
    )
    assert not np.isfinite(norms).any()
    assert all(np.isnan(weight).all() for weight in weights)


class Lookups(keras.layers.Layer):
    """Embeddings: ours, Keras' own, and one of ours that is read whole."""

    def __init__(self):
        super().__init__()
        kinds = backend.Embedding, keras.layers.Embedding, backend.Embedding
        self.parts = [kind(9, 4) for kind in kinds]
        for part in self.parts:
            part.build()

    def call(self, ids):
        first, second, third = (part(ids) for part in self.parts)
        whole = ops.sum(ops.square(self.parts[2].embeddings))
        return ops.sum(ops.square(first + 2.0 * second - third)) + whole


def trained_lookups(layer, ids, optimizer, ours, steps=3):
    """Trains as our trainer does, or as Keras with dense gradients."""
    variables, trainer = layer.trainable_variables, trainer_of(layer)
    optimizer.build(variables)
    for _ in range(steps):
        with in_a_step():
            loss, _, pullback = trainer.record(
                lambda: (layer(ids), {}), variables
            )
            gradients = pullback(ops.ones_like(loss))
            dense = [ops.convert_to_numpy(x) for x in gradients]
            if not ours:
                optimizer.apply(list(map(ops.array, dense)), variables)
                continue
            norm = trainer.update(optimizer, gradients, variables)
        expected = sum(np.sum(x**2) for x in dense)
        assert number(norm) == pytest.approx(expected, rel=1e-5)
    return layer.get_weights()


@pytest.mark.parametrize("options", [{}, {"global_clipnorm": 1.0}])
def test_rows_of_an_embedding(options):
    layers = Lookups(), Lookups()
    layers[1].set_weights(layers[0].get_weights())
    # Some more than once, and others not at all.
    ids = ops.convert_to_tensor(np.array([[0, 3, 3], [5, 3, 0]], "int32"))
    found, expected = (
        trained_lookups(layer, ids, SGD(0.1, **options), ours)
        for layer, ours in zip(layers, (True, False))
    )
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
