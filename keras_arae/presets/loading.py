"""Reading a preset: checked first, then loaded without running its code."""

from __future__ import annotations

import json
import os
import pathlib
from typing import Any

import keras
from packaging.version import InvalidVersion
from packaging.version import Version

from keras_arae.arguments import shown
from keras_arae.presets import layout
from keras_arae.presets.sources import find_preset
from keras_arae.training.load_model import load_model
from keras_arae.version import __version__


def load_preset(
    preset: str | os.PathLike,
    model_class: type[keras.Model],
    revision: str | None = None,
) -> Any:
    """Loads a preset; `from_preset` of models calls it.

    Args:
        preset: str or path, as `find_preset` takes it.
        model_class: class. What the model must be one of.
        revision: str or `None`. Of a preset on Hugging Face.

    Returns:
        The model, not compiled.

    Raises:
        ValueError: The preset is unknown or damaged, was saved by a newer
            version, or is one of another class.
    """
    folder = find_preset(preset, revision)
    _check_version(folder)
    _check_class(folder, model_class)
    return load_model(folder, model_class)


def read_json(path: pathlib.Path) -> dict[str, Any]:
    """The dict of a file.

    Raises:
        ValueError: The file holds something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        content = error
    if not isinstance(content, dict):
        raise ValueError(
            f"Expected names and values in {path}, as JSON. "
            f"Received: {shown(content)}"
        )
    return content


def _check_version(folder: pathlib.Path) -> None:
    found = read_json(folder / layout.METADATA).get("keras_arae_version")
    try:
        newer = Version(str(found)) > Version(__version__)
    except InvalidVersion:
        raise ValueError(
            "Expected a preset that `save_to_preset` wrote, whose "
            f"{layout.METADATA} says by which version. "
            f"Received: {folder}, keras_arae_version={found!r}"
        ) from None
    if newer:
        raise ValueError(
            f"The preset was saved by keras-arae {found}, which is newer than "
            f"this one, {__version__}. Upgrade: `pip install --upgrade "
            f'"keras-arae>={found}"`. Received: {folder}'
        )


def _check_class(folder: pathlib.Path, model_class: type[keras.Model]) -> None:
    """Refuses a preset of another class before anything is loaded."""
    name = read_json(folder / layout.CONFIG).get("registered_name")
    found = keras.saving.get_registered_object(str(name))
    if found is None:
        raise ValueError(
            "The preset's class is not known here: import the module that "
            "defines it, registered by "
            "`keras.saving.register_keras_serializable`. "
            f"Received: {folder}, a preset of {name!r}"
        )
    if not isinstance(found, type) or not issubclass(found, model_class):
        raise ValueError(
            f"Expected a preset of {_article(model_class.__name__)}. Load it "
            "by `from_preset` of its own class. "
            f"Received: {folder}, a preset of {name!r}"
        )


def _article(name: str) -> str:
    """A class name with its article: "a TextARAE", "an ARAE"."""
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"
