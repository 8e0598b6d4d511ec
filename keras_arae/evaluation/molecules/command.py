"""`python -m keras_arae.evaluate --molecules`: flags and `main`."""

from __future__ import annotations

import json
import pathlib
import textwrap
from collections.abc import Mapping
from collections.abc import Sequence

from absl import app
from absl import flags

from keras_arae.atomic_file import write_text
from keras_arae.data.chemistry import parse
from keras_arae.datasets import load_molecules
from keras_arae.datasets.molecule_files import read_molecules
from keras_arae.evaluation import command
from keras_arae.evaluation.molecules.molecule_report import MoleculeReport
from keras_arae.evaluation.molecules.molecule_report import Reference
from keras_arae.evaluation.molecules.statistics import MoleculeStatistics
from keras_arae.extras import require
from keras_arae.training.load_model import load_model
from keras_arae.visualization import plot_molecules
from keras_arae.visualization import plot_properties

flags.DEFINE_bool(
    "molecules", False,
    "Judge molecules. --train is moses_sample by default, or moses, all of it, "
    "whose authors' test statistics are used.",
)  # fmt: skip
flags.DEFINE_string(
    "test_scaffolds", None,
    "Molecules with scaffolds that were held out. Default: the split of "
    "--train, where there is one.",
)  # fmt: skip
flags.DEFINE_bool(
    "fcd",
    True,
    "Whether ChemNet judges molecules too, which takes long.",
)
flags.DEFINE_bool(
    "real", True, "Whether training molecules are judged beside the samples."
)
flags.DEFINE_bool(
    "pictures", True, "Whether molecules and their properties are drawn."
)

FLAGS = flags.FLAGS
NUM_SAMPLES = 30000
NUM_DRAWN = 30


def main(argv: Sequence[str]) -> None:
    """Judges the molecules that the flags name, prints and writes results."""
    command.check_flags()
    require("rdkit.Chem", "molecules")  # Before samples are judged.
    if FLAGS.pictures:
        require("matplotlib.figure", "plot")
    num_samples = FLAGS.num_samples or NUM_SAMPLES
    source = FLAGS.train or "moses_sample"
    train = load_molecules(source, column=FLAGS.column)
    test, test_scaffolds = load_references(source)
    sets = {
        path: read_molecules(path, keep_blank=True)[:num_samples]
        for path in FLAGS.samples
    }
    models = {path: load_model(path) for path in FLAGS.model}
    output_dir = command.made_output_dir()
    command.warn_of_equal_sets(sets)
    for path, model in models.items():
        sets |= command.drawn_samples(path, model, train, num_samples)
    report = MoleculeReport(
        train, test, test_scaffolds, fcd=FLAGS.fcd, seed=FLAGS.seed
    )
    print(describe(report, source), flush=True)
    rows = {"real": report.real(num_samples)} if FLAGS.real else {}
    for name, samples in sets.items():
        rows[name] = report.row(samples)
    print(report.table(rows))
    write_results(output_dir, rows)
    if FLAGS.pictures:
        draw(output_dir, train[:5000], sets)


def load_references(source: str) -> tuple[Reference, Reference | None]:
    """Test molecules, and those with scaffolds that were held out."""
    found: list[Reference | None] = []
    for split, given in (
        ("test", FLAGS.test), ("test_scaffolds", FLAGS.test_scaffolds),
    ):  # fmt: skip
        if given:
            found.append(load_molecules(given, column=FLAGS.column))
        elif source == "moses":
            found.append(MoleculeStatistics.of_moses(split))
        else:
            found.append(held_out(source, split))
    test, test_scaffolds = found
    if test is None:
        raise app.UsageError(
            "Nothing to compare with: pass --test, molecules that were held "
            f"out. Received: --train={source}"
        )
    return test, test_scaffolds


def held_out(source: str, split: str) -> list[str] | None:
    """A split of what was trained on, or `None` where it has none."""
    if pathlib.Path(source).is_file():
        return None
    try:
        return load_molecules(source, split, FLAGS.column)
    except FileNotFoundError:
        return None


def describe(report: MoleculeReport, source: str) -> str:
    """What is judged, and by what."""
    sizes = ", ".join(
        f"{len(molecules)} molecules as {name}"
        for name, molecules in report.references.items()
    )
    measures = textwrap.dedent((MoleculeReport.__doc__ or "").split("\n\n")[1])
    return (
        f"{len(report.train)} training molecules ({source}); {sizes}.\n"
        f"Judged as in MOSES:\n{measures}\n"
    )


def write_results(
    output_dir: pathlib.Path, rows: Mapping[str, Mapping[str, float]]
) -> None:
    """Writes numbers and flags as JSON."""
    values = command.flag_values(command.__name__, __name__)
    path = output_dir / command.RESULTS
    write_text(path, json.dumps({"flags": values, "rows": rows}, indent=1))
    print(f"Wrote {path}.")


def draw(
    output_dir: pathlib.Path,
    train: Sequence[str],
    sets: Mapping[str, Sequence[str]],
) -> None:
    """Draws the first molecules of each set, and properties of all sets."""
    some = {
        name: [one for one in samples[:5000] if parse(one)]
        for name, samples in sets.items()
    }
    some = {name: molecules for name, molecules in some.items() if molecules}
    path = output_dir / "properties.png"
    plot_properties({"training molecules": train, **some}, path)
    paths = [path]
    for index, (name, molecules) in enumerate(some.items(), start=1):
        stem = pathlib.Path(name).stem
        paths.append(output_dir / f"molecules_{index}_{stem}.png")
        plot_molecules(molecules[:NUM_DRAWN], paths[-1], num_columns=6)
    print(f"Wrote {', '.join(map(str, paths))}.")
