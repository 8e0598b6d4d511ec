"""The likeliest token is the one that `argmax` finds."""

import numpy as np
import pytest
from keras import ops

from keras_arae import backend


@pytest.mark.parametrize("num_values", [3, 199, 200, 250, 1003])
def test_it_is_the_first_of_the_largest(num_values):
    # Few different values: some of the largest are several.
    generator = np.random.default_rng(num_values)
    logits = generator.integers(30, size=(200, num_values)).astype("float32")
    logits[:20] *= -1e9
    logits[20, -1] = logits[21, 0] = 1e9
    found = backend.likeliest(ops.convert_to_tensor(logits))
    np.testing.assert_array_equal(
        ops.convert_to_numpy(found), logits.argmax(axis=1)
    )
