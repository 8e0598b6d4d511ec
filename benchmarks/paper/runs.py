"""What scripts of one model share: flags, and a folder for the results."""

import keras
from absl import flags

import keras_arae

flags.DEFINE_bool("tensorboard", False, "Write logs for TensorBoard too.")
flags.DEFINE_integer("seed", 0, "Random seed.")
flags.DEFINE_bool("resume", False, "Continue an interrupted run.")
flags.DEFINE_bool("overwrite", False, "Replace earlier results.")

FLAGS = flags.FLAGS


def run_folder(*appended):
    """The folder of --output_dir, with the flags used.

    Args:
        *appended: patterns of files that a new run must not add to.
    """
    folder = keras_arae.callbacks.RunFolder(
        FLAGS.output_dir,
        resume=FLAGS.resume,
        overwrite=FLAGS.overwrite,
        appended=appended,
    )
    folder.save_flags(FLAGS.flag_values_dict())
    return folder


def autoencoder_rate(num_rows):
    """The autoencoder's learning rate: constant, or falling to 0 (cosine).

    Args:
        num_rows: int. Sentences or images to learn from.

    Returns:
        A float or a Keras schedule.
    """
    if not FLAGS.decay_lr:
        return FLAGS.autoencoder_lr
    steps = FLAGS.epochs * -(-num_rows // FLAGS.batch_size)
    return keras.optimizers.schedules.CosineDecay(FLAGS.autoencoder_lr, steps)


def tensorboard_dir(folder):
    """The folder for TensorBoard's logs, `None` without --tensorboard."""
    return folder / "tensorboard" if FLAGS.tensorboard else None


def make_callbacks(folder, sampler):
    """What keeps a run in its folder, and what shows samples."""
    callbacks = [*folder.callbacks(), sampler]
    if FLAGS.tensorboard:
        log_dir = tensorboard_dir(folder)
        callbacks.append(keras.callbacks.TensorBoard(log_dir))
    return callbacks
