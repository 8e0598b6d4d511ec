"""Title: Binarised digits from an adversarially regularized autoencoder
Description: Train on MNIST, draw new digits, walk between two.
Accelerator: none needed; a GPU is used where there is one.

    python examples/binarized_mnist.py                    # MNIST
    python examples/binarized_mnist.py --dataset=digits   # no download
    python examples/binarized_mnist.py --networks=convolutional
    python examples/binarized_mnist.py --conditional      # digits on demand

Everything goes to --output_dir: the model, pictures of samples, reconstructions
and interpolations, the training log, its learning curves and the flags used.
"""

import keras
import numpy as np
from absl import flags
from absl import logging

import keras_arae
from keras_arae.visualization import image_grid
from keras_arae.visualization import paired_image_grid
from keras_arae.visualization import save_image

flags.DEFINE_string(
    "dataset", "mnist",
    "mnist (downloaded once), digits (scikit-learn's packaged 8x8 images), or "
    "the path of an .npz file as MNIST's.",
)  # fmt: skip
flags.DEFINE_enum(
    "networks", "dense", ["dense", "convolutional"], "Encoder and decoder."
)
flags.DEFINE_bool("conditional", False, "Whether the model knows classes.")
flags.DEFINE_string("output_dir", "output/binarized_mnist", "For the results.")
flags.DEFINE_integer("code_dim", 100, "Width of a code.")
flags.DEFINE_integer("epochs", 12, "Times through the data.")
flags.DEFINE_integer("batch_size", 100, "Images a step.")
flags.DEFINE_integer("seed", 0, "Random seed.")
flags.DEFINE_enum("verbose", "auto", ["auto", "0", "1", "2"], "Progress bar.")
flags.DEFINE_bool("resume", False, "Continue an interrupted run.")
flags.DEFINE_bool("overwrite", False, "Replace earlier results.")

FLAGS = flags.FLAGS


def main(_):
    # Grey images and their classes, and a folder that loses no results.
    (train, labels), (test, test_labels) = load_images(FLAGS.dataset)
    folder = keras_arae.callbacks.RunFolder(
        FLAGS.output_dir,
        resume=FLAGS.resume,
        overwrite=FLAGS.overwrite,
        appended=["training/*.png"],
    )
    folder.save_flags(FLAGS, data=(train, labels, test, test_labels))
    with folder.running():
        run(folder, train, labels, test, test_labels)


def run(folder, train, labels, test, test_labels):
    # The model: that of an interrupted run, or a new one.
    keras.utils.set_random_seed(FLAGS.seed)
    model, epoch = folder.restore(keras_arae.ImageARAE)
    if model is None:
        model = make_model(train, labels)
    print(
        f"{len(train)} images to learn from, {len(test)} held out, "
        f"{model.count_params()} weights, {keras.config.backend()} backend."
    )
    if not FLAGS.conditional:
        labels = test_labels = None
    sampler = keras_arae.callbacks.ImageSampler(
        folder / "training", test[:20], first(test_labels, 20)
    )
    model.fit(
        train,
        labels,
        batch_size=FLAGS.batch_size,
        epochs=FLAGS.epochs,
        initial_epoch=epoch,
        verbose=FLAGS.verbose,
        validation_data=(test, test_labels) if FLAGS.conditional else test,
        callbacks=folder.callbacks(sampler),
    )
    model.save(folder / "model.keras")
    draw_samples(model, folder)
    draw_reconstructions(model, folder, test, test_labels)
    numbers = model.evaluate(test, test_labels, verbose=0, return_dict=True)
    nats = model.negative_log_likelihood(test, test_labels).mean()
    print(f"{nats:.1f} nats an image, accuracy {numbers['accuracy']:.3f}.")


def load_images(dataset):
    """Grey images from 0 to 1 and labels: to learn from, and held out."""
    try:
        return keras_arae.datasets.load_images(dataset)
    except OSError as error:
        if dataset != "mnist":
            raise
        logging.warning("%s Going on with scikit-learn's digits.", error)
        return keras_arae.datasets.load_images("digits")


def make_model(train, labels):
    """A compiled model for such images, and their classes if asked."""
    prior = keras_arae.priors.AdversarialPrior(
        keras_arae.layers.Generator(FLAGS.code_dim),
        keras_arae.layers.Critic(),
        noise_dim=32,
    )
    model = keras_arae.ImageARAE(
        train.shape[1:],
        networks=FLAGS.networks,
        code_dim=FLAGS.code_dim,
        prior=prior,
        condition=int(labels.max()) + 1 if FLAGS.conditional else None,
        code_noise=0.1,
        seed=FLAGS.seed,
    )
    num_steps = FLAGS.epochs * -(-len(train) // FLAGS.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(1e-3, num_steps)
    model.compile(keras.optimizers.Adam(rate))
    return model


def draw_samples(model, folder):
    """New images from noise, class by class, and ways between samples."""
    num_classes = model.condition.num_classes if FLAGS.conditional else 0
    columns = np.arange(100) % num_classes if FLAGS.conditional else None
    samples = model.generate(100, columns, seed=FLAGS.seed)
    save_image(image_grid(samples), folder / "samples.png")
    paths = model.interpolate(
        label=first(columns, 8), num_paths=8, steps=12, seed=FLAGS.seed
    )
    grid = image_grid(np.concatenate(paths), 12)
    save_image(grid, folder / "interpolations_between_samples.png")


def draw_reconstructions(model, folder, test, labels):
    """Held-out images beside what comes back from their codes."""
    copies = model.reconstruct(test[:50], first(labels, 50))
    pairs = paired_image_grid(model.codec.encode(test[:50]), copies)
    save_image(pairs, folder / "reconstructions.png")


def first(labels, count):
    """The first labels, where there are any."""
    return None if labels is None else labels[:count]


if __name__ == "__main__":
    keras_arae.script.run(main)
