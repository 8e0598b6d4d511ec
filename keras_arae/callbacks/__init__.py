"""Callbacks for `fit`: samples, checkpoints, learning curves, run folders."""

from keras_arae.callbacks.learning_curves import LearningCurves
from keras_arae.callbacks.resumable_checkpoint import ResumableCheckpoint
from keras_arae.callbacks.reverse_perplexity import ReversePerplexity
from keras_arae.callbacks.run_folder import RunFolder
from keras_arae.callbacks.samplers import ImageSampler
from keras_arae.callbacks.samplers import TextSampler

__all__ = [
    "ImageSampler",
    "LearningCurves",
    "ResumableCheckpoint",
    "ReversePerplexity",
    "RunFolder",
    "TextSampler",
]
