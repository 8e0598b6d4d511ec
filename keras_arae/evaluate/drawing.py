"""Samples of any model, also of those that have no generator."""

import numpy as np


def draw_samples(model, num_samples, train_data=None, seed=0, **options):
    """Samples of a model, whichever it is.

    A plain autoencoder has no generator: its codes are drawn from a Gaussian
    of full covariance that is fitted to the codes of its training data ("From
    Variational to Deterministic Autoencoders", Ghosh et al., ICLR 2020).

    Args:
        model: `keras_arae.LanguageModel` or `keras_arae.ARAE`.
        num_samples: int.
        train_data: what `model.encode` takes: only for a plain autoencoder.
            Defaults to `None`.
        seed: int. Defaults to `0`.
        **options: the arguments of `model.decode`.

    Returns:
        What `model.decode` returns.

    Example:

    ```python
    images = np.random.default_rng(0).integers(2, size=(64, 6, 6))
    model = keras_arae.ImageARAE((6, 6), code_dim=4, adversarial=False)
    drawn = keras_arae.evaluate.draw_samples(model, 5, images)
    assert drawn.shape == (5, 6, 6)
    ```
    """
    if getattr(model, "adversarial", True):
        return model.generate(num_samples, seed=seed, **options)
    if train_data is None:
        raise ValueError(
            "A plain autoencoder has no generator: pass its training data, "
            "to whose codes a Gaussian is fitted. Received: train_data=None"
        )
    codes = gaussian_codes(
        model.encode(train_data), num_samples, seed, model.normalize_codes
    )
    return model.decode(codes, seed=seed, **options)


def gaussian_codes(codes, num_samples, seed=0, normalize=True):
    """Codes drawn from a Gaussian of full covariance fitted to codes.

    Args:
        codes: float array of shape `(num_codes, code_dim)`.
        num_samples: int.
        seed: int. Defaults to `0`.
        normalize: bool. Whether to put them back on the unit sphere, where
            a decoder of normalised codes has seen codes. Defaults to `True`.

    Returns:
        A float32 array of shape `(num_samples, code_dim)`.

    Example:

    ```python
    codes = np.random.default_rng(0).normal(size=(100, 4))
    drawn = keras_arae.evaluate.gaussian_codes(codes, 10)
    assert np.allclose(np.linalg.norm(drawn, axis=1), 1.0)
    ```
    """
    drawn = np.random.default_rng(seed).multivariate_normal(
        codes.mean(axis=0), np.cov(codes.T), size=num_samples
    )
    if normalize:
        drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn.astype("float32")
