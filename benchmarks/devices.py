"""How many rows a second a run learns from, on one device or on several.

    python benchmarks/devices.py --size=snli --batch_size=512
    torchrun --standalone --nproc-per-node=2 benchmarks/devices.py \\
        --size=snli --batch_size=512

The batch is the global one. Prints a line an epoch; in the first, functions
are compiled.
"""

import time

import workloads
from absl import flags

import keras_arae

flags.DEFINE_enum("size", "snli", sorted(workloads.SIZES), "Sizes.")
flags.DEFINE_integer("batch_size", None, "In place of the size's own.")
flags.DEFINE_integer("steps", 20, "Steps an epoch.")
flags.DEFINE_integer("epochs", 4, "Epochs.")
FLAGS = flags.FLAGS


class Speed(keras_arae.training.WritingCallback):
    """Prints how many rows a second each epoch took."""

    def __init__(self, num_rows):
        super().__init__()
        self.num_rows = num_rows

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        seconds = time.perf_counter() - self.start
        print(f"epoch {epoch + 1}: {self.num_rows / seconds:.0f} rows a second")


def main(_):
    size = workloads.resized(FLAGS.size, batch_size=FLAGS.batch_size)
    rows = size.rows(size.batch_size * FLAGS.steps)
    model = size.model()
    model.compile(*size.optimizers())
    model.fit(
        rows,
        batch_size=size.batch_size,
        epochs=FLAGS.epochs,
        verbose=0,
        callbacks=[Speed(len(rows))],
    )


if __name__ == "__main__":
    keras_arae.script.run(main)
