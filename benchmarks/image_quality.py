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
from absl import app
from absl import flags

import keras_arae
from keras_arae import metrics

flags.DEFINE_string("data", "mnist", "mnist, or the path of an mnist.npz.")
flags.DEFINE_integer("epochs", 6, "Times through the data, for each model.")
flags.DEFINE_integer("seeds", 3, "Runs of each model.")
flags.DEFINE_integer("num_samples", 3000, "Samples, and test images.")
flags.DEFINE_multi_string("model", None, "Train these only. Defaults to all.")
flags.DEFINE_string("json", None, "A file for the numbers.")
FLAGS = flags.FLAGS

CLIPPING = {
    "critic_regularizer": "weight_clipping",
    "weight_clip": 0.02,
    "critic_steps": 10,
    "generator_lr": 1e-4,
}
MODELS = {
    "ARAE, gradient penalty": {},
    "ARAE, weight clipping": CLIPPING,
    "ARAE, class-conditional": {"num_classes": 10},
    "plain autoencoder, fitted Gaussian": {"adversarial": False},
    "ARAE, convolutional": {"networks": "convolutional"},
    "plain autoencoder, convolutional": {
        "networks": "convolutional",
        "adversarial": False,
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
        precision, recall = metrics.precision_recall(real, generated)
        classes = probabilities(samples)
        return {
            "frechet": metrics.frechet_distance(real, generated),
            "precision": precision,
            "recall": recall,
            "1-NN accuracy": metrics.nearest_neighbor_accuracy(real, generated),
            "confidence": metrics.mean_confidence(classes),
            "class entropy": metrics.class_entropy(classes),
            "classes of 1,000": len(set(classes[:1000].argmax(axis=1))),
        }

    results = {"real (training images)": []}
    for seed in range(FLAGS.seeds):
        places = np.random.default_rng(seed).choice(
            len(train), FLAGS.num_samples, replace=False
        )
        results["real (training images)"].append(judge(train[places]))
    for name in FLAGS.model or MODELS:
        results[name] = []
        for seed in range(FLAGS.seeds):
            start = time.time()
            model = train_model(train, labels, seed, **MODELS[name])
            samples, asked = draw_samples(model, train, seed)
            numbers = judge(samples)
            given = None
            if model.conditional:
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


def train_model(images, labels, seed, generator_lr=5e-4, **options):
    keras.utils.set_random_seed(seed)
    model = keras_arae.ImageARAE((28, 28), code_noise=0.1, seed=seed, **options)
    steps = FLAGS.epochs * -(-len(images) // 100)
    steps *= 2 if model.adversarial else 1
    model.compile(
        keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(1e-3, steps)
        ),
        keras.optimizers.Adam(5e-4, beta_1=0.5),
        keras.optimizers.Adam(generator_lr, beta_1=0.5),
    )
    model.fit(
        images,
        labels if model.conditional else None,
        batch_size=100,
        epochs=FLAGS.epochs,
        verbose=0,
    )
    return model


def draw_samples(model, images, seed):
    """Samples and the labels asked for, `None` if the model knows none."""
    count, options = FLAGS.num_samples, {}
    if model.conditional:
        options["label"] = keras_arae.callbacks.classes_in_turn(model, count)
    samples = keras_arae.evaluate.draw_samples(
        model, count, images, seed, **options
    )
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
    app.run(main)
