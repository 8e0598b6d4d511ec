"""A preset's model card: README.md, whose head programs read."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_arae.arguments import TEXT
from keras_arae.arguments import Rule
from keras_arae.arguments import checked
from keras_arae.arguments import number
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.presets import layout

# Between these lines stands the metadata: an object of JSON, which is YAML.
FENCE = "---"
# What hubs have no name for.
OWN = "keras_arae"


def _dict_of(rule: Rule, expected: str) -> Rule:
    """Dicts of names to what a rule says."""
    return Rule(
        expected,
        lambda values: all(
            isinstance(key, str) and rule.accepts(value)
            for key, value in values.items()
        ),
        lambda values: {
            key: value.item() if isinstance(value, np.generic) else value
            for key, value in values.items()
        },
    )


NUMBERS = _dict_of(number(), "a dict of names to finite numbers")
SETTINGS = _dict_of(
    Rule("", lambda value: isinstance(value, (str, int, float, type(None)))),
    "a dict of names to numbers or words",
)


class ModelCard:
    """What `save_to_preset` writes of a model into README.md.

    The metadata at its head are a hub's: licence, data, and the numbers as a
    `model-index`. `python -m keras_arae.presets` reads them there.

    Args:
        description: str. What the model is, in a sentence or two.
        data: str. What it learned from.
        license: str. Of the model, which is that of its data, as hubs call
            it, such as `"cc-by-2.0"` or `"mit"`. Defaults to `"unknown"`.
        task: str. What it does, as hubs call it, such as `"text-generation"`.
            Defaults to `"other"`.
        settings: dict of name to number or str. How it was trained. Defaults
            to `None`: only what the model itself says.
        command: str or `None`. Trains it. Defaults to `None`.
        numbers: dict of name to number. What was measured of the model as it
            is saved. Defaults to `None`.
        numbers_command: str or `None`. Measures them. Defaults to `None`.
        samples: list of str. What the model says. Defaults to `()`.
        limits: list of str. What it cannot do, a sentence each. Defaults to
            `()`.

    Example:

    ```python
    card = keras_arae.presets.ModelCard(
        "Two kinds of rows.", data="made up", license="cc0-1.0",
        numbers={"accuracy": 0.97}, numbers_command="python measure.py",
    )
    model = keras_arae.ImageARAE((2, 4), code_dim=4)
    folder = tempfile.mkdtemp() + "/rows"
    model.save_to_preset(folder, card=card)
    assert "| accuracy | 0.97 |" in open(folder + "/README.md").read()
    ```
    """

    @checked(
        description=TEXT,
        data=TEXT,
        license=TEXT,
        task=TEXT,
        settings=optional(SETTINGS),
        command=optional(TEXT),
        numbers=optional(NUMBERS),
        numbers_command=optional(TEXT),
        samples=several(TEXT),
        limits=several(TEXT),
    )
    def __init__(
        self,
        description: str,
        data: str,
        license: str = "unknown",
        task: str = "other",
        settings: Mapping[str, Any] | None = None,
        command: str | None = None,
        numbers: Mapping[str, float] | None = None,
        numbers_command: str | None = None,
        samples: Sequence[str] = (),
        limits: Sequence[str] = (),
    ) -> None:
        self.description = description
        self.data = data
        self.license = license
        self.task = task
        self.settings = dict(settings or {})
        self.command = command
        self.numbers = dict(numbers or {})
        self.numbers_command = numbers_command
        self.samples = samples
        self.limits = limits

    def text(self, name: str, model: keras.Model, dtype: str | None) -> str:
        """The card of a model.

        Args:
            name: str. Of the preset.
            model: Keras model.
            dtype: str or `None`. In which weights are stored.
        """
        head = json.dumps(self._metadata(name), indent=1, ensure_ascii=False)
        kind = type(model).__name__
        if type(model).__module__.startswith("keras_arae."):
            kind = f"keras_arae.{kind}"
        settings = {**_settings_of(model, dtype), **self.settings}
        parts = [
            f"{FENCE}\n{head}\n{FENCE}",
            f"# {name}",
            self.description,
            _code(
                f'import keras_arae\n\nmodel = {kind}.from_preset("{name}")',
                "python",
            ),
            "The name is that of a packaged preset; else give the folder, or "
            f'`"hf://user/{name}"`.',
            _section(
                "Data and licence", f"{self.data}\n\nLicence: {self.license}"
            ),
            _section("Settings", _table(settings)),
            _told("Trained by", self.command),
            _section("Numbers", _table(self.numbers)),
            _told("Measured by", self.numbers_command),
            _section("Samples", _code("\n".join(self.samples))),
            _section("Limits", "\n".join(f"* {x}" for x in self.limits)),
        ]
        return "\n\n".join(part for part in parts if part) + "\n"

    def _metadata(self, name: str) -> dict[str, Any]:
        metadata: dict[str, Any] = {
            "library_name": "keras",
            "license": self.license,
            "tags": ["keras-arae", "adversarially-regularized-autoencoder"],
            OWN: {
                "description": self.description,
                "data": self.data,
                "command": self.command,
                "numbers_command": self.numbers_command,
            },
        }
        if self.task != "other":
            metadata["pipeline_tag"] = self.task
        if self.numbers:
            result = {
                "task": {"type": self.task},
                "dataset": {"name": self.data, "type": _slug(self.data)},
                "metrics": [
                    {"name": key, "type": _slug(key), "value": value}
                    for key, value in self.numbers.items()
                ],
            }
            metadata["model-index"] = [{"name": name, "results": [result]}]
        return metadata


def read_metadata(folder: pathlib.Path) -> dict[str, Any]:
    """What stands at the head of a preset's card, as `ModelCard` wrote it.

    Raises:
        ValueError: There is no card, or another head.
    """
    path = folder / layout.CARD
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text.split(f"{FENCE}\n")[1])
    except (OSError, ValueError, IndexError) as error:
        raise ValueError(
            "Expected a model card whose head `save_to_preset` wrote. "
            f"Received: {path}: {type(error).__name__}: {error}"
        ) from error


def numbers_in(metadata: Mapping[str, Any]) -> dict[str, float]:
    """The measured numbers of a card's metadata, by name."""
    return {
        metric["name"]: metric["value"]
        for model in metadata.get("model-index", [])
        for result in model["results"]
        for metric in result["metrics"]
    }


