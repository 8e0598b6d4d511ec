"""Conditions: classes and numbers that data come with."""

import keras
import numpy as np
import pytest

import keras_arae
from keras_arae import Classes
from keras_arae import Numbers
from keras_arae.data import get_condition

MOOD = Classes(["negative", "positive"])
LENGTHS = {"length": [2.0, 4.0, 6.0], "weight": [1.0, 1.0, 1.0]}


def numbers():
    """Two numbers that have seen data."""
    condition = Numbers(["length", "weight"], units={"length": "words"})
    condition.encode(LENGTHS, 3)
    return condition


def test_classes_by_number_and_by_name():
    assert MOOD.dim == MOOD.num_classes == 2
    for values in (["positive", "negative"], [1, 0], np.array([1, 0])):
        assert MOOD.encode(values, 2).tolist() == [1, 0]
        assert MOOD.rows(values, 2).tolist() == [[0, 1], [1, 0]]
    for value in ("positive", 1):
        assert MOOD.rows(value, 3).tolist() == [[0, 1]] * 3
    encoded = keras.ops.convert_to_tensor(MOOD.encode([1, 0], 2))
    vectors = keras.ops.convert_to_numpy(MOOD.vectors(encoded))
    assert vectors.tolist() == [[0, 1], [1, 0]]


def test_shares_of_classes():
    shares = [[0.25, 0.75], [1.0, 0.0], [0.5, 0.5]]
    assert MOOD.rows(shares, 3).tolist() == shares


def test_drawn_classes_are_each_as_likely():
    drawn = MOOD.draw(1000, np.random.default_rng(0))
    assert drawn.shape == (1000, 2) and (drawn.sum(axis=1) == 1).all()
    assert 0.4 < drawn[:, 0].mean() < 0.6


def test_what_users_write():
    assert get_condition(None) is None
    assert get_condition(MOOD) is MOOD
    assert get_condition(3).num_classes == 3
    assert get_condition(["a", "b"]).names == ("a", "b")


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: Classes(0), "classes=0"),
        (lambda: Classes(["one"]), r"\['one'\]"),
        (lambda: Classes(["a", "a"]), r"names=\['a', 'a'\]"),
        (lambda: Classes("ab"), "'ab'"),
        (lambda: MOOD.encode(None, 2), "none"),
        (lambda: MOOD.encode(["good", "bad"], 2), r"\['bad', 'good'\]"),
        (lambda: MOOD.encode([0, 2], 2), "labels from 0 to 2"),
        (lambda: MOOD.encode([0], 2), r"shape \(1,\)"),
        (lambda: MOOD.encode([0.0, 1.0], 2), "dtype float64"),
        (lambda: MOOD.rows("bad", 2), r"the unknown \['bad'\]"),
        (lambda: Numbers([]), r"\[\]"),
        (lambda: Numbers(["a", "a"]), r"names=\('a', 'a'\)"),
        (lambda: Numbers("length"), "'length'"),
        (lambda: numbers().encode(None, 3), "None"),
        (lambda: numbers().encode({"length": [1.0]}, 1), r"\['length'\]"),
        (
            lambda: numbers().rows({"length": 1.0, "weight": [1, 2]}, 3),
            r"weight=\[1, 2\]",
        ),
        (
            lambda: numbers().rows({**LENGTHS, "length": np.nan}, 3),
            "length=nan",
        ),
        (lambda: Numbers(["a"]).rows({"a": 1.0}, 2), "condition={'a': 1.0}"),
    ],
)
def test_errors_say_what_came(call, message):
    with pytest.raises(ValueError, match=f"(?s)Received: .*{message}"):
        call()


def test_numbers_are_standardised_by_the_first_data():
    condition = Numbers(["length", "weight"])
    first = condition.encode(LENGTHS, 3)
    np.testing.assert_allclose(first.mean(axis=0), 0.0, atol=1e-6)
    # Numbers that never vary stay at zero.
    np.testing.assert_allclose(first.std(axis=0), [1.0, 0.0], atol=1e-6)
    later = condition.encode({"length": [4.0], "weight": [2.0]}, 1)
    assert later.tolist() == [[0.0, 1.0]]
    # One number for all, or one for each.
    rows = condition.rows({"length": [4.0, 4.0], "weight": 1.0}, 2)
    assert rows.tolist() == [[0.0, 0.0]] * 2
    vectors = np.array([[0.5, -0.5]], "float32")
    assert condition.rows(vectors, 1).tolist() == vectors.tolist()


def test_numbers_out_of_range_are_reported(caplog):
    condition = numbers()
    condition.rows({"length": 5.0, "weight": 1.0}, 2)
    assert not caplog.text
    condition.rows({"length": 9.0, "weight": 1.0}, 2)
    assert "length between 2 and 6 words; asked for 9 to 9" in caplog.text


