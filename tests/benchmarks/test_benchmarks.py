"""The benchmarks run and print what they say; times are not judged."""

import json

import numpy as np
import pytest
from scripts import ROOT
from scripts import run_script


def run(script, *options):
    process = run_script(f"benchmarks/{script}", *options)
    assert process.returncode == 0, process.stderr[-3000:]
    return process.stdout


@pytest.mark.once
def test_a_step_beside_the_loop(tmp_path):
    shown = run(
        "train_step.py", "--size=demo", "--programs=pytorch,torch",
        "--turns=1", "--steps=2", f"--json={tmp_path / 'step.json'}",
    )  # fmt: skip
    assert "| torch |" in shown
    results = json.loads((tmp_path / "step.json").read_text())
    for program in ("pytorch", "torch"):
        assert results[program]["milliseconds"] > 0
        assert results[program]["peak MB"] > 0


@pytest.mark.once
def test_speed_of_an_epoch():
    shown = run("devices.py", "--size=demo", "--steps=2", "--epochs=1")
    assert shown.startswith("epoch 1: ") and "rows a second" in shown


@pytest.mark.once
@pytest.mark.parametrize("way", ["--nofit", "--fit"])
def test_a_pass_through_a_stream(way):
    shown = run(
        "stream.py", "--num_sentences=3000", "--num_files=2",
        "--batch_size=64", way,
    )  # fmt: skip
    assert shown.startswith("3000 lines, ") and "fifth 5: " in shown


@pytest.mark.once
def test_generating_beside_the_loop(tmp_path):
    run(
        "generate.py", "--size=demo", "--programs=pytorch,torch", "--turns=1",
        "--samples=400", "--batch_size=64", f"--json={tmp_path / 'g.json'}",
    )  # fmt: skip
    results = json.loads((tmp_path / "g.json").read_text())
    lengths = [found["tokens"] / 400 for found in results.values()]
    assert 4 < min(lengths) and max(lengths) < 16


@pytest.mark.once
def test_lengths_of_workloads_are_real(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import workloads

    rows = workloads.SIZES["snli"].rows(2000)
    lengths = np.sum(rows > 0, axis=1)
    assert lengths.max() == 16 and 8 < lengths.mean() < 11
    assert (rows[np.arange(2000), lengths - 1] == 2).all()
    long = workloads.SIZES["yelp"].rows(2000)
    assert np.sum(long > 0, axis=1).max() == 26


@pytest.mark.once
def test_rows_of_molecules(tmp_path):
    run(
        "molecules.py", "--num_train=60", "--num_held_out=10", "--epochs=1",
        "--batch_size=20", "--steps=2", "--prior=gaussian", "--units=8",
        "--num_samples=4", "--representation=selfies", "--properties=logP",
        "--num_calls=4", "--num_test=50", "--nofcd",
        f"--output_dir={tmp_path / 'run'}",
    )  # fmt: skip
    numbers = json.loads((tmp_path / "run" / "numbers.json").read_text())
    assert 0 <= numbers["codes"]["exact"] <= 1
    rows = numbers["rows"]
    assert rows["gaussian, temperature 0, draw 0"]["samples"] == 4
    assert numbers["gaussian: asked for"]["mean error"] > 0
    assert 0 < numbers["gaussian: search"]["search"]["best QED"] < 1
    samples = tmp_path / "run" / "gaussian_temperature_0_draw_0.smi"
    assert len(samples.read_text().splitlines()) == 4
    run(
        "molecules.py", f"--model={tmp_path / 'run' / 'model.keras'}",
        "--num_train=60", "--num_held_out=10", "--num_samples=4",
        "--num_test=50", "--nofcd", "--temperature=0,0.5",
        "--prior=own,kernel", "--num_codes=20", "--num_refinements=1",
        f"--output_dir={tmp_path / 'judged'}",
    )  # fmt: skip
    judged = json.loads((tmp_path / "judged" / "numbers.json").read_text())
    assert [row.split(",")[0] for row in judged["rows"]] == [
        "own", "own", "kernel", "kernel",
    ]  # fmt: skip
