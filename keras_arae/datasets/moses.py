"""MOSES' files: of the installed package `molsets`, or downloaded."""

from __future__ import annotations

import importlib.util
import os
import pathlib

from keras_arae.datasets import text_files
from keras_arae.datasets.snli import cache_root

URL = (
    "https://media.githubusercontent.com/media/molecularsets/moses/master/"
    "moses/dataset/data/"
)
# Of molsets 0.3.1 and of the repository: they are the same files.
SHA256 = {
    "train.csv.gz": (
        "786f0313aa6b9ba5514df685f885742a70ea8d86f1a4fa48115f7f80a634265c"
    ),
    "test.csv.gz": (
        "f896fbf3764f88d94670b9959e5872c600c12152a18233823e820761b7a791b2"
    ),
    "test_scaffolds.csv.gz": (
        "adffb2192c1bfe31ab0e13154d4af19a37dc18bdbf3cd7b4491e04405128adde"
    ),
    "test_stats.npz": (
        "ded25073225a895d4ed17bf1d4223d27560e87ff4cb85786346ca1cc8efa03d3"
    ),
    "test_scaffolds_stats.npz": (
        "7b7aba6c1474634a019bebf16f389d554cb9dd1021dfc8c1d1e54430a9f0e7f8"
    ),
}
SPLITS = ("train", "test", "test_scaffolds")
FOLDER = "keras_arae_moses"


def load_moses(split: str) -> list[str]:
    """Loads a split of MOSES, all of it, as SMILES."""
    if split not in SPLITS:
        raise ValueError(
            f"MOSES has the splits {list(SPLITS)}; hold a part of the first "
            f"out with `hold_out`. Received: split={split!r}"
        )
    path = moses_file(f"{split}.csv.gz")
    return text_files.read_sentences(path, "SMILES")


def moses_file(name: str) -> pathlib.Path:
    """Where a file of MOSES lies: in `molsets`, or else in Keras' cache.

    `molsets` is never imported: it asks for packages that are gone.

    Args:
        name: str. One of the names in `SHA256`.

    Returns:
        The path; where the file was not there, it was downloaded.

    Raises:
        OSError: if the file can be neither found nor downloaded.
        ValueError: if what was downloaded is not that file.
    """
    spec = importlib.util.find_spec("moses")
    for folder in (spec and spec.submodule_search_locations) or ():
        path = pathlib.Path(folder) / "dataset" / "data" / name
        if path.is_file():
            return path
    return _downloaded(name)


def _downloaded(name: str) -> pathlib.Path:
    import keras  # Here, because the import starts the backend.

    folder = cache_root() / "datasets" / FOLDER
    target = folder / name
    by_hand = (
        "Install the package that holds it, `pip install --no-deps "
        f"molsets==0.3.1`, or put {URL}{name} at {target}."
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = keras.utils.get_file(
            name,
            URL + name,
            file_hash=SHA256[name],
            hash_algorithm="sha256",
            cache_subdir=os.fspath(folder),
        )
    except ValueError as error:
        target.unlink(missing_ok=True)
        raise ValueError(
            f"The file from {URL}{name} must have the SHA-256 digest "
            f"{SHA256[name]} of MOSES' own. It was removed. {by_hand} "
            f"Received: {error}"
        ) from error
    except Exception as error:  # `get_file` raises bare `Exception`s.
        raise OSError(
            f"MOSES' {name} is not in the cache and cannot be downloaded. "
            f"{by_hand} Received: {type(error).__name__}: {error}"
        ) from error
    return pathlib.Path(path)
