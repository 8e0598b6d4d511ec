"""What the examples share: presets, and folders that lose no results."""

import pathlib

import keras
from absl import app
from absl import flags

import keras_arae

flags.DEFINE_bool("tensorboard", False, "Write logs for TensorBoard too.")
flags.DEFINE_integer("seed", 0, "Random seed.")
flags.DEFINE_bool("resume", False, "Continue an interrupted run.")
flags.DEFINE_bool("overwrite", False, "Replace earlier results.")

FLAGS = flags.FLAGS


def prepare_output_dir(output_dir, *appended):
    """Refuses to mix results of two runs; writes the flags used.

    Args:
        output_dir: str.
        *appended: patterns of files that a new run must not add to.

    Returns:
        The folder, as a `pathlib.Path`.
    """
    output_dir = pathlib.Path(output_dir)
    if output_dir.exists() and any(output_dir.iterdir()):
        if not (FLAGS.resume or FLAGS.overwrite):
            raise app.UsageError(
                f"{output_dir} is not empty. Pass --overwrite to replace what "
                "is there, --resume to continue, or another --output_dir."
            )
        if not FLAGS.resume:
            for pattern in ("checkpoints/*.keras", *appended):
                for path in output_dir.glob(pattern):
                    path.unlink()
    output_dir.mkdir(parents=True, exist_ok=True)
    FLAGS.append_flags_into_file(str(output_dir / "flags.partial"))
    (output_dir / "flags.partial").replace(output_dir / "flags.txt")
    return output_dir


def last_checkpoint(output_dir):
    """The checkpoint to continue from, and how many epochs it has seen.

    Cuts the log to those epochs.

    Returns:
        A path and an int; `(None, 0)` for a new run.
    """
    checkpoint, epoch = None, 0
    if FLAGS.resume:
        checkpoint, epoch = keras_arae.callbacks.ResumableCheckpoint.latest(
            output_dir / "checkpoints"
        )
    keras_arae.callbacks.trim_log(output_dir / "training_log.csv", epoch)
    if checkpoint:
        print(f"Continuing after epoch {epoch} from {checkpoint}.")
    return checkpoint, epoch


def autoencoder_rate(num_rows):
    """The autoencoder's learning rate: constant, or falling to 0 (cosine).

    Args:
        num_rows: int. Sentences or images to learn from.

    Returns:
        A float or a Keras schedule.
    """
    if not FLAGS.decay_lr:
        return FLAGS.autoencoder_lr
    # The autoencoder's optimizer moves twice a step: reconstruction, and
    # encoder against critic.
    steps = FLAGS.epochs * -(-num_rows // FLAGS.batch_size)
    steps *= 2 if FLAGS.adversarial else 1
    return keras.optimizers.schedules.CosineDecay(FLAGS.autoencoder_lr, steps)


def tensorboard_dir(output_dir):
    """The folder for TensorBoard's logs, `None` without --tensorboard."""
    return output_dir / "tensorboard" if FLAGS.tensorboard else None


def make_callbacks(output_dir, sampler):
    """Log, checkpoints, learning curves and what shows samples.

    Args:
        output_dir: `pathlib.Path`.
        sampler: Keras callback.

    Returns:
        A list of Keras callbacks.
    """
    log_path = output_dir / "training_log.csv"
    callbacks = [
        keras.callbacks.CSVLogger(log_path, append=True),
        keras_arae.callbacks.ResumableCheckpoint(output_dir / "checkpoints"),
        keras_arae.callbacks.LearningCurves(
            log_path, output_dir / "learning_curves.png"
        ),
        sampler,
    ]
    if FLAGS.tensorboard:
        log_dir = tensorboard_dir(output_dir)
        callbacks.append(keras.callbacks.TensorBoard(log_dir))
    return callbacks
