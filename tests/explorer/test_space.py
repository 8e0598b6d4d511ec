"""The verbs of the page are those of the model."""

import base64

import numpy as np
import pytest
import spaces

import keras_arae
from keras_arae.explorer.plane import Plane
from keras_arae.explorer.refused import Refused
from keras_arae.explorer.space import BATCH
from keras_arae.explorer.space import STRENGTHS

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def text():
    return spaces.space(spaces.text_model(epochs=10), spaces.TEXT)


@pytest.fixture(scope="module")
def moods():
    model = spaces.text_model(
        spaces.MOODS, epochs=10, condition=["statement", "question"]
    )
    return spaces.space(model, spaces.TEXT, spaces.MOODS)


@pytest.fixture(scope="module")
def molecules():
    return spaces.space(spaces.molecule_model(), spaces.MOLECULES)


@pytest.fixture(scope="module")
def images():
    return spaces.space(spaces.image_model(), *spaces.digits())


# Samples.


@pytest.mark.parametrize("count", [3, BATCH + 5])
def test_samples_are_those_of_generate(text, count):
    items = text.sample(count, seed=4)["items"]
    assert spaces.texts_of(items) == text.model.generate(count, seed=4)
    # And decode from the codes that come along.
    codes = spaces.codes_of(items)
    assert spaces.texts_of(items) == text.model.decode(codes)


@pytest.mark.parametrize(
    "count, times, decoding",
    [
        (BATCH + 5, 1, {}),
        (3, 2, {"sampler": "random", "temperature": 1.5}),
    ],
)
def test_samples_encoded_and_decoded_again(text, count, times, decoding):
    asked = {**decoding, "num_refinements": times}
    items = text.sample(count, seed=4, decoding=asked)["items"]
    texts = spaces.texts_of(items)
    assert texts == text.model.generate(count, seed=4, **asked)
    assert texts != text.model.generate(count, seed=4, **decoding)
    if not decoding:  # What is held as A or B is what was shown.
        assert texts == text.model.decode(spaces.codes_of(items))


def test_images_and_labelled_text_again(images, moods):
    again = {"num_refinements": 1}
    items = images.sample(5, 2, decoding=again)["items"]
    wanted = images.model.generate(5, seed=2, **again)
    plain = images.model.generate(5, seed=2)
    assert [item["piece"] for item in items] == images.kind.shown(wanted)
    assert (wanted != plain).any()
    items = moods.sample(8, 2, [0, 1], decoding=again)["items"]
    wanted = moods.model.generate(8, "question", seed=2, **again)
    assert spaces.texts_of(items) == wanted


def test_what_cannot_be_encoded_again_stays(molecules):
    codes = np.eye(3, 8, dtype="float32")
    found = molecules._encoded_again(["OCC", "C1CC", "CCN"], codes)
    wanted = molecules.model.encode(["CCO", "CCN"])
    np.testing.assert_allclose(found[[0, 2]], wanted, atol=1e-5)
    assert (found[1] == codes[1]).all()
    again = {"num_refinements": 4}
    assert len(molecules.sample(5, 2, decoding=again)["items"]) == 5


def test_samplers_have_their_temperature_and_seed(text):
    def draw(seed, **decoding):
        found = text.sample(20, seed, decoding=decoding)["items"]
        return spaces.texts_of(found)

    cold = draw(1, sampler="random", temperature=0.1)
    hot = draw(1, sampler="random", temperature=2.0)
    assert draw(1, sampler="random", temperature=2.0) == hot != cold
    assert draw(2, sampler="random", temperature=2.0) != hot
    assert len(set(cold)) < len(set(hot))
    for sampler in ("beam", "top_k", "top_p"):
        assert len(draw(1, sampler=sampler)) == 20


def test_samples_of_a_label(moods):
    wanted = {"condition": [0.0, 1.0]}
    asked = moods.sample(20, seed=2, **wanted)["items"]
    assert {item["says"] for item in asked} == {"question"}
    other = moods.model.generate(20, "question", seed=2)
    assert spaces.texts_of(asked) == other
    drawn = moods.sample(20, seed=2)["items"]
    assert {item["says"] for item in drawn} == {"statement", "question"}
    assert spaces.texts_of(drawn) == moods.model.generate(20, seed=2)


