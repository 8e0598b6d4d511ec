"""Title: Binarised digits from an ARAE, with every setting
Description: examples/binarized_mnist.py with the released code's preset.
Accelerator: none needed; a GPU is used where there is one.

    python benchmarks/paper/mnist.py                    # MNIST
    python benchmarks/paper/mnist.py --dataset=digits   # no download
    python benchmarks/paper/mnist.py --conditional      # digits on demand
    python benchmarks/paper/mnist.py --preset=mnist     # released settings

Everything goes to --output_dir: the model, pictures of samples, of samples
beside the nearest training images, of reconstructions and interpolations, the
training log, its learning curves and the flags used.
"""

import time

import common
import keras
import numpy as np
from absl import flags
from absl import logging

import keras_arae
from keras_arae.visualization import image_grid
from keras_arae.visualization import paired_image_grid
from keras_arae.visualization import save_image

# "fast" learns MNIST in minutes on two CPU cores; "mnist" has the released
# code's settings.
PRESETS = {
    "fast": dict(
        code_dim=100, noise_dim=32, generator_dims=[300, 300],
        critic_dims=[300, 300], epochs=12, batch_size=100,
        autoencoder_lr=1e-3, generator_lr=1e-3, critic_lr=1e-3,
        decay_lr=True, code_noise=0.1, noise_decay=0.9995,
        normalize_codes=True, tanh=False, critic_steps=5,
        gradient_penalty=1.0, weight_clip=None, encoder_gradient_scale=0.1,
    ),
    "mnist": dict(
        code_dim=100, noise_dim=32, generator_dims=[64, 100, 150],
        critic_dims=[100, 60, 20], epochs=17, batch_size=100,
        autoencoder_lr=5e-4, generator_lr=5e-4, critic_lr=5e-5,
        decay_lr=False, code_noise=0.4, noise_decay=0.99,
        normalize_codes=False, tanh=True, critic_steps=10,
        gradient_penalty=None, weight_clip=0.05, encoder_gradient_scale=0.2,
    ),
}  # fmt: skip

flags.DEFINE_enum("preset", "fast", sorted(PRESETS), "Fills in other flags.")
flags.DEFINE_string(
    "dataset", "mnist",
    "mnist (downloaded once), digits (scikit-learn's packaged 8x8 images), or "
    "the path of an .npz file as MNIST's.",
)  # fmt: skip
flags.DEFINE_enum(
    "networks", "dense", ["dense", "convolutional"], "Encoder and decoder."
)
flags.DEFINE_enum(
    "binarization", "threshold", ["threshold", "stochastic"],
    "At 0.5, or drawn anew each epoch.",
)  # fmt: skip
flags.DEFINE_bool(
    "conditional", False,
    "Whether decoder, generator and critic know the class of an image.",
)  # fmt: skip
flags.DEFINE_bool("adversarial", True, "Without: a plain autoencoder.")
flags.DEFINE_integer("code_dim", None, "Width of a code.")
flags.DEFINE_integer("noise_dim", None, "Width of the generator's noise.")
flags.DEFINE_list("generator_dims", None, "Hidden widths, such as 300,300.")
flags.DEFINE_list("critic_dims", None, "Hidden widths, such as 300,300.")
flags.DEFINE_integer("epochs", None, "Times through the data.")
flags.DEFINE_integer("batch_size", None, "Images a step.")
flags.DEFINE_float("autoencoder_lr", None, "Learning rate of Adam.")
flags.DEFINE_float("generator_lr", None, "Learning rate of Adam.")
flags.DEFINE_float("critic_lr", None, "Learning rate of Adam.")
flags.DEFINE_bool(
    "decay_lr", None, "Whether the autoencoder's rate falls to 0 (cosine)."
)
flags.DEFINE_float("code_noise", None, "Standard deviation at the start.")
flags.DEFINE_float("noise_decay", None, "Factor on it every 100 steps.")
flags.DEFINE_bool("normalize_codes", None, "Codes on the unit sphere.")
flags.DEFINE_bool("tanh", None, "Whether generated codes pass a tanh.")
flags.DEFINE_integer("critic_steps", None, "Critic updates a step.")
flags.DEFINE_float("gradient_penalty", None, "Weight of the penalty.")
flags.DEFINE_float(
    "weight_clip", None, "Clip the critic's weights to this instead."
)
flags.DEFINE_float(
    "encoder_gradient_scale", None, "Of the critic's gradient (lambda 1)."
)
flags.DEFINE_string("output_dir", "output/paper_mnist", "For the results.")
common.define_run_flags()

FLAGS = flags.FLAGS


def main(_):
    start_time = time.time()
    common.fill_in(PRESETS[FLAGS.preset])
    (train, labels), (test, test_labels) = load_images(FLAGS.dataset)
    output_dir = common.run_folder("training/*.png")
    keras.utils.set_random_seed(FLAGS.seed)
    model, epoch = output_dir.restore()
    if model is None:
        model = make_model(train, labels)
    print(
        f"{len(train)} images to learn from, {len(test)} held out, "
        f"{model.count_params()} weights, {keras.config.backend()} backend."
    )
    sampler = keras_arae.callbacks.ImageSampler(
        output_dir / "training",
        test[:20],
        rows(test_labels, 0, 20),
        log_dir=common.tensorboard_dir(output_dir),
    )
    model.fit(
        train,
        labels,
        batch_size=FLAGS.batch_size,
        epochs=FLAGS.epochs,
        initial_epoch=epoch,
        validation_data=(test, test_labels) if FLAGS.conditional else test,
        callbacks=common.make_callbacks(output_dir, sampler),
    )
    write_results(model, output_dir, train, test, test_labels)
    print(f"Done in {time.time() - start_time:.0f} s; see {FLAGS.output_dir}/.")


