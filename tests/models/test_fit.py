"""`fit` as users of Keras know it: data of every kind, and its options."""

import gc
import weakref

import keras
import numpy as np
import pytest
from conftest import compile_quickly
from conftest import number
from conftest import start_alike
from keras import ops


class Batches(keras.utils.PyDataset):
    def __init__(self, rows, batch_size=25):
        super().__init__()
        self.rows, self.batch_size = rows, batch_size

    def __len__(self):
        return -(-len(self.rows) // self.batch_size)

    def __getitem__(self, index):
        start = index * self.batch_size
        return self.rows[start : start + self.batch_size]


def tf_batches(rows):
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensor_slices(rows)
    return dataset.batch(25, drop_remainder=True)


KINDS = {
    "array of strings": lambda text, ids: np.array(text),
    "ids": lambda text, ids: ids,
    "tensor of ids": lambda text, ids: ops.convert_to_tensor(ids),
    "PyDataset of strings": lambda text, ids: Batches(text),
    "PyDataset of ids": lambda text, ids: Batches(ids),
    "tf.data of strings": lambda text, ids: tf_batches(text),
    "tf.data of ids": lambda text, ids: tf_batches(ids),
}


@pytest.fixture(scope="module")
def fit_to(as_new):
    """Fits a new model to data that stand for `clauses[:100]`."""

    def fit(data):
        keras.utils.set_random_seed(0)
        model = as_new()
        history = model.fit(
            data,
            epochs=2,
            batch_size=25,
            shuffle=False,
            verbose=0,
            validation_data=data,
        ).history
        assert number(model.optimizer["generator"].iterations) == 8
        return history

    return fit


@pytest.fixture(scope="module")
def history_of_lists(fit_to, clauses):
    return fit_to(clauses[:100])


@pytest.mark.parametrize("kind", KINDS)
def test_data_of_every_kind(
    fit_to, history_of_lists, preprocessor, clauses, kind
):
    text = clauses[:100]
    history = fit_to(KINDS[kind](text, preprocessor(text)))
    for name in ("reconstruction_loss", "val_accuracy"):
        np.testing.assert_allclose(
            history[name], history_of_lists[name], rtol=1e-5
        )
    assert history["val_accuracy"][1] > 0


def test_logs_carry_every_number_of_a_run(as_new, clauses):
    history = as_new().fit(clauses, epochs=1, verbose=0).history
    assert set(history) == {
        "loss",
        "reconstruction_loss",
        "accuracy",
        "critic_loss",
        "wasserstein_distance",
        "gradient_penalty",
        "encoder_loss",
        "generator_loss",
        "code_norm",
        "generated_code_norm",
        "code_trace",
        "generated_code_trace",
        "noise_stddev",
        "learning_rate_autoencoder",
        "learning_rate_critic",
        "learning_rate_generator",
    }
    objective = history["reconstruction_loss"][0]
    objective += 0.1 * history["wasserstein_distance"][0]
    assert history["loss"][0] == pytest.approx(objective, rel=1e-5)


def test_a_last_smaller_batch_recompiles_nothing(make_model, clauses):
    model = make_model()
    traced = []
    reconstruction_loss = model.reconstruction_loss

    def counting_loss(batch):
        traced.append(tuple(batch.x.shape))
        return reconstruction_loss(batch)

    model.reconstruction_loss = counting_loss
    model.fit(clauses[:70], epochs=2, batch_size=25, verbose=0)
    assert len(set(traced)) == 1
    if keras.config.backend() != "torch":  # Which compiles nothing.
        assert len(traced) < 6


def test_evaluate_counts_every_row_once(as_new, clauses):
    model = as_new()
    whole = model.evaluate(clauses[:60], verbose=0, return_dict=True)
    parts = model.evaluate(
        clauses[:60], batch_size=25, verbose=0, return_dict=True
    )
    assert parts["reconstruction_loss"] == pytest.approx(
        whole["reconstruction_loss"], rel=1e-4
    )
    assert parts["accuracy"] == pytest.approx(whole["accuracy"], abs=1e-5)
    numbers = model.evaluate(clauses[:60], verbose=0)
    assert whole["reconstruction_loss"] in [
        pytest.approx(value, rel=1e-5) for value in numbers
    ]


def test_evaluate_by_hand(as_new, preprocessor, clauses):
    model = as_new()
    ids = preprocessor(clauses[:10])
    code = ops.convert_to_tensor(model.encode(ids))
    logits = model.logits(code, ops.convert_to_tensor(ids))
    logits = ops.convert_to_numpy(logits).astype("float64")
    logits -= np.log(np.exp(logits).sum(-1, keepdims=True))
    chosen = np.take_along_axis(logits, ids[..., None], -1)[..., 0]
    numbers = model.evaluate(ids, verbose=0, return_dict=True)
    assert numbers["reconstruction_loss"] == pytest.approx(
        -chosen[ids != 0].mean(), rel=1e-4
    )
    correct = logits.argmax(-1) == ids
    assert numbers["accuracy"] == pytest.approx(
        correct[ids != 0].mean(), rel=1e-4
    )


def test_validation_split_holds_the_last_rows_out(as_new, clauses):
    model = as_new()
    history = model.fit(
        clauses[:100], validation_split=0.2, batch_size=25, verbose=0
    ).history
    assert number(model.optimizer["generator"].iterations) == 4
    expected = model.evaluate(clauses[80:100], verbose=0, return_dict=True)
    assert history["val_reconstruction_loss"][0] == pytest.approx(
        expected["reconstruction_loss"], rel=1e-4
    )


def test_a_model_that_is_dropped_is_gone(make_model, clauses):
    model = make_model()
    model.fit(clauses[:50], validation_split=0.2, batch_size=25, verbose=0)
    model.generate(2)
    reference = weakref.ref(model)
    del model
    gc.collect()
    assert reference() is None


@pytest.mark.parametrize("split", [1.0, -0.1])
def test_validation_split_out_of_range(make_model, clauses, split):
    with pytest.raises(ValueError, match="Received: validation_split="):
        make_model().fit(clauses, validation_split=split, verbose=0)


def test_one_seed_one_run_and_another_seed_another(make_model, clauses):
    runs = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(1)  # The same initial weights.
        model = make_model(seed=seed)
        runs.append(model.fit(clauses, epochs=2, verbose=0).history)
    assert runs[0] == runs[1]
    # Of noise and order too.
    assert runs[0]["loss"][0] != runs[2]["loss"][0]


def test_eager_and_compiled_steps_agree(make_model, as_new, clauses):
    compiled, eager = as_new(), make_model(compiled=False)
    compile_quickly(eager, run_eagerly=True)
    start_alike(compiled, eager)
    losses = [
        model.fit(clauses[:50], batch_size=25, verbose=0).history[
            "reconstruction_loss"
        ][0]
        for model in (eager, compiled)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_several_steps_per_execution(make_model, as_new, clauses):
    model = make_model(compiled=False)
    compile_quickly(model, steps_per_execution=2)
    if keras.config.backend() == "torch":  # Keras itself has no such thing.
        with pytest.raises(ValueError, match="must be 1 with the PyTorch"):
            model.fit(clauses[:100], verbose=0)
        return
    single = as_new()
    start_alike(single, model)
    losses = [
        each.fit(clauses[:100], batch_size=25, verbose=0).history[
            "reconstruction_loss"
        ][0]
        for each in (single, model)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
