"""Callbacks for `fit`: samples, checkpoints and learning curves."""

from keras_arae.callbacks.image_grid import image_grid
from keras_arae.callbacks.image_grid import save_image
from keras_arae.callbacks.image_sampler import ImageSampler
from keras_arae.callbacks.image_sampler import beside_reconstructions
from keras_arae.callbacks.image_sampler import classes_in_turn
from keras_arae.callbacks.learning_curves import LearningCurves
from keras_arae.callbacks.learning_curves import trim_log
from keras_arae.callbacks.resumable_checkpoint import ResumableCheckpoint
from keras_arae.callbacks.reverse_perplexity import ReversePerplexity
from keras_arae.callbacks.text_sampler import TextSampler

__all__ = [
    "ImageSampler",
    "LearningCurves",
    "ResumableCheckpoint",
    "ReversePerplexity",
    "TextSampler",
    "beside_reconstructions",
    "classes_in_turn",
    "image_grid",
    "save_image",
    "trim_log",
]
