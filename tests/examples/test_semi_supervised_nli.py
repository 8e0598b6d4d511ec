"""examples/semi_supervised_nli.py as a user runs it: no data, and pairs."""

import re

import pytest
from scripts import run_script

pytestmark = pytest.mark.once
SCRIPT = "examples/semi_supervised_nli.py"


def test_sentences_without_labels_help_the_packaged_task(monkeypatch):
    # A run of minutes: optimizing its programs pays.
    for name in ("JAX_DISABLE_MOST_OPTIMIZATIONS", "XLA_FLAGS"):
        monkeypatch.delenv(name, raising=False)
    # Of half the default width. Measured: 69.7 and 79.2%.
    process = run_script(SCRIPT, "--code_dim=32", backend="jax")
    assert process.returncode == 0, process.stderr[-3000:]
    alone, gained = (
        float(re.search(rf"{name}: ([0-9.]+)%", process.stdout).group(1))
        for name in ("Labels alone", "Sentences first")
    )
    assert gained > alone + 3
    assert gained > 72


def test_pairs_of_a_folder_and_sentences_of_a_file(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    pair = "{}\tA man sleeps {}.\tA man {}.\n"
    for name, words in [("train", "abcdefgh"), ("test", "kl")]:
        rows = [
            pair.format(label, word, verb)
            for word in words
            for label, verb in [("entailment", "rests"), ("neutral", "talks")]
        ]
        (data / f"{name}.tsv").write_text(
            "".join(["gold_label\tsentence1\tsentence2\n", *rows])
        )
    pool = [f"a man sleeps {word} ." for word in "abcdefghijklmnop"] * 4
    (tmp_path / "pool.txt").write_text("\n".join(pool))
    process = run_script(
        SCRIPT, f"--data={data}", f"--unlabeled={tmp_path / 'pool.txt'}",
        "--code_dim=8", "--epochs=2", "--pretrain_epochs=1", backend="torch",
    )  # fmt: skip
    assert process.returncode == 0, process.stderr[-3000:]
    shown = process.stdout
    assert "16 labelled examples of ['entailment', 'neutral']" in shown
    # "a man sleeps k ." and "... l .", four times each, are test sentences.
    assert "56 sentences without labels" in shown
    assert "Sentences first:" in shown
