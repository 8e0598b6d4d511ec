"""How good are samples of binarised MNIST, and what would good be?

    KERAS_BACKEND=jax python benchmarks/image_quality.py --json=quality.json

Trains a small classifier on binarised MNIST, then several models (ARAE with
gradient penalty, with weight clipping, with labels; a plain autoencoder whose
codes are drawn from a Gaussian fitted to its training codes) for several
seeds, and prints a table: metrics between samples and test images in the
classifier's features, beside training images in the place of samples.
"""

import json
import pathlib
import time

import keras
import numpy as np
from absl import flags

import keras_arae
from keras_arae import evaluation

flags.DEFINE_string("data", "mnist", "mnist, or the path of an mnist.npz.")
flags.DEFINE_integer("epochs", 6, "Times through the data, for each model.")
flags.DEFINE_integer("seeds", 3, "Runs of each model.")
flags.DEFINE_integer("num_samples", 3000, "Samples, and test images.")
flags.DEFINE_multi_string("model", None, "Train these only. Defaults to all.")
flags.DEFINE_string("json", None, "A file for the numbers.")
FLAGS = flags.FLAGS

GENERATOR = {"generator_learning_rate": 5e-4}
CLIPPING = {
    "critic_regularizer": "weight_clipping",
    "weight_clip": 0.02,
    "critic_steps": 10,
    "generator_learning_rate": 1e-4,
}
MODELS = {
    "ARAE, gradient penalty": {},
    "ARAE, weight clipping": {"game": CLIPPING},
    "ARAE, class-conditional": {"condition": 10},
    "plain autoencoder, fitted Gaussian": {"game": None},
    "ARAE, convolutional": {"networks": "convolutional"},
    "plain autoencoder, convolutional": {
        "networks": "convolutional",
        "game": None,
    },
}
COLUMNS = (
    "frechet", "precision", "recall", "1-NN accuracy", "confidence",
    "class entropy", "classes of 1,000", "as asked", "NLL of test images",
)  # fmt: skip


def main(_):
    (train, labels), (test, test_labels) = keras_arae.datasets.load_images(
        FLAGS.data
    )
    binarize = keras_arae.ImagePreprocessor((28, 28))
    train, test = binarize(train), binarize(test)
    labels, test_labels = labels.astype("int32"), test_labels.astype("int32")
    features, probabilities = train_classifier(train, labels)
    chosen = probabilities(test).argmax(axis=1)
    print(f"Accuracy of the classifier: {np.mean(chosen == test_labels):.3f}")

    def judge(samples):
        real = features(test[: FLAGS.num_samples])
        generated = features(samples)
        precision, recall = evaluation.precision_recall(real, generated)
        classes = probabilities(samples)
        return {
            "frechet": evaluation.frechet_distance(real, generated),
            "precision": precision,
            "recall": recall,
            "1-NN accuracy": evaluation.nearest_neighbor_accuracy(
                real, generated
            ),
            "confidence": evaluation.mean_confidence(classes),
            "class entropy": evaluation.class_entropy(classes),
            "classes of 1,000": len(set(classes[:1000].argmax(axis=1))),
        }

    results = {"real (training images)": []}
    for seed in range(FLAGS.seeds):
        indices = np.random.default_rng(seed).choice(
            len(train), FLAGS.num_samples, replace=False
        )
        results["real (training images)"].append(judge(train[indices]))
    for name in FLAGS.model or MODELS:
        results[name] = []
        for seed in range(FLAGS.seeds):
            start = time.time()
            model = train_model(train, labels, seed, **MODELS[name])
            samples, asked = draw_samples(model, train, seed)
            numbers = judge(samples)
            given = None
            if model.condition is not None:
                given, found = test_labels, probabilities(samples)
                numbers["as asked"] = np.mean(found.argmax(axis=1) == asked)
            nats = model.negative_log_likelihood(test, given)
            numbers["NLL of test images"] = float(nats.mean())
            numbers["seconds"] = time.time() - start
            results[name].append(numbers)
            print(f"{name}, seed {seed}: {numbers}", flush=True)
    print_table(results)
    if FLAGS.json:
        pathlib.Path(FLAGS.json).write_text(json.dumps(results, indent=1))


def train_classifier(images, labels):
    """A small convolutional classifier of digits.

    Returns:
        Two functions of images: its 64 features before the last layer, and
        its probabilities of the ten classes.
    """
    keras.utils.set_random_seed(0)
    inputs = keras.Input((28, 28, 1))
    x = inputs
    for filters in (32, 64):
        x = keras.layers.Conv2D(filters, 5, strides=2, activation="relu")(x)
    x = keras.layers.Dropout(0.3)(keras.layers.Flatten()(x))
    features = keras.layers.Dense(64, activation="relu")(x)
    outputs = keras.layers.Dense(10, activation="softmax")(features)
    classifier = keras.Model(inputs, [features, outputs])
    trained = keras.Model(inputs, outputs)
    trained.compile("adam", "sparse_categorical_crossentropy")
    trained.fit(images[..., None], labels, batch_size=100, epochs=3, verbose=0)

    def predict(images, output):
        return classifier.predict(images[..., None], 500, verbose=0)[output]

    return (lambda images: predict(images, 0)), (
        lambda images: predict(images, 1)
    )


def train_model(images, labels, seed, game=(), **options):
    keras.utils.set_random_seed(seed)
    prior = None
    if game is not None:
        settings = {"critic_learning_rate": 5e-4, **GENERATOR, **dict(game)}
        prior = keras_arae.priors.AdversarialPrior(
            keras_arae.layers.Generator(100),
            keras_arae.layers.Critic(),
            noise_dim=32,
            **settings,
        )
    model = keras_arae.ImageARAE(
        (28, 28), prior=prior, code_noise=0.1, seed=seed, **options
    )
    steps = FLAGS.epochs * -(-len(images) // 100)
    rate = keras.optimizers.schedules.CosineDecay(1e-3, steps)
    model.compile(keras.optimizers.Adam(rate))
    model.fit(
        images,
        labels if model.condition is not None else None,
        batch_size=100,
        epochs=FLAGS.epochs,
        verbose=0,
    )
    return model


def draw_samples(model, images, seed):
    """Samples and the labels asked for, `None` if the model knows none."""
    count, options = FLAGS.num_samples, {}
    if model.condition is not None:
        options["label"] = np.arange(count) % 10
    samples = evaluation.draw_samples(model, count, images, seed, **options)
    return samples, options.get("label")


def print_table(results):
    print("| model |", " | ".join(COLUMNS), "|")
    print("|---" * (len(COLUMNS) + 1) + "|")
    for name, runs in results.items():
        cells = [
            f"{np.mean(values):.3g} ± {np.std(values):.2g}" if values else ""
            for values in (
                [run[column] for run in runs if column in run]
                for column in COLUMNS
            )
        ]
        print(f"| {name} |", " | ".join(cells), "|")


if __name__ == "__main__":
    keras_arae.script.run(main)
