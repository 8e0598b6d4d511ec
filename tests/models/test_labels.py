"""Models whose decoder, generator and critic know a label."""

import keras
import numpy as np
import pytest
from conftest import compile_quickly
from conftest import few_steps
from conftest import with_prior
from keras import ops

import keras_arae

GAME = {"noise_dim": 6, "hidden_dims": (20,)}


@pytest.fixture(scope="module")
def bars():
    """Images of one bar, in the row of their label, with noise elsewhere."""
    generator = np.random.default_rng(0)
    labels = generator.integers(3, size=300)
    images = (generator.random((300, 6, 6)) < 0.05).astype("int32")
    for image, label in zip(images, labels):
        image[2 * label] = 1
    return images, labels


def make_model(compiled=True, **options):
    options = {"condition": 3, "noise_dim": 4, **options}
    networks = {
        "generator": keras_arae.layers.Generator(8, (32,)),
        "critic": keras_arae.layers.Critic((32,)),
    }
    model = keras_arae.ImageARAE(
        (6, 6),
        encoder=keras_arae.layers.DenseEncoder(8, (32,)),
        decoder=keras_arae.layers.DenseDecoder((6, 6), 2, (32,)),
        code_dim=8,
        seed=1,
        **with_prior({**networks, **options}),
    )
    if compiled:
        compile_quickly(model)
    return model


def shown(images):
    """Labels that images show: the row with most pixels."""
    return images[:, ::2].sum(axis=2).argmax(axis=1)


@pytest.mark.once  # Others below train on each backend.
def test_samples_are_of_the_class_asked_for(bars):
    model = make_model()
    history = model.fit(
        *bars, epochs=40, batch_size=50, validation_data=bars, verbose=0
    ).history
    # Measured: 1.0 on each backend.
    labels = np.repeat([0, 1, 2], 20)
    samples = model.generate(60, label=labels, seed=0)
    assert np.mean(shown(samples) == labels) > 0.9
    assert set(shown(model.generate(30, label=1, seed=0))) == {1}
    assert set(shown(model.generate(60, seed=0))) == {0, 1, 2}
    assert history["val_accuracy"][-1] > history["val_accuracy"][0]
    path = model.interpolate(label=0, end_label=2, steps=5, seed=0)
    assert shown(path[:1]) == 0 and shown(path[-1:]) == 2


def test_labels_travel_with_their_rows(bars):
    images, labels = bars
    batches = keras_arae.data.ArrayBatches(
        images, 64, labels=labels, seed=0, num_extra=64
    )
    batches.on_epoch_begin()
    for index in range(len(batches)):
        rows, found = batches[index]
        assert rows.shape == (128, 6, 6)
        assert np.array_equal(shown(rows), found)
    assert not np.array_equal(batches[0][1][:64], labels[:64])


@pytest.mark.parametrize(
    "critic_data", ["reuse", pytest.param("fresh", marks=pytest.mark.once)]
)
def test_a_split_and_either_schedule_train(bars, critic_data):
    model = make_model(critic_data=critic_data, critic_steps=2)
    history = model.fit(
        *bars, epochs=2, batch_size=30, validation_split=0.2, verbose=0
    ).history
    found = model.evaluate(
        bars[0][240:], bars[1][240:], verbose=0, return_dict=True
    )
    expected = history["val_reconstruction_loss"][-1]
    assert found["reconstruction_loss"] == pytest.approx(expected, rel=1e-4)


def test_a_decoder_heeds_the_label(bars):
    model = make_model()
    model.fit(*bars, epochs=5, verbose=0)
    images, labels = bars
    right = model.negative_log_likelihood(images, labels)
    wrong = model.negative_log_likelihood(images, (labels + 1) % 3)
    assert right.shape == (300,) and right.mean() < wrong.mean()
    found = model.evaluate(images, labels, verbose=0, return_dict=True)
    per_pixel = found["reconstruction_loss"]
    assert right.mean() == pytest.approx(36 * per_pixel, rel=1e-4)
    codes = model.encode(images)
    assert np.array_equal(
        model.reconstruct(images, labels), model.decode(codes, labels)
    )


