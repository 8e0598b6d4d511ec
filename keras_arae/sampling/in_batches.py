"""Applying compiled functions to any number of rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops


def in_batches(
    function: Callable, rows: np.ndarray, batch_size: int, *others: np.ndarray
) -> np.ndarray:
    """Applies a compiled function to rows, in batches of one size.

    Args:
        function: callable. Takes and returns tensors with a batch axis.
        rows: array of shape `(num_rows, ...)`.
        batch_size: int. The largest batch; few rows use a power of two.
        *others: further arrays of as many rows, for further arguments.

    Returns:
        An array of shape `(num_rows, ...)`.
    """
    batch_size = min(batch_size, 1 << max(len(rows) - 1, 0).bit_length())
    outputs = []
    for start in range(0, max(len(rows), 1), batch_size):
        end = start + batch_size
        output = function(
            *(_filled(part[start:end], batch_size) for part in (rows, *others))
        )
        num_real = len(rows[start:end])
        outputs.append(ops.convert_to_numpy(output)[:num_real])
    return np.concatenate(outputs)


def _filled(rows: np.ndarray, num_rows: int) -> Any:
    """Rows as a tensor, filled up with zeros to `num_rows`."""
    fill = [(0, num_rows - len(rows))] + [(0, 0)] * (rows.ndim - 1)
    return ops.convert_to_tensor(np.pad(rows, fill))
