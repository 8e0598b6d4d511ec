"""How long a training step takes, at the demo's sizes.

    KERAS_BACKEND=jax python benchmarks/train_step.py --json=step.json

Trains on the packaged corpus and prints the first step (with compilation) and
the quartiles of the later ones, in milliseconds.
"""

import json
import pathlib
import time

import keras
import numpy as np
from absl import app
from absl import flags

import keras_arae

flags.DEFINE_integer("batch_size", 64, "Sentences a step.")
flags.DEFINE_integer("steps", 100, "Steps to time.")
flags.DEFINE_integer("code_dim", 128, "Width of a code; units of the LSTMs.")
flags.DEFINE_integer("vocabulary_size", 3000, "Words.")
flags.DEFINE_string("json", None, "A file for the numbers.")
FLAGS = flags.FLAGS


class Clock(keras.callbacks.Callback):
    """Notes when each step has ended; reading its loss waits for it."""

    def __init__(self):
        super().__init__()
        self.times = []

    def on_train_begin(self, logs=None):
        self.times.append(time.perf_counter())

    def on_train_batch_end(self, batch, logs=None):
        float(logs["loss"])
        self.times.append(time.perf_counter())


def main(_):
    train = keras_arae.datasets.load_text("web_clauses")
    preprocessor = keras_arae.TextPreprocessor.from_corpus(
        train, vocabulary_size=FLAGS.vocabulary_size, max_length=15
    )
    model = keras_arae.TextARAE(
        preprocessor, FLAGS.code_dim, FLAGS.code_dim, seed=0
    )
    model.compile(keras.optimizers.Adam(4e-3, global_clipnorm=1.0))
    clock = Clock()
    model.fit(
        train[: FLAGS.batch_size * (FLAGS.steps + 1)],
        batch_size=FLAGS.batch_size,
        verbose=0,
        callbacks=[clock],
    )
    first, *steps = 1000 * np.diff(clock.times)
    low, median, high = np.percentile(steps, [25, 50, 75])
    numbers = {
        "backend": keras.config.backend(),
        "batch_size": FLAGS.batch_size,
        "steps": len(steps),
        "first_ms": round(first, 1),
        "median_ms": round(median, 1),
        "quartiles_ms": [round(low, 1), round(high, 1)],
    }
    print("| backend | batch | first step | median | quartiles |")
    print("|---|---|---|---|---|")
    print(
        f"| {numbers['backend']} | {FLAGS.batch_size} | {first:.0f} ms | "
        f"{median:.1f} ms | {low:.1f} to {high:.1f} ms |"
    )
    if FLAGS.json:
        pathlib.Path(FLAGS.json).write_text(json.dumps(numbers, indent=1))


if __name__ == "__main__":
    app.run(main)
