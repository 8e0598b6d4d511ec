"""Adversarially regularized autoencoders on Keras 3."""

from keras_arae import callbacks
from keras_arae import data
from keras_arae import datasets
from keras_arae import evaluation
from keras_arae import layers
from keras_arae import presets
from keras_arae import priors
from keras_arae import script
from keras_arae import training
from keras_arae import visualization
from keras_arae.data import Classes
from keras_arae.data import ImagePreprocessor
from keras_arae.data import MoleculePreprocessor
from keras_arae.data import Numbers
from keras_arae.data import TextPreprocessor
from keras_arae.models import ARAE
from keras_arae.models import ImageARAE
from keras_arae.models import LanguageModel
from keras_arae.models import MoleculeARAE
from keras_arae.models import SemiSupervisedARAE
from keras_arae.models import TextARAE
from keras_arae.models import TransferARAE
from keras_arae.version import __version__

__all__ = [
    "ARAE",
    "Classes",
    "ImageARAE",
    "ImagePreprocessor",
    "LanguageModel",
    "MoleculeARAE",
    "MoleculePreprocessor",
    "Numbers",
    "SemiSupervisedARAE",
    "TextARAE",
    "TextPreprocessor",
    "TransferARAE",
    "__version__",
    "callbacks",
    "data",
    "datasets",
    "evaluation",
    "layers",
    "presets",
    "priors",
    "script",
    "training",
    "visualization",
]
