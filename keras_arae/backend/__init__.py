"""The one room that asks which Keras backend runs.

`Trainer` gives a model its step signatures, gradients and compiled functions;
the others are layers and kernels that a backend does better its own way.
Whoever calls them knows nothing of backends.
"""

from keras_arae.backend.current import BatchNormalization
from keras_arae.backend.current import Dense
from keras_arae.backend.current import Embedding
from keras_arae.backend.current import Trainer
from keras_arae.backend.current import cross_entropy
from keras_arae.backend.current import likeliest
from keras_arae.backend.current import losses_of_first
from keras_arae.backend.current import lstm
from keras_arae.backend.current import product
from keras_arae.backend.current import replicas

__all__ = [
    "BatchNormalization",
    "Dense",
    "Embedding",
    "Trainer",
    "cross_entropy",
    "likeliest",
    "losses_of_first",
    "lstm",
    "product",
    "replicas",
]
