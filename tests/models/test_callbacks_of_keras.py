"""What Keras' own callbacks do in `fit`, and what NaN does."""

import csv
import pathlib

import keras
import numpy as np
import pytest
from conftest import few_steps


@pytest.mark.once
def test_checkpoint_csv_and_tensorboard(make_model, clauses, tmp_path):
    model = make_model()
    model.fit(
        clauses,
        epochs=2,
        validation_data=clauses[:40],
        verbose=0,
        callbacks=[
            keras.callbacks.ModelCheckpoint(
                tmp_path / "best.keras",
                monitor="val_loss",
                save_best_only=True,
            ),
            keras.callbacks.ModelCheckpoint(
                tmp_path / "last.weights.h5", save_weights_only=True
            ),
            keras.callbacks.CSVLogger(tmp_path / "log.csv"),
            keras.callbacks.TensorBoard(tmp_path / "board"),
        ],
    )
    best = keras.saving.load_model(tmp_path / "best.keras")
    assert best.evaluate(clauses[:40], verbose=0, return_dict=True)["loss"] < 9
    other = make_model()
    other.load_weights(tmp_path / "last.weights.h5")
    np.testing.assert_array_equal(
        other.encode(clauses[:9]), model.encode(clauses[:9])
    )
    with (tmp_path / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["0", "1"]
    assert float(rows[1]["val_accuracy"]) > 0
    assert list(pathlib.Path(tmp_path / "board").rglob("events*"))


@pytest.mark.once
def test_early_stopping_restores_the_best(make_model, clauses):
    model = make_model()
    stopping = keras.callbacks.EarlyStopping(
        "val_accuracy", mode="min", patience=1, restore_best_weights=True
    )
    history = model.fit(
        clauses,
        epochs=9,
        validation_data=clauses[:40],
        callbacks=[stopping],
        verbose=0,
    ).history
    assert len(history["loss"]) < 9
    found = model.evaluate(clauses[:40], verbose=0, return_dict=True)
    assert found["accuracy"] == pytest.approx(
        min(history["val_accuracy"]), abs=1e-5
    )


def test_learning_rates_follow_a_schedule(as_new, clauses):
    model = as_new()
    scheduler = keras.callbacks.LearningRateScheduler(
        lambda epoch, rate: rate * 0.5
    )
    history = model.fit(
        clauses, epochs=2, callbacks=[scheduler], verbose=0
    ).history
    # The scheduler sets one rate, the first member's, for each of them.
    assert len(set(history["learning_rate_autoencoder"])) == 2


class Interrupt(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt


def test_backup_and_restore(as_new, make_model, clauses, tmp_path):
    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
    with pytest.raises(KeyboardInterrupt):
        as_new().fit(
            clauses, epochs=4, callbacks=[backup, Interrupt()], verbose=0
        )
    model = make_model()  # The callback leaves a mark on it.
    history = model.fit(clauses, epochs=4, callbacks=[backup], verbose=0)
    assert history.epoch == [2, 3]
    straight = as_new().fit(clauses, epochs=4, verbose=0).history
    assert history.history["loss"][1] < straight["loss"][1]


def test_terminate_on_nan_takes_over(as_new, clauses):
    model = as_new()
    model.optimizer["autoencoder"].learning_rate = float("nan")
    history = model.fit(
        clauses,
        epochs=3,
        verbose=0,
        callbacks=[keras.callbacks.TerminateOnNaN()],
    ).history
    assert len(history["loss"]) == 1


@pytest.mark.parametrize(
    "phase",
    [
        pytest.param("reconstruction", marks=pytest.mark.once),
        pytest.param("critic", marks=pytest.mark.once),
        "generator",
    ],
)
def test_nan_names_its_phase_and_spares_the_checkpoint(
    make_model, clauses, tmp_path, phase
):
    from keras_arae.callbacks import ResumableCheckpoint

    checkpoint = ResumableCheckpoint(tmp_path)
    model = make_model()
    few_steps(model).fit(clauses[:64], callbacks=[checkpoint], verbose=0)
    original = getattr(model, f"{phase}_loss")

    def broken_loss(value):
        loss, logs = original(value)
        return loss * float("nan"), {
            **logs,
            f"{phase}_loss": loss * float("nan"),
        }

    setattr(model, f"{phase}_loss", broken_loss)
    model.compile()
    with pytest.raises(FloatingPointError, match=f"of the {phase} phase"):
        model.fit(
            clauses[:64],
            initial_epoch=1,
            epochs=3,
            callbacks=[checkpoint],
            verbose=0,
        )
    path, epoch = checkpoint.latest(tmp_path)
    assert epoch == 1
    assert np.isfinite(keras.saving.load_model(path).encode(clauses[:4])).all()
