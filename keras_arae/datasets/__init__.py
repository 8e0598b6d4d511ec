"""Corpora of sentences and molecules as lists of str; images as arrays."""

from keras_arae.datasets.hold_out import hold_out
from keras_arae.datasets.load_images import load_images
from keras_arae.datasets.load_labeled_text import flatten
from keras_arae.datasets.load_labeled_text import load_labeled_text
from keras_arae.datasets.load_labeled_text import (
    load_labeled_train_and_held_out,
)
from keras_arae.datasets.load_molecules import load_molecules
from keras_arae.datasets.load_pairs import load_pairs
from keras_arae.datasets.load_text import load_text
from keras_arae.datasets.load_text import load_train_and_held_out
from keras_arae.datasets.text_shards import TextFiles
from keras_arae.datasets.without import without

__all__ = [
    "TextFiles",
    "flatten",
    "hold_out",
    "load_images",
    "load_labeled_text",
    "load_labeled_train_and_held_out",
    "load_molecules",
    "load_pairs",
    "load_text",
    "load_train_and_held_out",
    "without",
]
