import keras
import numpy as np
import pytest

from keras_arae import evaluation


def test_likelihood_of_logits_leaves_padding_out():
    x = np.array([[1, 2, 0], [2, 0, 0]])
    logits = np.log([[0.5, 0.25, 0.25]] * 6).reshape(2, 3, 3)
    nats = keras.ops.convert_to_numpy(
        evaluation.negative_log_likelihood(x, logits, pad_id=0)
    )
    assert nats == pytest.approx(np.log([16, 4]), rel=1e-5)
    nats = keras.ops.convert_to_numpy(
        evaluation.negative_log_likelihood(x, logits)
    )
    assert nats == pytest.approx(np.log([32, 16]), rel=1e-5)
    with pytest.raises(ValueError, match=r"Received: x of shape \(2, 3\)"):
        evaluation.negative_log_likelihood(x, logits[:, :2])
