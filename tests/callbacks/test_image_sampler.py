import numpy as np
import pytest

import keras_arae
from keras_arae.callbacks import image_grid


def test_pictures_of_each_look(tmp_path):
    import matplotlib.image

    images = np.random.default_rng(0).integers(2, size=(40, 5, 6))
    model = keras_arae.ImageARAE(
        (5, 6), networks="convolutional", code_dim=4, noise_dim=3
    )
    model.compile(run_eagerly=True)
    sampler = keras_arae.callbacks.ImageSampler(
        tmp_path, images[:10], num_samples=20, every=2, log_dir=tmp_path / "b"
    )
    model.fit(images, epochs=2, batch_size=20, callbacks=[sampler], verbose=0)
    names = ("samples", "interpolations", "reconstructions")
    assert {path.name for path in tmp_path.glob("*.png")} == {
        f"epoch-0002-{name}.png" for name in names
    }
    picture = matplotlib.image.imread(tmp_path / "epoch-0002-samples.png")
    expected = image_grid(model.generate(20, seed=0))
    assert np.abs(picture[..., :3] - expected).max() < 0.01
    assert list((tmp_path / "b").glob("events*"))


def test_a_grid_holds_each_image():
    images = np.arange(3)[:, None, None] * np.ones((1, 2, 2))
    grid = image_grid(images / 2, num_columns=2, scale=1)
    assert grid.shape == (7, 7, 3)
    assert grid[1, 1, 0] == 0.0 and grid[1, 4, 0] == 0.5
    assert grid[4, 1, 0] == 1.0


def test_a_grid_of_something_else():
    with pytest.raises(ValueError, match=r"Received: shape \(3, 4\)"):
        image_grid(np.zeros((3, 4)))
