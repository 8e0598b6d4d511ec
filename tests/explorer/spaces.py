"""Small models to look around in, and how a page brings codes back."""

import base64

import keras
import numpy as np

import keras_arae
from keras_arae.explorer.kinds import kind_of
from keras_arae.explorer.reference import Data
from keras_arae.explorer.reference import Reference
from keras_arae.explorer.space import Space

WHO = ["a man", "a woman", "the dog", "my cat", "he"]
DOES = ["sleeps", "runs", "sees it", "talks to us", "sings"]
TEXT = [f"{who} {does} ." for who in WHO for does in DOES]
TEXT += [f"{who} {does} ?" for who in WHO for does in DOES]
MOODS = ["statement"] * 25 + ["question"] * 25
MOLECULES = [
    f"{head}{'C' * length}{tail}"
    for head in ("O", "N", "Cl", "c1ccccc1", "")
    for length in range(1, 4)
    for tail in ("O", "N")
]


def trained(model, *data, epochs=1):
    model.compile(
        keras.optimizers.Adam(1e-2, global_clipnorm=1.0),
        run_eagerly=keras.config.backend() == "tensorflow",
    )
    model.fit(*data, batch_size=25, epochs=epochs, verbose=0)
    return model


def text_model(*labels, epochs=1, **options):
    codec = keras_arae.TextPreprocessor.from_corpus(TEXT, max_length=6)
    options = {"prior": "gaussian", "seed": 1, **options}
    model = keras_arae.TextARAE(
        codec, embedding_dim=8, code_dim=8, units=16, **options
    )
    return trained(model, TEXT, *labels, epochs=epochs)


def molecule_model():
    codec = keras_arae.MoleculePreprocessor.from_corpus(MOLECULES)
    model = keras_arae.MoleculeARAE(
        codec, 8, code_dim=8, units=8, prior="gaussian", properties=["logP"]
    )
    return trained(model, MOLECULES)


def digits():
    """Images of four levels, and their classes."""
    (images, classes), _ = keras_arae.datasets.load_images("digits")
    return images[:200], classes[:200]


def image_model():
    codec = keras_arae.ImagePreprocessor((8, 8), num_levels=4)
    model = keras_arae.ImageARAE(codec, code_dim=8, prior="gaussian", seed=1)
    return trained(model, digits()[0])


def space(model, pieces=None, labels=None):
    """A model beside data, or without."""
    if pieces is None:
        return Space(model, "small")
    data = Data("a test", pieces, labels)
    reference = Reference(model, kind_of(model.codec), data)
    return Space(model, "small", reference)


def codes_of(items):
    """What a page got as text, as an array."""
    return np.stack(
        [np.frombuffer(base64.b64decode(i["code"]), "<f4") for i in items]
    )


def texts_of(items):
    return [item["piece"]["text"] for item in items]


def ends(*items):
    """Items as the ends of a way."""
    return [
        {key: item[key] for key in ("code", "condition") if key in item}
        for item in items
    ]
