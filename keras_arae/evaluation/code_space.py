"""Codes of data and codes that are drawn, and samples from both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_arae.arguments import COUNT
from keras_arae.arguments import FLAG
from keras_arae.arguments import SEED
from keras_arae.arguments import array
from keras_arae.arguments import checked
from keras_arae.arguments import instance
from keras_arae.evaluation.features import frechet_distance
from keras_arae.evaluation.texts import check_texts
from keras_arae.extras import require
from keras_arae.models import ARAE
from keras_arae.models import GenerativeModel
from keras_arae.models import LanguageModel
from keras_arae.models import TextARAE
from keras_arae.priors import GaussianPrior


@checked(model=instance(GenerativeModel), num_samples=COUNT, seed=SEED)
def draw_samples(
    model: ARAE | LanguageModel,
    num_samples: int,
    train_data: Any = None,
    seed: int = 0,
    **options: Any,
) -> Any:
    """Samples of a model, whichever it is.

    A plain autoencoder has no prior: its codes are drawn from a Gaussian
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
    model = keras_arae.ImageARAE((6, 6), code_dim=4, prior=None)
    drawn = keras_arae.evaluation.draw_samples(model, 5, images)
    assert drawn.shape == (5, 6, 6)
    ```
    """
    if model.prior is not None or not model.code_dim:
        return model.generate(num_samples, seed=seed, **options)
    if train_data is None:
        raise ValueError(
            "A plain autoencoder has no prior: pass its training data, "
            "to whose codes a Gaussian is fitted. Received: train_data=None"
        )
    codes = gaussian_codes(
        model.encode(train_data), num_samples, seed, model.normalize_codes
    )
    return model.decode(codes, seed=seed, **options)


@checked(
    codes=array("num_codes", "code_dim"),
    num_samples=COUNT,
    seed=SEED,
    normalize=FLAG,
)
def gaussian_codes(
    codes: np.ndarray,
    num_samples: int,
    seed: int = 0,
    normalize: bool = True,
) -> np.ndarray:
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
    drawn = keras_arae.evaluation.gaussian_codes(codes, 10)
    assert np.allclose(np.linalg.norm(drawn, axis=1), 1.0)
    ```
    """
    prior = GaussianPrior()
    prior.prepare(codes.shape[1], normalized=normalize)
    prior.fit(codes)
    return ops.convert_to_numpy(prior.sample(num_samples, seed=seed))


@checked(model=instance(ARAE), seed=SEED)
def code_moments(model: ARAE, data: Any, seed: int = 0) -> dict[str, float]:
    """Whether generated codes lie where those of data do.

    Args:
        model: `keras_arae.ARAE` with a prior.
        data: what `model.encode` takes.
        seed: int. Seed of the noise. Defaults to `0`.

    Returns:
        A dict of float: `"norm"` and `"generated norm"` (means), `"trace"`
        and `"generated trace"` (of the covariance), `"Frechet"` (distance of
        Gaussians fitted to both).

    Raises:
        ValueError: The model has no prior.

    Example:

    ```python
    images = np.random.default_rng(0).integers(2, size=(64, 6, 6))
    model = keras_arae.ImageARAE((6, 6), code_dim=4)
    moments = keras_arae.evaluation.code_moments(model, images)
    assert abs(moments["norm"] - 1) < 1e-3
    ```
    """
    if model.prior is None:
        raise ValueError(
            "Expected a model with a prior, whose codes are compared with "
            "those of data. Received: prior=None"
        )
    real = model.encode(data)
    noise = np.random.default_rng(seed).standard_normal(
        (len(real), model.prior.noise_dim)
    )
    generated = model.generate_codes(noise)
    found = {}
    for name, codes in (("", real), ("generated ", generated)):
        found[f"{name}norm"] = float(np.linalg.norm(codes, axis=1).mean())
        found[f"{name}trace"] = float(codes.var(axis=0, ddof=1).sum())
    found["Frechet"] = frechet_distance(real, generated)
    return found


@checked(model=instance(TextARAE), max_distance=COUNT, num_sentences=COUNT)
def neighbor_cosine(
    model: TextARAE,
    sentences: Sequence[str],
    max_distance: int = 5,
    num_sentences: int = 250,
) -> float:
    """Mean cosine of the codes of sentences that are alike.

    Source: "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223), which compares it with that of a plain
    autoencoder: higher in a smoother code space.

    Args:
        model: `keras_arae.TextARAE`.
        sentences: list of str. Neighbours are looked for among them.
        max_distance: int. Words to put in, leave out or replace, at most, to
            turn one sentence into the other. Defaults to `5`.
        num_sentences: int. Sentences, the first ones, whose neighbours are
            looked for. Defaults to `250`.

    Returns:
        A float from -1 to 1.

    Raises:
        ValueError: No sentence has a neighbour.
        ImportError: rapidfuzz is not installed.

    Example:

    ```python
    text = ["a man sleeps .", "two men talk ."] * 20
    preprocessor = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    model = keras_arae.TextARAE(preprocessor, embedding_dim=8, code_dim=8)
    assert -1 <= keras_arae.evaluation.neighbor_cosine(model, text) <= 1
    ```
    """
    sentences = check_texts(sentences)
    distances = require("rapidfuzz.process", "eval").cdist(
        [sentence.split() for sentence in sentences[:num_sentences]],
        [sentence.split() for sentence in sentences],
        scorer=require("rapidfuzz.distance", "eval").Levenshtein.distance,
        dtype=np.int32,
    )
    near = (distances > 0) & (distances <= max_distance)
    if not near.any():
        raise ValueError(
            "No sentence has a neighbour: give more of them. Received: "
            f"{len(sentences)} sentences, max_distance={max_distance}"
        )
    codes = model.encode(sentences)
    codes /= np.linalg.norm(codes, axis=1, keepdims=True)
    return float((codes[:num_sentences] @ codes.T)[near].mean())
