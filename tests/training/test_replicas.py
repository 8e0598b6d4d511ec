"""Several devices learn what one learns: the same step of the same batch."""

import json
import os
import shutil
import socket
import subprocess
import sys

import keras
import numpy as np
import pytest
from scripts import ROOT
from scripts import run_python

import keras_arae
from keras_arae import backend
from keras_arae.data import ArrayBatches
from keras_arae.data import SharedBatches

BACKEND = keras.config.backend()
# Trainings of tests/replicas.py, by how several devices share them.
RUNS = {
    "torch": {
        "forks": [
            *("text", "weighted", "images", "transfer", "labeled"),
            *("uneven", "streamed"),
        ]
    },
    "jax": {"devices": ["uneven", "sharded", "images"], "forks": ["text"]},
    "tensorflow": {"devices": ["text", "weighted", "images", "uneven"]},
}[BACKEND]
PAIRS = [(how, name) for how, names in RUNS.items() for name in names]
# What is killed: one of two processes, where a backend has several.
KILLED = "devices" if BACKEND == "tensorflow" else "forks"
SCRIPT = ROOT / "tests" / "replicas.py"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


def train(folder, how, count, *names):
    """Trains; a run whose workers are asked to die must do so."""
    dies = (folder / "accident").exists()
    process = run_python(SCRIPT, folder, how, count, free_port(), *names)
    assert bool(process.returncode) == dies, process.stderr[-3000:]
    assert not (folder / "accident").exists(), process.stderr[-3000:]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What one device learned, and what two did before one was killed."""
    folder = tmp_path_factory.mktemp("replicas")
    names = [name for _, name in PAIRS if name != "sharded"]
    train(folder, "devices", 1, *names, "resumed")
    shutil.rmtree(folder / "run")
    for how, names in RUNS.items():
        if how == KILLED:
            (folder / "accident").touch()
            names = [*names, "resumed"]
        train(folder, how, 2, *names)
    return folder


@pytest.mark.parametrize("how, name", PAIRS)
def test_two_devices_learn_what_one_learns(folder, how, name):
    same = "text" if name == "sharded" else name
    one = np.load(folder / f"{same}-devices-1.npz")
    two = np.load(folder / f"{name}-{how}-2.npz")
    assert set(one) == set(two) and len(one) > 10
    for key in one:
        np.testing.assert_allclose(two[key], one[key], atol=1e-5, err_msg=key)
    assert np.any(one["history loss"] != 0)


def check_resumed(folder, where, whole):
    found, whole = (
        np.load(path)
        for path in (
            folder / f"resumed-{where}.npz",
            whole / "resumed-devices-1.npz",
        )
    )
    names = [key for key in whole if key.startswith("weight")]
    assert names
    for name in names:
        np.testing.assert_allclose(found[name], whole[name], atol=1e-5)
    log = keras_arae.visualization.read_log(folder / "run/training_log.csv")
    assert log["epoch"] == [0, 1, 2]
    assert found["others"] == 1  # The epochs that had been saved.


@pytest.mark.parametrize("count", [1] if BACKEND == "tensorflow" else [2, 1])
def test_a_run_one_of_whose_workers_was_killed_goes_on(folder, tmp_path, count):
    shutil.copytree(folder / "run", tmp_path / "run")
    how = "forks" if count == 2 else "devices"
    train(tmp_path, how, count, "resumed")
    check_resumed(tmp_path, f"{how}-{count}", folder)


@pytest.mark.once
def test_torchrun_restarts_what_was_killed(folder, tmp_path):
    (tmp_path / "accident").touch()
    process = subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
            *("--nproc-per-node=2", "--max-restarts=1"),
            *(SCRIPT, tmp_path, "launched", "2", "0", "resumed"),
        ],
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    assert not (tmp_path / "accident").exists()
    check_resumed(tmp_path, "launched-2", folder)


@pytest.mark.once
def test_processes_that_do_not_do_the_same_are_refused(tmp_path):
    process = run_python(SCRIPT, tmp_path, "forks", 2, free_port(), "different")
    assert process.returncode != 0
    assert "as first batch (a hash): " in process.stderr


@pytest.mark.skipif(BACKEND != "tensorflow", reason="TensorFlow's variable")
def test_several_machines_are_refused_on_tensorflow(monkeypatch, as_new):
    workers = {"worker": ["127.0.0.1:1", "127.0.0.1:2"]}
    task = {"type": "worker", "index": 0}
    config = json.dumps({"cluster": workers, "task": task})
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(ValueError, match="Received: TF_CONFIG with .*:2"):
        as_new().fit(["a man sleeps ."], verbose=0)


# How batches are dealt out.


def deal(num_rows, batch_size=4, num_extra=0, **options):
    rows = np.arange(num_rows)
    batches = ArrayBatches(rows, batch_size, num_extra=num_extra)
    return SharedBatches(batches, **options)


@pytest.mark.once
def test_readers_share_the_rows_of_each_batch():
    readers = [deal(8, divisor=2, readers=2, reader=r) for r in range(2)]
    dealt = [[batches[i].tolist() for i in range(2)] for batches in readers]
    assert dealt == [[[0, 1], [4, 5]], [[2, 3], [6, 7]]]


@pytest.mark.once
def test_a_batch_that_does_not_divide_is_filled_up_with_rows_of_no_weight():
    rows, _, weights = deal(3, batch_size=3, divisor=4)[0]
    assert rows.tolist() == [0, 1, 2, 0]
    assert weights.tolist() == [1.0, 1.0, 1.0, 0.0]


@pytest.mark.once
def test_weights_of_rows_are_kept_where_a_batch_is_filled_up():
    batches = ArrayBatches(np.arange(3), 3, weights=np.array([1.0, 2.0, 3.0]))
    _, _, weights = SharedBatches(batches, divisor=2)[0]
    assert weights.tolist() == [1.0, 2.0, 3.0, 0.0]


@pytest.mark.once
def test_each_part_of_a_batch_is_dealt_out():
    batches = ArrayBatches(np.arange(12), batch_size=12)
    options = dict(divisor=2, groups=2, num_parts=3)
    assert SharedBatches(batches, **options)[0].tolist() == [
        *(0, 1, 4, 5, 8, 9),
        *(2, 3, 6, 7, 10, 11),
    ]
    second = SharedBatches(batches, **options, readers=2, reader=1)
    assert second[0].tolist() == [2, 3, 6, 7, 10, 11]


@pytest.mark.once
def test_parts_of_unequal_size_are_refused():
    batches = SharedBatches(ArrayBatches(np.arange(8), 8), 2, num_parts=3)
    with pytest.raises(ValueError, match="3 parts of equal size"):
        batches[0]


@pytest.mark.once
def test_two_sets_side_by_side_are_not_filled_up():
    parts = (ArrayBatches(np.arange(6), 3) for _ in range(2))
    with pytest.raises(ValueError, match="divides by 2.*batch_size=3"):
        SharedBatches(keras_arae.data.ZippedBatches(*parts), divisor=2)


# What a process of several writes, and what it runs.


@pytest.fixture
def another_process(monkeypatch):
    """This process is the second of two, which has not met the first."""
    monkeypatch.setattr(type(backend.replicas), "writes", False)


@pytest.mark.once
def test_only_the_first_process_writes(
    another_process, as_new, clauses, tmp_path
):
    model, seen = as_new(), []
    run = keras_arae.callbacks.RunFolder(tmp_path / "run", overwrite=True)
    with run.running():
        model.fit(
            clauses[:50],
            batch_size=25,
            callbacks=[
                keras.callbacks.ModelCheckpoint(tmp_path / "best.keras"),
                keras.callbacks.LambdaCallback(
                    on_epoch_end=lambda epoch, logs: seen.append(epoch)
                ),
                *run.callbacks(
                    keras_arae.callbacks.TextSampler(path=tmp_path / "s.txt")
                ),
            ],
        )
        run.write_lines("lines.txt", ["a"])
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    assert os.listdir(tmp_path) == [] and seen == [0]


@pytest.mark.once
def test_what_would_write_in_each_process_is_refused(
    monkeypatch, as_new, clauses, tmp_path
):
    monkeypatch.setattr(type(backend.replicas), "processes", 2)
    callback = keras.callbacks.BackupAndRestore(tmp_path)
    with pytest.raises(ValueError, match="ResumableCheckpoint.*BackupAnd"):
        as_new().fit(clauses[:25], callbacks=callback)
