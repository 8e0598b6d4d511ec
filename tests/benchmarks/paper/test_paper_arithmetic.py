"""benchmarks/paper/arithmetic.py as a user runs it, on a small model."""

import json

import keras
import pytest
from scripts import run_script

import keras_arae

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    """A model that says little more than what it is moved to."""
    subjects = ["he", "she", "we", "they"]
    rest = ["is my friend .", "was in this house .", "will like the cat ."]
    text = [f"{subject} {words}" for subject in subjects for words in rest] * 9
    codec = keras_arae.TextPreprocessor.from_corpus(text, max_length=7)
    model = keras_arae.TextARAE(
        codec, 16, code_dim=16, prior="gaussian", code_noise=0.02, seed=0
    )
    model.compile(keras.optimizers.Adam(1e-2, global_clipnorm=1.0))
    model.fit(text, batch_size=36, epochs=50, verbose=0)
    folder = tmp_path_factory.mktemp("arithmetic") / "model"
    model.save_to_preset(folder)
    path = folder.with_name("sentences.txt")
    path.write_text("\n".join(text))
    return folder, path


def test_a_table_for_each_space(preset, tmp_path):
    folder, text = preset
    output_dir = tmp_path / "run"
    process = run_script(
        "benchmarks/paper/arithmetic.py", f"--model={folder}",
        f"--data={text}", "--num_samples=200", "--num_moved=9",
        "--num_decoded=5", f"--output_dir={output_dir}",
        backend="torch",
    )  # fmt: skip
    assert process.returncode == 0, process.stderr[-3000:]
    assert "Moved in noise space" in process.stdout
    result = json.loads((output_dir / "noise-0.json").read_text())
    assert f"{result['she']['sentences']}" in process.stdout
    assert set(result) == {"she", "we", "was", "will", "my", "this"}
    she = result["she"]
    assert she["sentences"] == 9
    assert she["match %"] > she["match %, unmoved"]
    assert she["precision"] > 50 and she["in 10 steps %"] > 50
