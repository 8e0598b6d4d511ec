"""Frechet ChemNet Distance: whether molecules do what those of a set do."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_arae.arguments import checked
from keras_arae.data.chemistry import SMILES
from keras_arae.data.chemistry import quiet_rdkit
from keras_arae.evaluation.features import Moments
from keras_arae.evaluation.features import moments
from keras_arae.evaluation.features import moments_distance
from keras_arae.evaluation.molecules.reading import read_molecules
from keras_arae.extras import require


@checked(real=SMILES, samples=SMILES)
def frechet_chemnet_distance(
    real: Sequence[str], samples: Sequence[str]
) -> float:
    """Frechet distance between two sets of molecules as ChemNet sees them.

    ChemNet was trained to predict what molecules do in the body. The distance
    falls with the number of molecules: compare equal numbers, beside the
    distance between two real sets. Takes about 10 ms a molecule on one core.

    Source: "Frechet ChemNet Distance: A Metric for Generative Models for
    Molecules in Drug Discovery", Preuer et al., J. Chem. Inf. Model. 58, 2018
    (https://arxiv.org/abs/1803.09518).

    Args:
        real: list of str, molecules, at least 2.
        samples: list of str, molecules, at least 2.

    Returns:
        A float, 0 for equal moments.

    Raises:
        ImportError: fcd_torch (`pip install "keras-arae[fcd]"`), PyTorch or
            rdkit is not installed.
        ValueError: A string is no molecule.

    Example:

    ```python
    real = ["CCO", "CCN", "c1ccccc1"]
    distance = keras_arae.evaluation.frechet_chemnet_distance
    assert abs(distance(real, real)) < 1e-3
    assert distance(real, ["CCCCCCCC", "ClCCl"]) > 1.0
    ```
    """
    read_molecules(real, min_molecules=2)
    read_molecules(samples, min_molecules=2)
    return moments_distance(chemnet_moments(real), chemnet_moments(samples))


def chemnet_moments(smiles: Sequence[str]) -> Moments:
    """Mean and covariance of what ChemNet makes of molecules."""
    require("fcd_torch", "fcd")
    with quiet_rdkit(), warnings.catch_warnings():
        # It calls numpy by an old name.
        warnings.simplefilter("ignore", DeprecationWarning)
        features = _chemnet().get_predictions(list(smiles))
    return moments(features.astype(np.float64))


@functools.cache
def _chemnet() -> Any:
    return require("fcd_torch", "fcd").FCD()
