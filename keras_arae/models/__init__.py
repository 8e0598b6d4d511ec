"""Adversarially regularized autoencoders."""

from keras_arae.models.arae import ARAE
from keras_arae.models.text_arae import TextARAE

__all__ = ["ARAE", "TextARAE"]
