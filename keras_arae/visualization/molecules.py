"""Molecules as pictures: grids, paths between them, their properties."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_arae.arguments import COUNT
from keras_arae.arguments import DICT
from keras_arae.arguments import NEW_FILE
from keras_arae.arguments import PATH
from keras_arae.arguments import TEXT
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import number
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.arguments import whole
from keras_arae.atomic_file import replacing
from keras_arae.data.chemistry import PROPERTIES
from keras_arae.data.chemistry import SMILES
from keras_arae.data.chemistry import UNITS
from keras_arae.data.chemistry import parse
from keras_arae.data.chemistry import properties
from keras_arae.data.chemistry import properties_of
from keras_arae.data.chemistry import quiet_rdkit
from keras_arae.extras import require

WIDTH, HEIGHT = 260, 220  # Pixels of a molecule and what stands below it.
MAX_ATOMS = 200  # A molecule of more is not drawn: one sees nothing of it.
MOST = 400  # Molecules of one picture: more, and it is too large to look at.
DIGITS = {"TPSA": 0, "weight": 0}
NAMES = several(one_of(*PROPERTIES))


@checked(
    smiles=SMILES,
    path=PATH,
    names=NAMES,
    legends=optional(several(TEXT)),
    num_columns=COUNT,
)
def plot_molecules(
    smiles: Sequence[str],
    path: str | os.PathLike,
    names: Sequence[str] = ("QED", "logP"),
    legends: Sequence[str] | None = None,
    num_columns: int = 5,
) -> None:
    """Draws molecules in a grid, with their properties below them.

    Args:
        smiles: list of str, 1 to 400. A string that is no molecule is an empty
            place that says so, and so is one of more than 200 atoms.
        path: str or path. The PNG to write.
        names: list of str. Properties to show, of `"logP"`, `"QED"`, `"SA"`,
            `"TPSA"` and `"weight"`. Defaults to `("QED", "logP")`.
        legends: list of str, one for each molecule, or `None`. What stands
            below each, before the properties. Defaults to `None`.
        num_columns: int. Molecules in a row. Defaults to `5`.

    Raises:
        ImportError: rdkit is not installed.

    Example:

    ```python
    keras_arae.visualization.plot_molecules(
        ["CCO", "CC(=O)Oc1ccccc1C(=O)O"], f"{tempfile.mkdtemp()}/grid.png"
    )
    ```
    """
    check("path", path, NEW_FILE)
    if not 0 < len(smiles) <= MOST:
        raise ValueError(
            f"Expected 1 to {MOST} molecules to draw. Received: {len(smiles)}"
        )
    if legends is not None and len(legends) != len(smiles):
        raise ValueError(
            "Expected a legend for each molecule. Received: "
            f"{len(legends)} legends of {len(smiles)} molecules"
        )
    require("rdkit.Chem", "molecules")
    molecules = [parse(one) for one in smiles]
    texts = _legends(molecules, names, legends)
    _draw(molecules, texts, min(num_columns, len(smiles)), path)


@checked(paths=several(several(TEXT, 1), 1), path=PATH, names=NAMES)
def plot_molecule_paths(
    paths: Sequence[Sequence[str]],
    path: str | os.PathLike,
    names: Sequence[str] = ("QED", "logP"),
) -> None:
    """Draws paths from one molecule to another, a row each.

    Args:
        paths: list of lists of str, of one length: such as a list of what
            `interpolate` returned.
        path: str or path. The PNG to write.
        names: list of str. Properties to show, as in `plot_molecules`.
            Defaults to `("QED", "logP")`.

    Raises:
        ImportError: rdkit is not installed.

    Example:

    ```python
    keras_arae.visualization.plot_molecule_paths(
        [["CCO", "CCCO", "CCCN"]], f"{tempfile.mkdtemp()}/path.png"
    )
    ```
    """
    lengths = {len(one) for one in paths}
    if len(lengths) > 1:
        raise ValueError(
            "Expected paths of one length, each a row of the picture. "
            f"Received: lengths {sorted(lengths)}"
        )
    (num_steps,) = lengths
    shares = np.linspace(0.0, 1.0, num_steps)
    steps = ["start", *(f"{share:.2g}" for share in shares[1:-1]), "end"]
    plot_molecules(
        [one for row in paths for one in row],
        path,
        names,
        steps[:num_steps] * len(paths),
        num_steps,
    )


@checked(sets=DICT, path=PATH, names=several(one_of(*PROPERTIES), 1))
def plot_properties(
    sets: Mapping[str, Sequence[str]],
    path: str | os.PathLike,
    names: Sequence[str] = ("logP", "QED", "SA", "weight"),
) -> None:
    """Draws how properties are distributed in several sets of molecules.

    Args:
        sets: dict of name to list of str. The first set, such as the data, is
            drawn as an area, the others as lines. Strings that are no
            molecules are left out.
        path: str or path. The PNG to write.
        names: list of str. Properties, a panel each. Defaults to `("logP",
            "QED", "SA", "weight")`.

    Raises:
        ImportError: rdkit or matplotlib is not installed.
        ValueError: A set has no molecule.

    Example:

    ```python
    sets = {"data": ["CCO", "CCCO", "CCN"], "samples": ["CCCl", "CO"]}
    keras_arae.visualization.plot_properties(
        sets, f"{tempfile.mkdtemp()}/properties.png"
    )
    ```
    """
    check("path", path, NEW_FILE)
    figures = require("matplotlib.figure", "plot")
    tables = {name: _table(name, sets[name], names) for name in sets}
    if not tables:
        raise ValueError("Expected a set of molecules. Received: no set")
    num_columns = min(2, len(names))
    num_rows = math.ceil(len(names) / num_columns)
    figure = figures.Figure(
        figsize=(4.6 * num_columns, 3.0 * num_rows), layout="constrained"
    )
    axes = figure.subplots(num_rows, num_columns, squeeze=False).ravel()
    for index, (axis, name) in enumerate(zip(axes, names)):
        columns = {key: table[:, index] for key, table in tables.items()}
        _draw_histograms(axis, name, columns)
    for axis in axes[len(names) :]:
        axis.set_visible(False)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="outside upper center",
        ncols=2 * num_columns,
        fontsize=9,
    )
    with replacing(path) as partial:
        figure.savefig(partial, dpi=120, format="png")


@checked(asked=several(DICT, 1), molecules=several(SMILES, 1), path=PATH)
def plot_asked_properties(
    asked: Sequence[Mapping[str, float]],
    molecules: Sequence[Sequence[str]],
    path: str | os.PathLike,
) -> None:
    """Draws molecules that were asked for by two properties at once.

    Args:
        asked: list of dict, each of the same two properties of rdkit: the
            values that were wanted, drawn as crosses.
        molecules: list of lists of str, for each of these the molecules that
            came, drawn as points of one colour. Strings that are no molecules
            are left out.
        path: str or path. The PNG to write.

    Raises:
        ImportError: rdkit or matplotlib is not installed.
        ValueError: The dicts are not of the same two properties, or there are
            more or fewer of them than lists.

    Example:

    ```python
    asked = [{"logP": 0.0, "weight": 46.0}, {"logP": 1.0, "weight": 64.0}]
    keras_arae.visualization.plot_asked_properties(
        asked, [["CCO", "CCN"], ["CCCl"]], f"{tempfile.mkdtemp()}/asked.png"
    )
    ```
    """
    check("path", path, NEW_FILE)
    names = check("asked[0]", list(asked[0]), NAMES)
    for name, value in (pair for values in asked for pair in values.items()):
        check(f"asked[...][{name!r}]", value, number())
    if len(names) != 2 or any(tuple(values) != names for values in asked):
        raise ValueError(
            "Expected two properties, the same in each dict. "
            f"Received: asked={[list(values) for values in asked]}"
        )
    if len(asked) != len(molecules):
        raise ValueError(
            "Expected a list of molecules for each dict. Received: "
            f"{len(asked)} dicts and {len(molecules)} lists"
        )
    figures = require("matplotlib.figure", "plot")
    figure = figures.Figure(figsize=(6.4, 4.8), layout="constrained")
    axis = figure.subplots()
    for index, (values, smiles) in enumerate(zip(asked, molecules)):
        table = _table(str(dict(values)), smiles, names)
        color = f"C{index % 10}"
        axis.scatter(*table.T, s=9, color=color, alpha=0.35, lw=0)
        axis.plot(
            *values.values(), "X", ms=12, color=color, mec="black", mew=1.2
        )
    axis.set(xlabel=_label(names[0]), ylabel=_label(names[1]))
    axis.set_title("crosses: asked for; points: what came", fontsize=10)
    with replacing(path) as partial:
        figure.savefig(partial, dpi=120, format="png")


@checked(smiles=TEXT, width=whole(20, 2000), height=whole(20, 2000))
def molecule_svg(smiles: str, width: int = 220, height: int = 160) -> str:
    """Draws one molecule as SVG, black and coloured on nothing.

    Args:
        smiles: str. A string that is no molecule is an empty place that says
            so, and so is one of more than 200 atoms.
        width: int. In pixels. Defaults to `220`.
        height: int. In pixels. Defaults to `160`.

    Returns:
        A str: an `<svg>` element.

    Raises:
        ImportError: rdkit is not installed.

    Example:

    ```python
    svg = keras_arae.visualization.molecule_svg("CCO")
    assert svg.startswith("<svg") and svg.rstrip().endswith("</svg>")
    ```
    """
    chem = require("rdkit.Chem", "molecules")
    drawing = require("rdkit.Chem.Draw.rdMolDraw2D", "molecules")
    canvas = drawing.MolDraw2DSVG(width, height)
    options = canvas.drawOptions()
    options.clearBackground = False
    options.padding = 0.06
    options.fixedBondLength = 24  # Pixels, the most.
    with quiet_rdkit():
        canvas.DrawMolecule(_or_words(chem, parse(smiles)))
    canvas.FinishDrawing()
    text = canvas.GetDrawingText()
    return text[text.index("<svg") :]


def _legends(
    molecules: Sequence[Any | None],
    names: Sequence[str],
    given: Sequence[str] | None,
) -> list[str]:
    """What stands below each molecule."""
    texts = []
    for index, row in enumerate(properties_of(molecules, names)):
        words = ", ".join(
            f"{name} {value:.{DIGITS.get(name, 2)}f}"
            for name, value in zip(names, row)
            if not np.isnan(value)
        )
        parts = [given[index] if given is not None else "", words]
        texts.append(": ".join(part for part in parts if part))
    return texts


def _draw(
    molecules: Sequence[Any | None],
    legends: Sequence[str],
    num_columns: int,
    path: str | os.PathLike,
) -> None:
    """Writes the grid, by rdkit's own drawing."""
    chem = require("rdkit.Chem", "molecules")
    drawing = require("rdkit.Chem.Draw.rdMolDraw2D", "molecules")
    num_rows = math.ceil(len(molecules) / num_columns)
    canvas = drawing.MolDraw2DCairo(
        WIDTH * num_columns, HEIGHT * num_rows, WIDTH, HEIGHT
    )
    options = canvas.drawOptions()
    options.legendFontSize = 17
    options.legendFraction = 0.2
    options.padding = 0.06
    options.minFontSize = 11
    options.drawMolsSameScale = False
    options.fixedBondLength = 28  # Pixels, the most.
    with quiet_rdkit():
        shown = [_or_words(chem, molecule) for molecule in molecules]
        canvas.DrawMolecules(shown, legends=list(legends))
    canvas.FinishDrawing()
    with replacing(path) as partial:
        partial.write_bytes(canvas.GetDrawingText())


