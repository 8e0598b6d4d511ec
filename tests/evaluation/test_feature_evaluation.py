import numpy as np
import pytest

from keras_arae import evaluation
from keras_arae.evaluation.features import squared_distances

pytestmark = pytest.mark.once
NORMAL = np.random.default_rng(0).normal(size=(4, 1000, 5))


def test_frechet_distance_of_gaussians_in_closed_form():
    # Diagonal covariances: the sum of (s1 - s2)^2 plus the squared shift.
    scales = np.array([1.0, 2.0, 0.5, 1.0, 3.0])
    rows = NORMAL[0] - NORMAL[0].mean(axis=0)
    rows = np.linalg.qr(rows)[0] * np.sqrt(len(rows) - 1)  # Exactly white.
    found = evaluation.frechet_distance(rows, rows * scales + 1.0)
    assert found == pytest.approx(5.0 + np.sum((scales - 1.0) ** 2), rel=1e-9)
    assert evaluation.frechet_distance(rows, rows) == pytest.approx(0, abs=1e-9)


def test_frechet_distance_of_correlated_features_is_scipys():
    from scipy import linalg

    first = NORMAL[0] @ NORMAL[1, :5]
    second = NORMAL[2] @ NORMAL[3, :5]
    c1, c2 = np.cov(first.T), np.cov(second.T)
    expected = np.sum((first.mean(0) - second.mean(0)) ** 2)
    expected += np.trace(c1 + c2 - 2 * linalg.sqrtm(c1 @ c2).real)
    found = evaluation.frechet_distance(first, second)
    assert found == pytest.approx(expected, rel=1e-6)


def test_precision_falls_with_bad_samples_recall_with_missing_modes():
    modes = np.repeat([[0.0] * 5, [50.0] * 5], 500, axis=0)
    real, good = NORMAL[0] + modes, NORMAL[1] + modes
    one_mode = NORMAL[1]
    half_bad = good + np.where(np.arange(1000) % 2, 200.0, 0.0)[:, None]
    precision, recall = evaluation.precision_recall(real, good)
    assert precision > 0.85 and recall > 0.85
    precision, recall = evaluation.precision_recall(real, one_mode)
    assert precision > 0.85 and recall < 0.55
    precision, recall = evaluation.precision_recall(real, half_bad)
    assert precision < 0.55


def test_nearest_neighbor_accuracy():
    accuracy = evaluation.nearest_neighbor_accuracy
    # 2,000 nearly independent draws: five standard errors are 0.056.
    assert accuracy(NORMAL[0], NORMAL[1]) == pytest.approx(0.5, abs=0.056)
    assert accuracy(NORMAL[0], NORMAL[1] + 30.0) == 1.0
    assert accuracy(NORMAL[0], NORMAL[0] + 1e-6) < 0.01


def test_distances_by_hand():
    found = squared_distances(
        np.array([[0.0, 0.0], [3.0, 0.0]]), np.array([[0, 4.0]])
    )
    assert found.tolist() == [[16.0], [25.0]]


def test_predictions():
    certain = np.eye(4)[[0, 1, 2, 3, 0, 1, 2, 3]]
    assert evaluation.mean_confidence(certain) == 1.0
    assert evaluation.class_entropy(certain) == pytest.approx(np.log(4))
    assert evaluation.class_entropy(certain[[0, 0, 0]]) == 0.0


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: evaluation.frechet_distance(NORMAL[0], NORMAL[0, :, :2]),
            r"shapes \(1000, 5\) and \(1000, 2\)",
        ),
        (
            lambda: evaluation.precision_recall(NORMAL[0], NORMAL[0, :3]),
            "at least 4 rows",
        ),
        (
            lambda: evaluation.nearest_neighbor_accuracy(
                NORMAL[0], NORMAL[0, :9]
            ),
            "1000 real and 9 generated",
        ),
        (lambda: evaluation.class_entropy([1.0]), r"shape \(1,\)"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        call()
