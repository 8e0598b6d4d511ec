import sys

import keras
import numpy as np
import pytest

from keras_arae import datasets

pytestmark = pytest.mark.once


def mnist_like():
    images = np.arange(4 * 3 * 2, dtype="uint8").reshape(4, 3, 2) * 10
    classes = np.arange(4)
    return {
        "x_train": images[:3], "y_train": classes[:3],
        "x_test": images[3:], "y_test": classes[3:],
    }  # fmt: skip


def test_a_file_of_arrays(tmp_path):
    arrays = mnist_like()
    np.savez(tmp_path / "mine.npz", **arrays)
    (train, classes), (test, _) = datasets.load_images(tmp_path / "mine.npz")
    assert train.dtype == "float32" and train.shape == (3, 3, 2)
    np.testing.assert_allclose(test, arrays["x_test"] / 255, atol=1e-6)
    assert classes.tolist() == [0, 1, 2]


def test_mnist_comes_from_keras(monkeypatch):
    arrays = mnist_like()
    monkeypatch.setattr(
        keras.datasets.mnist,
        "load_data",
        lambda: (
            (arrays["x_train"], arrays["y_train"]),
            (arrays["x_test"], arrays["y_test"]),
        ),
    )
    (train, _), (_, classes) = datasets.load_images()
    assert train.max() <= 1.0 and classes.tolist() == [3]


def test_without_a_network(monkeypatch):
    def fail():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    with pytest.raises(OSError, match='"digits".*URL fetch failure'):
        datasets.load_images("mnist")


def test_digits_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match=r"keras-arae\[images\]"):
        datasets.load_images("digits")


def test_a_file_of_something_else(tmp_path):
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    (tmp_path / "text.npz").write_text("no arrays")
    for name in ("other.npz", "text.npz"):
        with pytest.raises(ValueError, match=f"x_train.*{name}"):
            datasets.load_images(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        datasets.load_images(tmp_path / "none.npz")
