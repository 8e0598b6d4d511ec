"""Words left out and moved, and the autoencoder that puts them back."""

import keras
import numpy as np
import pytest
from conftest import number
from conftest import with_prior
from keras import ops

import keras_arae
from keras_arae.layers import WordNoise

X = np.zeros((500, 9), "int32")
X[:, :6] = [3, 4, 5, 6, 7, 8]
X[:, 6] = 2  # The end, and padding behind it.


def noisy(**options):
    return ops.convert_to_numpy(WordNoise(seed=1, **options)(X, training=True))


def test_words_are_left_out_and_the_rest_closes_up():
    found = noisy(dropout=0.3)
    assert found.shape == X.shape
    for row in found:
        *words, end = row[row != 0]
        assert words == sorted(words)
    for row in [*found, *noisy(dropout=0.3, max_shift=100)]:
        *words, end = row[row != 0]
        assert end == 2 and not row[len(words) + 1 :].any()
    kept = np.mean(found > 2) / np.mean(X > 2)
    assert abs(kept - 0.7) < 0.03


@pytest.mark.parametrize("max_shift", [1, 3, 100])
def test_words_move_so_far_and_no_farther(max_shift):
    found = noisy(dropout=0.0, max_shift=max_shift)
    np.testing.assert_array_equal(np.sort(found[:, :6], axis=1), X[:, :6])
    np.testing.assert_array_equal(found[:, 6:], X[:, 6:])
    moved = np.abs(np.argsort(found[:, :6], axis=1) - np.arange(6))
    assert moved.max() == min(max_shift, 5)
    assert not (found == X).all(axis=1).all()


def test_nothing_happens_outside_training():
    layer = WordNoise(0.5, max_shift=2)
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(X)), X)
    copy = WordNoise.from_config(layer.get_config())
    assert copy.get_config() == layer.get_config()


def test_an_autoencoder_puts_words_back(make_model, clauses):
    options = {"prior": None, "code_noise": 0.0, "compiled": False}
    model = make_model(corruption=WordNoise(0.9, seed=0), **options)
    seen = []
    call, model.code = (
        model.code,
        lambda x, **kwargs: seen.append(x) or call(x, **kwargs),
    )
    batch = keras_arae.data.Batch(
        ops.convert_to_tensor(model.codec.encode(clauses[:50]))
    )
    loss, _ = model.reconstruction_loss(batch)
    read, clean = map(ops.convert_to_numpy, (seen[-1], batch.x))
    assert np.sum(read > 0) < 0.5 * np.sum(clean > 0)
    # What must be given back is whole.
    plain = make_model(**options)
    for one, other in zip(plain.weights, model.weights):
        one.assign(ops.convert_to_numpy(other))
    code = plain.code(ops.convert_to_tensor(read))
    (expected, _), _ = plain.reconstruction(code, batch)
    assert number(loss) == pytest.approx(number(expected), rel=1e-4)


@pytest.mark.once
def test_a_model_with_noise_is_saved(make_model, clauses, tmp_path):
    model = make_model(corruption=WordNoise(0.2, 1, seed=0), compiled=False)
    model.compile(run_eagerly=True)
    model.fit(clauses[:40], batch_size=20, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.corruption.get_config() == model.corruption.get_config()
    losses = [
        each.fit(clauses[:40], batch_size=20, verbose=0).history["loss"]
        for each in (model, loaded)
    ]
    assert losses[0] == losses[1]


@pytest.mark.once
def test_what_is_no_corruption_is_refused(make_model):
    with pytest.raises(ValueError, match="Received: corruption=0.3"):
        make_model(**with_prior({"corruption": 0.3}))
    for corruption, received in [
        (keras.layers.Flatten(), None),  # It leaves sentences as they are.
        (keras.layers.RepeatVector(2), r"shape \(2, 2, 9\)"),
        (keras.layers.GaussianNoise(0.5), "dtype float32"),
    ]:
        if received is None:
            make_model(corruption=corruption)
            continue
        with pytest.raises(ValueError, match=f"Received: .*{received}"):
            make_model(corruption=corruption)
    with pytest.raises(ValueError, match=r"input_shape=\(2, 6, 5\)"):
        keras_arae.ImageARAE((6, 5), corruption=WordNoise())
