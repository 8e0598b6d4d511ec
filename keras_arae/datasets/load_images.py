"""Loading of small image corpora."""

import os
import pathlib
import zipfile

import keras
import numpy as np

KEYS = ("x_train", "y_train", "x_test", "y_test")


def load_images(source="mnist"):
    """Loads grey images and their classes, to learn from and held out.

    Args:
        source: str or path-like. `"mnist"`: 60,000 and 10,000 images of 28 by
            28 pixels, downloaded once into the Keras cache. `"digits"`: the
            1,797 images of 8 by 8 pixels that come with scikit-learn, the
            last 297 held out. Or an `.npz` file with the arrays `x_train`,
            `y_train`, `x_test`, `y_test`, as MNIST's own. Defaults to
            `"mnist"`.

    Returns:
        `((images, classes), (images, classes))`, as keras.datasets: images
        are float32 arrays of shape `(num_images, height, width)` from 0 to 1.

    Raises:
        OSError: MNIST is not in the cache and cannot be downloaded.
        FileNotFoundError: the file does not exist.
        ImportError: scikit-learn is not installed.
        ValueError: the file holds other arrays.

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
    return (_grey(train), train_classes), (_grey(test), test_classes)


def _load_mnist():
    try:
        train, test = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises no narrower one.
        raise OSError(
            "MNIST is not in the Keras cache and cannot be downloaded; pass "
            'the path of an `mnist.npz`, or "digits" for a small packaged '
            f"set. Received: {error}"
        ) from error
    return *train, *test


def _load_digits():
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError(
            "The packaged digits come with scikit-learn: install it with "
            "`pip install scikit-learn`."
        ) from error
    digits = load_digits()
    images = digits.images / 16.0
    return (
        images[:1500], digits.target[:1500],
        images[1500:], digits.target[1500:],
    )  # fmt: skip


def _load_file(path):
    try:
        with np.load(path) as file:
            return tuple(file[key] for key in KEYS)
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"Expected an .npz file with the arrays {KEYS}. "
            f"Received: {path} ({error})"
        ) from error


def _grey(images):
    if images.dtype == "uint8":
        return images.astype("float32") / np.float32(255)
    return images.astype("float32")
