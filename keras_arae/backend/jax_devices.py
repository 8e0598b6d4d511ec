"""Devices of `keras.distribution`, on which one JAX program runs."""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import jax
import keras
import numpy as np
from jax.experimental import multihost_utils

from keras_arae.backend.replicas import Replicas
from keras_arae.backend.replicas import refusal


class Devices(Replicas):
    """The devices of the distribution that is set, and their processes.

    A step sees the whole batch, wherever its rows are: XLA adds up what the
    devices compute. So there is one replica, whose batches must divide; and
    each process reads the rows of its own devices.
    """

    @property
    def divisor(self) -> int:  # type: ignore[override]
        """Parts into which the distribution cuts a batch."""
        distribution = keras.distribution.distribution()
        return 1 if distribution is None else distribution.num_model_replicas

    @property
    def processes(self) -> int:  # type: ignore[override]
        return jax.process_count()

    @property
    def readers(self) -> int:  # type: ignore[override]
        """All processes: each holds the rows of its devices."""
        return self.processes

    @property
    def reader(self) -> int:  # type: ignore[override]
        return jax.process_index()

    @property
    def writes(self) -> bool:  # type: ignore[override]
        return jax.process_index() == 0

    def join(self) -> None:
        count, distribution = self.processes, keras.distribution.distribution()
        if count == 1:
            return
        if isinstance(distribution, keras.distribution.ModelParallel):
            raise ValueError(
                "No process could save a model whose parts others hold: over "
                "several processes use `keras.distribution.DataParallel()`, "
                "`ModelParallel` on the devices of one. "
                f"Received: ModelParallel in {count} processes"
            )
        if distribution is None:
            raise ValueError(
                "Each of several processes would train a model of its own: "
                "after `keras.distribution.initialize()` set a distribution, "
                "`keras.distribution.set_distribution("
                "keras.distribution.DataParallel())`, before a model is made. "
                f"Received: {count} processes without a distribution"
            )

    def check_same(self, facts: dict[str, Any]) -> None:
        if jax.process_count() == 1:
            return
        error = refusal([pickle.loads(found) for found in _of_all(facts)])
        if error is not None:
            raise error

    def synchronize(self, variables: Sequence) -> None:
        """Nothing: Keras seeds all processes alike and shares their values."""

    def agreed(self, number: int) -> int:
        if jax.process_count() == 1:
            return number
        return pickle.loads(_of_all(number)[0])


@contextlib.contextmanager
def dealt_out() -> Iterator[None]:
    """A context in which Keras takes batches for dealt out to processes."""
    distribution = keras.distribution.distribution()
    if distribution is None:
        yield
        return
    before = distribution.auto_shard_dataset
    distribution.auto_shard_dataset = False
    try:
        yield
    finally:
        distribution.auto_shard_dataset = before


@contextlib.contextmanager
def undistributed() -> Iterator[None]:
    """A context in which variables are made on a device of this process.

    Those of a distribution are made by all processes at once, or by none: and
    Keras makes some where it saves a model, or draws words.
    """
    before = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    try:
        yield
    finally:
        keras.distribution.set_distribution(before)


def together(values: list) -> list:
    """Values of variables, for what a model is asked after training.

    What all devices hold is taken from one of this process: so it needs no
    other process, which may ask for nothing. Where devices of this process
    hold parts of a value, all of them compute.
    """
    split = [value for value in values if not value.is_fully_replicated]
    if split:
        mesh = split[0].sharding.mesh
        whole = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec())
        return [
            value
            if len(value.sharding.device_set) > 1
            else jax.device_put(value, whole)
            for value in values
        ]
    return [
        value.addressable_data(0)
        if len(value.sharding.device_set) > 1
        else value
        for value in values
    ]


def _of_all(value: Any) -> list[bytes]:
    """What each process has for a value, pickled."""
    text = np.frombuffer(pickle.dumps(value), "uint8")
    sizes = multihost_utils.process_allgather(np.array(text.size, "int32"))
    padded = np.zeros(max(sizes.tolist()), "uint8")
    padded[: text.size] = text
    found = multihost_utils.process_allgather(padded)
    return [part[:size].tobytes() for part, size in zip(found, sizes)]
