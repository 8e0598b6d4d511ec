"""MOSES' filters: what medicinal chemists would throw out."""

from __future__ import annotations

import csv
import functools
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_arae.arguments import FILE
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.data.chemistry import SMILES
from keras_arae.data.chemistry import quiet_rdkit
from keras_arae.evaluation.molecules.reading import read_molecules
from keras_arae.extras import require

ATOMS = {"C", "N", "S", "O", "F", "Cl", "Br", "H"}
MAX_RING = 7

# MOSES' medicinal chemistry filters, as SMARTS, in its order (`mcf.csv`; MIT,
# whose text stands in datasets/moses/LICENSE.txt).
MEDICINAL_CHEMISTRY_FILTERS = (
    "[#6]=&!@[#6]-[#6]#[#7]",
    "[#6]=&!@[#6]-[#16](=[#8])=[#8]",
    "[#6]=&!@[#6&!H0]-&!@[#6](=[#8])-&!@[#7]",
    "[H]C([H])([#6])[F,Cl,Br,I]",
    "[#6]1-[#8]-[#6]-1",
    "[#6]-[#7]=[#6]=[#8]",
    "[#6&!H0]=[#8]",
    "[#6](=&!@[#7&!H0])-&!@[#6,#7,#8,#16]",
    "[#6]1-[#7]-[#6]-1",
    "[#6]~&!@[#7]~&!@[#7]~&!@[#6]",
    "[#7]=&!@[#7]",
    "[H][#6]-1=[#6]([H])-[#6]=[#6](-*)-[#8]-1",
    "[H][#6]-1=[#6]([H])-[#6]=[#6](-*)-[#16]-1",
    "[#17,#35,#53]-c(:*):[!#1!#6]:*",
    "[H][#7]([H])-[#6]-1=[#6]-[#6]=[#6]-[#6]=[#6]-1",
    "[#16]~[#16]",
    "[#7]~&!@[#7]~&!@[#7]",
    "[#7]-&!@[#6&!H0&!H1]-&!@[#7]",
    "[#6&!H0](-&!@[#8])-&!@[#8]",
    "[#35].[#35].[#35]",
    "[#17].[#17].[#17].[#17]",
    "[#9].[#9].[#9].[#9].[#9].[#9].[#9]",
)


@checked(smiles=SMILES)
def passes_filters(smiles: Sequence[str]) -> np.ndarray:
    """Which molecules pass the filters that MOSES' data passed.

    A molecule passes if it has only C, N, S, O, F, Cl, Br and H, no charge,
    no ring of 8 atoms or more, and holds none of 502 patterns: 22 of
    medicinal chemistry and the 480 PAINS, which disturb assays.

    Source: "Molecular Sets (MOSES): A Benchmarking Platform for Molecular
    Generation Models", Polykovskiy et al., 2020
    (https://arxiv.org/abs/1811.12823).

    Args:
        smiles: list of str, molecules.

    Returns:
        A bool array of shape `(num_molecules,)`.

    Raises:
        ImportError: rdkit is not installed.
        ValueError: A string is no molecule.

    Example:

    ```python
    passes = keras_arae.evaluation.passes_filters(["CCO", "C1OC1C", "CC=O"])
    assert passes.tolist() == [True, False, False]
    ```
    """
    return which_pass(read_molecules(smiles))


def which_pass(molecules: Sequence[Any]) -> np.ndarray:
    """As `passes_filters`, of what `parse` returned."""
    with quiet_rdkit():
        return np.array([_passes(molecule) for molecule in molecules], bool)


def _passes(molecule: Any) -> bool:
    rings = molecule.GetRingInfo().AtomRings()
    if any(len(ring) > MAX_RING for ring in rings):
        return False
    for atom in molecule.GetAtoms():
        if atom.GetFormalCharge() or atom.GetSymbol() not in ATOMS:
            return False
    chem = require("rdkit.Chem", "molecules")
    with_hydrogens = chem.AddHs(molecule)
    patterns, prints = _patterns()
    # Each bit of a pattern must be one of the molecule: few patterns are left.
    own = _bits(chem.PatternFingerprint(with_hydrogens))
    (possible,) = np.nonzero(~(prints & ~own).any(axis=1))
    return not any(
        with_hydrogens.HasSubstructMatch(patterns[index]) for index in possible
    )


@functools.cache
def _patterns() -> tuple[list[Any], np.ndarray]:
    """The patterns, and a fingerprint of each as packed bits."""
    chem = require("rdkit.Chem", "molecules")
    folder = require("rdkit.RDConfig", "molecules").RDDataDir
    path = pathlib.Path(folder) / "Pains" / "wehi_pains.csv"
    check("rdkit's list of PAINS", path, FILE)
    with path.open(encoding="utf-8", newline="") as file:
        pains = [row[0].strip() for row in csv.reader(file) if row]
    smarts = [*MEDICINAL_CHEMISTRY_FILTERS, *pains]
    with quiet_rdkit():
        patterns = [chem.MolFromSmarts(one) for one in smarts]
        prints = [_bits(chem.PatternFingerprint(one)) for one in patterns]
    return patterns, np.stack(prints)


def _bits(fingerprint: Any) -> np.ndarray:
    to_binary = require("rdkit.DataStructs", "molecules").BitVectToBinaryText
    return np.frombuffer(to_binary(fingerprint), "uint8")
