"""The distance between Gaussians fitted to two sets of features."""

import numpy as np

from keras_arae.metrics.features import check_features


def frechet_distance(real, generated):
    """Frechet distance between Gaussians fitted to two sets of features.

    `|m1 - m2|^2 + trace(C1 + C2 - 2 (C1 C2)^(1/2))`, 0 for equal moments. It
    falls with the number of samples: compare equal numbers, beside the
    distance between two real sets.

    Source: "GANs Trained by a Two Time-Scale Update Rule Converge to a Local
    Nash Equilibrium", Heusel et al., NeurIPS 2017
    (https://arxiv.org/abs/1706.08500), there with Inception features.

    Args:
        real: float array of shape `(num_samples, num_features)`.
        generated: float array, as wide.

    Returns:
        A float, in squared units of the features.

    Example:

    ```python
    real = np.random.default_rng(0).normal(size=(500, 3))
    distance = keras_arae.metrics.frechet_distance(real, real + 2.0)
    assert abs(distance - 12.0) < 1e-6
    ```
    """
    real, generated = check_features(real, generated, min_rows=2)
    means = real.mean(axis=0) - generated.mean(axis=0)
    first, second = (
        np.atleast_2d(np.cov(rows, rowvar=False)) for rows in (real, generated)
    )
    # The trace of (C1 C2)^(1/2) is that of (S C2 S)^(1/2), S = C1^(1/2),
    # which is symmetric.
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    values = np.linalg.eigvalsh(root @ second @ root)
    cross = np.sqrt(np.maximum(values, 0.0)).sum()
    return float(
        means @ means + np.trace(first) + np.trace(second) - 2.0 * cross
    )
