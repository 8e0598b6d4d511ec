"""Training by phases, on each backend."""

from keras_arae.trainers.phased_model import Phase
from keras_arae.trainers.phased_model import PhasedModel

__all__ = ["Phase", "PhasedModel"]
