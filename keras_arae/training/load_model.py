"""Model files that are looked at before they are loaded."""

from __future__ import annotations

import contextlib
import math
import os
import pathlib
import zipfile
from collections.abc import Iterator
from typing import Any

import keras

# The members of an archive that hold weights; Keras writes one of them.
WEIGHTS = ("model.weights.h5", "model.weights.npz")

# Weights that a model may make beyond those in the file, and how much smaller
# than its content a member of the archive may be.
SPARE = 1 << 20
MAX_EXPANSION = 100


def load_model(
    path: str | os.PathLike, model_class: type[keras.Model] = keras.Model
) -> keras.Model:
    """`keras.saving.load_model` for files that may be damaged or hostile.

    Each byte is checked against the archive's checksums, and no layer may
    make more weights than the file holds: a config that asks for more is
    refused before memory is taken. As in Keras, no code in a file is run.

    What else a config may ask for is not bounded: millions of small layers,
    or an array that a class of yours makes without `add_weight`.

    Args:
        path: str or path. A `.keras` file.
        model_class: class. What the model must be one of. Defaults to
            `keras.Model`.

    Returns:
        The model, compiled as it was.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is damaged, or holds another kind of model.

    Example:

    ```python
    model = keras_arae.ImageARAE((6, 6), code_dim=8)
    path = tempfile.mkdtemp() + "/model.keras"
    model.save(path)
    model = keras_arae.training.load_model(path, keras_arae.ImageARAE)
    ```
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"Expected a saved model, a .keras file. Received: path={path}, "
            "where there is no file"
        )
    try:
        with at_most_weights(_checked_weights(path)):
            model = keras.saving.load_model(path)
    except Exception as error:  # Of any reader that it passes through.
        reason = " ".join(str(error).split()) or "no reason given"
        if len(reason) > 400:
            reason = f"{reason[:200]} ... {reason[-200:]}"
        raise ValueError(
            f"{path} cannot be read as a saved model: it is damaged, or needs "
            "classes that are not registered here. Bring it back from a copy, "
            f"or train again. Received: {type(error).__name__}: {reason}"
        ) from error
    if not isinstance(model, model_class):
        raise ValueError(
            f"Expected a saved {model_class.__name__}. Choose another file. "
            f"Received: {path}, a {type(model).__name__}"
        )
    return model


@contextlib.contextmanager
def at_most_weights(limit: int) -> Iterator[None]:
    """Refuses weights once layers have made more than a number of them.

    Args:
        limit: int. Numbers that all weights together may hold.
    """
    add_weight, made = keras.layers.Layer.add_weight, 0

    def counting(self: Any, shape: Any = None, *args: Any, **options: Any):  # type: ignore[no-untyped-def]
        nonlocal made
        made += math.prod(shape or ())
        if made > limit:
            raise ValueError(
                f"Its config asks for more than {limit} weights, which are "
                "more than the file holds. Received: a weight of shape "
                f"{tuple(shape)} in the layer {self.name!r}"
            )
        return add_weight(self, shape, *args, **options)

    keras.layers.Layer.add_weight = counting
    try:
        yield
    finally:
        keras.layers.Layer.add_weight = add_weight


def _checked_weights(path: pathlib.Path) -> int:
    """How many weights a file can hold, each of a byte or more."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        for member in members:
            if member.file_size > SPARE + MAX_EXPANSION * member.compress_size:
                raise ValueError(
                    f"{member.filename} in it would grow from "
                    f"{member.compress_size} to {member.file_size} bytes."
                )
        broken = archive.testzip()
        if broken is not None:
            raise ValueError(f"{broken} in it is damaged.")
        return SPARE + sum(
            member.file_size for member in members if member.filename in WEIGHTS
        )
