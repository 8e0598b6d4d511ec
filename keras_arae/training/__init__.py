"""The engine: training by phases, which knows no ARAE."""

from keras_arae.training.load_model import load_model
from keras_arae.training.optimizer_group import OptimizerGroup
from keras_arae.training.phase import Phase
from keras_arae.training.phase import SharedPass
from keras_arae.training.phased_model import PhasedModel
from keras_arae.training.writing_callback import WritingCallback

__all__ = [
    "OptimizerGroup",
    "Phase",
    "PhasedModel",
    "SharedPass",
    "WritingCallback",
    "load_model",
]
