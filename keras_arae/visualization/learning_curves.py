"""Learning curves as a picture, with the paper's moment-matching panels."""

from __future__ import annotations

import csv
import math
import os
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from keras_arae.arguments import DICT
from keras_arae.arguments import FILE
from keras_arae.arguments import NEW_FILE
from keras_arae.arguments import PATH
from keras_arae.arguments import Rule
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import several
from keras_arae.atomic_file import replacing
from keras_arae.extras import require

# Quantities that share a panel; any other has a panel of its own.
PANELS = {
    "reconstruction loss (nats a position)": ("reconstruction_loss",),
    "accuracy": ("accuracy",),
    "what codes save of the loss (nats a position)": ("code_gain",),
    "Wasserstein distance": ("wasserstein_distance",),
    "norm of codes": ("code_norm", "generated_code_norm"),
    "trace of the covariance of codes": ("code_trace", "generated_code_trace"),
    "critic, encoder and generator losses": (
        "critic_loss",
        "encoder_loss",
        "generator_loss",
    ),
}

CURVE = several(Rule("a number", lambda x: isinstance(x, (int, float))))

# What is no curve of its own.
SKIPPED = ("epoch", "loss", "learning_rate")


@checked(path=PATH)
def read_log(path: str | os.PathLike) -> dict[str, list[float]]:
    """Reads the columns of a CSV log, by name.

    Args:
        path: str or path. File of a `keras.callbacks.CSVLogger`.

    Returns:
        A dict of name to list of float; what is no number is NaN.

    Example:

    ```python
    path = f"{tempfile.mkdtemp()}/log.csv"
    with open(path, "w") as file:
        file.write("epoch,loss\\n0,2.5\\n1,1.5\\n")
    assert keras_arae.visualization.read_log(path)["loss"] == [2.5, 1.5]
    ```
    """
    check("path", path, FILE)
    try:
        with pathlib.Path(path).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(
            "Expected the file of a `keras.callbacks.CSVLogger`. "
            f"Received: {path} ({error})"
        ) from error
    return {
        key: [_number(row[key]) for row in rows]
        for key in (rows[0] if rows else {})
        if key is not None
    }


@checked(log=DICT, path=PATH)
def plot_learning_curves(
    log: Mapping[str, Sequence[float]], path: str | os.PathLike
) -> None:
    """Draws training and held-out curves, one panel for each quantity.

    The panels "norm" and "trace" show whether the moments of generated codes
    meet those of real ones (Figure 2 of the paper).

    Args:
        log: dict of name to list of float, one number an epoch;
            `History.history` is one.
        path: str or path. The PNG to write.

    Raises:
        ValueError: The log holds no quantity to draw.
        ImportError: matplotlib is not installed.

    Example:

    ```python
    log = {"accuracy": [0.5, 0.7], "val_accuracy": [0.4, 0.6]}
    path = f"{tempfile.mkdtemp()}/curves.png"
    keras_arae.visualization.plot_learning_curves(log, path)
    ```
    """
    check("path", path, NEW_FILE)
    for name, numbers in log.items():
        check(name, numbers, CURVE)
    figures = require("matplotlib.figure", "plot")
    panels = _panels(log)
    num_columns = min(3, len(panels))
    num_rows = math.ceil(len(panels) / num_columns)
    figure = figures.Figure(
        figsize=(4.2 * num_columns, 3.2 * num_rows), layout="constrained"
    )
    axes = figure.subplots(num_rows, num_columns, squeeze=False).ravel()
    for axis, (title, names) in zip(axes, panels.items()):
        _draw_panel(axis, title, names, log)
    for axis in axes[len(panels) :]:
        axis.set_visible(False)
    with replacing(path) as partial:
        figure.savefig(partial, dpi=120, format="png")


def _panels(log: Mapping[str, Sequence[float]]) -> dict[str, list[str]]:
    """Names of the curves of each panel, by the panel's title."""
    # Some numbers are of held-out data alone.
    names = list(dict.fromkeys(name.removeprefix("val_") for name in log))
    panels = {
        title: [name for name in group if name in names]
        for title, group in PANELS.items()
    }
    grouped = {name for group in PANELS.values() for name in group}
    for name in names:
        if name not in grouped and name not in SKIPPED:
            panels[name.replace("_", " ")] = [name]
    panels = {title: group for title, group in panels.items() if group}
    if not panels:
        raise ValueError(
            "Expected a log with a list of numbers, one an epoch, for each "
            f"quantity. Received: a log with the names {list(log)}"
        )
    return panels


def _draw_panel(
    axis: Any,
    title: str,
    names: Sequence[str],
    log: Mapping[str, Sequence[float]],
) -> None:
    for color, name in enumerate(names):
        label = name.replace("_", " ")
        for key, style, suffix in (
            (name, "o-", ""),
            (f"val_{name}", "s--", ", held out"),
        ):
            if key in log:
                axis.plot(
                    range(1, len(log[key]) + 1), log[key], f"C{color}{style}",
                    ms=3, label=f"{label}{suffix}",
                )  # fmt: skip
    axis.set_title(title, fontsize=10)
    axis.set_xlabel("epoch")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=7)


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan
