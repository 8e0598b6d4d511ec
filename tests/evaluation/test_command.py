"""`python -m keras_arae.evaluate` as a user runs it, on their own files."""

import json
import re

import keras
import numpy as np
import pytest
from scripts import run_python

import keras_arae

pytestmark = pytest.mark.once
WHO = ["The old man", "A young woman", "My brother", "Nobody", "The cook"]
DOES = ["eats", "buys", "loves", "doesn't see", "paints"]
WHAT = ["an apple", "the blue car", "Paris", "two well-known songs", "it"]
SMALL = ["--num_samples=200", "--judge_units=64"]


def sentences(number, seed):
    generator = np.random.default_rng(seed)
    return [
        " ".join(generator.choice(part) for part in (WHO, DOES, WHAT)) + end
        for end in generator.choice([".", "!", ", again."], size=number)
    ]


def write(path, lines):
    """Lines as a text editor on Windows leaves them."""
    path.write_bytes("\r\n".join([*lines, ""]).encode())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    write(folder / "train.txt", sentences(600, 1))
    write(folder / "test.txt", sentences(50, 2))
    write(folder / "good.txt", sentences(200, 3))
    write(folder / "collapsed.txt", sentences(1, 4) * 200)
    write(folder / "copy.txt", sentences(200, 3))
    return folder


def run(folder, output_dir, *options):
    return run_python(
        "-m", "keras_arae.evaluate", f"--train={folder}",
        f"--output_dir={output_dir}", *SMALL, *options,
        backend="torch",  # It compiles nothing: the soonest done.
        folder=folder,
    )  # fmt: skip


def tables(text):
    """Markdown tables by the name of their first column."""
    found = {}
    for block in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        lines = [
            [cell.strip() for cell in line.strip("|\n ").split(" | ")]
            for line in block.splitlines()
        ]
        found[lines[0][0]] = {
            name: dict(zip(lines[0][1:], cells)) for name, *cells in lines[2:]
        }
    return found


@pytest.fixture(scope="module")
def output(folder):
    output_dir = folder / "results"
    process = run(
        folder,
        output_dir,
        "--samples=good.txt",
        "--samples=collapsed.txt",
        "--samples=copy.txt",
    )
    assert process.returncode == 0, process.stderr[-3000:]
    return output_dir, process


def test_files_of_samples_make_a_table(output):
    _, process = output
    rows = tables(process.stdout)["samples"]
    assert list(rows) == ["real", "good.txt", "collapsed.txt", "copy.txt"]
    good, collapsed = rows["good.txt"], rows["collapsed.txt"]
    assert collapsed["self-BLEU"] == "100" != good["self-BLEU"]
    assert float(collapsed["reverse PPL"]) > 2 * float(good["reverse PPL"])
    # Upper case, punctuation and line ends made no word unknown.
    assert good["unknown words"] == "0"
    assert rows["copy.txt"] == good
    assert "600 training and 50 test sentences" in process.stdout
    assert "200 of each set" in process.stdout


def test_results_stand_in_the_folder(output):
    output_dir, process = output
    assert {path.name for path in output_dir.iterdir()} == {
        "evaluation.json",
        "quality_diversity.png",
    }
    results = json.loads((output_dir / "evaluation.json").read_text())
    assert results["flags"]["samples"] == [
        "good.txt",
        "collapsed.txt",
        "copy.txt",
    ]
    assert results["flags"]["num_samples"] == 200
    shown = tables(process.stdout)["samples"]["good.txt"]
    assert results["rows"]["good.txt"]["forward PPL"] == pytest.approx(
        float(shown["forward PPL"]), rel=0.01
    )
    picture = (output_dir / "quality_diversity.png").read_bytes()
    assert picture[:4] == b"\x89PNG"


def test_warnings_name_what_is_odd(output):
    _, process = output
    assert "good.txt and copy.txt hold the same sentences" in process.stderr
    distinct = {line.lower() for line in sentences(50, 2)}
    known = distinct & {line.lower() for line in sentences(600, 1)}
    message = f"{len(known)} of {len(distinct)} distinct test sentences"
    assert known and message in process.stderr


def test_earlier_results_are_not_overwritten(output, folder):
    output_dir, _ = output
    before = (output_dir / "evaluation.json").read_text()
    process = run(folder, output_dir, "--samples=good.txt")
    assert process.returncode != 0
    assert "--overwrite" in process.stdout + process.stderr
    assert (output_dir / "evaluation.json").read_text() == before


def test_models_make_a_row_for_each_temperature(output, folder):
    output_dir, _ = output
    text = keras_arae.datasets.load_text(folder / "train.txt")
    preprocessor = keras_arae.TextPreprocessor.from_corpus(text, max_length=12)
    prior = keras_arae.priors.AdversarialPrior(hidden_dims=(8,))
    arae = keras_arae.TextARAE(preprocessor, 8, 8, prior=prior, seed=0)
    model = keras_arae.LanguageModel(preprocessor, 8, 8, seed=0)
    paths = [folder / name / "model.keras" for name in ("arae", "lm")]
    for path, each in zip(paths, (arae, model)):
        each.compile(keras.optimizers.Adam(1e-2))
        each.fit(text, epochs=2, verbose=0)
        path.parent.mkdir()
        each.save(path)
    process = run(
        folder,
        output_dir,
        "--overwrite",
        f"--test={folder / 'good.txt'}",
        *(f"--model={path}" for path in paths),
        "--temperatures=0.5,1.0",
    )
    assert process.returncode == 0, process.stderr[-3000:]
    found = tables(process.stdout)
    assert len(found["samples"]) == 1 + 2 * 2  # Two models of one file name.
    assert sum("T = 0.5" in name for name in found["samples"]) == 2
    (codes,) = found["model"].values()  # Only one has codes.
    assert {"BLEU", "nats, 0 swaps", "nats, 4 swaps", "Frechet"} <= set(codes)
    assert float(codes["nats, 0 swaps"]) == float(codes["nats"])
    results = json.loads((output_dir / "evaluation.json").read_text())
    assert set(results["rows"]) == set(found["samples"])
    assert list(results["codes"]) == list(found["model"])


@pytest.mark.parametrize(
    "options, message",
    [
        ([], "pass --samples or --model"),
        (["--samples=empty.txt"], r"at least one sentence.*empty\.txt"),
    ],
)
def test_a_mistake_is_named_and_leaves_nothing(
    folder, tmp_path, options, message
):
    (folder / "empty.txt").write_bytes(b"\r\n \r\n")
    process = run(folder, tmp_path / "results", *options)
    assert process.returncode != 0
    assert re.search(message, process.stdout + process.stderr, re.DOTALL)
    assert not (tmp_path / "results").exists()
    assert "judged" not in process.stdout  # Before minutes of training.


def test_results_that_cannot_be_written_are_refused_first(folder, tmp_path):
    (tmp_path / "file").write_text("no folder")
    process = run(folder, tmp_path / "file" / "results", "--samples=good.txt")
    assert process.returncode != 0
    assert "--output_dir that can be written to" in (
        process.stdout + process.stderr
    )
    assert "judged" not in process.stdout  # Before minutes of training.


def test_a_damaged_model_is_named(folder, tmp_path):
    (tmp_path / "model.keras").write_bytes(b"PK")
    model = f"--model={tmp_path}/model.keras"
    process = run(folder, tmp_path / "results", model)
    assert process.returncode != 0
    assert "model.keras cannot be read as a saved model" in process.stderr
    assert not (tmp_path / "results").exists()
