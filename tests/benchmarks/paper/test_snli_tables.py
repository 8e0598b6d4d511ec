"""benchmarks/paper/snli_tables.py as a user runs it, on the packaged corpus."""

import json

import pytest
from scripts import run_script

pytestmark = pytest.mark.once


def run(output_dir, *options):
    return run_script(
        "benchmarks/paper/snli_tables.py", "--scale=smoke", "--num_train=300",
        "--num_test=100", "--vocabulary_size=200", "--units=8", "--epochs=1",
        "--num_samples=100", "--seeds=0", "--refinements=0,1",
        f"--output_dir={output_dir}",
        *options,
        backend="torch",  # It compiles nothing: the soonest done.
    )  # fmt: skip


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables") / "run"
    process = run(folder, "--models=LM,ARAE", "--real_codes")
    assert process.returncode == 0, process.stderr[-3000:]
    return folder, process.stdout


def drawn(source):
    """Files of an autoencoder's samples, as they are and refined once."""
    ways = "greedy", "sampled", "refined 1, greedy", "refined 1, sampled"
    return {f"{source}-{way}.txt" for way in ways}


def row(text, name):
    (line,) = [x for x in text.splitlines() if x.startswith(f"| {name} |")]
    return [cell.strip() for cell in line.split("|")[2:-1]]


def test_tables_stand_beside_the_papers_numbers(output):
    folder, shown = output
    rows = (
        "LM, sampled",
        "ARAE, greedy",
        "ARAE, refined 1, greedy",
        "ARAE, real codes, greedy",
    )
    for name in rows:
        assert row(shown, name)[0] == "100"
    assert row(shown, "real")[-2:] == ["27.4", ""]
    assert row(shown, "ARAE, greedy")[-2:] == ["82.2", "44.3"]
    assert row(shown, "AE of the paper")[0] == "1.06"
    assert len(row(shown, "ARAE, nats")) == 5  # k = 0, ..., 4.
    assert "Frechet" in shown
    assert {path.name for path in folder.iterdir()} == {
        "flags.json",
        "real-0.json",
        "LM-0.drawn",
        "LM-0.json",
        "LM-0.keras",
        "LM-0-sampled.txt",
        *drawn("ARAE, real codes-0"),
        "ARAE-0.drawn",
        "ARAE-0.json",
        "ARAE-0.keras",
        *drawn("ARAE-0"),
        "quality_diversity.png",
    }
    samples = (folder / "LM-0-sampled.txt").read_text().splitlines()
    assert len(samples) == 100 and len(set(samples)) > 50
    result = json.loads((folder / "ARAE-0.json").read_text())
    assert f"{result['swaps'][0]:.3g}" in row(shown, "ARAE, nats")


def times(folder):
    return {
        path.name: path.stat().st_mtime_ns
        for path in folder.iterdir()
        # Flags and the picture of all runs are written each time.
        if path.name not in ("flags.json", "quality_diversity.png")
    }


def test_a_second_call_repeats_nothing_and_adds_what_is_missing(output):
    folder, shown = output
    before = times(folder)
    process = run(folder, "--models=LM,AE,ARAE")
    assert process.returncode == 0, process.stderr[-3000:]
    after = times(folder)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {
        "AE-0.drawn",
        "AE-0.json",
        *drawn("AE-0"),
        "AE-0.keras",
    }
    for name in ("real", "LM, sampled", "ARAE, greedy", "ARAE, nats"):
        assert row(process.stdout, name) == row(shown, name)
    assert row(process.stdout, "AE, greedy")[-2:] == ["97.3", "87.8"]


def test_other_settings_are_refused_in_the_same_folder(output):
    folder, _ = output
    before = times(folder)
    flags = (folder / "flags.json").read_text()
    process = run(folder, "--units=9")
    assert process.returncode != 0
    assert "other settings" in process.stdout + process.stderr
    assert times(folder) == before
    assert (folder / "flags.json").read_text() == flags
