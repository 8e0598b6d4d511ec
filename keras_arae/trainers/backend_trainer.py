"""Choice of the thin trainer that fits the running Keras backend."""

import keras

if keras.config.backend() == "tensorflow":
    from keras_arae.trainers.tensorflow import BackendTrainer
elif keras.config.backend() == "jax":
    from keras_arae.trainers.jax import BackendTrainer
elif keras.config.backend() == "torch":
    from keras_arae.trainers.torch import BackendTrainer
else:
    raise ImportError(
        "keras_arae trains on the tensorflow, jax and torch backends: set "
        "KERAS_BACKEND to one of them. "
        f"Received: KERAS_BACKEND={keras.config.backend()!r}"
    )

__all__ = ["BackendTrainer"]
