"""Molecules judged as MOSES does: against plain definitions, on few of them."""

import collections
import json
import os
import subprocess
import sys

import fcd_torch
import numpy as np
import pytest
import scipy.linalg
from rdkit import Chem

from keras_arae import datasets
from keras_arae import evaluation
from keras_arae.data import chemistry
from keras_arae.evaluation.molecules import filters
from keras_arae.evaluation.molecules import molecule_report
from keras_arae.evaluation.molecules import moses_statistics
from keras_arae.evaluation.molecules import similarity
from keras_arae.evaluation.molecules import statistics
from keras_arae.evaluation.molecules import substructures

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def molecules():
    return datasets.load_molecules(split="test")[:60]


@pytest.fixture(scope="module")
def prints(molecules):
    return similarity.fingerprints([chemistry.parse(x) for x in molecules])


def tanimoto(first, second):
    """Of all pairs, by its definition."""
    first, second = (
        np.unpackbits(rows, axis=1).astype(bool) for rows in (first, second)
    )
    both = (first[:, None] & second[None]).sum(axis=2)
    return both / (first[:, None] | second[None]).sum(axis=2)


def test_nearest_and_diversity_by_their_definitions(prints):
    expected = tanimoto(prints[:20], prints[20:]).max(axis=1)
    assert np.allclose(similarity.nearest(prints[:20], prints[20:]), expected)
    pairs = tanimoto(prints, prints)
    assert similarity.diversity(prints, (1, 2)) == pytest.approx(
        [1 - pairs.mean(), 1 - np.sqrt((pairs**2).mean(axis=1)).mean()]
    )


def test_fingerprints_of_huge_molecules_and_of_none():
    full, none = np.full((1, 128), 255, "uint8"), np.zeros((1, 128), "uint8")
    both = np.concatenate([full, none])
    assert similarity.nearest(both, full).tolist() == [1.0, 0.0]
    assert similarity.nearest(none, none).tolist() == [1.0]


def test_filters_without_the_short_cut(molecules, monkeypatch):
    assert evaluation.passes_filters(molecules).all()  # MOSES' own pass.
    groups = ["C=O", "N=N", "SS", "C1OC1", "N=C=O", "C(Cl)Cl", "c1ccoc1"]
    changed = [x + group for x, group in zip(molecules, groups * 9)]
    changed += ["[Na+].[Cl-]", "CI", "C1CCCCCCC1"]
    molecules = [one for x in changed if (one := chemistry.parse(x))]
    found = filters.which_pass(molecules)
    patterns, prints = filters._patterns()
    assert len(patterns) == 502
    always = patterns, np.zeros_like(prints)
    monkeypatch.setattr(filters, "_patterns", lambda: always)
    assert found.tolist() == filters.which_pass(molecules).tolist()
    assert 0 < found.mean() < 0.5 and not found[-3:].any()


def test_fragments_and_scaffolds():
    molecules = [
        chemistry.parse(x) for x in ("CC(=O)Nc1ccccc1", "c1ccc2ccccc2c1CC")
    ]
    fragments = substructures.count_fragments(molecules)
    assert sum(fragments.values()) == 5  # The amide is cut twice.
    assert all(Chem.MolFromSmiles(x) is not None for x in fragments)
    # One ring is none.
    scaffolds = substructures.count_scaffolds(molecules)
    assert scaffolds == {"c1ccc2ccccc2c1": 1}
    cosine = substructures.cosine({"a": 3, "b": 4}, {"a": 1})
    assert cosine == pytest.approx(0.6)
    assert np.isnan(substructures.cosine({}, {"a": 1}))


