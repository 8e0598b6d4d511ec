"""benchmarks/paper/nli_tables.py as a user runs it: no data, and pairs."""

import json

import pytest
from scripts import run_script

pytestmark = pytest.mark.once


def run(output_dir, *options):
    return run_script(
        "benchmarks/paper/nli_tables.py", "--scale=smoke",
        "--num_unlabeled=300", "--vocabulary_size=200", "--units=8",
        "--updates=4", "--num_checks=2", "--seeds=0,1",
        f"--output_dir={output_dir}", *options,
        backend="torch",  # It compiles nothing: the soonest done.
    )  # fmt: skip


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    folder = tmp_path_factory.mktemp("semi") / "run"
    process = run(folder, "--models=supervised,AE", "--num_labeled=100,10%")
    assert process.returncode == 0, process.stderr[-3000:]
    return folder, process.stdout


def rows(text):
    lines = [line.split("|")[1:-1] for line in text.splitlines() if "|" in line]
    return {name.strip(): [c.strip() for c in cells] for name, *cells in lines}


def times(folder):
    return {
        path.name: path.stat().st_mtime_ns
        for path in folder.iterdir()
        # Flags and the picture of all runs are written each time.
        if path.name not in ("flags.json", "learning_curves.png")
    }


def test_accuracies_of_all_runs_stand_in_a_table(output):
    folder, shown = output
    table = rows(shown)
    assert list(table) == ["model", "---", "supervised", "+ AE"]
    accuracies = [
        json.loads((folder / f"AE-100-{seed}.json").read_text())[
            "test accuracy"
        ]
        for seed in (0, 1)
    ]
    column = table["model"].index("100 labels")
    mean, spread = table["+ AE"][column].split(" ± ")
    assert float(mean) == pytest.approx(sum(accuracies) / 2, abs=0.06)
    assert float(spread) == pytest.approx(
        abs(accuracies[0] - accuracies[1]) / 2, abs=0.06
    )
    assert (folder / "learning_curves.png").stat().st_size > 5000
    assert "without labels after" in shown
    # One for all numbers of labels, and none for supervised learning.
    assert {path.stem for path in folder.glob("*.keras")} == {
        "pretrained-AE-0", "pretrained-AE-1",
    }  # fmt: skip
    assert shown.count("tokens come back") == 2


def test_a_second_call_repeats_nothing_and_adds_what_is_missing(output):
    folder, shown = output
    before = times(folder)
    process = run(folder, "--num_labeled=100")
    assert process.returncode == 0, process.stderr[-3000:]
    after = times(folder)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {
        "ARAE-100-0.json", "ARAE-100-1.json",
        "pretrained-ARAE-0.keras", "pretrained-ARAE-1.keras",
    }  # fmt: skip
    assert rows(process.stdout)["+ AE"] == rows(shown)["+ AE"]


def test_pairs_of_a_folder_and_sentences_of_a_file(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    pair = "{}\tA man sleeps {}.\tA man {}.\n"
    for name, words in [
        ("train_a", "abcdef"), ("train_b", "gh"), ("dev", "ij"), ("test", "kl"),
    ]:  # fmt: skip
        rows_of_part = [
            pair.format(label, word, verb)
            for word in words
            for label, verb in [("entailment", "rests"), ("neutral", "talks")]
        ]
        (data / f"{name}.tsv").write_text(
            "".join(["gold_label\tsentence1\tsentence2\n", *rows_of_part])
        )
    pool = [f"a man sleeps {word} ." for word in "abcdefghijklmnop"] * 4
    (tmp_path / "pool.txt").write_text("\n".join(pool))
    process = run(
        tmp_path / "run", f"--data={data}", "--num_labeled=50%", "--seeds=0",
        f"--unlabeled={tmp_path / 'pool.txt'}", "--pretrain_epochs=0",
        "--reconstruction_weight=1",
    )  # fmt: skip
    assert process.returncode == 0, process.stderr[-3000:]
    assert "16 labelled examples of ['entailment', 'neutral']" in process.stdout
    # "a man sleeps k ." and "... l .", four times each.
    assert "56 sentences without labels after 8 were" in process.stdout
    assert "come back" not in process.stdout
    table = rows(process.stdout)
    assert table["model"][1:] == ["paper, 120k", "paper, 59k", "paper, 28k"]
    assert table["+ ARAE"][1:] == ["70.9", "66.8", "62.5"]


def test_a_model_that_would_see_no_sentence_is_refused(tmp_path):
    process = run(tmp_path, "--pretrain_epochs=0")
    assert process.returncode and "AE and ARAE see no sentence" in (
        process.stdout + process.stderr
    )
