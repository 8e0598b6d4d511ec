"""A run's folder: what it keeps, refuses and continues from."""

import json
import pathlib

import keras
import numpy as np
import pytest
from conftest import same
from conftest import weights_of

import keras_arae
from keras_arae.callbacks import RunFolder
from keras_arae.visualization import read_log


@pytest.fixture
def train(make_model, clauses):
    """Trains in a folder as an example does; gives model and first epoch."""

    def train(folder, epochs):
        model, epoch = folder.restore()
        if model is None:
            keras.utils.set_random_seed(1)
            model = make_model()
        model.fit(
            clauses[:60],
            epochs=epochs,
            initial_epoch=epoch,
            verbose=0,
            callbacks=folder.callbacks(),
        )
        return model, epoch

    return train


def names(folder):
    return {path.name for path in pathlib.Path(folder).iterdir()}


def test_a_run_continues_as_if_it_had_not_stopped(train, tmp_path):
    whole, epoch = train(RunFolder(tmp_path / "whole"), 3)
    assert epoch == 0
    train(RunFolder(tmp_path / "parts"), 2)
    # Killed between log and checkpoint: the log knows one epoch more.
    log = tmp_path / "parts" / "training_log.csv"
    log.write_bytes(log.read_bytes() + log.read_bytes().splitlines(True)[-1])
    folder = RunFolder(tmp_path / "parts", resume=True)
    resumed, epoch = train(folder, 3)
    assert epoch == 2
    assert read_log(folder.log) == read_log(tmp_path / "whole" / log.name)
    networks = ("encoder", "decoder")
    assert same(
        weights_of(*(getattr(whole, name) for name in networks)),
        weights_of(*(getattr(resumed, name) for name in networks)),
    )
    assert names(folder) == {
        "checkpoints",
        "learning_curves.png",
        "training_log.csv",
    }
    assert names(folder.checkpoints) == {"epoch-0002.keras", "epoch-0003.keras"}


@pytest.mark.once
def test_callbacks_stand_in_order(tmp_path):
    sampler = keras_arae.callbacks.TextSampler()
    begin, *others = RunFolder(tmp_path).callbacks(sampler)
    assert [type(each) for each in others] == [
        keras_arae.callbacks.TextSampler,
        keras.callbacks.CSVLogger,
        keras_arae.callbacks.LearningCurves,
        keras_arae.callbacks.ResumableCheckpoint,
    ]


@pytest.mark.once
def test_earlier_results_are_not_overwritten(tmp_path):
    folder = RunFolder(tmp_path / "deep" / "run")
    folder.save_flags({"epochs": 3})
    assert not any(tmp_path.iterdir())
    with folder.running():
        folder.begin()
    with pytest.raises(FileExistsError) as error:
        RunFolder(tmp_path / "deep" / "run")
    for part in ("--overwrite", "--resume", f"Received: {tmp_path}/deep/run"):
        assert part in str(error.value)
    assert names(tmp_path / "deep" / "run") == {"flags.json"}


@pytest.mark.once
def test_overwriting_removes_what_a_run_would_add_to(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    for name in (
        "checkpoints/epoch-0002.keras", "training_log.csv", "samples.txt",
        "notes.txt",
    ):  # fmt: skip
        (tmp_path / name).write_text("old")
    RunFolder(tmp_path, resume=True, overwrite=True, appended=["samples.txt"])
    assert len(names(tmp_path)) == 4  # Resumed: nothing is removed.
    folder = RunFolder(tmp_path, overwrite=True, appended=["samples.txt"])
    assert len(names(tmp_path)) == 4  # Nothing is trained yet.
    with folder.running():
        folder.begin()
    assert names(folder) == {"checkpoints", "notes.txt"}
    assert folder.restore() == (None, 0)
    assert not any(folder.checkpoints.iterdir())


@pytest.mark.once
def test_a_run_that_never_began_is_begun(tmp_path):
    folder = RunFolder(tmp_path / "run", resume=True)
    assert folder.restore() == (None, 0)
    # Killed in its first epoch.
    folder.path.mkdir()
    folder.log.write_text("epoch,loss\n0,1.0\n")
    assert folder.restore() == (None, 0)
    with folder.running():
        folder.begin()
    assert not folder.log.exists()


@pytest.mark.once
def test_flags_are_written_as_json(tmp_path):
    folder = RunFolder(tmp_path)
    folder.save_flags({"epochs": 3, "data": tmp_path, "rate": np.float32(0.5)})
    with folder.running():
        folder.begin()
    flags = json.loads((folder / "flags.json").read_text())
    assert flags == {"epochs": 3, "data": str(tmp_path), "rate": "0.5"}
    assert names(folder) == {"flags.json"}