def test_wasserstein_of_sets_of_two_sizes():
    wasserstein = statistics.wasserstein
    assert wasserstein(np.array([0.0, 1.0]), np.array([2.0])) == 1.5
    assert wasserstein(np.arange(4.0), np.arange(8) // 2) == 0.0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # In fcd_torch.
def test_chemnet_distance_by_its_definition(molecules):
    parts = molecules[:12], molecules[12:24]
    features = [fcd_torch.FCD().get_predictions(part) for part in parts]
    means = features[0].mean(axis=0) - features[1].mean(axis=0)
    first, second = (np.cov(rows.T) for rows in features)
    cross = scipy.linalg.sqrtm(first @ second).trace().real
    expected = means @ means + (first + second).trace() - 2 * cross
    found = evaluation.frechet_chemnet_distance(*parts)
    assert found == pytest.approx(expected, rel=1e-3)


# The report.


def report(molecules, **options):
    train, test = molecules[:30], molecules[30:]
    return evaluation.MoleculeReport(train, test, **options)


def test_invalid_and_repeated_samples(molecules, caplog):
    judge = report(molecules, fcd=False)
    known, new = molecules[0], molecules[40]
    samples = [known, new, new, "", "C1CC", "C" * 5000]
    row = judge.row(samples)
    assert row["samples"] == 6 and row["valid"] == 0.5
    assert row["novelty"] == 0.5 and row["filters"] == 1.0
    assert row["SNN/test"] > 2 / 3  # Two of three are in the test set.
    assert "unique@1k" not in row and "FCD/test" not in row
    assert "unique@1k needs 1000 valid samples" in caplog.text
    assert all(np.isfinite(value) for value in row.values())


def test_another_spelling_is_no_novelty(molecules):
    judge = report(molecules, fcd=False)
    other = Chem.MolToSmiles(
        Chem.MolFromSmiles(molecules[0]), canonical=False, doRandom=True
    )
    assert judge.row([other])["novelty"] == 0.0
    # Nor where the training text is in another spelling.
    judge = evaluation.MoleculeReport(["OCC"], ["CCO", "CCN"], fcd=False)
    assert judge.row(["C(C)O", "OCC"])["novelty"] == 0.0


def test_unique_among_the_first_thousand():
    found = molecule_report._unique(["CCO"] * 999 + ["CCN", "CCC"])
    assert found == {"unique@1k": 2 / 1000}


def test_what_cannot_be_measured_is_left_out_in_words(molecules, caplog):
    judge = report(molecules, fcd=False)
    assert judge.row(["nonsense"]) == {"samples": 1, "valid": 0.0}
    assert "None of 1 samples is a molecule" in caplog.text
    row = judge.row(["CCO", "[Na+]"])  # No scaffold.
    assert "Scaf/test" not in row and "Left out: Scaf/test" in caplog.text
    with pytest.raises(ValueError, match="Received: none"):
        judge.row([])


def test_real_molecules_and_scaffolds_with_chemnet(molecules):
    train, test = molecules[:20], molecules[30:40]
    judge = evaluation.MoleculeReport(train, test, ["CC", "CCO"])
    row = judge.real()
    assert row["valid"] == row["novelty"] == row["filters"] == 1.0
    assert row["SNN/test"] > row["SNN/testSF"]
    assert min(row["FCD/test"], row["FCD/testSF"]) > 0.0
    lines = judge.table({"real": row}).splitlines()
    columns = [cell.strip() for cell in lines[0].split("|")[1:-1]]
    assert columns[:3] == ["molecules", "samples", "valid"]
    assert columns.index("FCD/testSF") == columns.index("FCD/test") + 1
    assert any(line.startswith("| AAE (MOSES) |") for line in lines)
    assert "do not compare" in lines[-1]


def test_without_fcd_torch_the_rest_is_measured(molecules, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "fcd_torch", None)
    row = report(molecules).row(molecules[:3])
    assert "FCD/test" not in row and row["valid"] == 1.0
    assert "FCD is left out" in caplog.text
    assert "keras-arae[fcd]" in caplog.text
    with pytest.raises(ImportError, match=r"keras-arae\[fcd\]"):
        evaluation.MoleculeStatistics.of(molecules[:2])


def test_strings_that_are_no_molecules_are_counted_in_the_message(molecules):
    with pytest.raises(ValueError, match="Received: 2 of 3 .* first 'C1CC'"):
        evaluation.MoleculeReport(molecules, ["C", "C1CC", ""])


# MOSES' stored statistics, in a file as its authors made it.


@pytest.fixture
def stored(tmp_path, monkeypatch):
    path = tmp_path / "test_stats.npz"

    def write(value):
        boxed = np.empty((), object)
        boxed[()] = value
        np.savez_compressed(path, stats=boxed)
        digest = moses_statistics.hashlib.sha256(path.read_bytes()).hexdigest()
        monkeypatch.setattr(moses_statistics, "moses_file", lambda name: path)
        monkeypatch.setattr(moses_statistics, "SHA256", {path.name: digest})

    return write


def test_stored_statistics(stored, prints, monkeypatch):
    values = {name: {"values": [1.0, 2.0]} for name in statistics.COMPARED}
    stored(
        {
            "FCD": {"mu": np.zeros(3, "float32"), "sigma": np.eye(3)},
            "SNN": {"fps": np.unpackbits(prints[:2], axis=1)},
            "Frag": {"frag": collections.Counter({"CC": 2})},
            "Scaf": {"scaf": collections.Counter()},
            **values,
        }
    )
    found = evaluation.MoleculeStatistics.of_moses("test")
    assert len(found) == 2 and found.fragments == {"CC": 2}
    assert np.array_equal(found.fingerprints, prints[:2])
    assert found.properties["QED"].tolist() == [1.0, 2.0]
    assert np.array_equal(found.chemnet[1], np.eye(3))
    monkeypatch.setattr(moses_statistics, "SHA256", {"test_stats.npz": "0"})
    with pytest.raises(ValueError, match="molsets==0.3.1.*Received"):
        evaluation.MoleculeStatistics.of_moses("test")


def test_a_pickle_of_something_else_is_refused(stored):
    stored(subprocess.Popen)
    with pytest.raises(ValueError, match="Received: subprocess.Popen"):
        evaluation.MoleculeStatistics.of_moses("test")


# The command.


def test_the_command(molecules, tmp_path):
    (tmp_path / "train.csv").write_text("\n".join(["smiles", *molecules]))
    (tmp_path / "test.smi").write_text("\n".join(molecules[:20]))
    samples = [*molecules[:6], "", "C1CC"]
    (tmp_path / "mine.smi").write_text("\n".join(samples) + "\n")
    process = subprocess.run(
        [
            sys.executable, "-m", "keras_arae.evaluate", "--molecules",
            "--train=train.csv", "--test=test.smi", "--samples=mine.smi",
            "--nofcd", "--num_samples=30", "--output_dir=out",
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={
            **os.environ,
            "KERAS_BACKEND": "torch",
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
    )  # fmt: skip
    assert process.returncode == 0, process.stderr[-3000:]
    rows = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert list(rows["rows"]) == ["real", "mine.smi"]
    assert rows["rows"]["mine.smi"]["valid"] == 0.75  # The blank line counts.
    assert rows["flags"]["molecules"] is True
    assert "| mine.smi | 8 | 0.75 |" in process.stdout
    assert "60 training molecules (train.csv); 20 mol" in process.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "evaluation.json",
        "molecules_1_mine.png",
        "properties.png",
    }
