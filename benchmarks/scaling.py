"""How the time of a training step grows with the size of the problem.

    KERAS_BACKEND=jax python benchmarks/scaling.py --json=scaling.json

From one size of text (vocabulary 10,000, at most 15 words, batch 64, code
128) one number at a time grows, or those of --only; with --num_sampled the
loss compares with a sample of the vocabulary. The last column is the exponent
of growth between a row and the one before: 1 is linear, less is better.
"""

import dataclasses
import json
import pathlib

import keras
import numpy as np
import timers
import workloads
from absl import flags

import keras_arae

flags.DEFINE_integer("steps", 8, "Steps to time at each size.")
flags.DEFINE_string("json", None, "A file for the numbers.")
flags.DEFINE_integer(
    "num_sampled", None, "Words that the loss compares with. None: all."
)
FLAGS = flags.FLAGS

BASE = workloads.Text(10000, 15, units=128, noise_dim=100, batch_size=64)
GROWTH = {
    "vocabulary_size": (5000, 10000, 20000, 50000),
    "max_length": (15, 30, 60, 120),
    "batch_size": (32, 64, 128, 256, 512, 1024),
    "units": (64, 128, 256, 512),
}


flags.DEFINE_multi_enum(
    "only", list(GROWTH), list(GROWTH), "What grows: all, or those named."
)


def main(_):
    results = {}
    print(f"Backend: {keras.config.backend()}")
    print("| what grows | to | ms a step | exponent |")
    print("|---|---|---|---|")
    for name in FLAGS.only:
        values, times = GROWTH[name], []
        for value in values:
            times.append(median_step(name, value))
            growth = ""
            if len(times) > 1:
                before = values[len(times) - 2]
                exponent = np.log(times[-1] / times[-2])
                growth = f"{exponent / np.log(value / before):.2f}"
            print(f"| {name} | {value} | {times[-1]:.1f} | {growth} |")
        results[name] = dict(zip(values, times))
    if FLAGS.json:
        pathlib.Path(FLAGS.json).write_text(json.dumps(results, indent=1))


def median_step(name, value):
    """Milliseconds of a step with one number changed."""
    keras.backend.clear_session()
    changes = {"num_sampled": FLAGS.num_sampled, name: value}
    size = dataclasses.replace(BASE, **changes)
    take_steps = timers.make_timer(
        keras.config.backend(),
        size,
        fresh=False,
        phase=None,
        policy="float32",
        device=None,
    )
    take_steps(2)
    return np.median(take_steps(FLAGS.steps))


if __name__ == "__main__":
    keras_arae.script.run(main)
