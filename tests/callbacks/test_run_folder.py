"""A run's folder: what it keeps, refuses and continues from."""

import contextlib
import errno
import json
import pathlib
import shutil
import signal
import time

import keras
import numpy as np
import pytest
from absl import flags
from conftest import same
from conftest import weights_of

import keras_arae
from keras_arae.callbacks import RunFolder
from keras_arae.visualization import read_log


@pytest.fixture(scope="module")
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


@pytest.mark.once
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


@pytest.fixture(scope="module")
def finished(train, tmp_path_factory):
    folder = RunFolder(tmp_path_factory.mktemp("run") / "finished")
    folder.save_flags({"epochs": 3, "seed": 0, "code_dim": 16}, data=["a"])
    with folder.running():
        train(folder, 3)
    return folder.path


@pytest.fixture
def trained(finished, tmp_path):
    """A folder in which a run of three epochs has ended."""
    return shutil.copytree(finished, tmp_path / "run")


DAMAGES = {
    "empty": lambda content: b"",
    "truncated": lambda content: content[:-1000],
    "flipped": lambda content: (
        content[:50000] + b"\xff\x00" * 9 + content[50018:]
    ),
}


@pytest.mark.once
@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_checkpoint_is_passed_over(train, trained, caplog, kind):
    whole = {path.name: path.read_bytes() for path in trained.glob("*.csv")}
    last = trained / "checkpoints" / "epoch-0003.keras"
    last.write_bytes(DAMAGES[kind](last.read_bytes()))
    model, epoch = train(RunFolder(trained, resume=True), 3)
    assert epoch == 2
    assert "epoch-0003.keras cannot be read" in caplog.text
    assert {p.name: p.read_bytes() for p in trained.glob("*.csv")} == whole
    keras.saving.load_model(last)


@pytest.mark.once
def test_no_checkpoint_can_be_read(trained):
    for path in trained.glob("checkpoints/*.keras"):
        path.write_bytes(b"")
    with pytest.raises(ValueError) as error:
        RunFolder(trained, resume=True).restore()
    for part in ("None of the", "--overwrite", "epoch-0002", "epoch-0003"):
        assert part in str(error.value)


@pytest.mark.once
def test_a_checkpoint_of_another_kind_of_model(trained):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.save(trained / "checkpoints" / "epoch-0003.keras")
    folder = RunFolder(trained, resume=True)
    model, epoch = folder.restore(keras_arae.TextARAE)
    assert epoch == 2 and isinstance(model, keras_arae.TextARAE)
    with pytest.raises(ValueError, match="saved ImageARAE.*a TextARAE"):
        folder.restore(keras_arae.ImageARAE)


@pytest.mark.once
def test_other_settings_or_data_are_refused(trained):
    before = (trained / "flags.json").read_bytes()
    folder = RunFolder(trained, resume=True)
    with pytest.raises(ValueError) as error:
        folder.save_flags({"epochs": 5, "seed": 1, "code_dim": 8}, data=["b"])
    for part in (
        "seed was 0 and is 1",
        "code_dim was 16 and is 8",
        "the data was",
        "--overwrite",
    ):
        assert part in str(error.value)
    assert "epochs was" not in str(error.value)
    assert (trained / "flags.json").read_bytes() == before


@pytest.mark.once
def test_more_epochs_are_told_and_kept_beside_the_first(trained, caplog):
    folder = RunFolder(trained, resume=True)
    flags = {"epochs": 5, "seed": 7, "code_dim": 16, "new": 1}
    folder.save_flags(flags, data=["a"], free=["seed"])
    folder.begin()
    assert "epochs was 3 and is 5" in caplog.text
    stored = json.loads((folder / "flags.json").read_text())
    assert (stored["epochs"], stored["seed"], stored["new"]) == (3, 0, 1)
    assert stored["resumed_with"] == [{"epochs": 5, "seed": 7}]


