"""The one room that asks which Keras backend runs.

`Trainer` gives a model its step signatures, gradients and compiled functions;
the functions are kernels that a backend does better its own way. Whoever
calls them knows nothing of backends.
"""

from keras_arae.backend.current import Trainer
from keras_arae.backend.current import dense
from keras_arae.backend.current import input_gradient
from keras_arae.backend.current import lstm
from keras_arae.backend.current import product
from keras_arae.backend.masked_cross_entropy import masked_cross_entropy

__all__ = [
    "Trainer",
    "dense",
    "input_gradient",
    "lstm",
    "masked_cross_entropy",
    "product",
]
