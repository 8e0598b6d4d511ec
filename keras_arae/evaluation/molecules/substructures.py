"""Fragments and scaffolds of molecules, and how alike their counts are."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from keras_arae.data.chemistry import quiet_rdkit
from keras_arae.extras import require

MIN_RINGS = 2


def count_fragments(molecules: Sequence[Any]) -> Counter[str]:
    """Counts what is left of molecules where BRICS' bonds are cut.

    BRICS are the bonds that chemists know to make or break.
    """
    chem = require("rdkit.Chem", "molecules")
    found: Counter[str] = Counter()
    with quiet_rdkit():
        for molecule in molecules:
            pieces = chem.FragmentOnBRICSBonds(molecule)
            found.update(chem.MolToSmiles(pieces).split("."))
    return found


def count_scaffolds(molecules: Sequence[Any]) -> Counter[str]:
    """Counts Murcko scaffolds, of two rings or more.

    A scaffold is the rings of a molecule and what links them.
    """
    found: Counter[str] = Counter()
    with quiet_rdkit():
        for molecule in molecules:
            scaffold = scaffold_of(molecule)
            if scaffold is not None:
                found[scaffold] += 1
    return found


def scaffold_of(molecule: Any) -> str | None:
    """The scaffold of a molecule; `None` where it has less than two rings."""
    murcko = require("rdkit.Chem.Scaffolds.MurckoScaffold", "molecules")
    try:
        scaffold = murcko.GetScaffoldForMol(molecule)
    except (ValueError, RuntimeError):
        return None
    if scaffold.GetRingInfo().NumRings() < MIN_RINGS:
        return None
    return require("rdkit.Chem", "molecules").MolToSmiles(scaffold) or None


def cosine(first: Mapping[str, int], second: Mapping[str, int]) -> float:
    """Cosine of two vectors of counts; NaN where one of them is empty."""
    lengths = [
        math.sqrt(sum(count**2 for count in counts.values()))
        for counts in (first, second)
    ]
    if not all(lengths):
        return math.nan
    shared = sum(count * second.get(key, 0) for key, count in first.items())
    return shared / (lengths[0] * lengths[1])
