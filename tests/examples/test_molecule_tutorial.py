"""examples/molecules.py as a user runs it, on a file of molecules."""

import json

import keras
import pytest
from rdkit import Chem
from scripts import run_script

import keras_arae


def run(data, folder, *options):
    return run_script(
        "examples/molecules.py", f"--data={data}", f"--output_dir={folder}",
        "--batch_size=20", "--num_samples=40", "--num_calls=4", *options,
    )  # fmt: skip


@pytest.mark.once
def test_results_stand_in_the_folder(tmp_path):
    molecules = keras_arae.datasets.load_molecules(split="test")[:120]
    molecules = sorted(molecules, key=len)[:60]
    data, folder = tmp_path / "mine.smi", tmp_path / "run"
    data.write_text("\n".join([*molecules, "C1CC", ""]))
    process = run(data, folder, "--epochs=1")
    assert process.returncode == 0, process.stderr[-3000:]
    assert {path.name for path in folder.iterdir()} == {
        "asked.png",
        "asked_two.png",
        "checkpoints",
        "flags.json",
        "improved.png",
        "learning_curves.png",
        "model.keras",
        "moses.json",
        "neighbors.png",
        "paths.png",
        "properties.png",
        "samples.png",
        "samples.smi",
        "training_log.csv",
    }
    assert "1 that are no molecule, such as 'C1CC'" in process.stderr
    for said in ("| this model |", "Asked for logP", "From ", "come back"):
        assert said in process.stdout
    samples = (folder / "samples.smi").read_text().splitlines()
    assert len(samples) == 40
    valid = sum(Chem.MolFromSmiles(s) is not None and s != "" for s in samples)
    assert json.loads((folder / "moses.json").read_text())["valid"] == (
        valid / 40
    )
    model = keras.saving.load_model(folder / "model.keras")
    assert model.condition.names == ("logP", "TPSA")
    again = run(data, folder, "--epochs=1")
    assert again.returncode == 1 and "--overwrite" in again.stderr
