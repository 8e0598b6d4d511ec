"""Models: the ARAE core and its guests."""

from keras_arae.models.arae import ARAE
from keras_arae.models.arithmetic import Direction
from keras_arae.models.generation import GenerativeModel
from keras_arae.models.image_arae import ImageARAE
from keras_arae.models.language_model import LanguageModel
from keras_arae.models.molecule_arae import MoleculeARAE
from keras_arae.models.molecule_search import Optimized
from keras_arae.models.semi_supervised_arae import SemiSupervisedARAE
from keras_arae.models.sequence_arae import SequenceARAE
from keras_arae.models.text_arae import TextARAE
from keras_arae.models.transfer_arae import TransferARAE

__all__ = [
    "ARAE",
    "Direction",
    "GenerativeModel",
    "ImageARAE",
    "LanguageModel",
    "MoleculeARAE",
    "Optimized",
    "SemiSupervisedARAE",
    "SequenceARAE",
    "TextARAE",
    "TransferARAE",
]
