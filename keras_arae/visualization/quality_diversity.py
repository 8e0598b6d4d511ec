"""The plane of quality and diversity."""

from __future__ import annotations

import os
from collections.abc import Mapping
from collections.abc import Sequence

from keras_arae.arguments import DICT
from keras_arae.arguments import NEW_FILE
from keras_arae.arguments import PATH
from keras_arae.arguments import POSITIVE
from keras_arae.arguments import TEXT
from keras_arae.arguments import Rule
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import several
from keras_arae.atomic_file import replacing
from keras_arae.extras import require

ROW = Rule(
    "dicts with 'forward PPL' and 'reverse PPL', numbers above 0",
    lambda row: all(
        POSITIVE.accepts(row[name]) for name in ("forward PPL", "reverse PPL")
    ),
)


@checked(rows=DICT, path=PATH, curves=several(several(TEXT, 1)))
def plot_quality_diversity(
    rows: Mapping[str, Mapping[str, float]],
    path: str | os.PathLike,
    curves: Sequence[Sequence[str]] = (),
) -> None:
    """Draws forward against reverse perplexity of several sets of samples.

    Lower left is better: real text lies there. Samples of one model at
    falling temperatures move to the left (quality) and up (less diversity);
    a model is better than another where its whole curve lies below.

    Source: "Language GANs Falling Short", Caccia et al., ICLR 2020
    (https://arxiv.org/abs/1811.02549).

    Args:
        rows: dict of name to dict with `"forward PPL"` and `"reverse PPL"`.
        path: str or path. The PNG to write.
        curves: sequence of lists of names of rows: points that a line joins.
            Defaults to `()`.

    Raises:
        ImportError: matplotlib is not installed.

    Example:

    ```python
    rows = {
        "real": {"forward PPL": 20.0, "reverse PPL": 20.0},
        "T = 1": {"forward PPL": 40.0, "reverse PPL": 50.0},
        "T = 0.5": {"forward PPL": 15.0, "reverse PPL": 90.0},
    }
    keras_arae.visualization.plot_quality_diversity(
        rows, f"{tempfile.mkdtemp()}/plane.png", [["T = 0.5", "T = 1"]]
    )
    ```
    """
    check("path", path, NEW_FILE)
    for row in rows.values():
        check("rows", row, ROW)
    unknown = [name for names in curves for name in names if name not in rows]
    if unknown:
        raise ValueError(
            f"`curves` must join rows, {list(rows)}. Received: {unknown}"
        )
    figures = require("matplotlib.figure", "plot")
    tickers = require("matplotlib.ticker", "plot")
    figure = figures.Figure(figsize=(7.0, 5.0), layout="constrained")
    axis = figure.subplots()
    points = {
        name: (row["forward PPL"], row["reverse PPL"])
        for name, row in rows.items()
    }
    for names in curves:
        axis.plot(*zip(*(points[name] for name in names)), "-", color="0.7")
    for color, (name, point) in enumerate(points.items()):
        axis.plot(*point, "o", color=f"C{color % 10}")
        axis.annotate(
            name, point, xytext=(6, 4), textcoords="offset points", fontsize=8
        )
    axis.set_xscale("log")
    axis.set_yscale("log")
    for scale in (axis.xaxis, axis.yaxis):
        scale.set_major_formatter(tickers.LogFormatter())
        scale.set_minor_formatter(tickers.LogFormatter())
    axis.tick_params(which="both", labelsize=8)
    axis.margins(0.2)
    axis.set_xlabel("forward perplexity (lower: better sentences)")
    axis.set_ylabel("reverse perplexity (lower: also more kinds of them)")
    axis.grid(alpha=0.3, which="both")
    with replacing(path) as partial:
        figure.savefig(partial, dpi=120, format="png")
