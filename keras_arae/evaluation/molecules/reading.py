"""Molecules from strings, for metrics that want all of them to be some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras_arae.arguments import shown
from keras_arae.data.chemistry import parse
from keras_arae.extras import require


def read_molecules(smiles: Sequence[str], min_molecules: int = 0) -> list[Any]:
    """Reads molecules; refuses a string that is none, and too few of them."""
    require("rdkit.Chem", "molecules")
    if len(smiles) < min_molecules:
        raise ValueError(
            f"Too few molecules to judge. Expected: at least {min_molecules}. "
            f"Received: {len(smiles)}"
        )
    molecules = [parse(one) for one in smiles]
    for one, molecule in zip(smiles, molecules):
        if molecule is None:
            wrong = sum(molecule is None for molecule in molecules)
            raise ValueError(
                "Expected molecules as SMILES that rdkit reads: leave others "
                "out (`keras_arae.data.chemistry.parse` gives None for them). "
                f"Received: {wrong} of {len(smiles)} that it cannot read, "
                f"first {shown(one)}"
            )
    return molecules
