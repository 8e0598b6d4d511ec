"""Grey images to a few discrete levels, for good or anew each epoch."""

import numpy as np
from keras import ops

from keras_arae.export import export


@export
class ImagePreprocessor:
    """Turns images into arrays of levels of one shape.

    Images come as floats from 0 to 1, as bytes (`uint8`) from 0 to 255, or as
    integers or bools that are levels already; bytes none of which reaches
    `num_levels` are levels too. They become integers from 0 to
    `num_levels - 1`.

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

    Example:

    ```python
    preprocessor = keras_arae.ImagePreprocessor((2, 2))
    image = np.array([[[0.1, 0.9], [0.5, 0.4]]])
    assert preprocessor(image).tolist() == [[[0, 1], [1, 0]]]
    ```
    """

    def __init__(self, image_shape, num_levels=2, binarization="threshold"):
        if len(image_shape) not in (2, 3) or min(image_shape) < 1:
            raise ValueError(
                "`image_shape` must be (height, width) or (height, width, "
                f"channels). Received: image_shape={image_shape}"
            )
        if num_levels < 2:
            raise ValueError(
                "A pixel needs at least 2 levels. "
                f"Received: num_levels={num_levels}"
            )
        if binarization not in ("threshold", "stochastic"):
            raise ValueError(
                "`binarization` must be 'threshold' or 'stochastic'. "
                f"Received: binarization={binarization!r}"
            )
        self.image_shape = tuple(image_shape)
        self.num_levels = num_levels
        self.binarization = binarization

    def __call__(self, images):
        """Turns images into levels, by rounding.

        Args:
            images: array of shape `(num_images, *image_shape)`; an axis of
                one channel may be there or not.

        Returns:
            An int32 array of shape `(num_images, *image_shape)`.
        """
        intensities = self.intensities(images)
        levels = np.floor(intensities * self.num_levels)
        return np.minimum(levels, self.num_levels - 1).astype("int32")

    def intensities(self, images):
        """Turns images into grey values from 0 to 1.

        Args:
            images: as in `__call__`.

        Returns:
            A float32 array of shape `(num_images, *image_shape)`.
        """
        images = self._shaped(ops.convert_to_numpy(images))
        highest = self.num_levels - 1
        if images.dtype.kind == "f":
            limit, kind = 1.0, "floats from 0 to 1"
        elif images.dtype == "uint8" and images.max(initial=0) > highest:
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
                f"Expected images of dtype {images.dtype} to hold {kind}. "
                f"Received: values from {images.min()} to {images.max()}"
            )
        return images.astype("float32") / np.float32(limit)

    def draw(self, intensities, generator):
        """Draws levels around grey values.

        Args:
            intensities: float array, as `intensities` returns.
            generator: `numpy.random.Generator`.

        Returns:
            An int32 array of the same shape, whose mean over draws is
            `intensities * (num_levels - 1)`.
        """
        chances = generator.random(intensities.shape, "float32")
        levels = np.floor(intensities * (self.num_levels - 1) + chances)
        return np.minimum(levels, self.num_levels - 1).astype("int32")

    def is_one_image(self, images):
        """Whether this is one image rather than several.

        Args:
            images: array.

        Returns:
            A bool.
        """
        return _core(np.shape(images)) == _core(self.image_shape)

    def _shaped(self, images):
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

    def get_config(self):
        return {
            "image_shape": self.image_shape,
            "num_levels": self.num_levels,
            "binarization": self.binarization,
        }

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def _core(shape):
    """A shape without its axis of one channel."""
    return tuple(shape[:2]) if tuple(shape[2:]) == (1,) else tuple(shape)
