"""What happens to codes on their way: the unit sphere, and noise."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_arae import backend
from keras_arae.arguments import COUNT
from keras_arae.arguments import NOT_NEGATIVE
from keras_arae.arguments import POSITIVE
from keras_arae.arguments import SEED
from keras_arae.arguments import array
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import number
from keras_arae.arguments import optional
from keras_arae.export import export

CODES = array("batch", "code_dim")


def on_unit_sphere(code: Any) -> Any:
    """Codes divided by their norms.

    A code of zeros, such as a ReLU network whose units are all off gives,
    stays where it is; `keras.ops.normalize` makes its gradient NaN.

    Args:
        code: float tensor of shape `(batch, code_dim)`.

    Returns:
        A float tensor of the same shape.

    Example:

    ```python
    codes = keras_arae.layers.on_unit_sphere(np.array([[3.0, 4.0], [0.0, 0.0]]))
    assert abs(float(codes[0, 0]) - 0.6) < 1e-6
    ```
    """
    if not ops.is_tensor(code):
        code = ops.convert_to_tensor(check("code", code, CODES))
    squared_norm = ops.sum(ops.square(code), axis=-1, keepdims=True)
    is_zero = squared_norm < 1e-24
    return code * ops.rsqrt(ops.where(is_zero, 1.0, squared_norm))


@export
class CodeNoise(keras.layers.Layer):
    """Adds Gaussian noise to codes during training, less and less of it.

    The decoder learns to read a neighbourhood of each code rather than a
    point, which smooths the code space. The layer counts its training calls
    and keeps count and standard deviation as weights, so a saved model
    continues at the noise level where it stopped. In inference codes pass
    unchanged.

    A code on the unit sphere in `d` dimensions meets noise of norm
    `stddev * sqrt(d)`: 0.2 in 128 dimensions drowns it, 0.05 to 0.1 does not.

    With `max_stddev` each code meets noise of a standard deviation of its
    own, up to such as drown it. How long a noisy code is tells the decoder
    how far to trust it: it learns to give back what it reads in a clear one,
    and to go on in likely words where a code says little. Codes that a prior
    draws a little beside the real ones then read as sentences.

    What helps under much noise is to say little, many times over: an encoder
    that learns from the noisiest codes ends with few directions, and copies
    badly. `encoder_max_stddev` spares it that: of codes that meet more noise
    than this the decoder alone learns.

    Source: the code released with "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223): 0.05 (SNLI) to 0.4 (MNIST), multiplied
    by 0.9995 (text) or 0.99 (MNIST) after every 100 iterations. Noise of many
    levels on what a decoder is given: "Cascaded Diffusion Models", Ho et al.,
    JMLR 2022 (https://arxiv.org/abs/2106.15282), "conditioning augmentation".

    Args:
        stddev: float. Standard deviation at the start, in units of the code.
            Defaults to `0.05`.
        decay: float. Factor on standard deviations after every
            `decay_steps` training calls. Defaults to `0.9995`.
        decay_steps: int. Training calls between two decays. Defaults to
            `100`.
        max_stddev: float or `None`. The highest standard deviation, at the
            start: each code's is drawn between `stddev`, above 0, and this
            one, its logarithm uniformly. Defaults to `None`: `stddev` for
            all.
        encoder_max_stddev: float or `None`. The highest standard deviation,
            at the start, whose codes teach the encoder. Defaults to `None`:
            all do.
        seed: int or `None`. Random seed. Defaults to `None`.

    Call arguments:
        code: float tensor of shape `(batch, code_dim)`.
        training: bool. Noise is added only when true.

    Input shape: `(batch, code_dim)`.

    Output shape: the same.

    Example:

    ```python
    noise = keras_arae.layers.CodeNoise(0.1, decay=0.5, decay_steps=1)
    codes = keras.ops.zeros((4, 8))
    noise(codes, training=True)
    assert abs(float(noise.current_stddev) - 0.05) < 1e-6
    ```
    """

    @checked(
        stddev=NOT_NEGATIVE,
        decay=number(above=0, most=1),
        decay_steps=COUNT,
        max_stddev=optional(POSITIVE),
        encoder_max_stddev=optional(POSITIVE),
        seed=optional(SEED),
    )
    def __init__(
        self,
        stddev: float = 0.05,
        decay: float = 0.9995,
        decay_steps: int = 100,
        max_stddev: float | None = None,
        encoder_max_stddev: float | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if max_stddev is not None and not 0 < stddev <= max_stddev:
            raise ValueError(
                "With `max_stddev`, `stddev` is the lowest standard deviation, "
                f"above 0 and not above `max_stddev`. Received: "
                f"stddev={stddev}, max_stddev={max_stddev}"
            )
        if encoder_max_stddev is not None and (
            max_stddev is None or not stddev <= encoder_max_stddev <= max_stddev
        ):
            raise ValueError(
                "`encoder_max_stddev` lies between `stddev` and `max_stddev`. "
                f"Received: stddev={stddev}, max_stddev={max_stddev}, "
                f"encoder_max_stddev={encoder_max_stddev}"
            )
        self.stddev = stddev
        self.max_stddev = max_stddev
        self.encoder_max_stddev = encoder_max_stddev
        self.decay = decay
        self.decay_steps = decay_steps
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        self.calls = self.add_weight(
            shape=(),
            dtype="int32",
            initializer="zeros",
            trainable=False,
            name="calls",
        )
        self.current_stddev = self.add_weight(
            shape=(),
            dtype="float32",
            initializer=keras.initializers.Constant(self.stddev),
            trainable=False,
            name="current_stddev",
        )

    def call(self, code: Any, training: bool = False) -> Any:
        if not training or self.stddev == 0:
            return code
        noise = backend.replicas.draw(
            keras.random.normal,
            ops.shape(code),
            dtype="float32",
            seed=self.seed_generator,
        )
        noise = noise * self.current_stddev
        if self.max_stddev is not None:
            ratio = self.max_stddev / self.stddev
            factors = self._factors(ratio, ops.shape(code)[0])
            noise = noise * factors
            code = self._where_encoder_learns(code, factors)
        self.calls.assign_add(1)
        decays = ops.cast(self.calls // self.decay_steps, "float32")
        self.current_stddev.assign(
            self.stddev * ops.power(float(self.decay), decays)
        )
        return code + ops.cast(noise, code.dtype)

    def _factors(self, most: float, num_codes: Any) -> Any:
        """How much more noise than the least each code meets."""
        uniform = backend.replicas.draw(
            keras.random.uniform,
            (num_codes, 1),
            dtype="float32",
            seed=self.seed_generator,
        )
        return ops.power(most, uniform)

    def _where_encoder_learns(self, code: Any, factors: Any) -> Any:
        """The codes, without gradient where they meet too much noise."""
        if self.encoder_max_stddev is None:
            return code
        most = self.encoder_max_stddev / self.stddev
        return ops.where(factors <= most, code, ops.stop_gradient(code))

    def epoch_numbers(self) -> dict[str, float]:
        """The (lowest) standard deviation now, to log once an epoch."""
        stddev = float(ops.convert_to_numpy(self.current_stddev))
        return {"noise_stddev": stddev}

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "stddev": self.stddev,
            "decay": self.decay,
            "decay_steps": self.decay_steps,
            "max_stddev": self.max_stddev,
            "encoder_max_stddev": self.encoder_max_stddev,
            "seed": self.seed,
        }