@pytest.mark.once
def test_callbacks_show_each_class(bars, tmp_path, preprocessor, clauses):
    model = make_model()
    images, labels = bars
    sampler = keras_arae.callbacks.ImageSampler(
        tmp_path, images[:6], labels[:6], num_samples=6, num_paths=2
    )
    model.fit(images, labels, callbacks=[sampler], verbose=0)
    picture = keras_arae.visualization.image_grid(
        model.generate(6, label=[0, 1, 2, 0, 1, 2], seed=0), num_columns=3
    )
    assert np.array_equal(sampler.look()["samples"], picture)
    text = keras_arae.TextARAE(
        preprocessor, 12, 16, condition=2, **with_prior(GAME)
    )
    text.compile()
    sampler = keras_arae.callbacks.TextSampler(
        clauses[:2], [0, 1], num_samples=2, steps=3, verbose=False
    )
    text.fit(clauses, np.arange(400) % 2, callbacks=[sampler], verbose=0)
    assert [len(lines) for lines in sampler.look().values()] == [2, 3, 2, 3]


def test_a_saved_model_keeps_its_classes(bars, tmp_path):
    model = make_model()
    model.fit(*bars, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    samples = model.generate(6, label=2, seed=0)
    assert np.array_equal(samples, loaded.generate(6, label=2, seed=0))
    few_steps(loaded).fit(*bars, verbose=0)


@pytest.mark.once
def test_datasets_bring_their_labels(bars):
    import tensorflow as tf

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 10

        def __getitem__(self, index):
            rows = slice(30 * index, 30 * index + 30)
            return bars[0][rows], bars[1][rows]

    tf_batches = tf.data.Dataset.from_tensor_slices(bars).batch(30)
    losses = []
    for dataset in (Batches(), tf_batches):
        keras.utils.set_random_seed(0)
        model = make_model()
        model.fit(dataset, shuffle=False, validation_data=dataset, verbose=0)
        found = model.evaluate(dataset, verbose=0, return_dict=True)
        losses.append(found["reconstruction_loss"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)
    without = tf.data.Dataset.from_tensor_slices(bars[0]).batch(30)
    with pytest.raises(ValueError, match="30 integer labels.*Received: none"):
        make_model().fit(without, verbose=0)
    wrong = tf.data.Dataset.from_tensor_slices((bars[0], bars[1] + 1)).batch(9)
    with pytest.raises(Exception, match="Received: labels from 1 to 3"):
        make_model().fit(wrong, verbose=0)


def test_sentences_of_two_classes(preprocessor, clauses):
    labels = [int("he" in clause.split()) for clause in clauses]
    long = "in the beginning god made the heavens and the earth and all ."
    model = keras_arae.TextARAE(
        preprocessor, 12, 16, condition=2, seed=0, **with_prior(GAME)
    )
    compile_quickly(model)
    # The first sentence is left out, and its label with it.
    model.fit([long, *clauses], np.array([0, *labels]), verbose=0)
    samples = model.generate(4, label=1, temperature=0.5, seed=0)
    assert len(samples) == 4 and isinstance(samples[0], str)
    nats = model.negative_log_likelihood(clauses[:9], labels[:9])
    ids = ops.convert_to_numpy(preprocessor(clauses[:9]))
    found = model.evaluate(
        clauses[:9], np.array(labels[:9]), verbose=0, return_dict=True
    )
    per_token = nats.sum() / np.sum(ids > 0)
    assert per_token == pytest.approx(found["reconstruction_loss"], rel=1e-4)


def test_wrong_labels_are_refused_with_what_came(bars):
    images, labels = bars
    model = make_model()
    for y, message in [
        (labels + 1, "300 integer labels from 0 to 2.*labels from 1 to 3"),
        (labels - 1, "labels from -1 to 1"),
        (labels[:9], r"shape \(9,\)"),
        (labels.astype("float32"), "dtype float32"),
        (None, "Received: none"),
    ]:
        with pytest.raises(ValueError, match=message):
            model.fit(images, y, verbose=0)
        with pytest.raises(ValueError, match=message):
            model.evaluate(images, y, verbose=0)
    with pytest.raises(ValueError, match="labels from 3 to 3"):
        model.generate(4, label=3)
    with pytest.raises(ValueError, match="Received: none"):
        model.reconstruct(images[:4])
    with pytest.raises(ValueError, match="brings its labels"):
        batches = keras_arae.data.ArrayBatches(images, 30)
        model.fit(batches, labels, verbose=0)
    with pytest.raises(ValueError, match="`classes` must be"):
        make_model(condition=0)
    plain = make_model(condition=None)
    for refused in (
        lambda: plain.fit(images, labels, verbose=0),
        lambda: plain.generate(4, label=1),
    ):
        with pytest.raises(ValueError, match="has no condition"):
            refused()
