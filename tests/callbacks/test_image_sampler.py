import numpy as np
import pytest

import keras_arae
from keras_arae.visualization import image_grid


@pytest.mark.once
def test_pictures_of_each_look(tmp_path):
    import matplotlib.image

    images = np.random.default_rng(0).integers(2, size=(40, 5, 6))
    prior = keras_arae.priors.AdversarialPrior(noise_dim=3, critic_steps=1)
    model = keras_arae.ImageARAE(
        (5, 6), networks="convolutional", code_dim=4, prior=prior
    )
    model.compile()
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