@pytest.mark.once
def test_of_absl_flags_the_scripts_own_are_kept(tmp_path):
    values = flags.FlagValues()
    flags.DEFINE_integer("width", 3, "Of codes.", flag_values=values)
    values(["script"])
    folder = RunFolder(tmp_path)
    folder.save_flags(values)
    folder.begin()
    assert json.loads((folder / "flags.json").read_text()) == {"width": 3}
    assert "logtostderr" in flags.FLAGS  # Which absl itself has.
    folder.save_flags(flags.FLAGS)
    assert "logtostderr" not in folder._settings


@pytest.mark.once
def test_what_a_checkpoint_does_not_know_is_taken_away(train, trained):
    log = trained / "training_log.csv"
    whole = log.read_bytes()
    assert b"\r\n" in whole  # As CSV files end their lines.
    log.write_bytes(whole + b"3,0.5,0.")
    (trained / "samples.txt").write_text("Epoch 4")
    folder = RunFolder(trained, resume=True, appended=["samples.txt"])
    train(folder, 3)
    assert log.read_bytes() == whole
    assert not (trained / "samples.txt").exists()


@pytest.mark.once
def test_a_log_that_another_hand_changed_is_left(train, trained, caplog):
    log = trained / "training_log.csv"
    log.write_text(log.read_text() + "a note\n")  # With other line ends.
    before = log.read_bytes()
    train(RunFolder(trained, resume=True), 3)
    assert log.read_bytes() == before
    assert "was changed after the run wrote it" in caplog.text


@pytest.mark.once
def test_settings_that_are_refused_cost_no_results(trained, make_model):
    def contents():
        return {p: p.read_bytes() for p in trained.rglob("*") if p.is_file()}

    before = contents()
    folder = RunFolder(trained, overwrite=True)
    folder.save_flags({"epochs": 1})
    with pytest.raises(ValueError), folder.running():
        make_model().fit(
            ["a b"], batch_size=0, callbacks=folder.callbacks(), verbose=0
        )
    assert contents() == before
    new = RunFolder(trained.parent / "new")
    with pytest.raises(ValueError), new.running():
        make_model().fit(["a"], batch_size=0, callbacks=new.callbacks())
    assert not new.path.exists()


@pytest.fixture
def heard():
    """Ctrl-C as Python takes it: shells have background jobs ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.once
def test_ctrl_c_ends_with_a_line_wherever_it_is_lost(trained, capsys, heard):
    folder = RunFolder(trained, resume=True)
    with pytest.raises(SystemExit) as error, folder.running():
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        time.sleep(60)
    assert error.value.code == 130
    line = capsys.readouterr().err
    assert "3 epochs" in line and "--resume" in line and str(trained) in line
    with pytest.raises(SystemExit), folder.running():
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert "run.lock" not in names(trained)


class Finalizer:
    """What Ctrl-C meets here is lost, and Python says so."""

    def __init__(self, act):
        self.act = act

    def __del__(self):
        self.act()


@pytest.mark.once
def test_of_what_finalizers_lose_ctrl_c_alone_is_not_told(
    trained, monkeypatch, heard
):
    told = []
    monkeypatch.setattr("sys.unraisablehook", told.append)
    with pytest.raises(SystemExit), RunFolder(trained, resume=True).running():
        Finalizer(lambda: 1 / 0)
        Finalizer(lambda: signal.raise_signal(signal.SIGINT))
        time.sleep(60)
    assert [lost.exc_type for lost in told] == [ZeroDivisionError]


@pytest.mark.once
def test_a_full_disk_ends_a_run_with_what_is_saved(trained, monkeypatch):
    def fsync(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", fsync)
    folder = RunFolder(trained, resume=True)
    with pytest.raises(SystemExit) as error, folder.running():
        folder.write_lines("samples.txt", ["a man sleeps ."])
    for part in ("no room left", "samples.txt", "3 epochs", "--resume"):
        assert part in str(error.value.code)
    assert "samples.txt" not in names(trained)
