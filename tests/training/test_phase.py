"""Phases declare what they log and which optimizer they take."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_arae import training
from keras_arae.data import ArrayCodec

X = np.arange(8)[:, None]


class Scale(training.PhasedModel):
    """Learns to double numbers; `options` are those of its phase."""

    def __init__(self, **options):
        super().__init__(codec=ArrayCodec((1,)), seed=0)
        self.dense = keras.layers.Dense(1, use_bias=False)
        self.options = options
        self.build((None, 1))

    def build(self, input_shape):
        self.dense.build(input_shape)
        self.built = True

    def scale_loss(self, batch):
        x = ops.cast(batch.x, "float32")
        error = ops.mean(ops.square(self.dense(x) - 2.0 * x))
        return error, {"error": error}

    def phases(self):
        return [
            training.Phase(
                "scale",
                self.scale_loss,
                [self.dense],
                "scale",
                evaluate=lambda batch: self.scale_loss(batch)[1],
                **self.options,
            )
        ]


def adam():
    return keras.optimizers.Adam(0.1)


DECLARED = {"logs": ["error"], "objective": {"error": 1.0}}


def test_a_model_of_one_phase_learns():
    model = Scale(default_optimizer=adam, **DECLARED)
    model.compile()
    many = np.tile(X, (20, 1))
    history = model.fit(
        many, epochs=3, batch_size=8, validation_data=X, verbose=0
    ).history
    assert history["loss"][-1] < 0.01 * history["loss"][0]
    assert history["loss"] == history["error"]
    assert "val_error" in history
    found = model.evaluate(X, verbose=0, return_dict=True)
    assert set(found) == {"loss", "error"}


def test_a_log_that_is_not_declared_is_refused():
    model = Scale(default_optimizer=adam)
    model.compile(run_eagerly=True)
    message = r"(?s)'scale' logs \['error'\].*Phase\(logs=.*Received: logs=\[\]"
    with pytest.raises(ValueError, match=message):
        model.fit(X, verbose=0)
    model = Scale(default_optimizer=adam)  # The failed fit kept its state.
    model.compile(run_eagerly=True)
    with pytest.raises(ValueError, match=message):
        model.evaluate(X, verbose=0)


def test_a_phase_without_a_default_optimizer_needs_one():
    model = Scale(**DECLARED)
    with pytest.raises(ValueError, match="default.*Received: scale_optimizer"):
        model.compile()
    model.compile(scale_optimizer=adam())
    model.fit(X, verbose=0)
    model.compile(optimizer=adam())  # The model has no other.
    model.fit(X, verbose=0)


def test_optimizers_that_no_phase_uses_are_refused(make_model):
    model = make_model(prior=None, compiled=False)
    with pytest.raises(ValueError, match="Received: critic_optimizer="):
        model.compile(critic_optimizer=adam())
    with pytest.raises(ValueError, match="at most 1 optimizers.*Received: 2"):
        model.compile(adam(), adam())
    with pytest.raises(ValueError, match="at most once"):
        model.compile(adam(), autoencoder_optimizer=adam())
