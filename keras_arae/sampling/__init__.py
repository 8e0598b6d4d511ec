"""How tokens are chosen, and the loop that decodes codes to sequences."""

from keras_arae.sampling.in_batches import in_batches
from keras_arae.sampling.path import path
from keras_arae.sampling.sequence_decoder import SequenceDecoder

__all__ = ["SequenceDecoder", "in_batches", "path"]
