"""How tokens are chosen, the loop that decodes codes, search among these."""

from keras_arae.sampling.in_batches import in_batches
from keras_arae.sampling.path import path
from keras_arae.sampling.search import Search
from keras_arae.sampling.sequence_decoder import SequenceDecoder

__all__ = ["Search", "SequenceDecoder", "in_batches", "path"]
