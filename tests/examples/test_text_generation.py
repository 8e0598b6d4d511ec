"""examples/text_generation.py as a user runs it, on an unseen file."""

import csv
import os
import signal
import subprocess
import sys
import time

import keras
import pytest
from scripts import ROOT
from scripts import run_on_terminal
from scripts import run_script

SCRIPT = "examples/text_generation.py"
SMALL = [
    "--code_dim=12", "--vocabulary_size=100", "--max_length=8",
    "--batch_size=20", "--num_samples=30",
]  # fmt: skip


def options(data, output_dir, *others):
    return [f"--data={data}", f"--output_dir={output_dir}", *SMALL, *others]


def run(*args):
    return run_script(SCRIPT, *options(*args))


@pytest.fixture(scope="module")
def text_file(tmp_path_factory, clauses):
    path = tmp_path_factory.mktemp("text") / "mine.txt"
    path.write_text("\n\n".join(clauses[:120]))
    return path


@pytest.fixture(scope="module")
def output(tmp_path_factory, text_file):
    """The folder and the screen of one whole run."""
    folder = tmp_path_factory.mktemp("output") / "run"
    process = run(text_file, folder, "--epochs=1", "--temperature=0.7")
    assert process.returncode == 0, process.stderr[-3000:]
    return folder, process


def test_results_stand_in_the_folder(output):
    folder, process = output
    assert {path.name for path in folder.iterdir()} == {
        "checkpoints",
        "flags.json",
        "interpolations.txt",
        "learning_curves.png",
        "model.keras",
        "reconstructions.txt",
        "samples.txt",
        "training_log.csv",
        "training_samples.txt",
    }
    samples = (folder / "samples.txt").read_text().splitlines()
    assert len(samples) == 30 and any(samples)
    assert '"temperature": 0.7' in (folder / "flags.json").read_text()
    assert "Samples:" in process.stdout and "Held out:" in process.stdout
    assert process.stdout.count("Epoch 1/1  ") == 1
    assert not {"\x1b", "\b", "\r"} & set(process.stdout)
    assert "blank lines" in process.stderr
    model = keras.saving.load_model(folder / "model.keras")
    options = {"temperature": 0.7, "num_refinements": 1, "num_candidates": 5}
    assert model.generate(30, seed=0, **options) == samples


@pytest.mark.once
def test_earlier_results_are_not_overwritten(output, text_file):
    folder, _ = output
    before = (folder / "samples.txt").read_text()
    process = run(text_file, folder, "--epochs=1")
    assert process.returncode != 0
    assert "--overwrite" in process.stdout + process.stderr
    assert (folder / "samples.txt").read_text() == before


@pytest.mark.once
@pytest.mark.parametrize(
    "flag, parts",
    [
        ("--overwrite --code_dim=0", ["code_dim"]),
        ("--overwrite --max_length=0", ["max_length"]),
        ("--overwrite --batch_size=0", ["batch_size"]),
        ("--resume --seed=1", ["seed was 0 and is 1", "the data"]),
        ("--resume --code_dim=8", ["code_dim was 12 and is 8"]),
    ],
)
def test_settings_that_are_refused_change_nothing(
    output, text_file, flag, parts
):
    folder, _ = output
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    process = run(text_file, folder, *flag.split())
    assert process.returncode not in (0, 130)
    for part in parts:
        assert part in process.stderr
    after = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert after == before


@pytest.mark.once
@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_ctrl_c_says_what_is_saved(tmp_path, text_file):
    folder = tmp_path / "run"
    process = subprocess.Popen(
        [
            sys.executable,
            ROOT / SCRIPT,
            *options(text_file, folder, "--epochs=500"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # Shells let what they run in the background ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.time() + 120
    while not list(folder.glob("checkpoints/epoch-0001.keras")):
        assert process.poll() is None and time.time() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "Interrupted. Saved in" in said and "--resume" in said
    assert "Traceback" not in said
    assert not (folder / "run.lock").exists()
    assert not list(folder.rglob("partial-*"))


@pytest.mark.once
def test_a_killed_run_continues(tmp_path, text_file):
    folder = tmp_path / "run"
    log = folder / "training_log.csv"
    process = subprocess.Popen(
        [
            sys.executable,
            ROOT / SCRIPT,
            *options(text_file, folder, "--epochs=500"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.time() + 120
    while not list(folder.glob("checkpoints/epoch-000[3-9].keras")):
        assert process.poll() is None and time.time() < deadline
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    checkpoint = max(folder.glob("checkpoints/epoch-*.keras"))
    done = int(checkpoint.stem.split("-")[1])
    resumed = run(text_file, folder, f"--epochs={done + 2}", "--resume")
    assert resumed.returncode == 0, resumed.stderr[-3000:]
    assert f"Continuing after epoch {done}" in resumed.stdout
    with log.open() as file:
        epochs = [int(row["epoch"]) for row in csv.DictReader(file)]
    assert epochs == list(range(done + 2))


@pytest.mark.once
@pytest.mark.parametrize(
    "content, message",
    [
        (None, "that exists"),
        (b"", "at least one sentence"),
        (b"good\n\xff\xfe\n", "line 2"),
    ],
)
def test_a_bad_file_leaves_nothing_behind(tmp_path, content, message):
    path = tmp_path / "text.txt"
    if content is not None:
        path.write_bytes(content)
    process = run(path, tmp_path / "run", "--epochs=1")
    assert process.returncode != 0
    assert message in process.stderr and str(path) in process.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.once
def test_a_table_on_a_terminal_of_80_columns(tmp_path, clauses):
    table = tmp_path / "train.tsv"
    rows = [f"{i}\t{clause}\n" for i, clause in enumerate(clauses[:120])]
    table.write_text("id\tsentence\n" + "".join(rows))
    args = options(table, tmp_path / "run", "--epochs=2", "--column=sentence")
    shown, status = run_on_terminal(SCRIPT, *args, backend="torch")
    assert status == 0, shown
    lines = [part for line in shown.split("\n") for part in line.split("\r")]
    assert max(map(len, lines)) <= 80 and "\x1b" not in shown
    assert "Epoch 2/2\n" in shown and "Held out: accuracy 0." in shown
    assert "  val_loss " in shown


@pytest.mark.once
def test_silence_means_samples_too(tmp_path, text_file):
    process = run_script(
        SCRIPT,
        *options(text_file, tmp_path / "run", "--epochs=1", "--verbose=0"),
        backend="torch",
    )
    assert process.returncode == 0, process.stderr[-3000:]
    assert "Epoch" not in process.stdout and "Samples:" in process.stdout
    written = (tmp_path / "run" / "training_samples.txt").read_text()
    assert "Epoch 1" in written
