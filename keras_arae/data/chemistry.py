"""Molecules as SMILES: reading them, one spelling of each, properties.

Needs rdkit (`pip install "keras-arae[molecules]"`), imported where it is used.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import math
import pathlib
import types
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_arae.arguments import TEXT
from keras_arae.arguments import checked
from keras_arae.arguments import one_of
from keras_arae.arguments import several
from keras_arae.arguments import shown
from keras_arae.extras import require

SMILES = several(TEXT)._replace(expected="a list of SMILES, each a str")

# rdkit recurses along a molecule: from some 10,000 atoms on, writing it ends
# the process.
MAX_LENGTH = 2000

NUM_BITS = 1024  # Of fingerprints.


@contextlib.contextmanager
def quiet_rdkit() -> Iterator[None]:
    """Within it, rdkit says nothing of strings that are no molecules.

    Exceptions are raised as ever.

    Example:

    ```python
    with keras_arae.data.chemistry.quiet_rdkit():
        assert keras_arae.data.chemistry.parse("C1CC") is None
    ```
    """
    with require("rdkit.rdBase", "molecules").BlockLogs():
        yield


@checked(smiles=TEXT)
def parse(smiles: str) -> Any | None:
    """Reads a molecule.

    Args:
        smiles: str. Stands alone: no name behind it.

    Returns:
        An `rdkit.Chem.Mol`, or `None` where the string is no molecule: no
        SMILES, none that chemistry allows, empty, or longer than 2,000
        characters, which rdkit cannot be trusted with.

    Raises:
        ImportError: rdkit is not installed.

    Example:

    ```python
    parse = keras_arae.data.chemistry.parse
    assert parse("c1ccccc1O").GetNumAtoms() == 7
    assert parse("C(C)(C)(C)(C)C") is None
    ```
    """
    chem, plain = require("rdkit.Chem", "molecules"), _plain_smiles()
    # What is no ASCII, rdkit may skip: "CÖ" were methane.
    if len(smiles) > MAX_LENGTH or not smiles.isascii():
        return None
    try:
        with quiet_rdkit():
            molecule = chem.MolFromSmiles(smiles, plain)
    except (RuntimeError, ValueError):  # A string that rdkit stumbles over.
        return None
    if molecule is None or not molecule.GetNumAtoms():
        return None
    return molecule


@checked(smiles=TEXT)
def canonical(smiles: str) -> str | None:
    """The one spelling that rdkit gives a molecule.

    Stereochemistry, charges and the parts of a salt are kept.

    Args:
        smiles: str.

    Returns:
        A str, or `None` where the string is no molecule (see `parse`).

    Raises:
        ImportError: rdkit is not installed.

    Example:

    ```python
    canonical = keras_arae.data.chemistry.canonical
    assert canonical("OCC") == canonical("C(O)C") == "CCO"
    assert canonical("OCC(") is None
    ```
    """
    molecule = parse(smiles)
    if molecule is None:
        return None
    return require("rdkit.Chem", "molecules").MolToSmiles(molecule)


@checked(smarts=TEXT)
def matcher(smarts: str) -> Callable[[str], bool] | None:
    """Tells which molecules hold a substructure.

    Args:
        smarts: str. The substructure as SMARTS, such as `"c1ccccc1"`.

    Returns:
        A function from SMILES to bool, false of what is no molecule; `None`
        where the string is no SMARTS.

    Raises:
        ImportError: rdkit is not installed.

    Example:

    ```python
    has_ring = keras_arae.data.chemistry.matcher("c1ccccc1")
    assert has_ring("Cc1ccccc1") and not has_ring("CCO")
    ```
    """
    chem = require("rdkit.Chem", "molecules")
    if len(smarts) > MAX_LENGTH or not smarts.isascii():
        return None
    with quiet_rdkit():
        wanted = chem.MolFromSmarts(smarts)
    if wanted is None or not wanted.GetNumAtoms():
        return None

    def matches(smiles: str) -> bool:
        molecule = parse(smiles)
        return molecule is not None and molecule.HasSubstructMatch(wanted)

    return matches


def log_p(molecule: Any) -> float:
    """Crippen's logP: how much better it dissolves in octanol than in water."""
    return require("rdkit.Chem.Crippen", "molecules").MolLogP(molecule)


def qed(molecule: Any) -> float:
    """Quantitative estimate of drug-likeness, from 0 to 1."""
    return require("rdkit.Chem.QED", "molecules").qed(molecule)


def synthetic_accessibility(molecule: Any) -> float:
    """Ertl and Schuffenhauer's score: from 1, easily made, to 10."""
    return _sa_score().calculateScore(molecule)