def test_samples_of_a_number(molecules):
    items = molecules.sample(4, 2, {"logP": 1.5})["items"]
    assert {item["says"] for item in items} == {"logP 1.5"}
    wanted = molecules.model.generate(4, {"logP": 1.5}, seed=2)
    assert spaces.texts_of(items) == wanted
    for condition in ({"QED": 1}, {"logP": "1"}, {"logP": float("inf")}):
        with pytest.raises(ValueError, match=r"of \['logP'\]"):
            molecules.sample(4, 2, condition)


# Reading.


def test_a_sentence_comes_back_with_neighbours(text):
    found = text.read("a man SLEEPS .")
    assert found["item"]["piece"] == {"text": "a man sleeps ."}
    copy = text.model.reconstruct(["a man sleeps ."])
    assert [found["copy"]["piece"]["text"]] == copy
    near = found["neighbors"]
    assert near[0]["piece"]["text"] == "a man sleeps ."
    assert near[0]["distance"] == 0 < near[1]["distance"]
    distances = [one["distance"] for one in near]
    assert distances == sorted(distances) and len(near) == 6
    code = found["item"]["code"]
    assert text.near(code)["neighbors"] == near
    # One of the data is no neighbour of itself.
    own = text.read(index=near[0]["index"])
    assert own["item"]["code"] == code
    assert own["neighbors"][0] == near[1]


def test_what_is_not_read_is_said(text):
    assert text.read("a man sleeps .")["notes"] == []
    (note,) = text.read("a zebra and a zebra yawn .")["notes"][1:]
    assert "“zebra”, “and”, “yawn”" in note
    assert text.read("a man " * 9)["notes"] == [
        "Longer than 6 words: the rest is not read."
    ]


def test_the_label_of_a_sentence_is_told(moods):
    # That of the data, or the likelier one.
    assert moods.read(index=0)["copy"]["says"] == "statement"
    assert moods.read(index=30)["copy"]["says"] == "question"
    sentence = "the dog runs ?"
    found = moods.read(sentence)
    codes = moods.model.encode([sentence])
    nats = moods.model.negative_log_likelihood(
        [sentence] * 2, [0, 1], codes.repeat(2, axis=0)
    )
    assert found["copy"]["condition"] == np.eye(2)[nats.argmin()].tolist()
    other = moods.read(sentence, condition=[1, 0])["copy"]
    assert other["says"] == "statement"
    wanted = moods.model.reconstruct([sentence], "statement")
    assert [other["piece"]["text"]] == wanted


def test_molecules_are_drawn_with_their_properties(molecules):
    found = molecules.read("OCC")
    piece = found["item"]["piece"]
    assert piece["text"] == "CCO" and piece["picture"].startswith("<svg")
    assert piece["words"] == "logP -0.00, QED 0.41, weight 46"
    assert found["item"]["says"].startswith("logP -0.0014")
    with pytest.raises(ValueError, match="no molecule"):
        molecules.read("C1CC")


def test_images_go_through_bytes(images):
    rows = images.reference.rows[:1]
    image = np.round(rows[0] * (255 / 3)).astype("uint8")
    piece = base64.b64encode(image.tobytes()).decode()
    found = images.read(piece)
    assert found["item"]["piece"] == {"pixels": piece}
    assert found["neighbors"][0]["index"] == 0
    np.testing.assert_allclose(
        spaces.codes_of([found["item"]]), images.model.encode(rows), rtol=1e-5
    )


# Ways.


@pytest.mark.parametrize("method", ["linear", "spherical"])
def test_a_walk_is_that_of_interpolate(text, method):
    first, last = "a man sleeps .", "my cat sings ?"
    a, b = (text.read(one)["item"] for one in (first, last))
    items = text.walk(*spaces.ends(a, b), 9, method)["items"]
    wanted = text.model.interpolate(first, last, steps=9, method=method)
    assert spaces.texts_of(items) == wanted
    norms = np.linalg.norm(spaces.codes_of(items), axis=1)
    np.testing.assert_allclose(norms, 1, atol=1e-5)


