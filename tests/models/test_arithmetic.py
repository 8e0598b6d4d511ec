"""Arithmetic of codes and of noise: what a feature adds."""

import keras
import numpy as np
import pytest

import keras_arae
from keras_arae.models import Direction

WHO = ["men", "dogs", "cats", "kings"]
WHAT = ["sleep", "run", "speak", "eat", "fly"]
TEXT = [f"{who} {what} ." for who in WHO for what in WHAT] * 6


@pytest.fixture(scope="module")
def model():
    codec = keras_arae.TextPreprocessor.from_corpus(TEXT, max_length=4)
    model = keras_arae.TextARAE(
        codec, 16, code_dim=16, prior="gaussian", code_noise=0.02, seed=0
    )
    model.compile()
    model.fit(TEXT, batch_size=30, epochs=60, verbose=0)
    return model


def having(word, sentences):
    return [sentence for sentence in sentences if word in sentence.split()]


def has_cats(sentences):
    return ["cats" in sentence.split() for sentence in sentences]


def test_a_subject_is_exchanged_and_the_verb_stays(model):
    # Learned from other verbs than it is used on.
    seen = [s for s in TEXT if "sleep" not in s]
    direction = model.feature_direction(
        having("cats", seen), having("men", seen)
    )
    assert direction.vector.shape == (16,)
    moved = model.move(["men sleep ."], direction)
    assert moved == ["cats sleep ."]
    # One piece in, one out; and back.
    assert model.move("men sleep .", direction) == "cats sleep ."
    assert model.move("cats sleep .", direction, strength=-1.0) == "men sleep ."


def test_steps_end_where_the_feature_appears(model):
    direction = model.feature_direction(
        having("cats", TEXT), having("men", TEXT)
    )
    short = Direction(direction.vector / 20, "code")
    men = having("men", TEXT)[:5]
    kept = model.move(men, short, until=has_cats, max_steps=1)
    assert not any(has_cats(kept))
    moved = model.move(
        [*men, "cats eat ."], short, until=has_cats, max_steps=40
    )
    assert all(has_cats(moved))
    assert moved[-1] == "cats eat ."  # It had it at once.
    verbs = [sentence.split()[1] for sentence in moved[:-1]]
    assert np.mean([v == s.split()[1] for v, s in zip(verbs, men)]) > 0.5


def test_arithmetic_of_noise(model):
    noise = np.random.default_rng(0).normal(size=(300, 16))
    found = np.array(has_cats(model.decode(model.generate_codes(noise))))
    assert 0.1 < found.mean() < 0.9
    direction = model.feature_direction(
        noise[found], noise[~found], space="noise"
    )
    assert direction.space == "noise"
    moved = model.move(noise[~found], direction)
    assert len(moved) == (~found).sum() and np.mean(has_cats(moved)) > 0.5
    steps = model.move(noise[~found], direction, until=has_cats)
    assert np.mean(has_cats(steps)) > 0.9


@pytest.mark.once
def test_images_and_classes():
    images = np.zeros((40, 4, 4))
    images[20:, :, 2:] = 1.0  # The right half is lit.
    labels = [0, 1] * 20
    layers = keras_arae.layers
    model = keras_arae.ImageARAE(
        (4, 4),
        prior="gaussian",
        encoder=layers.DenseEncoder(8, (32,)),
        decoder=layers.DenseDecoder((4, 4), 2, (32,)),
        condition=2,
        seed=0,
    )
    model.compile(keras.optimizers.Adam(5e-3))
    model.fit(images, labels, batch_size=20, epochs=60, verbose=0)
    direction = model.feature_direction(images[20:], images[:20])
    dark, labels = images[:2], labels[:2]
    lit = model.move(dark, direction, condition=labels)
    assert lit.shape == (2, 4, 4)
    assert lit[:, :, 2:].mean() > 0.8 and lit[:, :, :2].mean() < 0.2

    def is_lit(images):
        return images[:, :, 2:].mean(axis=(1, 2)) > 0.8

    steps = model.move(dark, direction, 0.2, label=labels, until=is_lit)
    assert steps.shape == (2, 4, 4) and is_lit(steps).all()
    assert model.move(dark[0], direction, label=0).shape == (4, 4)
    with pytest.raises(ValueError, match="Expected 2 integer labels"):
        model.move(dark, direction)


@pytest.mark.once
@pytest.mark.parametrize(
    "call, words",
    [
        (lambda m, d: m.feature_direction([], TEXT), "at least one piece"),
        (lambda m, d: m.feature_direction(TEXT, []), "at least one piece"),
        (
            lambda m, d: m.feature_direction(TEXT, TEXT, space="word"),
            "`space` must be",
        ),
        (
            lambda m, d: m.feature_direction(TEXT, TEXT, space="noise"),
            "`noise` must be",
        ),
        (lambda m, d: m.move(TEXT, d.vector), "`direction` must be"),
        (
            lambda m, d: m.move(TEXT, Direction(np.zeros(3), "code")),
            r"`vector` must be .* of shape \(16,\)",
        ),
        (
            lambda m, d: m.move(TEXT, Direction(d.vector, "word")),
            "`space` must be",
        ),
        (
            lambda m, d: m.move(TEXT, Direction(d.vector, "noise")),
            "`noise` must be",
        ),
        (
            lambda m, d: m.move(TEXT, d, until=lambda x: [True]),
            "`until` must be a function",
        ),
        (
            lambda m, d: m.move(TEXT, d, until=lambda x: x),
            "`until` must be a function",
        ),
        (lambda m, d: m.move(TEXT, d, strength=np.nan), "`strength` must be"),
        (lambda m, d: m.move(TEXT, d, max_steps=0), "`max_steps` must be"),
    ],
)
def test_what_it_refuses(model, call, words):
    direction = Direction(np.zeros(16), "code")
    with pytest.raises(ValueError, match=f"{words}.*Received: "):
        call(model, direction)


@pytest.mark.once
def test_models_without_codes_or_prior_say_so(model):
    codec = model.codec
    language_model = keras_arae.LanguageModel(codec, 4, 4)
    with pytest.raises(ValueError, match="no code space"):
        language_model.feature_direction(TEXT, TEXT)
    plain = keras_arae.TextARAE(codec, 4, code_dim=4, prior=None)
    with pytest.raises(ValueError, match="has no prior"):
        plain.feature_direction(np.ones((2, 4)), np.ones((2, 4)), "noise")
