"""Replicas of a `tf.distribute` strategy that share a step."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from keras_arae.backend.replicas import Replicas

# What Keras 3 can train under, and what was tried here.
STRATEGIES = (tf.distribute.MirroredStrategy, tf.distribute.OneDeviceStrategy)
INSTEAD = (
    "On TensorFlow one process trains, on the devices of its machine: make the "
    "model in the scope of a `tf.distribute.MirroredStrategy`. Over several "
    "machines, or with parts of a model on each device, use another backend, "
    'KERAS_BACKEND="jax" or "torch": Keras 3 itself fails there under '
    "TensorFlow. "
)


class StrategyReplicas(Replicas):
    """The replicas of the strategy whose scope this is.

    Within a step, which each of them runs, they tell each other of their
    rows; outside of one there is one model.
    """

    @property
    def count(self) -> int:  # type: ignore[override]
        """How many replicas run the step; 1 outside of one."""
        context = tf.distribute.get_replica_context()
        return 1 if context is None else context.num_replicas_in_sync

    @property
    def divisor(self) -> int:  # type: ignore[override]
        """Of the strategy, which cuts each batch into as many parts."""
        return tf.distribute.get_strategy().num_replicas_in_sync

    groups = divisor

    def join(self) -> None:
        """Refuses what would fail in Keras, or train one model a process."""
        strategy = tf.distribute.get_strategy()
        if tf.distribute.has_strategy() and not isinstance(
            strategy, STRATEGIES
        ):
            raise ValueError(f"{INSTEAD}Received: {type(strategy).__name__}")
        distribution = keras.distribution.distribution()
        if distribution is not None:
            raise ValueError(f"{INSTEAD}Received: {distribution}")
        resolver = tf.distribute.cluster_resolver.TFConfigClusterResolver()
        workers = resolver.cluster_spec().as_dict()
        if sum(map(len, workers.values())) > 1:
            raise ValueError(f"{INSTEAD}Received: TF_CONFIG with {workers}")

    def mean(self, values: Any) -> Any:
        if self.count == 1:
            return values
        context = tf.distribute.get_replica_context()
        values = tf.nest.map_structure(tf.stop_gradient, values)
        return context.all_reduce(tf.distribute.ReduceOp.MEAN, values)

    def batch_mean(self, x: Any) -> Any:
        if self.count == 1:
            return x
        context = tf.distribute.get_replica_context()
        return context.all_reduce(tf.distribute.ReduceOp.MEAN, x)

    def share_of(self, weight: Any) -> Any:
        if self.count == 1:
            return 1.0
        return tf.stop_gradient(weight) / self.mean(weight)

    def gather(self, x: Any) -> Any:
        if self.count == 1:
            return x
        context = tf.distribute.get_replica_context()
        return context.all_gather(tf.stop_gradient(x), axis=0)

    def own(self, x: Any) -> Any:
        if self.count == 1:
            return x
        context = tf.distribute.get_replica_context()
        num_rows = tf.shape(x)[0] // self.count
        first = context.replica_id_in_sync_group * num_rows
        return x[first : first + num_rows]
