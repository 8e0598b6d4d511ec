"""Grey images to a few discrete levels, for good or anew each epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.arguments import whole
from keras_arae.data.codec import Codec
from keras_arae.data.codec import check_array
from keras_arae.export import export


@export
class ImagePreprocessor(Codec):
    """Turns images into arrays of levels of one shape.

    Images come as floats from 0 to 1, as bytes (`uint8`) from 0 to 255, or as
    integers or bools that are levels already. They become integers from 0 to
    `num_levels - 1`. What bytes mean is decided once, by the first that come:
    levels if none is above `num_levels - 1`.

    Source of stochastic binarisation: "On the Quantitative Analysis of Deep
    Belief Networks", Salakhutdinov and Murray, ICML 2008: a pixel is 1 with
    the probability of its grey value, drawn anew for each epoch.

    Args:
        image_shape: tuple of int. `(height, width)` or
            `(height, width, channels)`.
        num_levels: int. Values a pixel can take. Defaults to `2`.
        binarization: `"threshold"` or `"stochastic"`. Whether `fit` rounds
            grey values (at 0.5 for two levels) or draws levels around them,
            anew each epoch. `evaluate` then draws too, the same each time;
            verbs and datasets of batches always round. Defaults to
            `"threshold"`.
        pixels: `"bytes"` (0 to 255) or `"levels"`. What `uint8` holds.
            Defaults to `None`: what the first images say, saved with the
            codec.

    Example:

    ```python
    codec = keras_arae.ImagePreprocessor((2, 2))
    image = np.array([[[0.1, 0.9], [0.5, 0.4]]])
    assert codec.encode(image).tolist() == [[[0, 1], [1, 0]]]
    ```
    """

    @checked(
        image_shape=several(WIDTH, 2, 3),
        num_levels=whole(2, 2**16),
        binarization=one_of("threshold", "stochastic"),
        pixels=optional(one_of("bytes", "levels")),
    )
    def __init__(
        self,
        image_shape: Sequence[int],
        num_levels: int = 2,
        binarization: str = "threshold",
        pixels: str | None = None,
    ) -> None:
        self.pixels: Any = pixels
        self.image_shape = self.x_shape = tuple(image_shape)
        self.num_levels = self.num_values = num_levels
        self.binarization = binarization

    def encode(self, data: Any) -> np.ndarray:
        """Turns images into levels, by rounding.

        Args:
            data: array of shape `(num_images, *image_shape)`; an axis of one
                channel may be there or not.

        Returns:
            An int32 array of shape `(num_images, *image_shape)`.
        """
        levels = np.floor(self.intensities(data) * self.num_levels)
        return np.minimum(levels, self.num_levels - 1).astype("int32")

    def decode(self, ids: np.ndarray) -> np.ndarray:
        """Levels as they are."""
        return ids

    def encode_corpus(self, data: Any) -> tuple[np.ndarray, np.ndarray]:
        """As `encode`; images stay grey whose levels are drawn later."""
        if self.binarization == "threshold":
            return super().encode_corpus(data)
        rows = self.intensities(data)
        return rows, np.arange(len(rows))

    def intensities(self, images: Any) -> np.ndarray:
        """Turns images into grey values from 0 to 1.

        Args:
            images: as in `encode`.

        Returns:
            A float32 array of shape `(num_images, *image_shape)`.
        """
        images = self._shaped(check_array("images", images))
        highest = self.num_levels - 1
        if images.dtype.kind == "f":
            limit, kind = 1.0, "floats from 0 to 1"
        elif images.dtype == "uint8" and self._are_bytes(images):
            limit, kind = 255, "bytes from 0 to 255"
        elif images.dtype.kind in "iub":
            limit, kind = highest, f"levels from 0 to {highest}"
        else:
            raise ValueError(
                "Expected images as floats, bytes, integers or bools. "
                f"Received: dtype {images.dtype}"
            )
        # Written so that NaN is refused as well.
        if images.size and not (images.min() >= 0 and images.max() <= limit):
            raise ValueError(
                f"Expected images of dtype {images.dtype} to hold {kind} "
                f"(pixels={self.pixels!r}; bytes that begin with dark images "
                'need `ImagePreprocessor(..., pixels="bytes")`). '
                f"Received: values from {images.min()} to {images.max()}"
            )
        return images.astype("float32") / np.float32(limit)

    def _are_bytes(self, images: np.ndarray) -> bool:
        """Whether `uint8` holds bytes; the first images decide."""
        if self.pixels is None and images.size:
            is_bright = images.max() > self.num_levels - 1
            self.pixels = "bytes" if is_bright else "levels"
        return self.pixels == "bytes"

    def draw(
        self, rows: np.ndarray, generator: np.random.Generator
    ) -> np.ndarray:
        """Draws levels around grey values.

        Args:
            rows: float array, as `intensities` returns; levels pass as they
                are.
            generator: `numpy.random.Generator`.

        Returns:
            An int32 array of the same shape, whose mean over draws is
            `rows * (num_levels - 1)`.
        """
        if rows.dtype.kind != "f":
            return rows
        chances = generator.random(rows.shape, "float32")
        levels = np.floor(rows * (self.num_levels - 1) + chances)
        return np.minimum(levels, self.num_levels - 1).astype("int32")

    def as_batch(self, data: Any) -> tuple[Any, bool]:
        """Puts one image into a batch of one."""
        images = check_array("images", data)
        if _core(images.shape) == _core(self.image_shape):
            return images[None], False
        return images, True

    def _shaped(self, images: np.ndarray) -> np.ndarray:
        """Adds or takes away an axis of one channel; refuses other shapes."""
        if images.ndim and _core(images.shape[1:]) == _core(self.image_shape):
            images = images.reshape((-1, *self.image_shape))
        if images.shape[1:] != self.image_shape:
            raise ValueError(
                "Expected images of shape "
                f"{('num_images', *self.image_shape)}. "
                f"Received: shape {images.shape}"
            )
        return images

    def get_config(self) -> dict[str, Any]:
        return {
            "image_shape": self.image_shape,
            "num_levels": self.num_levels,
            "binarization": self.binarization,
            "pixels": self.pixels,
        }


def _core(shape: Sequence[int]) -> tuple[int, ...]:
    """A shape without its axis of one channel."""
    return tuple(shape[:2]) if tuple(shape[2:]) == (1,) else tuple(shape)
