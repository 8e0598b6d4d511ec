"""Graphs that TensorFlow would keep for good, with all that they hold.

A function under `tf.custom_gradient` in a graph is registered by a name, never
to be forgotten, and with it the graph that it stands in: a step of training,
some 30 MB. A search over settings would grow by one for each model.
"""

from __future__ import annotations

import functools
import threading
import types
from collections.abc import Callable
from typing import Any

import tensorflow as tf
from tensorflow.python.framework.ops import gradient_registry

# Names that this thread's functions were registered by.
_names = threading.local()


def custom_gradient(function: Callable) -> Callable:
    """`tf.custom_gradient`, which `forgetting` can undo.

    Args:
        function: callable. As there.
    """
    registered = tf.custom_gradient(function)

    @functools.wraps(function)
    def call(*args: Any) -> Any:
        known = set(gradient_registry.list())
        result = registered(*args)
        names = set(gradient_registry.list()) - known
        _names.known = getattr(_names, "known", set()) | names
        return result

    return call


def forgetting(function: Callable) -> Callable:
    """A function that forgets its gradients: it takes all that are needed.

    Args:
        function: callable. What a graph is made of.
    """

    @functools.wraps(function)
    def call(*args: Any) -> Any:
        outer: set[str] = getattr(_names, "known", set())
        _names.known = set()
        try:
            return function(*args)
        finally:
            for name in _names.known:
                gradient_registry._registry.pop(name, None)
            _names.known = outer

    return call


def keep_no_graph(optimizer: Any) -> None:
    """Has a Keras optimizer add up gradients only where replicas are several.

    Also for one, Keras does it by a function with a gradient.

    Args:
        optimizer: Keras optimizer.
    """
    optimizer._all_reduce_sum_gradients = types.MethodType(
        _sum_over_replicas, optimizer
    )


def _sum_over_replicas(optimizer: Any, pairs: Any) -> Any:
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return pairs
    return type(optimizer)._all_reduce_sum_gradients(optimizer, pairs)
