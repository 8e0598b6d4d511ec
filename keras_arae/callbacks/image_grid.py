"""Many images as one picture."""

import math

import numpy as np


def image_grid(images, num_columns=10, scale=3):
    """Lays images out in rows, with a grey line between them.

    Args:
        images: array of shape `(num_images, height, width)` or
            `(num_images, height, width, channels)`, values from 0 to 1 (ints
            count as levels: the largest one is white).
        num_columns: int. Images in a row. Defaults to `10`.
        scale: int. Pixels of the picture per pixel of an image. Defaults to
            `3`.

    Returns:
        A float32 array of shape `(rows, columns, 3)`, values from 0 to 1.

    Example:

    ```python
    images = np.random.default_rng(0).integers(2, size=(5, 4, 4))
    from keras_arae.callbacks import image_grid
    assert image_grid(images, num_columns=3, scale=1).shape == (11, 16, 3)
    ```
    """
    images = np.asarray(images)
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


def save_image(picture, path):
    """Writes a picture to a PNG; needs matplotlib.

    Args:
        picture: float array of shape `(height, width, 3)`, from 0 to 1.
        path: str or path.
    """
    import matplotlib.image

    matplotlib.image.imsave(path, picture)