def test_a_walk_goes_from_label_to_label(moods):
    a, b = (moods.read(index=i)["item"] for i in (0, 30))
    items = moods.walk(*spaces.ends(a, b), 5)["items"]
    assert [item["says"] for item in items] == [
        "statement",
        "75% statement, 25% question",
        "50% statement, 50% question",
        "75% question, 25% statement",
        "question",
    ]
    wanted = moods.model.interpolate(
        spaces.TEXT[0], spaces.TEXT[30], "statement", "question", steps=5
    )
    assert spaces.texts_of(items) == wanted


def test_a_code_with_each_label(moods):
    item = moods.read(index=0)["item"]
    items = moods.change(item["code"])["items"]
    assert [one["says"] for one in items] == ["statement", "question"]
    codes = spaces.codes_of([item]).repeat(2, axis=0)
    assert spaces.texts_of(items) == moods.model.decode(codes, [0, 1])


def test_a_number_goes_from_low_to_high(molecules):
    item = molecules.read("CCO")["item"]
    found = molecules.change(item["code"], item["condition"], "logP")
    values = found["values"]
    assert values == sorted(values) and len(set(values)) == 9
    for one, value in zip(found["items"], values, strict=True):
        assert one["says"] == f"logP {value:.3g}"
    statistics = molecules.model.condition.statistics
    assert values[0] >= statistics["least"][0] - 0.01
    assert values[-1] <= statistics["largest"][0] + 0.01


def test_arithmetic_adds_and_subtracts_means(text):
    item = text.read("he runs .")["item"]
    found = text.move(item["code"], feature="ends with: ?")
    assert found["counts"] == (25, 25)
    codes = text.model.encode(spaces.TEXT)
    step = codes[25:].mean(axis=0) - codes[:25].mean(axis=0)
    for strength, moved in zip(STRENGTHS, spaces.codes_of(found["items"])):
        wanted = spaces.codes_of([item])[0] + strength * step
        wanted /= np.linalg.norm(wanted)
        np.testing.assert_allclose(moved, wanted, atol=1e-5)
    model = text.model
    direction = model.feature_direction(spaces.TEXT[25:], spaces.TEXT[:25])
    texts = spaces.texts_of(found["items"])
    for strength in (-1.0, 0.5, 2.0):
        (wanted,) = model.move(["he runs ."], direction, strength)
        assert texts[STRENGTHS.tolist().index(strength)] == wanted


def test_a_feature_may_be_typed(text, molecules):
    item = text.read("he runs .")["item"]
    assert text.move(item["code"], pattern="The DOG")["counts"] == (10, 40)
    with pytest.raises(Refused, match="Received: '0 that have it, 50 that"):
        text.move(item["code"], pattern="do")  # Whole words only.
    item = molecules.read("CCO")["item"]
    found = molecules.move(item["code"], item["condition"], pattern="c1ccccc1")
    assert found["counts"] == (6, 24)


# The map.


def test_a_place_of_the_map_is_decoded(text):
    shown = text.map()
    assert len(shown["places"]) == len(spaces.TEXT)
    assert np.abs(shown["places"]).max() == pytest.approx(1, abs=1e-3)
    # Where a dot is, is its piece of data.
    found = text.at(shown["places"][7])
    assert found["neighbors"][0]["index"] == 7
    copy = text.read(index=7)["copy"]["piece"]
    assert found["item"]["piece"] == copy
    assert text.piece(7) == {"piece": {"text": spaces.TEXT[7]}}


def test_what_a_map_is_coloured_by(text, moods, molecules, images):
    names = ["number of words", "ends with", "begins with"]
    assert [a["name"] for a in text.map()["attributes"]] == names
    sign = text.map()["attributes"][1]
    assert [sign["classes"][i] for i in sign["values"]] == [
        sentence[-1] for sentence in spaces.TEXT
    ]
    label = moods.map()["attributes"][0]
    assert [label["classes"][i] for i in label["values"]] == spaces.MOODS
    log_p = molecules.map()["attributes"][0]
    assert log_p["name"] == "logP" and log_p["classes"] is None
    digit = images.map()["attributes"][0]
    assert digit["classes"] == tuple("0123456789")


