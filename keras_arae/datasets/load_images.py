"""Small sets of images."""

from __future__ import annotations

import os
import pathlib
import zipfile
from typing import TypeAlias

import keras
import numpy as np

from keras_arae.arguments import FILE
from keras_arae.arguments import PATH
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.extras import require

Images: TypeAlias = tuple[np.ndarray, np.ndarray]

KEYS = ("x_train", "y_train", "x_test", "y_test")


@checked(source=PATH)
def load_images(
    source: str | os.PathLike = "mnist",
) -> tuple[Images, Images]:
    """Loads grayscale images and their classes, for training and for testing.

    Args:
        source: str or path-like. One of these. Defaults to `"mnist"`.

            *   `"mnist"`: 60,000 training and 10,000 test images of 28 by 28
                pixels, downloaded once into the Keras cache.
            *   `"digits"`: the 1,797 images of 8 by 8 pixels that come with
                scikit-learn. The last 297 are for testing.
            *   the path of an `.npz` file with the arrays `x_train`,
                `y_train`, `x_test` and `y_test`, as in `mnist.npz`.

    Returns:
        Two pairs `(images, classes)`, for training and for testing. Images
        are float32 arrays of shape `(num_images, height, width)` with values
        from 0 to 1; classes are int arrays of shape `(num_images,)`.

    Raises:
        OSError: if MNIST is not in the cache and cannot be downloaded.
        FileNotFoundError: if the file does not exist.
        ImportError: if scikit-learn is not installed.
        ValueError: if the file does not hold these arrays.

    Example:

    ```python
    (train, _), (test, _) = keras_arae.datasets.load_images("digits")
    assert train.shape == (1500, 8, 8) and len(test) == 297
    ```
    """
    if source == "mnist":
        arrays = _load_mnist()
    elif source == "digits":
        arrays = _load_digits()
    else:
        arrays = _load_file(pathlib.Path(os.fspath(source)))
    train, train_classes, test, test_classes = arrays
    return (_scaled(train), train_classes), (_scaled(test), test_classes)


def _load_mnist() -> tuple[np.ndarray, ...]:
    try:
        train, test = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises no narrower one.
        raise OSError(
            "MNIST is not in the Keras cache and cannot be downloaded. Pass "
            'the path of a file `mnist.npz`, or "digits" for a small set '
            f"that comes with scikit-learn. Received: {error}"
        ) from error
    return *train, *test


def _load_digits() -> tuple[np.ndarray, ...]:
    digits = require("sklearn.datasets", "images").load_digits()
    images = digits.images / 16.0
    return (
        images[:1500], digits.target[:1500],
        images[1500:], digits.target[1500:],
    )  # fmt: skip


def _load_file(path: pathlib.Path) -> tuple[np.ndarray, ...]:
    check("source", path, FILE)
    try:
        with np.load(path) as file:
            return tuple(file[key] for key in KEYS)
    except (
        KeyError,
        TypeError,
        ValueError,
        EOFError,
        zipfile.BadZipFile,
    ) as error:
        raise ValueError(
            f"Expected an .npz file with the arrays {KEYS}. "
            f"Received: {path} ({error})"
        ) from error


def _scaled(images: np.ndarray) -> np.ndarray:
    """Images as float32; bytes are divided by 255."""
    if images.dtype == "uint8":
        return images.astype("float32") / np.float32(255)
    return images.astype("float32")
