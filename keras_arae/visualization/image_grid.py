"""Many images as one picture."""

from __future__ import annotations

import math
import os

import numpy as np

from keras_arae.arguments import COUNT
from keras_arae.arguments import NEW_FILE
from keras_arae.arguments import PATH
from keras_arae.arguments import Rule
from keras_arae.arguments import array
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import whole
from keras_arae.atomic_file import replacing
from keras_arae.extras import require

_numbers = array(kinds="biuf")
IMAGES = Rule(
    "an array of images: floats from 0 to 1, or levels, integers from 0",
    lambda images: (
        _numbers.accepts(images)
        and images.ndim in (3, 4)
        and images.size > 0
        and images.min() >= 0
        and (images.dtype.kind != "f" or images.max() <= 1)
    ),
    _numbers.read,
)
_rgb = array("height", "width", 3)
PICTURE = Rule(
    "a picture: floats from 0 to 1 of shape (height, width, 3)",
    lambda picture: _rgb.accepts(picture) and IMAGES.accepts(picture),
    _rgb.read,
)


@checked(images=IMAGES, num_columns=COUNT, scale=whole(1, 100))
def image_grid(
    images: np.ndarray, num_columns: int = 10, scale: int = 3
) -> np.ndarray:
    """Lays images out in rows, with a grey line between them.

    Args:
        images: array of shape `(num_images, height, width)` or
            `(num_images, height, width, channels)`, values from 0 to 1 (ints
            count as levels: the largest one is white).
        num_columns: int. Images in a row. Defaults to `10`.
        scale: int. Pixels of the picture per pixel of an image. Defaults to
            `3`.

    Returns:
        A float32 array of shape `(height, width, 3)`, values from 0 to 1.

    Raises:
        ValueError: `images` have another shape.

    Example:

    ```python
    images = np.random.default_rng(0).integers(2, size=(5, 4, 4))
    grid = keras_arae.visualization.image_grid
    assert grid(images, num_columns=3, scale=1).shape == (11, 16, 3)
    ```
    """
    if images.dtype.kind in "iub":
        images = images / max(images.max(initial=0), 1)
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(
            "Expected images of shape (num_images, height, width) with 1 or 3 "
            f"channels or none. Received: shape {images.shape}"
        )
    images = np.broadcast_to(images, (*images.shape[:3], 3))
    num_columns = min(num_columns, len(images))
    num_rows = math.ceil(len(images) / num_columns)
    missing = num_rows * num_columns - len(images)
    images = np.pad(
        np.repeat(np.repeat(images, scale, axis=1), scale, axis=2),
        [(0, missing), (0, 1), (0, 1), (0, 0)],
        constant_values=0.5,
    )
    height, width = images.shape[1:3]
    grid = images.reshape(num_rows, num_columns, height, width, 3)
    grid = grid.transpose(0, 2, 1, 3, 4)
    grid = grid.reshape(num_rows * height, num_columns * width, 3)
    grid = np.pad(grid, [(1, 0), (1, 0), (0, 0)], constant_values=0.5)
    return grid.astype("float32")


@checked(originals=IMAGES, others=IMAGES, num_columns=COUNT)
def paired_image_grid(
    originals: np.ndarray,
    others: np.ndarray,
    num_columns: int = 10,
    scale: int = 3,
) -> np.ndarray:
    """Lays images out in rows, each above a row of what belongs to them.

    For images beside their reconstructions, or samples beside the nearest
    training images. Only whole rows are shown.

    Args:
        originals: array of images, as in `image_grid`.
        others: array of the same shape.
        num_columns: int. Images in a row. Defaults to `10`.
        scale: int. Pixels of the picture per pixel of an image. Defaults to
            `3`.

    Returns:
        A float32 array of shape `(height, width, 3)`, values from 0 to 1.

    Raises:
        ValueError: The arrays differ in shape.

    Example:

    ```python
    images = np.random.default_rng(0).integers(2, size=(7, 4, 4))
    grid = keras_arae.visualization.paired_image_grid(
        images, 1 - images, num_columns=3, scale=1
    )
    assert grid.shape == (21, 16, 3)
    ```
    """
    if originals.shape != others.shape:
        raise ValueError(
            "Expected two arrays of images of the same shape. Received: "
            f"shapes {originals.shape} and {others.shape}"
        )
    num_columns = min(num_columns, len(originals))
    count = len(originals) // num_columns * num_columns
    shape = originals.shape[1:]
    rows = [
        part[:count].reshape(-1, num_columns, *shape)
        for part in (originals, others)
    ]
    pairs = np.stack(rows, axis=1).reshape(-1, *shape)
    return image_grid(pairs, num_columns, scale)


@checked(picture=PICTURE, path=PATH)
def save_image(picture: np.ndarray, path: str | os.PathLike) -> None:
    """Writes a picture to a PNG.

    Args:
        picture: float array of shape `(height, width, 3)`, from 0 to 1.
        path: str or path.

    Raises:
        ImportError: matplotlib is not installed.

    Example:

    ```python
    picture = keras_arae.visualization.image_grid(np.zeros((4, 5, 5)))
    path = f"{tempfile.mkdtemp()}/grid.png"
    keras_arae.visualization.save_image(picture, path)
    ```
    """
    check("path", path, NEW_FILE)
    image = require("matplotlib.image", "plot")
    with replacing(path) as partial:
        image.imsave(partial, picture, format="png")
