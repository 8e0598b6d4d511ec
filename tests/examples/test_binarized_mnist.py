"""examples/binarized_mnist.py on scikit-learn's packaged digits."""

import keras
import numpy as np
import pytest
from scripts import run_script


def run(output_dir, *options):
    return run_script(
        "examples/binarized_mnist.py", f"--output_dir={output_dir}",
        "--code_dim=10", *options,
    )  # fmt: skip


def test_results_stand_in_the_folder(tmp_path):
    folder = tmp_path / "run"
    process = run(folder, "--dataset=digits", "--epochs=1")
    assert process.returncode == 0, process.stderr[-3000:]
    assert {path.name for path in folder.iterdir()} == {
        "checkpoints",
        "flags.json",
        "interpolations_between_samples.png",
        "learning_curves.png",
        "model.keras",
        "reconstructions.png",
        "samples.png",
        "training",
        "training_log.csv",
    }
    model = keras.saving.load_model(folder / "model.keras")
    assert model.generate(5).shape == (5, 8, 8)
    assert "nats an image" in process.stdout


@pytest.mark.once
def test_classes_of_a_file(tmp_path):
    rows = np.random.default_rng(0).integers(
        256, size=(60, 7, 6), dtype="uint8"
    )
    classes = np.zeros(60, int)
    np.savez(
        tmp_path / "mine.npz",
        x_train=rows[:40], y_train=classes[:40],
        x_test=rows[40:], y_test=classes[40:],
    )  # fmt: skip
    process = run(
        tmp_path / "run",
        f"--dataset={tmp_path}/mine.npz",
        "--epochs=1",
        "--batch_size=10",
        "--networks=convolutional",
        "--conditional",
    )
    assert process.returncode == 0, process.stderr[-3000:]
    assert "40 images to learn from, 20 held out" in process.stdout
    refused = run(tmp_path / "run")
    assert refused.returncode != 0 and "--overwrite" in refused.stderr
