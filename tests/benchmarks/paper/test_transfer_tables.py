"""benchmarks/paper/transfer_tables.py as a user runs it."""

import pytest
from scripts import ROOT
from scripts import run_script

import keras_arae

pytestmark = pytest.mark.once


def run(output_dir, *options):
    return run_script(
        "benchmarks/paper/transfer_tables.py", "--units=8", "--noise_dim=8",
        "--hidden_dims=16", "--epochs=1", "--vocabulary_size=100",
        f"--output_dir={output_dir}", *options,
        backend="torch",  # It compiles nothing: the soonest done.
    )  # fmt: skip


@pytest.fixture
def topics(tmp_path):
    """A folder with three files."""
    for name in ("arts", "news", "sport"):
        lines = [f"the {name} of day {i % 7} were good .\n" for i in range(80)]
        (tmp_path / f"{name}.txt").write_text("".join(lines[:60]))
    return tmp_path


def test_three_topics_are_rewritten_and_judged(topics):
    output_dir = topics / "run"
    options = [f"--data={topics}", "--lambda_adversarial=0,1"]
    process = run(output_dir, *options)
    assert process.returncode == 0, process.stderr[-3000:]
    shown = process.stdout
    for line in ("arts -> news", "news -> sport", "| real |", "| copy |"):
        assert line in shown
    assert "| AE |" in shown and "| ARAE, lambda 1 |" in shown
    folder = output_dir / "lambda-1-seed-0"
    lines = (folder / "to_arts.txt").read_text().splitlines()
    before, after = lines[0].split("\t")
    assert before.startswith("the news") and after
    assert (folder / "model.keras").exists()
    # Nothing is trained twice, and other settings are refused.
    again = run(output_dir, *options)
    assert "lambda-1-seed-0" not in again.stdout
    assert "| ARAE, lambda 1 |" in again.stdout
    other = run(output_dir, *options, "--units=9")
    assert other.returncode and "other settings" in other.stderr


def test_a_model_without_a_classifier_compiles(preprocessor, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "paper")
    import common
    import transfer_tables

    transfer_tables.FLAGS(["test", "--confusion_weight=0", "--units=8"])
    common.fill_in(transfer_tables.PRESETS["demo"])
    model = keras_arae.TransferARAE(
        preprocessor,
        ["past", "future"],
        embedding_dim=8,
        code_dim=8,
        prior=transfer_tables.make_prior(1.0),
        confusion_weight=transfer_tables.FLAGS.confusion_weight,
    )
    model.compile(**transfer_tables.optimizers(model, 100))
    assert len(model.optimizer.optimizers) == 3
