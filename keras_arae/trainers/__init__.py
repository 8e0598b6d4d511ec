"""Training by phases, on each backend."""

from keras_arae.trainers.phased_model import Phase
from keras_arae.trainers.phased_model import PhasedModel
from keras_arae.trainers.shared_pass import SharedPass

__all__ = ["Phase", "PhasedModel", "SharedPass"]