def _settings_of(model: keras.Model, dtype: str | None) -> dict[str, Any]:
    """What a model itself says, its parts with their own settings."""
    config = model.get_config()
    parts = {
        key: _part(value)
        for key, value in config.items()
        if isinstance(value, dict) and "class_name" in value
    }
    return {
        "class": type(model).__name__,
        "weights": f"{model.count_params():,}, stored as {dtype or 'float32'}",
        **parts,
        **_plain(config),
    }


def _part(serialized: Mapping[str, Any]) -> str:
    """A part of a model: `LSTMDecoder(embedding_dim=8, units=8)`."""
    settings = _plain(serialized["config"])
    inner = ", ".join(f"{key}={value}" for key, value in settings.items())
    return f"`{serialized['class_name']}({inner})`"


def _plain(config: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers and words among settings; None of what Keras adds."""
    return {
        key: value
        for key, value in config.items()
        if isinstance(value, (int, float, str))
        and key not in ("name", "trainable", "dtype")
    }


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}" if body else ""


def _table(rows: Mapping[str, Any]) -> str:
    lines = [f"| {key} | {value} |" for key, value in rows.items()]
    return "\n".join(["| | |", "|---|---|", *lines]) if rows else ""


def _code(text: str, language: str = "text") -> str:
    return f"```{language}\n{text}\n```" if text else ""


def _told(what: str, command: str | None) -> str:
    return f"{what}:\n\n{_code(command, 'sh')}" if command else ""


def _slug(name: str) -> str:
    """A name as hubs write kinds: "self BLEU" is `self_bleu`."""
    words = "".join(c if c.isalnum() else " " for c in name.lower()).split()
    return "_".join(words)
