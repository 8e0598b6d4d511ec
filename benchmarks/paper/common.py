"""What the scripts of this folder share: flags, presets, folders of runs."""

import json
import time

import keras
from absl import app
from absl import flags

import keras_arae
from keras_arae.atomic_file import write_text

FLAGS = flags.FLAGS
flags.disclaim_key_flags()  # They are the scripts' own: see their --help.


# Flags.


def define_run_flags():
    """The flags of scripts that train one model."""
    flags.DEFINE_bool("tensorboard", False, "Write logs for TensorBoard too.")
    flags.DEFINE_integer("seed", 0, "Random seed.")
    flags.DEFINE_bool("resume", False, "Continue an interrupted run.")
    flags.DEFINE_bool("overwrite", False, "Replace earlier results.")


def define_judge_flags():
    """The flags of scripts that judge text; they have --units too."""
    flags.DEFINE_enum("judge", "lstm", ["lstm", "kenlm"], "Of perplexities.")
    flags.DEFINE_string("kenlm_directory", None, "Of KenLM's binaries.")


def judge_options():
    """What the judge named by --judge takes."""
    if FLAGS.judge == "kenlm":
        return {"directory": FLAGS.kenlm_directory}
    return {"units": FLAGS.units, "embedding_dim": FLAGS.units}


def fill_in(preset):
    """Gives each flag that was not set the value of a preset.

    Args:
        preset: dict of flag name to value.
    """
    for name, value in preset.items():
        if not FLAGS[name].present:
            FLAGS[name].value = value


# One model, and the folder of its results.


def run_folder(*appended, data, free=()):
    """The folder of --output_dir, with the flags used.

    Args:
        *appended: patterns of files that a run adds to.
        data: what is learned from and what is held out.
        free: names of flags that a resumed run may change.
    """
    folder = keras_arae.callbacks.RunFolder(
        FLAGS.output_dir,
        resume=FLAGS.resume,
        overwrite=FLAGS.overwrite,
        appended=appended,
    )
    folder.save_flags(FLAGS, data, free=free)
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
    others = [sampler]
    if FLAGS.tensorboard:
        others.append(keras.callbacks.TensorBoard(tensorboard_dir(folder)))
    return folder.callbacks(*others)


# Tables of many runs, each kept as a file.


def check_settings(path, names):
    """Refuses to mix runs of different settings in one folder.

    Args:
        path: `pathlib.Path`. A file in the folder, made if it is not there.
        names: list of str. Flags that all runs must share.
    """
    values = {name: FLAGS[name].value for name in names}
    # Flags that are newer than the runs have their defaults there.
    defaults = {name: FLAGS[name].default for name in names}
    if path.exists() and {**defaults, **json.loads(path.read_text())} != values:
        raise app.UsageError(
            f"{path.parent} holds runs with other settings ({path.name} "
            "there). Pass another --output_dir."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(values, indent=1))


def run_once(path, function, *args):
    """Keeps a function's result as JSON, unless it is there already."""
    if not path.exists():
        start = time.time()
        result = function(*args)
        write_text(path, json.dumps(result, indent=1))
        name = path.relative_to(path.parents[1])
        shown = {k: v for k, v in result.items() if k != "history"}
        print(f"{name}: {time.time() - start:.0f} s", shown, flush=True)