def test_the_plane_holds_what_varies_most():
    generator = np.random.default_rng(0)
    sizes = np.array([3.0, 0.1, 2.0, 0.1])
    codes = generator.normal(size=(500, 4)) * sizes + 5
    plane = Plane.of(codes)
    assert plane.share > 0.99
    places = plane.places(codes)
    spread = np.abs(places @ plane.axes - (codes - codes.mean(axis=0)))
    assert spread[:, [0, 2]].max() < 0.1
    moved = plane.moved(codes[0], np.array([0.5, -0.25]))
    np.testing.assert_allclose(plane.places(moved[None])[0], [0.5, -0.25])
    # In the other directions it is as it was.
    np.testing.assert_allclose(moved[[1, 3]], codes[0, [1, 3]], atol=0.1)


@pytest.mark.parametrize("codes", [np.ones((6, 3)), np.arange(6.0)[:, None]])
def test_a_plane_of_codes_that_hardly_vary(codes):
    plane = Plane.of(codes)
    assert np.isfinite(plane.places(codes)).all()
    place = plane.places(codes)[2]
    np.testing.assert_allclose(plane.moved(codes[2], place), codes[2])


# What cannot be done.


@pytest.fixture(scope="module")
def plain():
    return spaces.space(spaces.text_model(prior=None))


def test_without_prior_labels_and_data(plain):
    cannot = plain.about()["cannot"]
    assert set(cannot) == {"sample", "change", "at", "move", "map"}
    assert "no generator" in cannot["sample"]
    assert "without labels" in cannot["change"]
    assert "without data" in cannot["map"]
    a, b = (plain.read(one) for one in spaces.TEXT[:2])
    assert a["neighbors"] == [] and "place" not in a["item"]
    ends = spaces.ends(a["item"], b["item"])
    assert len(plain.walk(*ends)["items"]) == 21
    for verb, asked in (
        ("sample", {"count": 1}),
        ("change", {"code": a["item"]["code"]}),
        ("move", {"code": a["item"]["code"], "pattern": "man"}),
        ("at", {"place": [0, 0]}),
        ("map", {}),
    ):
        with pytest.raises(Refused) as refused:
            getattr(plain, verb)(**asked)
        assert str(refused.value) == cannot[verb]


def test_without_codes():
    codec = keras_arae.TextPreprocessor.from_corpus(spaces.TEXT, max_length=6)
    model = keras_arae.LanguageModel(codec, embedding_dim=4, units=4)
    space = spaces.space(spaces.trained(model, spaces.TEXT))
    about = space.about()
    assert "no code space" in about["cannot"]["read"]
    assert about["code_dim"] == 0
    items = space.sample(5, 3, decoding={"seed": 3})["items"]
    assert spaces.texts_of(items) == model.generate(5, seed=3)
    with pytest.raises(Refused, match="no code space"):
        space.read("a man sleeps .")
    with pytest.raises(ValueError, match="no code space"):
        space.sample(5, 3, decoding={"num_refinements": 1})


def test_without_a_fitted_prior(plain):
    plain.model.prior = keras_arae.priors.GaussianPrior()
    assert "not been fitted" in plain.cannot()["sample"]
    plain.model.prior = None


def test_other_data_cannot_be_shown():
    model = keras_arae.ARAE(
        keras_arae.layers.DenseEncoder(4, (4,)),
        keras_arae.layers.DenseDecoder((6,), hidden_dims=(4,)),
        codec=keras_arae.data.ArrayCodec((6,), num_values=2),
    )
    with pytest.raises(Refused, match="Received: 'ArrayCodec'"):
        spaces.space(model)


def test_a_label_is_refused_where_it_says_nothing(moods, molecules):
    item = moods.read(index=0)["item"]
    for more in ({"condition": [1, 0]}, {"name": "logP"}):
        with pytest.raises(Refused, match="each label is shown"):
            moods.change(item["code"], **more)
    item = molecules.read("CCO")["item"]
    with pytest.raises(ValueError, match="`name` must be one of"):
        molecules.change(item["code"], item["condition"])
    with pytest.raises(ValueError, match="`condition` must be"):
        molecules.change(item["code"], name="logP")


