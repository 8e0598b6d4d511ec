"""Molecules from MOSES and from files."""

from __future__ import annotations

import functools
import os
import pathlib
from collections.abc import Callable

from keras_arae.arguments import PATH
from keras_arae.arguments import TEXT
from keras_arae.arguments import checked
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.datasets import molecule_files
from keras_arae.datasets import moses
from keras_arae.datasets import packaged
from keras_arae.datasets import text_files
from keras_arae.datasets.splits import file_of_split

CORPORA: dict[str, Callable[[str], list[str]]] = {
    "moses_sample": functools.partial(packaged.load_packaged, "moses_sample"),
    "moses": moses.load_moses,
}
SPLITS = ("train", "validation", "test", "test_scaffolds")


@checked(source=PATH, split=one_of(*SPLITS), column=optional(TEXT))
def load_molecules(
    source: str | os.PathLike = "moses_sample",
    split: str = "train",
    column: str | None = None,
) -> list[str]:
    """Loads molecules as SMILES, from a corpus, a file or a folder.

    What stands in a file is not changed, and not checked: see
    `keras_arae.data.chemistry`.

    Corpora, drug-like molecules of the benchmark MOSES
    (https://arxiv.org/abs/1811.12823, MIT), which took them from ZINC:

    *   `"moses_sample"`: 105,000 of them, chosen at random, that come with
        the library. "train" (90,000) and "validation" (5,000) are of MOSES'
        training set, "test" (5,000) and "test_scaffolds" (5,000) of its test
        sets.
    *   `"moses"`: all of them: "train" (1,584,663), "test" (176,074) and
        "test_scaffolds" (176,225), whose scaffolds are in neither of the
        others. From the installed package `molsets` (`pip install --no-deps
        molsets`), or downloaded once into the Keras cache.

    Args:
        source: str or path-like. The name of a corpus; a file with a SMILES
            on each line (`.smi`, `.smiles`, `.txt`; a name may stand behind
            it), a table (`.csv`, `.tsv`) with a column of them, or an SDF
            (`.sdf`, which needs rdkit); or a folder of such files for the
            splits, such as `train.smi`. Files may be gzipped (`.smi.gz`). For
            a file that has the name of a corpus, write `"./moses"`. Defaults
            to `"moses_sample"`.
        split: str. `"train"`, `"validation"`, `"test"` or
            `"test_scaffolds"`. A single file has only `"train"`, the whole
            file. Defaults to `"train"`.
        column: str or `None`. Of a table: the name, in its first row, of the
            column with the SMILES. Defaults to `None`: the one called
            "smiles".

    Returns:
        list of str.

    Raises:
        FileNotFoundError: if `source` is neither a corpus nor an existing
            path, or the folder has no file for the split.
        ImportError: if an SDF is read and rdkit is not installed.
        OSError: if MOSES is not at hand and cannot be downloaded.
        ValueError: if the split is unknown or missing, several files could
            be meant, a table lacks the column, or a file is empty, damaged,
            of another kind or not UTF-8.

    Example:

    ```python
    molecules = keras_arae.datasets.load_molecules(split="test")
    assert len(molecules) == 5000
    ```
    """
    if isinstance(source, str) and source in CORPORA:
        text_files.refuse_columns(source, column)
        return CORPORA[source](split)
    path = pathlib.Path(os.fspath(source)).expanduser()
    if not path.exists():
        raise FileNotFoundError(
            f"`source` must be the name of a corpus, {list(CORPORA)}, or the "
            "path of a file of molecules or a folder that exists. "
            f"Received: source={str(source)!r}"
        )
    if path.is_dir():
        path = file_of_split(path, split, molecule_files.SUFFIXES)
    elif split != "train":
        raise ValueError(
            "A single file has no splits. Load all of it with "
            '`split="train"` and divide it with `hold_out`. Received: '
            f"split={split!r} of the file {str(source)!r}"
        )
    return molecule_files.read_molecules(path, column)