def load_images(dataset):
    """Grey images from 0 to 1 and labels: to learn from, and held out.

    Without --conditional there are no labels: `None`.
    """
    try:
        data = keras_arae.datasets.load_images(dataset)
    except OSError as error:
        if dataset != "mnist":
            raise
        logging.warning("%s Going on with scikit-learn's digits.", error)
        return load_images("digits")
    if FLAGS.conditional:
        return data
    return [(images, None) for images, _ in data]


def make_model(train, labels):
    """A compiled model for such images, and their classes if there are."""
    model = keras_arae.ImageARAE(
        keras_arae.ImagePreprocessor(
            train.shape[1:], binarization=FLAGS.binarization
        ),
        networks=FLAGS.networks,
        code_dim=FLAGS.code_dim,
        condition=None if labels is None else int(labels.max()) + 1,
        prior=make_prior() if FLAGS.adversarial else None,
        normalize_codes=FLAGS.normalize_codes,
        code_noise=keras_arae.layers.CodeNoise(
            FLAGS.code_noise, FLAGS.noise_decay, seed=FLAGS.seed
        ),
        seed=FLAGS.seed,
    )
    rate = common.autoencoder_rate(len(train))
    model.compile(keras.optimizers.Adam(rate))
    return model


def make_prior():
    """The game, with the networks that the flags ask for."""
    layers, options = keras_arae.layers, {}
    if FLAGS.weight_clip is not None:
        options["critic_regularizer"] = "weight_clipping"
        options["weight_clip"] = FLAGS.weight_clip
    else:
        options["gradient_penalty_weight"] = FLAGS.gradient_penalty
    return keras_arae.priors.AdversarialPrior(
        layers.Generator(
            FLAGS.code_dim,
            [int(units) for units in FLAGS.generator_dims],
            output_activation="tanh" if FLAGS.tanh else None,
        ),
        layers.Critic([int(units) for units in FLAGS.critic_dims]),
        noise_dim=FLAGS.noise_dim,
        critic_steps=FLAGS.critic_steps,
        encoder_gradient_scale=FLAGS.encoder_gradient_scale,
        critic_learning_rate=FLAGS.critic_lr,
        generator_learning_rate=FLAGS.generator_lr,
        **options,
    )


def write_results(model, output_dir, train, test, labels):
    """The model, what it draws, and a few numbers about it."""
    model.save(output_dir / "model.keras")
    if model.prior is not None:
        write_samples(model, output_dir, train, test)
    save_image(
        paired_image_grid(
            model.codec.encode(test[:50]),
            model.reconstruct(test[:50], rows(labels, 0, 50)),
        ),
        output_dir / "reconstructions.png",
    )
    ends = test[:8], test[8:16], rows(labels, 0, 8), rows(labels, 8, 16)
    paths = model.interpolate(*ends, steps=12)
    save_image(
        image_grid(np.concatenate(paths), 12),
        output_dir / "interpolations_between_test_images.png",
    )
    numbers = model.evaluate(test, labels, verbose=0, return_dict=True)
    nats = model.negative_log_likelihood(test, labels).mean()
    lines = [f"{name} {value:.3f}" for name, value in numbers.items()]
    print(f"Held out: {nats:.1f} nats an image", *lines, sep="\n  ")


def write_samples(model, output_dir, train, test):
    """Samples, ways between samples, and what they were near to."""
    samples = model.generate(
        1000, classes_in_turn(model, 1000), seed=FLAGS.seed
    )
    save_image(image_grid(samples[:100]), output_dir / "samples.png")
    paths = model.interpolate(
        label=classes_in_turn(model, 8),
        num_paths=8,
        steps=12,
        seed=FLAGS.seed,
    )
    save_image(
        image_grid(np.concatenate(paths), 12),
        output_dir / "interpolations_between_samples.png",
    )
    train = model.codec.encode(train)
    indices, differing = nearest(samples, train)
    pairs = np.stack([samples[:50], train[indices[:50]]], axis=1)
    save_image(
        image_grid(pairs.reshape(-1, *model.x_shape)),
        output_dir / "nearest_training_images.png",
    )
    _, usual = nearest(model.codec.encode(test[:1000]), train)
    print(
        f"Samples differ from their nearest training image in "
        f"{differing.mean():.1f} pixels, test images in {usual.mean():.1f}; "
        f"{np.sum(differing == 0)} of {len(samples)} samples are copies, "
        f"{np.sum(usual == 0)} of {len(usual)} test images."
    )


def classes_in_turn(model, count):
    """Labels for a grid with a column a class; `None` without classes."""
    if model.condition is None:
        return None
    return np.arange(count) % model.condition.num_classes


def rows(labels, start, end):
    """Some labels, where there are any."""
    return None if labels is None else labels[start:end]


def nearest(images, others):
    """Which other image each image is nearest to, and in how many pixels.

    Args:
        images: int array of shape `(num_images, ...)`, levels 0 and 1.
        others: likewise.

    Returns:
        Two arrays of shape `(num_images,)`: indices in `others`, and counts of
        pixels that differ.
    """
    images, others = (
        np.reshape(x, (len(x), -1)).astype("float32") for x in (images, others)
    )
    distances = images @ (1 - others).T + (1 - images) @ others.T
    return distances.argmin(axis=1), distances.min(axis=1)


if __name__ == "__main__":
    keras_arae.script.run(main)
