"""The statistics that come with MOSES, which its authors pickled."""

from __future__ import annotations

import collections
import hashlib
import pickle
import zipfile
from typing import Any

import numpy as np

from keras_arae.datasets.moses import SHA256
from keras_arae.datasets.moses import moses_file


def read_statistics(split: str) -> dict[str, Any]:
    """Reads the stored statistics of a test set.

    A pickle may run code: only the file that MOSES' authors published is
    read, and of it only arrays, dicts and lists.

    Args:
        split: str. `"test"` or `"test_scaffolds"`.

    Returns:
        A nested dict.

    Raises:
        OSError: MOSES is not at hand and cannot be downloaded.
        ValueError: The file is another one.
    """
    name = f"{split}_stats.npz"
    path = moses_file(name)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != SHA256[name]:
        raise ValueError(
            "Expected the file of molsets 0.3.1: install that version, "
            f"`pip install --no-deps molsets==0.3.1`. Received: {path} with "
            f"the SHA-256 digest {digest}"
        )
    with zipfile.ZipFile(path) as archive, archive.open("stats.npy") as file:
        np.lib.format.read_magic(file)
        np.lib.format.read_array_header_1_0(file)
        return _Unpickler(file).load().item()


class _Unpickler(pickle.Unpickler):
    """Makes arrays, counters and bytes, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        known: dict[tuple[str, str], Any] = {
            ("collections", "Counter"): collections.Counter,
            ("_codecs", "encode"): lambda text, encoding: text.encode(encoding),
            ("numpy", "dtype"): np.dtype,
            ("numpy", "ndarray"): np.ndarray,
            ("numpy._core.multiarray", "_reconstruct"): (
                lambda cls, shape, kind: np.ndarray.__new__(cls, (0,), "b")
            ),
        }
        module = module.replace("numpy.core.", "numpy._core.")  # Of numpy 1.
        if (module, name) not in known:
            raise ValueError(
                "Expected statistics of arrays and counts. "
                f"Received: {module}.{name}"
            )
        return known[module, name]
