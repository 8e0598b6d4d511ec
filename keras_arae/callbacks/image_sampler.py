"""Shows what an image model can draw, as it learns."""

import pathlib

import keras
import numpy as np

from keras_arae.callbacks.image_grid import image_grid
from keras_arae.callbacks.image_grid import save_image


class ImageSampler(keras.callbacks.Callback):
    """Draws samples, reconstructions and interpolations every few epochs.

    One PNG an epoch, `epoch-0001-samples.png` and so on. Samples come from
    the same noise each time, so that one can watch them change. With
    `log_dir` all goes to TensorBoard as well (which needs tensorflow, on any
    backend).

    Args:
        directory: str or path. Folder for the pictures; made if need be.
        images: array of images. Shown above their reconstructions. Defaults
            to `None`.
        labels: int array, the labels of `images` in a model with
            `num_classes`. Defaults to `None`.
        num_samples: int. Images to generate. Defaults to `100`.
        num_paths: int. Interpolations between samples. Defaults to `5`.
        steps: int. Points on an interpolation. Defaults to `10`.
        every: int. Epochs between two looks. Defaults to `1`.
        log_dir: str or path, or `None`. TensorBoard's folder. Defaults to
            `None`.
        seed: int. Seed of the noise. Defaults to `0`.

    Example:

    ```python
    images = np.random.default_rng(0).integers(2, size=(64, 6, 6))
    model = keras_arae.ImageARAE((6, 6), code_dim=8)
    model.compile()
    sampler = keras_arae.callbacks.ImageSampler(
        tempfile.mkdtemp(), images[:5], num_samples=20
    )
    model.fit(images, callbacks=[sampler], verbose=0)
    ```
    """

    def __init__(
        self,
        directory,
        images=None,
        labels=None,
        num_samples=100,
        num_paths=5,
        steps=10,
        every=1,
        log_dir=None,
        seed=0,
    ):
        super().__init__()
        self.directory = pathlib.Path(directory)
        self.images = images
        self.labels = labels
        self.num_samples = num_samples
        self.num_paths = num_paths
        self.steps = steps
        self.every = every
        self.log_dir = log_dir
        self.seed = seed

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        pictures = self.look()
        for name, picture in pictures.items():
            path = self.directory / f"epoch-{epoch + 1:04d}-{name}.png"
            save_image(picture, path)
        if self.log_dir is not None:
            self._to_tensorboard(pictures, epoch)

    def look(self):
        """What the model draws now.

        Returns:
            A dict of name to picture: `"samples"` (a column for each class
            in a model with `num_classes`), `"interpolations"` (rows between
            two samples) and `"reconstructions"` (originals in one
            row, their reconstructions in the next).
        """
        model, pictures = self.model, {}
        if model.adversarial:
            samples = model.generate(
                self.num_samples,
                classes_in_turn(model, self.num_samples),
                seed=self.seed,
            )
            pictures["samples"] = image_grid(samples, self._num_columns())
            noise_paths = model.interpolate(
                label=classes_in_turn(model, self.num_paths),
                num_paths=self.num_paths,
                steps=self.steps,
                seed=self.seed,
            )
            pictures["interpolations"] = image_grid(
                np.reshape(noise_paths, (-1, *model.x_shape)), self.steps
            )
        if self.images is not None:
            pictures["reconstructions"] = beside_reconstructions(
                model, self.images, self.labels
            )
        return pictures

    def _num_columns(self):
        return self.model.num_classes or 10

    def _to_tensorboard(self, pictures, epoch):
        import tensorflow as tf

        writer = tf.summary.create_file_writer(str(self.log_dir))
        with writer.as_default():
            for name, picture in pictures.items():
                tf.summary.image(name, picture[None], step=epoch)
        writer.close()


def classes_in_turn(model, num_rows):
    """Labels 0, 1, 2 and so on, again and again; `None` without classes.

    Args:
        model: `keras_arae.ARAE`.
        num_rows: int.

    Returns:
        An int array of shape `(num_rows,)`, or `None`.
    """
    if not model.conditional:
        return None
    return np.arange(num_rows) % model.num_classes


def beside_reconstructions(model, images, labels=None, num_columns=10):
    """A picture of rows of images, each above a row of reconstructions.

    Args:
        model: `keras_arae.ImageARAE`.
        images: array of images.
        labels: int array, their labels in a model with `num_classes`.
            Defaults to `None`.
        num_columns: int. Images in a row. Defaults to `10`.

    Returns:
        A float32 array of shape `(height, width, 3)`.
    """
    num_columns = min(num_columns, len(images))
    count = len(images) // num_columns * num_columns
    originals = model.prepare(images[:count])
    labels = None if labels is None else labels[:count]
    copies = model.reconstruct(images[:count], labels)
    rows = [
        np.reshape(part, (-1, num_columns, *model.x_shape))
        for part in (originals, copies)
    ]
    pairs = np.stack(rows, axis=1).reshape(-1, *model.x_shape)
    return image_grid(pairs, num_columns)
