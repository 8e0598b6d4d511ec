"""Callbacks for `fit`: samples, checkpoints and learning curves."""

from keras_arae.callbacks.learning_curves import LearningCurves
from keras_arae.callbacks.learning_curves import trim_log
from keras_arae.callbacks.resumable_checkpoint import ResumableCheckpoint
from keras_arae.callbacks.text_sampler import TextSampler

__all__ = ["LearningCurves", "ResumableCheckpoint", "TextSampler", "trim_log"]
