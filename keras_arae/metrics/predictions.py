"""What a classifier's predictions say about samples."""

import numpy as np


def mean_confidence(probabilities):
    """Mean probability of the likeliest class: how clear samples are.

    Args:
        probabilities: float array of shape `(num_samples, num_classes)`.

    Returns:
        A float from 0 to 1.

    Example:

    ```python
    probabilities = np.array([[0.9, 0.1], [0.3, 0.7]])
    assert abs(keras_arae.metrics.mean_confidence(probabilities) - 0.8) < 1e-9
    ```
    """
    return float(np.max(_checked(probabilities), axis=1).mean())


def class_entropy(probabilities):
    """Entropy of the classes of samples, in nats: how evenly they come.

    At most `log(num_classes)`, where all classes are as frequent; 0 where all
    samples are of one class.

    Args:
        probabilities: float array of shape `(num_samples, num_classes)`.

    Returns:
        A float.

    Example:

    ```python
    probabilities = np.array([[0.9, 0.1], [0.3, 0.7]])
    entropy = keras_arae.metrics.class_entropy(probabilities)
    assert abs(entropy - np.log(2)) < 1e-9
    ```
    """
    probabilities = _checked(probabilities)
    counts = np.bincount(probabilities.argmax(axis=1))
    shares = counts[counts > 0] / len(probabilities)
    return float(-np.sum(shares * np.log(shares)))


def _checked(probabilities):
    probabilities = np.asarray(probabilities)
    if probabilities.ndim != 2 or not len(probabilities):
        raise ValueError(
            "Expected probabilities of shape (num_samples, num_classes). "
            f"Received: shape {probabilities.shape}"
        )
    return probabilities
