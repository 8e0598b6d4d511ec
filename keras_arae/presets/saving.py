"""Writing a preset: a model's folder in Keras' layout, whole or not at all."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
from typing import Any

import h5py
import keras
import numpy as np

from keras_arae.atomic_file import PARTIAL
from keras_arae.atomic_file import full_disk
from keras_arae.presets import layout
from keras_arae.presets.card import ModelCard
from keras_arae.version import __version__

# Groups of Keras' file that a preset leaves out.
LEFT_OUT = ("optimizer",)

NO_CARD = ModelCard("", data="Whoever saved it did not say.")


def save_preset(
    model: keras.Model,
    folder: str | os.PathLike,
    dtype: str | None = None,
    card: ModelCard | None = None,
    overwrite: bool = False,
) -> None:
    """Writes a model as a preset; `save_to_preset` of models calls it.

    Args:
        model: Keras model, built.
        folder: str or path. Made; it is there whole or not at all.
        dtype: `"float16"`, in which weights are then stored, or `None`.
            Defaults to `None`: as they are.
        card: `ModelCard` or `None`. Defaults to `None`: one that says what
            the model itself knows.
        overwrite: bool. Whether to replace a preset. Defaults to `False`.

    Raises:
        FileExistsError: The folder holds something, and either `overwrite`
            is false or it is no preset.
        OSError: There is no room on the disk.
        ValueError: The model has no weights yet, or some that float16 cannot
            hold.
    """
    folder = pathlib.Path(os.path.realpath(folder))
    if not model.built:
        raise ValueError(
            "The model has seen no data yet: call `fit` first, or "
            "`build((None, *x_shape))`. Received: a model without weights"
        )
    _check_place(folder, overwrite)
    partial = folder.with_name(PARTIAL + folder.name)
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        _write(model, partial, dtype)
        card = NO_CARD if card is None else card
        text = card.text(folder.name, model, dtype)
        (partial / layout.CARD).write_text(
            text, encoding="utf-8", errors="backslashreplace"
        )
        _put(partial, folder)
    except Exception as error:
        cause = full_disk(error)
        if cause is None:
            raise
        raise OSError(
            f"There is no room left on the disk for {folder}; what was there "
            f"before is untouched. Make room, then save again. "
            f"Received: {cause}"
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _check_place(folder: pathlib.Path, overwrite: bool) -> None:
    if not folder.exists() or folder.is_dir() and not any(folder.iterdir()):
        return
    if not layout.is_preset(folder):
        raise FileExistsError(
            "Expected a new or an empty folder, or a preset to overwrite. "
            f"Choose another folder. Received: {folder}, which holds "
            "something else"
        )
    if not overwrite:
        raise FileExistsError(
            "Expected a new or an empty folder, so that no preset is lost. "
            "Give `overwrite=True` to replace what is there, or choose "
            f"another folder. Received: {folder}, which is a preset"
        )


def _write(model: keras.Model, folder: pathlib.Path, dtype: str | None) -> None:
    keras.Model.save(model, folder, zipped=False)
    _change_json(folder / layout.CONFIG, compile_config=None)
    weights = folder / layout.WEIGHTS
    _rewrite(weights, weights.with_name("rewritten.h5"), dtype)
    _change_json(
        folder / layout.METADATA,
        keras_arae_version=__version__,
        stored_dtype=dtype,
        num_weights=model.count_params(),
    )
    layout.write_checksums(folder)


def _change_json(path: pathlib.Path, **changes: Any) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    text = json.dumps({**content, **changes}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def _rewrite(path: pathlib.Path, new: pathlib.Path, dtype: str | None) -> None:
    """Leaves the optimizer out of a file of weights, and stores as `dtype`."""
    with h5py.File(path) as source, h5py.File(new, "w") as target:

        def copy(name: str, item: h5py.Group | h5py.Dataset) -> None:
            if name.split("/")[0] in LEFT_OUT:
                return
            if isinstance(item, h5py.Group):
                copied = target.require_group(name)
            else:
                copied = target.create_dataset(
                    name, data=_stored(name, item[()], dtype)
                )
            for key, value in item.attrs.items():
                copied.attrs[key] = value

        source.visititems(copy)
    os.replace(new, path)


def _stored(name: str, value: Any, dtype: str | None) -> Any:
    """A weight as it is stored: vectors, numbers and integers as they are.

    They are statistics of codes, levels of noise and the like: digits matter,
    variances of codes do not fit float16, and it takes little room.
    """
    if dtype is None or value.dtype != "float32" or value.ndim < 2:
        return value
    with np.errstate(over="ignore"):
        stored = value.astype(dtype)
    if np.isfinite(value).all() and not np.isfinite(stored).all():
        raise ValueError(
            f"{dtype} holds numbers up to {np.finfo(dtype).max:.0f} only: save "
            f"with `dtype=None`. Received: {np.abs(value).max():.6g} in the "
            f"weight {name!r}"
        )
    return stored


def _put(partial: pathlib.Path, folder: pathlib.Path) -> None:
    """Gives a written folder its name; one that has it makes room."""
    if not folder.exists():
        os.replace(partial, folder)
        return
    old = folder.with_name(f"{PARTIAL}old-{folder.name}")
    shutil.rmtree(old, ignore_errors=True)
    os.replace(folder, old)
    try:
        os.replace(partial, folder)
    except BaseException:
        os.replace(old, folder)
        raise
    shutil.rmtree(old)
