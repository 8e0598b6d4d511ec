"""Samples, checkpoints and learning curves as training goes on."""

import keras
import pytest

from keras_arae import callbacks
from keras_arae.visualization import read_log


@pytest.mark.once
def test_samples_go_to_screen_file_and_tensorboard(
    make_model, clauses, tmp_path, capsys
):
    model = make_model()
    sampler = callbacks.TextSampler(
        clauses[:3],
        num_samples=4,
        every=2,
        steps=5,
        path=tmp_path / "samples.txt",
        log_dir=tmp_path / "board",
    )
    model.fit(clauses, epochs=4, verbose=0, callbacks=[sampler])
    text = (tmp_path / "samples.txt").read_text()
    shown = capsys.readouterr().out.split("\n")
    assert [line for line in shown if line] == text.rstrip("\n").split("\n")
    assert [line for line in text.split("\n") if line[:5] == "Epoch"] == [
        "Epoch 2",
        "Epoch 4",
    ]
    last = text[text.index("Epoch 4") :].rstrip("\n").split("\n")
    assert len(last) == 1 + (1 + 4) + (1 + 5) + (1 + 3) + (1 + 5)
    assert [line.strip() for line in last[2:6]] == model.generate(4, seed=0)
    assert list((tmp_path / "board").glob("events*"))


@pytest.mark.once
def test_a_board_that_nothing_can_write_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for make in (
        lambda: callbacks.TextSampler(log_dir="board"),
        lambda: callbacks.ImageSampler(tmp_path, log_dir="board"),
    ):
        with pytest.raises(ImportError, match="Received: log_dir='board'"):
            make()


def test_a_plain_autoencoder_shows_reconstructions(make_model, clauses):
    model = make_model(prior=None, compiled=False)
    sampler = callbacks.TextSampler(clauses[:2])
    sampler.set_model(model)
    assert set(sampler.look()) == {
        "sentences -> reconstructions",
        "between the first two sentences",
    }


def test_looking_changes_no_number(as_new, clauses):
    losses = []
    for extra in ([], [callbacks.TextSampler(clauses[:2], verbose=False)]):
        keras.utils.set_random_seed(1)
        model = as_new()
        history = model.fit(clauses, epochs=3, verbose=0, callbacks=extra)
        losses.append(history.history["loss"])
    assert losses[0] == losses[1]


def test_two_checkpoints_are_kept_and_found(as_new, clauses, tmp_path):
    checkpoint = callbacks.ResumableCheckpoint(tmp_path / "here", every=2)
    assert checkpoint.latest(tmp_path / "here") == (None, 0)
    as_new().fit(clauses[:50], epochs=5, verbose=0, callbacks=[checkpoint])
    path, epoch = checkpoint.latest(tmp_path / "here")
    assert epoch == 4
    assert sorted((tmp_path / "here").iterdir()) == [
        tmp_path / "here" / "epoch-0002.keras",
        path,
    ]


@pytest.mark.once
def test_a_write_cut_short_is_never_read(make_model, clauses, tmp_path):
    checkpoint = callbacks.ResumableCheckpoint(tmp_path)
    model = make_model()
    model.fit(clauses[:50], verbose=0, callbacks=[checkpoint])
    whole, _ = checkpoint.latest(tmp_path)

    def killed(path):
        path.write_bytes(whole.read_bytes()[:1000])
        raise KeyboardInterrupt

    model.save = killed
    with pytest.raises(KeyboardInterrupt):
        model.fit(
            clauses[:50],
            initial_epoch=1,
            epochs=2,
            verbose=0,
            callbacks=[checkpoint],
        )
    assert checkpoint.latest(tmp_path) == (whole, 1)
    keras.saving.load_model(whole)


@pytest.mark.once
def test_learning_curves_read_the_log(make_model, clauses, tmp_path):
    log, picture = tmp_path / "log.csv", tmp_path / "curves.png"
    make_model().fit(
        clauses,
        epochs=3,
        verbose=0,
        validation_data=clauses[:30],
        callbacks=[
            keras.callbacks.CSVLogger(log),
            callbacks.LearningCurves(log, picture),
        ],
    )
    assert picture.read_bytes()[:4] == b"\x89PNG"
    assert read_log(log)["epoch"] == [0, 1, 2]
