"""Files of molecules: SMILES on lines, in a table's column, or an SDF."""

from __future__ import annotations

import gzip
import os
import pathlib
from typing import Any

from absl import logging

from keras_arae.arguments import FILE
from keras_arae.arguments import check
from keras_arae.data.chemistry import quiet_rdkit
from keras_arae.datasets import text_files
from keras_arae.extras import require

LINES = ("smi", "smiles", "txt")
TABLES = ("csv", "tsv")
SUFFIXES = (*LINES, *TABLES, "sdf")
# What a column of molecules is called, and a first line that is no molecule.
TITLES = ("smiles", "canonical_smiles")


def read_molecules(
    path: str | os.PathLike,
    column: str | None = None,
    keep_blank: bool = False,
) -> list[str]:
    """Reads the SMILES of a file.

    Args:
        path: str or path-like. Named `.smi`, `.smiles` or `.txt`, `.csv` or
            `.tsv`, `.sdf`; gzipped if `.gz` stands behind it.
        column: str or `None`. Of a table. Defaults to `None`: the one called
            "smiles", in whatever case.
        keep_blank: bool. Whether a blank line is an empty SMILES, as a model
            may write it; else it is left out, with a warning. Defaults to
            `False`.

    Returns:
        A list of str.

    Raises:
        FileNotFoundError: if the file does not exist.
        ImportError: if an SDF is read and rdkit is not installed.
        ValueError: if the file is of another kind, holds no molecule, or a
            table lacks the column.
    """
    check("path", path, FILE)
    suffix = kind_of(path)
    if suffix == "sdf":
        text_files.refuse_columns(path, column)
        return _of_sdf(path)
    if suffix in TABLES:
        (found,) = text_files.read_columns(path, column or _column_of(path))
    else:
        text_files.refuse_columns(path, column)
        found = _of_lines(path)
    kept = [one for one in found if one]
    if not kept:
        raise ValueError(
            f"Expected a file with at least one molecule. Received: {path}, "
            f"with {len(found)} lines, all blank"
        )
    if keep_blank:
        return found
    if len(kept) < len(found):
        logging.warning(
            "Skipped %d blank molecules of %d in %s.",
            len(found) - len(kept), len(found), path,
        )  # fmt: skip
    return kept


def kind_of(path: str | os.PathLike) -> str:
    """The kind of a file of molecules by its name, such as `"smi"`."""
    name = pathlib.Path(path).name.lower().removesuffix(".gz")
    suffix = pathlib.PurePath(name).suffix.removeprefix(".")
    if suffix not in SUFFIXES:
        raise ValueError(
            "Expected a file of molecules, by its name: SMILES on lines "
            "(.smi, .smiles, .txt), in a column of a table (.csv, .tsv), or an "
            f"SDF (.sdf), each also as .gz. Received: {path}"
        )
    return suffix


def _of_lines(path: str | os.PathLike) -> list[str]:
    """What stands first on each line; a name may stand behind it."""
    lines = text_files.read_text(path).split("\n")
    if not lines[-1]:
        lines.pop()  # After the last line end there is no line.
    found = [(line.split() or [""])[0] for line in lines]
    if found and found[0].lower() in TITLES:
        return found[1:]
    return found


def _column_of(path: str | os.PathLike) -> str:
    """The column of a table that is called "smiles"."""
    names = text_files.column_names(path)
    found = [name for name in names if name.lower() in TITLES]
    if len(found) != 1:
        raise ValueError(
            "Name the column that holds the SMILES (`column`, --column): the "
            f"table has {names}. Received: {path} and no column"
        )
    return found[0]


def _of_sdf(path: str | os.PathLike) -> list[str]:
    """Canonical SMILES of an SDF; what rdkit cannot read is left out."""
    chem = require("rdkit.Chem", "molecules")
    opened: Any = gzip.open if str(path).lower().endswith(".gz") else open
    with opened(path, "rb") as file, quiet_rdkit():
        read = list(chem.ForwardSDMolSupplier(file))
    found = [chem.MolToSmiles(one) for one in read if one is not None]
    kept = [smiles for smiles in found if smiles]
    if not kept:
        raise ValueError(
            "Expected an SDF with at least one molecule that rdkit reads. "
            f"Received: {path}, with {len(read)} records"
        )
    if len(kept) < len(read):
        logging.warning(
            "Skipped %d of %d molecules in %s that rdkit cannot read.",
            len(read) - len(kept), len(read), path,
        )  # fmt: skip
    return kept
