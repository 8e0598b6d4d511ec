"""The network of a flow: where a noisy code is heading."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_arae.arguments import COUNT
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.export import export


@export
class VelocityNetwork(keras.layers.Layer):
    """A residual network of codes, times and conditions.

    Time and condition scale and shift the input of each block, and gate what
    it adds ("Scalable Diffusion Models with Transformers", Peebles and Xie,
    https://arxiv.org/abs/2212.09748, with dense layers for attention). At
    first all velocities are zero.

    Args:
        units: int. Width of the blocks. Defaults to `512`.
        num_blocks: int. Defaults to `4`.

    Call arguments:
        x: float tensor of shape `(batch, dim)`. Noisy codes.
        time: float tensor of shape `(batch, 1)`: 0 is noise, 1 a code.
        condition: float tensor of shape `(batch, any)`.

    Input shape: `(batch, dim)`.

    Output shape: `(batch, dim)`.

    Example:

    ```python
    network = keras_arae.layers.VelocityNetwork(units=8, num_blocks=2)
    x, time = np.ones((3, 5)), np.full((3, 1), 0.5)
    velocity = network(x, time, np.zeros((3, 2)))
    assert velocity.shape == (3, 5)
    ```
    """

    @checked(units=WIDTH, num_blocks=COUNT)
    def __init__(
        self, units: int = 512, num_blocks: int = 4, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.num_blocks = num_blocks
        dtype = self.dtype_policy
        self.read_code = keras.layers.Dense(units, dtype=dtype)
        self.read_time = keras.layers.Dense(
            units, activation="silu", dtype=dtype
        )
        self.read_condition = keras.layers.Dense(
            units, use_bias=False, dtype=dtype
        )
        self.blocks = [_Block(units, dtype=dtype) for _ in range(num_blocks)]
        self.norm = keras.layers.LayerNormalization(dtype=dtype)

    def build(
        self, x_shape: Any, time_shape: Any, condition_shape: Any
    ) -> None:
        hidden = (None, self.units)
        self.read_code.build(x_shape)
        self.read_time.build((None, 2 * len(_FREQUENCIES)))
        self.read_condition.build(condition_shape)
        for block in self.blocks:
            block.build(hidden)
        self.norm.build(hidden)
        self.velocity = keras.layers.Dense(
            x_shape[-1], kernel_initializer="zeros", dtype=self.dtype_policy
        )
        self.velocity.build(hidden)
        self.built = True

    def call(self, x: Any, time: Any, condition: Any) -> Any:
        angles = time * ops.convert_to_tensor(_FREQUENCIES, dtype=x.dtype)
        waves = ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1)
        known = self.read_time(waves) + self.read_condition(condition)
        hidden = self.read_code(x)
        for block in self.blocks:
            hidden = block(hidden, known)
        return self.velocity(self.norm(hidden))

    def compute_output_shape(
        self, x_shape: Any, time_shape: Any, condition_shape: Any
    ) -> Any:
        return x_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "num_blocks": self.num_blocks,
        }


# From a quarter of a wave over all times to 25 waves.
_FREQUENCIES = np.geomspace(1.0, 100.0, 32) * math.pi / 2


class _Block(keras.layers.Layer):
    """Adds two dense layers, as time and condition say."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        dtype = self.dtype_policy
        self.norm = keras.layers.LayerNormalization(
            center=False, scale=False, dtype=dtype
        )
        self.modulate = keras.layers.Dense(
            3 * units, kernel_initializer="zeros", dtype=dtype
        )
        self.widen = keras.layers.Dense(units, activation="silu", dtype=dtype)
        self.add = keras.layers.Dense(units, dtype=dtype)

    def build(self, shape: Any) -> None:
        for layer in (self.norm, self.modulate, self.widen, self.add):
            layer.build(shape)
        self.built = True

    def call(self, hidden: Any, known: Any) -> Any:
        scale, shift, gate = ops.split(self.modulate(known), 3, axis=-1)
        update = self.norm(hidden) * (1.0 + scale) + shift
        return hidden + gate * self.add(self.widen(update))
