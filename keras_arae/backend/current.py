"""Choice of the module that fits the running Keras backend."""

from typing import Any

import keras

from keras_arae.backend.replicas import Replicas

if keras.config.backend() == "tensorflow":
    from keras_arae.backend import tensorflow as _backend
elif keras.config.backend() == "jax":
    from keras_arae.backend import jax as _backend  # type: ignore[no-redef]
elif keras.config.backend() == "torch":
    from keras_arae.backend import torch as _backend  # type: ignore[no-redef]
else:
    raise ImportError(
        "keras_arae trains on the tensorflow, jax and torch backends: set "
        "KERAS_BACKEND to one of them. "
        f"Received: KERAS_BACKEND={keras.config.backend()!r}"
    )

BatchNormalization: Any = _backend.BatchNormalization
Dense: Any = _backend.Dense
Embedding: Any = _backend.Embedding
Trainer = _backend.Trainer
cross_entropy = _backend.cross_entropy
likeliest = _backend.likeliest
losses_of_first = _backend.losses_of_first
lstm = _backend.lstm
product = _backend.product
replicas: Replicas = _backend.replicas
