"""What is known of a set of molecules that others are compared with."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_arae.arguments import FLAG
from keras_arae.arguments import checked
from keras_arae.arguments import one_of
from keras_arae.data.chemistry import SMILES
from keras_arae.data.chemistry import properties_of
from keras_arae.evaluation.features import Moments
from keras_arae.evaluation.molecules.chemnet import chemnet_moments
from keras_arae.evaluation.molecules.moses_statistics import read_statistics
from keras_arae.evaluation.molecules.reading import read_molecules
from keras_arae.evaluation.molecules.similarity import fingerprints
from keras_arae.evaluation.molecules.substructures import count_fragments
from keras_arae.evaluation.molecules.substructures import count_scaffolds

# Whose distributions MOSES compares.
COMPARED = ("logP", "SA", "QED", "weight")


@dataclasses.dataclass(frozen=True)
class MoleculeStatistics:
    """What a set of molecules is compared by.

    Made once, so that several sets of samples may be compared with one
    reference: `MoleculeStatistics.of(molecules)`, some 5 ms a molecule and 10
    more for ChemNet. `MoleculeStatistics.of_moses("test")` reads what MOSES'
    authors computed of its 176,074 test molecules, in seconds.

    Attributes:
        fingerprints: uint8 array of shape `(num_molecules, 128)`: Morgan
            fingerprints of radius 2, 1,024 bits, packed.
        fragments: dict of SMILES to int. BRICS fragments, counted.
        scaffolds: dict of SMILES to int. Murcko scaffolds of two rings or
            more, counted.
        properties: dict of `"logP"`, `"SA"`, `"QED"` and `"weight"` to float
            array of shape `(num_molecules,)`.
        chemnet: mean and covariance of ChemNet's features, or `None`.

    Example:

    ```python
    molecules = ["CCO", "CC(=O)Oc1ccccc1C(=O)O", "c1ccc2ccccc2c1"]
    statistics = keras_arae.evaluation.MoleculeStatistics.of(
        molecules, chemnet=False
    )
    assert statistics.scaffolds == {"c1ccc2ccccc2c1": 1}
    ```
    """

    fingerprints: np.ndarray
    fragments: Mapping[str, int]
    scaffolds: Mapping[str, int]
    properties: Mapping[str, np.ndarray]
    chemnet: Moments | None = None

    @classmethod
    @checked(smiles=SMILES, chemnet=FLAG)
    def of(
        cls, smiles: Sequence[str], chemnet: bool = True
    ) -> MoleculeStatistics:
        """Computes the statistics of a set.

        Args:
            smiles: list of str, molecules, at least 2.
            chemnet: bool. Whether ChemNet is asked too, for the Frechet
                ChemNet Distance. Needs `keras-arae[fcd]`. Defaults to `True`.

        Returns:
            A `MoleculeStatistics`.

        Raises:
            ImportError: rdkit or, if it is asked for, fcd_torch is not
                installed.
            ValueError: A string is no molecule.
        """
        moments = None
        molecules = read_molecules(smiles, min_molecules=2)
        if chemnet:
            moments = chemnet_moments(smiles)
        return cls.of_molecules(molecules, moments)

    @classmethod
    def of_molecules(
        cls, molecules: Sequence[Any], chemnet: Moments | None
    ) -> MoleculeStatistics:
        """As `of`, of what `parse` returned."""
        table = properties_of(molecules, COMPARED)
        return cls(
            fingerprints(molecules),
            count_fragments(molecules),
            count_scaffolds(molecules),
            dict(zip(COMPARED, table.T)),
            chemnet,
        )

    @classmethod
    @checked(split=one_of("test", "test_scaffolds"))
    def of_moses(cls, split: str = "test") -> MoleculeStatistics:
        """Reads the statistics that MOSES' authors computed of a test set.

        From the installed package `molsets`, or downloaded once.

        Args:
            split: str. `"test"` or `"test_scaffolds"`. Defaults to `"test"`.

        Returns:
            A `MoleculeStatistics`.

        Raises:
            OSError: MOSES is not at hand and cannot be downloaded.
            ValueError: The file is not that of molsets 0.3.1.
        """
        stored = read_statistics(split)
        return cls(
            np.packbits(stored["SNN"]["fps"], axis=1),
            Counter(stored["Frag"]["frag"]),
            Counter(stored["Scaf"]["scaf"]),
            {
                name: np.asarray(stored[name]["values"], "float64")
                for name in COMPARED
            },
            (
                np.asarray(stored["FCD"]["mu"], "float64"),
                np.asarray(stored["FCD"]["sigma"], "float64"),
            ),
        )

    def __len__(self) -> int:
        return len(self.fingerprints)


def wasserstein(first: np.ndarray, second: np.ndarray) -> float:
    """Wasserstein-1 distance of two sets of numbers, which may differ in size.

    The area between their cumulative distributions.

    Args:
        first: float array of shape `(num_first,)`.
        second: float array of shape `(num_second,)`.

    Returns:
        A float, in units of the numbers.
    """
    first, second = np.sort(first), np.sort(second)
    points = np.sort(np.concatenate([first, second]))
    shares = [
        np.searchsorted(values, points[:-1], side="right") / len(values)
        for values in (first, second)
    ]
    return float(np.sum(np.abs(shares[0] - shares[1]) * np.diff(points)))