def _or_words(chem: Any, molecule: Any | None) -> Any:
    """A molecule, or a place with words in it where it cannot be drawn."""
    if molecule is not None and molecule.GetNumAtoms() <= MAX_ATOMS:
        return molecule
    words = "no molecule"
    if molecule is not None:
        words = f"{molecule.GetNumAtoms()} atoms"
    place = chem.MolFromSmiles("*")
    place.GetAtomWithIdx(0).SetProp("_displayLabel", words)
    return place


def _table(
    name: str, smiles: Sequence[str], names: Sequence[str]
) -> np.ndarray:
    """Properties of the molecules of a set."""
    table = properties(check(f"sets[{name!r}]", smiles, SMILES), names)
    table = table[~np.isnan(table).any(axis=1)]
    if not len(table):
        raise ValueError(
            f"Expected molecules in each set. Received: {name!r} with "
            f"{len(smiles)} strings and no molecule with all of {list(names)}"
        )
    return table


def _draw_histograms(
    axis: Any, name: str, columns: Mapping[str, np.ndarray]
) -> None:
    everything = np.concatenate(list(columns.values()))
    low, high = np.percentile(everything, [0.2, 99.8])
    pad = max(0.02 * (high - low), 1e-3)
    fewest = min(len(values) for values in columns.values())
    num_bins = int(np.clip(np.sqrt(2 * fewest), 10, 40))
    bins = np.linspace(low - pad, high + pad, num_bins + 1)
    for index, (label, values) in enumerate(columns.items()):
        # What lies beyond counts in the outermost bins.
        counts, _ = np.histogram(np.clip(values, bins[0], bins[-1]), bins)
        heights = counts / (len(values) * np.diff(bins))
        if index == 0:
            axis.stairs(heights, bins, fill=True, color="0.8", label=label)
        else:
            color = f"C{(index - 1) % 10}"
            axis.stairs(heights, bins, color=color, lw=1.6, label=label)
    axis.set_xlabel(_label(name))
    axis.set_yticks([])
    axis.set_ylabel("density")


def _label(name: str) -> str:
    """A property and its unit."""
    return f"{name} ({UNITS[name]})" if name in UNITS else name
