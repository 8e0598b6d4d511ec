"""Model files that are looked at before they are loaded."""

from __future__ import annotations

import contextlib
import json
import math
import os
import pathlib
import zipfile
from collections.abc import Iterator
from typing import Any

import h5py
import keras
import numpy as np

CONFIG = "config.json"
# The members of an archive that hold weights; Keras writes one of them.
WEIGHTS = ("model.weights.h5", "model.weights.npz")

# Weights that a model may make beyond those in the file, and how much smaller
# than its content a member of the archive may be.
SPARE = 1 << 20
MAX_EXPANSION = 100

# Initializers whose numbers nothing but chance tells apart from others.
RANDOM = (
    keras.initializers.Orthogonal,
    keras.initializers.RandomNormal,
    keras.initializers.RandomUniform,
    keras.initializers.TruncatedNormal,
    keras.initializers.VarianceScaling,
)

# What shapes of data and of noise are called in configs, and how many numbers
# one may hold: as an image of 1024 by 1024.
SHAPES = ("image_shape", "max_length", "noise_dim", "x_shape")
MAX_NUMBERS = 1 << 20


def load_model(
    path: str | os.PathLike, model_class: type[keras.Model] = keras.Model
) -> keras.Model:
    """`keras.saving.load_model` for files that may be damaged or hostile.

    Each byte is checked against the archive's checksums, and layers may make
    no more weights than the file holds: a config that asks for more is
    refused before memory is taken. As in Keras, no code in a file is run.

    What else a config may ask for is not bounded: millions of small layers,
    or an array that a class of yours makes without `add_weight`. Pieces of
    data have at most 2 ** 20 positions, on which wide networks still take
    gigabytes; for larger ones use `keras.saving.load_model`.

    Args:
        path: str or path. A `.keras` file, or a folder of the same layout
            with `model.weights.h5`.
        model_class: class. What the model must be one of. Defaults to
            `keras.Model`.

    Returns:
        The model, compiled as it was.

    Raises:
        FileNotFoundError: There is no such file or folder.
        ValueError: The file is damaged, or holds another kind of model.

    Example:

    ```python
    model = keras_arae.ImageARAE((6, 6), code_dim=8)
    model.compile()
    path = tempfile.mkdtemp() + "/model.keras"
    model.save(path)
    model = keras_arae.training.load_model(path, keras_arae.ImageARAE)
    ```
    """
    path = pathlib.Path(path)
    if not path.exists():
        raise FileNotFoundError(
            f"Expected a saved model, a .keras file. Received: path={path}, "
            "where there is no file"
        )
    try:
        checked = _checked_folder if path.is_dir() else _checked_weights
        with weights_to_load(checked(path)):
            model = keras.saving.load_model(path)
    except Exception as error:  # Of any reader that it passes through.
        reason = " ".join(str(error).split()) or "no reason given"
        if len(reason) > 400:
            reason = f"{reason[:200]} ... {reason[-200:]}"
        raise ValueError(
            f"{path} cannot be read as a saved model. Bring it back from a "
            "copy if it is damaged; import the classes of your own that it "
            f"needs. Received: {type(error).__name__}: {reason}"
        ) from error
    if not isinstance(model, model_class):
        raise ValueError(
            f"Expected a saved {model_class.__name__}. Choose another file. "
            f"Received: {path}, a {type(model).__name__}"
        )
    return model


@contextlib.contextmanager
def weights_to_load(limit: int) -> Iterator[None]:
    """Has layers make weights whose values a file replaces at once.

    Refuses them once layers have made more than the file holds. They start
    from zeros where they would from random numbers: on JAX, to draw numbers
    of a new shape takes a compilation.

    Args:
        limit: int. Numbers that all weights together may hold.
    """
    add_weight, made = keras.layers.Layer.add_weight, 0

    def adding(
        self: Any,
        shape: Any = None,
        initializer: Any = None,
        *args: Any,
        **options: Any,
    ) -> Any:
        nonlocal made
        made += math.prod(shape or ())
        if made > limit:
            raise ValueError(
                f"Its config asks for more than {limit} weights, which are "
                "more than the file holds. Received: a weight of shape "
                f"{tuple(shape)} in the layer {self.name!r}"
            )
        if isinstance(keras.initializers.get(initializer), RANDOM):
            initializer = _zeros
        return add_weight(self, shape, initializer, *args, **options)

    keras.layers.Layer.add_weight = adding
    try:
        yield
    finally:
        keras.layers.Layer.add_weight = add_weight


def _zeros(shape: Any, dtype: Any = None) -> Any:
    return keras.ops.convert_to_tensor(np.zeros(shape), dtype)


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
        _check_shapes(json.loads(archive.read(CONFIG)))
        return SPARE + sum(
            member.file_size for member in members if member.filename in WEIGHTS
        )


def _checked_folder(path: pathlib.Path) -> int:
    """The same of a folder, whose files are not compressed."""
    _check_shapes(json.loads((path / CONFIG).read_text(encoding="utf-8")))
    weights = path / WEIGHTS[0]
    size, declared = weights.stat().st_size, 0

    def look(name: str, item: h5py.Group | h5py.Dataset) -> None:
        nonlocal declared
        if isinstance(item, h5py.Dataset):
            declared += item.size * item.dtype.itemsize
            if item.external or item.is_virtual:
                raise ValueError(f"{name} in it is from other files.")
            return
        for key in item:
            if not isinstance(item.get(key, getlink=True), h5py.HardLink):
                raise ValueError(f"{name}/{key} in it is a link.")

    with h5py.File(weights) as file:
        look("", file)
        file.visititems(look)  # Goes through no such link.
    if declared > SPARE + size:
        raise ValueError(
            f"{weights.name} in it would grow from {size} to {declared} bytes."
        )
    return SPARE + size


def _check_shapes(config: Any) -> None:
    """Refuses pieces of data, or of noise, that would fill the memory."""
    if isinstance(config, dict):
        for key, value in config.items():
            size = math.prod(_integers(value)) if key in SHAPES else 0
            if size > MAX_NUMBERS:
                raise ValueError(
                    f"Its config asks for data or noise of more than "
                    f"{MAX_NUMBERS} numbers. Received: {key}={value}"
                )
    if isinstance(config, (dict, list)):
        for part in config.values() if isinstance(config, dict) else config:
            _check_shapes(part)


def _integers(value: Any) -> list[int]:
    """The integers of a number, a list or a serialized tuple."""
    if isinstance(value, dict):
        value = value.get("config", value.get("items", []))
    if isinstance(value, list):
        return [number for part in value for number in _integers(part)]
    return [value] if isinstance(value, int) else []
