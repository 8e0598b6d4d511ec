"""Checks that the metrics share."""

import numpy as np


def check_features(real, generated, min_rows):
    """Two arrays of features, as float64, or an error that says what came."""
    real, generated = np.asarray(real), np.asarray(generated)
    fit = (
        real.ndim == generated.ndim == 2
        and real.shape[1] == generated.shape[1]
        and min(len(real), len(generated)) >= min_rows
    )
    if not fit:
        raise ValueError(
            "Expected two arrays of shape (num_samples, num_features), as "
            f"wide as each other, of at least {min_rows} rows. "
            f"Received: shapes {real.shape} and {generated.shape}"
        )
    return real.astype("float64"), generated.astype("float64")
