"""The dense layer that is fast on each backend says what Keras' own says."""

import keras
import numpy as np
import pytest
from conftest import make_gradient
from keras import ops

from keras_arae import backend


@pytest.mark.parametrize("shape", [(5, 4), (2, 3, 4)])
def test_dense_is_keras_own(shape):
    generator = np.random.default_rng(0)
    x = ops.convert_to_tensor(generator.normal(size=shape), "float32")
    kernel, bias = generator.normal(size=(4, 7)), generator.normal(size=7)
    found = []
    for cls in (backend.Dense, keras.layers.Dense):
        layer = cls(7, activation="tanh")
        layer.build(shape)
        layer.set_weights([kernel, bias])
        gradients = make_gradient(
            lambda layer=layer: ops.sum(ops.square(layer(x))), layer
        )
        found.append([ops.convert_to_numpy(layer(x)), *gradients])
    for one, other in zip(*found):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
