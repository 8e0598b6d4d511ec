"""The packaged presets and what their cards say of them."""

from __future__ import annotations

from typing import Any

from keras_arae.presets import layout
from keras_arae.presets.card import OWN
from keras_arae.presets.card import numbers_in
from keras_arae.presets.card import read_metadata
from keras_arae.presets.loading import read_json
from keras_arae.presets.sources import packaged


def list_presets() -> dict[str, dict[str, Any]]:
    """The packaged presets, each with what its model card says.

    Returns:
        A dict by name of dicts: `class_name`, `description`, `data`,
        `license`, `numbers` (a dict by name of what was measured),
        `numbers_command` (which measures them), `command` (which trained
        it), `num_weights` and `num_bytes`, the size of the file of weights.

    Example:

    ```python
    for name, preset in keras_arae.presets.list_presets().items():
        print(name, preset["class_name"], preset["numbers"])
    ```
    """
    presets = {}
    for name, folder in packaged().items():
        card = read_metadata(folder)
        config = read_json(folder / layout.CONFIG)
        presets[name] = {
            "class_name": config["class_name"],
            **card[OWN],
            "license": card["license"],
            "numbers": numbers_in(card),
            "num_weights": read_json(folder / layout.METADATA)["num_weights"],
            "num_bytes": (folder / layout.WEIGHTS).stat().st_size,
        }
    return presets


def as_text(presets: dict[str, dict[str, Any]]) -> str:
    """What `python -m keras_arae.presets` prints.

    Args:
        presets: dict, as `list_presets` returns it.
    """
    if not presets:
        return "No presets come with this installation."
    return "\n\n".join(_described(*item) for item in presets.items())


def _described(name: str, preset: dict[str, Any]) -> str:
    megabytes = preset["num_bytes"] / 1e6
    lines = [
        f"{name}: {preset['class_name']}, {preset['num_weights']:,} weights "
        f"in {megabytes:.1f} MB, {preset['license']}",
        preset["description"],
        *(f"{key}: {value}" for key, value in preset["numbers"].items()),
    ]
    if preset["numbers"] and preset["numbers_command"]:
        lines.append(f"measured by: {preset['numbers_command']}")
    return "\n    ".join(line for line in lines if line)