@pytest.mark.parametrize(
    "verb, asked, sentence",
    [
        ("sample", {"count": 65}, "from 1 to 64"),
        ("sample", {"count": "3"}, "from 1 to 64"),
        ("sample", {"count": 3, "seed": -1}, "`seed` must be"),
        ("sample", {"count": 3, "condition": [1.0]}, "takes no condition"),
        ("sample", {"count": 3, "decoding": {"sampler": "x"}}, "`sampler`"),
        ("sample", {"count": 3, "decoding": {"top_k": 1}}, "Expected of `dec"),
        ("sample", {"count": 3, "decoding": []}, "`decoding` must be a dict"),
        (
            "sample",
            {"count": 3, "decoding": {"temperature": 3}},
            "`temperature` must be",
        ),
        (
            "sample",
            {"count": 3, "decoding": {"num_refinements": 5}},
            "`num_refinements` must be",
        ),
        (
            "sample",
            {"count": 3, "decoding": {"num_refinements": True}},
            "`num_refinements` must be",
        ),
        (
            "read",
            {"piece": "he runs .", "decoding": {"num_refinements": 1}},
            "Expected of `decoding` \\['sampler', 'temperature', 'seed'\\]",
        ),
        ("read", {}, "Expected a sentence. Received: None"),
        ("read", {"piece": "  "}, "Expected a sentence."),
        ("read", {"piece": ["a"]}, "Expected a sentence."),
        ("read", {"piece": "a" * 1001}, "at most 1000 characters"),
        ("read", {"piece": "\ud800"}, "Received:"),
        ("read", {"index": 50}, "from 0 to 49"),
        ("piece", {"index": -1}, "an int of 0 or more"),
        ("near", {"code": "AAAA"}, "8 float32 numbers"),
        ("near", {"code": 3}, "8 float32 numbers"),
        ("near", {"code": "/////" * 8 + "/w=="}, "8 float32 numbers"),
        ("at", {"place": [0]}, "`place` must be"),
        ("at", {"place": [0, 1e9]}, "`place` must be"),
        ("at", {"place": [0, float("nan")]}, "`place` must be"),
        ("walk", {"start": {}, "end": {}}, "Expected a code"),
        ("walk", {"start": {}, "end": {}, "steps": 34}, "from 2 to 33"),
        ("walk", {"start": 1, "end": {}}, "`start` must be a dict"),
        ("walk", {"start": {}, "end": {"seed": 1}}, "of an end"),
        ("read", {"piece": "a", "condition": [1]}, "takes no condition"),
        ("read", {"piece": "a", "index": 1}, "or an index"),
        ("walk", {"start": {}, "end": {}, "method": "x"}, "`method`"),
        ("move", {"code": "", "feature": "x"}, "`feature` must be one of"),
        ("move", {"code": ""}, "either a listed feature or a pattern"),
        ("move", {"code": "", "feature": "a", "pattern": "b"}, "either a"),
    ],
)
def test_bad_requests_are_refused(text, verb, asked, sentence):
    with pytest.raises(ValueError, match=sentence) as refused:
        getattr(text, verb)(**asked)
    assert "Received:" in str(refused.value)


def test_a_code_that_is_not_finite_is_refused(text):
    code = base64.b64encode(np.full(8, np.nan, "<f4").tobytes()).decode()
    with pytest.raises(ValueError, match="`code` must be"):
        text.near(code)


def test_bad_patterns_and_pixels(molecules, images):
    item = molecules.read("CCO")["item"]
    for pattern in ("c1ccc", "C" * 101, "é"):
        with pytest.raises(Refused, match="substructure"):
            molecules.move(item["code"], item["condition"], pattern=pattern)
    for piece in ("AAAA", "nothing", 3, None):
        with pytest.raises(Refused, match="64 bytes"):
            images.read(piece)
    item = images.read(index=0)["item"]
    with pytest.raises(Refused, match="nothing can be asked"):
        images.move(item["code"], pattern="ink")
    with pytest.raises(ValueError, match="`condition` must be"):
        molecules.walk(*[{"code": item["code"], "condition": [1, 2]}] * 2)
