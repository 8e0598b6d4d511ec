"""Several optimizers that `fit` and `save` see as one."""

from keras_arae.optimizers.optimizer_group import OptimizerGroup

__all__ = ["OptimizerGroup"]
