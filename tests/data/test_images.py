import keras
import numpy as np
import pytest

from keras_arae import ImagePreprocessor

pytestmark = pytest.mark.once
GREY = np.array([[[0.0, 0.2], [0.5, 1.0]]])


def test_rounding():
    assert ImagePreprocessor((2, 2))(GREY).tolist() == [[[0, 0], [1, 1]]]
    four = ImagePreprocessor((2, 2), num_levels=4)
    assert four(GREY).tolist() == [[[0, 0], [2, 3]]]
    assert four(np.round(255 * GREY).astype("uint8")).tolist() == [
        [[0, 0], [2, 3]]
    ]


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool"])
def test_levels_stay(dtype):
    levels = np.arange(4).reshape(1, 2, 2).astype(dtype)
    expected = levels.astype("int32")
    four = ImagePreprocessor((2, 2), num_levels=4)
    if dtype == "bool":
        four = ImagePreprocessor((2, 2))
    found = four(levels)
    assert found.dtype == "int32"
    np.testing.assert_array_equal(found, expected)


def test_an_axis_of_one_channel_may_be_there_or_not():
    flat, deep = ImagePreprocessor((2, 3)), ImagePreprocessor((2, 3, 1))
    images = np.zeros((5, 2, 3))
    assert flat(images[..., None]).shape == (5, 2, 3)
    assert deep(images).shape == (5, 2, 3, 1)


def test_draws_have_the_grey_value_as_their_mean():
    grey = np.full((20000, 1, 1), 0.3, "float32")
    for num_levels in (2, 5):
        preprocessor = ImagePreprocessor((1, 1), num_levels)
        draws = preprocessor.draw(grey, np.random.default_rng(0))
        assert draws.dtype == "int32"
        # Five standard errors of a mean of 20,000 draws.
        assert draws.mean() == pytest.approx(0.3 * (num_levels - 1), abs=0.018)
        assert draws.min() >= 0 and draws.max() <= num_levels - 1


@pytest.mark.parametrize(
    "images, message",
    [
        (np.zeros((1, 3, 2)), r"\('num_images', 2, 2\).*shape \(1, 3, 2\)"),
        (np.zeros((2, 2)), r"shape \(2, 2\)"),
        (np.zeros((1, 2, 2, 3)), r"shape \(1, 2, 2, 3\)"),
        (1.5 + np.zeros((1, 2, 2)), "floats from 0 to 1.*from 1.5 to 1.5"),
        (np.full((1, 2, 2), np.nan), "Received: values from nan"),
        (np.full((1, 2, 2), 7), "levels from 0 to 1.*from 7 to 7"),
        (np.full((1, 2, 2), -1), "from -1 to -1"),
        (np.full((1, 2, 2), "a"), "Received: dtype <U1"),
    ],
)
def test_wrong_images_are_refused(images, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        ImagePreprocessor((2, 2))(images)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"image_shape": (2,)}, "image_shape=\\(2,\\)"),
        ({"image_shape": (2, 2), "num_levels": 1}, "num_levels=1"),
        ({"image_shape": (2, 2), "binarization": "x"}, "binarization='x'"),
    ],
)
def test_settings_are_checked(options, message):
    with pytest.raises(ValueError, match=f"Received: {message}"):
        ImagePreprocessor(**options)


def test_config_round_trip():
    preprocessor = ImagePreprocessor((2, 3, 1), 4, "stochastic")
    config = keras.saving.serialize_keras_object(preprocessor)
    copy = keras.saving.deserialize_keras_object(config)
    assert copy.get_config() == preprocessor.get_config()


def test_what_models_ask_of_the_codec():
    codec = ImagePreprocessor([2, 3, 1], 4)
    assert codec.x_shape == codec.image_shape == (2, 3, 1)
    assert codec.num_values == codec.num_levels == 4
    assert codec.pad_id is codec.start_id is codec.end_id is None
    levels = codec.encode(np.zeros((5, 2, 3)))
    assert codec.decode(levels) is levels


def test_a_corpus_stays_grey_where_levels_are_drawn_later():
    rows, kept = ImagePreprocessor((2, 2)).encode_corpus(GREY)
    assert rows.dtype == "int32" and kept.tolist() == [0]
    codec = ImagePreprocessor((2, 2), binarization="stochastic")
    rows, kept = codec.encode_corpus(GREY)
    assert rows.dtype == "float32" and kept.tolist() == [0]
    np.testing.assert_allclose(rows, GREY)
    # Verbs round all the same.
    assert codec.encode(GREY).tolist() == [[[0, 0], [1, 1]]]


def test_levels_are_not_drawn_again():
    codec = ImagePreprocessor((2, 2), binarization="stochastic")
    levels = codec.encode(GREY)
    assert codec.draw(levels, np.random.default_rng(0)) is levels


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 1)])
@pytest.mark.parametrize("given", [(2, 3), (2, 3, 1)])
def test_one_image_becomes_a_batch_of_one(shape, given):
    codec = ImagePreprocessor(shape)
    for make in (np.zeros, keras.ops.zeros):
        batch, several = codec.as_batch(make(given))
        assert not several and codec.encode(batch).shape == (1, *shape)
    images = np.zeros((5, *given))
    batch, several = codec.as_batch(images)
    assert several and batch is images


def test_an_image_with_gradients_becomes_a_batch_of_one():
    image = keras.Variable(np.zeros((2, 2))).value
    batch, several = ImagePreprocessor((2, 2)).as_batch(image)
    assert not several and batch.shape == (1, 2, 2)


def test_what_bytes_mean_is_decided_once(tmp_path):
    images = np.zeros((4, 2, 2), "uint8")
    images[1:] = 255
    images[0, 0, 0] = 1
    codec = ImagePreprocessor((2, 2))
    rows = codec.encode(images)
    np.testing.assert_array_equal(codec.encode(images[:1]), rows[:1])
    assert rows[0, 0, 0] == 0
    again = ImagePreprocessor.from_config(codec.get_config())
    np.testing.assert_array_equal(again.encode(images[:1]), rows[:1])
    dark_first = ImagePreprocessor((2, 2))
    assert dark_first.encode(images[:1])[0, 0, 0] == 1
    with pytest.raises(ValueError, match='pixels="bytes".*from 0 to 255'):
        dark_first.encode(images)
    known = ImagePreprocessor((2, 2), pixels="bytes")
    np.testing.assert_array_equal(known.encode(images[:1]), rows[:1])
    with pytest.raises(ValueError, match="Received: pixels='bits'"):
        ImagePreprocessor((2, 2), pixels="bits")