def tpsa(molecule: Any) -> float:
    """Topological polar surface area, in square angstroms."""
    module = require("rdkit.Chem.rdMolDescriptors", "molecules")
    return module.CalcTPSA(molecule)


def weight(molecule: Any) -> float:
    """Molecular weight, in g/mol."""
    return require("rdkit.Chem.Descriptors", "molecules").MolWt(molecule)


# By the names that chemists use: functions of an rdkit molecule.
PROPERTIES: dict[str, Callable[[Any], float]] = {
    "logP": log_p,
    "QED": qed,
    "SA": synthetic_accessibility,
    "TPSA": tpsa,
    "weight": weight,
}
UNITS = {"TPSA": "Å²", "weight": "g/mol"}


@checked(smiles=SMILES, names=several(one_of(*PROPERTIES), 1))
def properties(
    smiles: Sequence[str], names: Sequence[str] = tuple(PROPERTIES)
) -> np.ndarray:
    """Computes properties of molecules.

    Args:
        smiles: list of str.
        names: list of str, of `"logP"` (Crippen), `"QED"`, `"SA"` (synthetic
            accessibility, 1 to 10), `"TPSA"` (square angstroms) and
            `"weight"` (g/mol). Defaults to all of them.

    Returns:
        A float64 array of shape `(num_molecules, num_names)`. NaN where a
        string is no molecule or a property cannot be computed.

    Raises:
        ImportError: rdkit is not installed.

    Example:

    ```python
    table = keras_arae.data.chemistry.properties(
        ["CCO", "C1CC"], ["logP", "weight"]
    )
    assert table[0].round(2).tolist() == [0.0, 46.07]
    assert np.isnan(table[1]).all()
    ```
    """
    require("rdkit.Chem", "molecules")
    return properties_of([parse(one) for one in smiles], names)


def properties_of(
    molecules: Sequence[Any | None], names: Sequence[str]
) -> np.ndarray:
    """As `properties`, of what `parse` returned."""
    table = np.full((len(molecules), len(names)), np.nan)
    with quiet_rdkit():
        for row, molecule in zip(table, molecules):
            if molecule is not None:
                row[:] = [_number(PROPERTIES[name], molecule) for name in names]
    return table


@checked(molecule=TEXT, others=SMILES)
def similarities(molecule: str, others: Sequence[str]) -> np.ndarray:
    """How alike a molecule and others are.

    Tanimoto similarity of Morgan fingerprints of radius 2 and 1,024 bits.

    Args:
        molecule: str. SMILES.
        others: list of str. SMILES.

    Returns:
        A float array of shape `(num_others,)`, from 0 to 1.

    Raises:
        ImportError: rdkit is not installed.
        ValueError: A string is no molecule.

    Example:

    ```python
    similarities = keras_arae.data.chemistry.similarities
    assert similarities("CCO", ["OCC", "c1ccccc1"]).tolist() == [1.0, 0.0]
    ```
    """
    found = [parse(one) for one in (molecule, *others)]
    if None in found:
        bad = (molecule, *others)[found.index(None)]
        raise ValueError(f"Expected molecules. Received: {shown(bad)}")
    with quiet_rdkit():
        first, *prints = map(fingerprint_generator().GetFingerprint, found)
    compare = require("rdkit.DataStructs", "molecules").BulkTanimotoSimilarity
    return np.array(compare(first, prints), "float64")


def _number(function: Callable[[Any], float], molecule: Any) -> float:
    """A property, NaN where rdkit has none for the molecule."""
    try:
        value = float(function(molecule))
    except (RuntimeError, ValueError, ArithmeticError, TypeError):
        return math.nan
    return value if math.isfinite(value) else math.nan


@functools.cache
def fingerprint_generator() -> Any:
    """rdkit's, of Morgan fingerprints of radius 2 and 1,024 bits."""
    module = require("rdkit.Chem.rdFingerprintGenerator", "molecules")
    return module.GetMorganGenerator(radius=2, fpSize=NUM_BITS)


@functools.cache
def _plain_smiles() -> Any:
    """Settings of rdkit's reader: the string is the molecule and no more."""
    settings = require("rdkit.Chem", "molecules").SmilesParserParams()
    settings.parseName = settings.allowCXSMILES = False
    return settings


@functools.cache
def _sa_score() -> types.ModuleType:
    """The module that rdkit ships beside its packages."""
    folder = require("rdkit.RDConfig", "molecules").RDContribDir
    path = pathlib.Path(folder) / "SA_Score" / "sascorer.py"
    spec = importlib.util.spec_from_file_location("sascorer", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ImportError(
            "The synthetic accessibility (SA) needs rdkit's Contrib folder, "
            'which `pip install "keras-arae[molecules]"` brings. '
            f"Received: no file {path}"
        )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
