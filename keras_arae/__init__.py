"""Adversarially regularized autoencoders on Keras 3."""

from keras_arae import callbacks
from keras_arae import datasets
from keras_arae import evaluate
from keras_arae import layers
from keras_arae import metrics
from keras_arae import optimizers
from keras_arae import preprocessing
from keras_arae.models import ARAE
from keras_arae.models import ImageARAE
from keras_arae.models import LanguageModel
from keras_arae.models import SemiSupervisedARAE
from keras_arae.models import TextARAE
from keras_arae.models import TransferARAE
from keras_arae.preprocessing import ImagePreprocessor
from keras_arae.preprocessing import TextPreprocessor
from keras_arae.version import __version__

__all__ = [
    "ARAE",
    "ImageARAE",
    "ImagePreprocessor",
    "LanguageModel",
    "SemiSupervisedARAE",
    "TextARAE",
    "TextPreprocessor",
    "TransferARAE",
    "__version__",
    "callbacks",
    "datasets",
    "evaluate",
    "layers",
    "metrics",
    "optimizers",
    "preprocessing",
]