def test_some_of_several_numbers():
    """The others are drawn as they go with those that are given."""
    generator = np.random.default_rng(0)
    first = generator.standard_normal(4000)
    second = 0.9 * first + np.sqrt(1 - 0.9**2) * generator.standard_normal(4000)
    condition = Numbers(["a", "b", "c"])
    columns = {"a": 10 + 2 * first, "b": second, "c": first[::-1]}
    condition.encode(columns, 4000)
    rows = condition.complete({"a": 14.0, "c": 0.0}, 4000, generator)
    np.testing.assert_allclose(rows[:, [0, 2]].mean(axis=0), [2, 0], atol=0.1)
    assert rows[:, [0, 2]].std(axis=0).max() < 1e-5
    np.testing.assert_allclose(rows[:, 1].mean(), 1.8, atol=0.1)
    np.testing.assert_allclose(rows[:, 1].std(), np.sqrt(0.19), atol=0.05)
    # None given: all drawn, correlated as in the data.
    found = np.corrcoef(condition.complete(None, 4000, generator).T)
    np.testing.assert_allclose(found[0, 1], 0.9, atol=0.05)
    # All given: as `rows` has them.
    asked = {"a": 12.0, "b": 0.0, "c": 0.0}
    complete = condition.complete(asked, 2, generator)
    np.testing.assert_array_equal(complete, condition.rows(asked, 2))
    for bad in ({"d": 1.0}, {}, {"a": [1.0, 2.0, 3.0]}):
        with pytest.raises(ValueError, match="Received"):
            condition.complete(bad, 2, generator)
    # Of a model that was saved before correlations were.
    del condition.statistics["correlation"]
    assert condition.complete({"b": 1.0}, 2, generator).shape == (2, 3)


@pytest.mark.parametrize("condition", [MOOD, Classes(3), numbers()])
def test_config_round_trip(condition):
    config = keras.saving.serialize_keras_object(condition)
    copy = keras.saving.deserialize_keras_object(config)
    assert copy.get_config() == condition.get_config()


@pytest.mark.parametrize("prior", ["adversarial", "gaussian"])
def test_a_model_of_sentences_by_length(
    make_model, clauses, tmp_path, prior, caplog
):
    options = {} if prior == "adversarial" else {"prior": prior}
    length = {"length": np.array([len(c.split()) for c in clauses], float)}
    model = make_model(
        condition=Numbers(["length"], units={"length": "words"}),
        compiled=False,
        **options,
    )
    model.compile()
    with pytest.raises(ValueError, match="seen no numbers yet"):
        model.decode(np.zeros((1, 16)), {"length": 4.0})
    model.fit(
        clauses,
        length,
        epochs=2,
        validation_data=(clauses[:9], {"length": length["length"][:9]}),
        verbose=0,
    )
    asked = {"length": 5.0}
    samples = model.generate(6, condition=asked, seed=0)
    assert len(samples) == len(model.generate(6)) == 6
    path = model.interpolate(
        condition={"length": 3.0}, end_condition=asked, steps=4, seed=0
    )
    assert len(path) == 4
    assert len(model.reconstruct(clauses[:3], asked)) == 3
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.condition.statistics == model.condition.statistics
    assert loaded.condition.units == {"length": "words"}
    assert loaded.generate(6, condition=asked, seed=0) == samples
    loaded.generate(2, condition={"length": 50.0})
    assert "asked for 50 to 50" in caplog.text
    with pytest.raises(ValueError, match=r"\['length'\]. Received: 5.0"):
        loaded.generate(2, condition=5.0)
    with pytest.raises(ValueError, match="give one of them"):
        loaded.generate(2, condition=asked, label=asked)


def test_a_decoder_heeds_numbers():
    """Sentences that a number tells apart are likelier with the right one."""
    first, second = ["a a a"] * 40, ["b b"] * 40
    codec = keras_arae.TextPreprocessor(["a", "b"], max_length=4)
    model = keras_arae.TextARAE(
        codec, 4, 4, prior=None, condition=Numbers(["which"]), seed=0
    )
    model.compile(keras.optimizers.Adam(3e-2))
    which = {"which": np.tile([10.0, 20.0], 40)}
    data = [x for pair in zip(first, second) for x in pair]
    logs = model.fit(
        data, which, epochs=15, batch_size=20, validation_split=0.2, verbose=0
    ).history
    held_out = data[64:], {"which": which["which"][64:]}
    found = model.evaluate(*held_out, verbose=0, return_dict=True)
    assert found["accuracy"] == pytest.approx(logs["val_accuracy"][-1])
    right, wrong = (
        model.negative_log_likelihood(first[:2], {"which": value})[0]
        for value in (10.0, 20.0)
    )
    assert right < wrong
