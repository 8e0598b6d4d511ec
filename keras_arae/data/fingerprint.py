"""A short name for data: the same data, the same name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np


def fingerprint(data: Any) -> str:
    """A hash of data, to tell whether a run goes on with those it began with.

    Args:
        data: strings, numbers and arrays, in lists, tuples and dicts of any
            depth. Order counts; lists and tuples are the same.

    Returns:
        A str of 64 hexadecimal digits.

    Example:

    ```python
    fingerprint = keras_arae.data.fingerprint
    train, test = ["he slept ."], ["she slept ."]
    assert fingerprint((train, test)) != fingerprint((test, train))
    ```
    """
    digest = hashlib.sha256()
    _add(digest, data)
    return digest.hexdigest()


def _add(digest: Any, data: Any) -> None:
    """Adds data to a hash, each piece after its kind and its size."""
    if isinstance(data, str):
        encoded = data.encode("utf-8", "surrogatepass")
        digest.update(b"str %d " % len(encoded) + encoded)
    elif isinstance(data, Mapping):
        digest.update(b"dict %d " % len(data))
        for key, value in data.items():
            _add(digest, str(key))
            _add(digest, value)
    elif isinstance(data, (list, tuple)):
        digest.update(b"list %d " % len(data))
        for piece in data:
            _add(digest, piece)
    else:
        array = np.asarray(data)
        if array.dtype == object and array.ndim:
            _add(digest, array.tolist())
        elif array.dtype == object:
            _add(digest, repr(data))
        else:
            digest.update(f"{array.dtype.str} {array.shape} ".encode())
            flat = np.ascontiguousarray(array).reshape(-1)
            digest.update(flat.view("uint8"))
