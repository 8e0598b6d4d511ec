"""Corpora by name, and text files of the user's own."""

from keras_arae.datasets.load_text import hold_out
from keras_arae.datasets.load_text import load_text

__all__ = ["hold_out", "load_text"]
