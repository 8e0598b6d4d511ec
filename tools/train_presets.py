"""Trains the packaged presets.

    python tools/train_presets.py --preset=tatoeba_small
    python tools/train_presets.py --preset=molecules --stages=prepare
    python tools/train_presets.py --preset=molecules --stages=train   # a GPU

In three stages, each of which finds the files of the one before in
--output_dir: `prepare` reads and encodes the data, `train` needs no more than
these arrays (for molecules no rdkit), `package` writes the preset in half
precision, loads it, measures it on held-out data, and writes its card. With
less data than its own, by --num_rows, a preset is trained in a minute, to see
that everything runs.
"""

import pathlib
import time

import keras
import numpy as np
from absl import flags
from preset_recipes import RECIPES

import keras_arae
from keras_arae.data.feed import Encoded

STAGES = ("prepare", "train", "package")
flags.DEFINE_enum("preset", "tatoeba_small", sorted(RECIPES), "What to train.")
flags.DEFINE_multi_enum("stages", STAGES, STAGES, "What to do, in this order.")
flags.DEFINE_string("output_dir", None, "None: output/presets/ and its name.")
flags.DEFINE_string(
    "preset_dir", None, "For the preset. None: in --output_dir, by its name."
)
flags.DEFINE_bool("overwrite", False, "Replace an earlier preset.")
flags.DEFINE_integer("num_rows", None, "Of the data. None: all.", lower_bound=2)
flags.DEFINE_integer("epochs", None, "None: as the recipe says.")
flags.DEFINE_integer("batch_size", None, "None: as the recipe says.")
flags.DEFINE_integer("seed", 0, "Random seed.")
FLAGS = flags.FLAGS


def main(_):
    recipe = RECIPES[FLAGS.preset]
    folder = FLAGS.output_dir or f"output/presets/{FLAGS.preset}"
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    stages = {"prepare": prepare, "train": train, "package": package}
    for stage in FLAGS.stages:
        stages[stage](recipe, folder)


def prepare(recipe, folder):
    """Writes the data as arrays, and the model as it is before training."""
    keras.utils.set_random_seed(FLAGS.seed)
    data, held_out = recipe.load()
    model = recipe.make(data, FLAGS.seed)
    for name, part in (("train", data), ("held_out", held_out)):
        if isinstance(part[0], str):
            part = (part, None)
        encoded = model.feed(part[0]).arrays(*part)
        write(folder / f"{name}.npz", encoded)
    model.save(folder / "untrained.keras")


def write(path, encoded):
    parts = {
        name: part
        for name, part in zip(Encoded._fields, encoded)
        if part is not None
    }
    parts["rows"] = parts["rows"].astype("uint16")
    np.savez_compressed(path, **parts)


def read(path):
    with np.load(path) as parts:
        found = {name: parts[name] for name in parts}
    # Of all classes: rows may be sorted by them.
    step = max(1, len(found["rows"]) // (FLAGS.num_rows or len(found["rows"])))
    found = {name: part[::step] for name, part in found.items()}
    found["rows"] = found["rows"].astype("int32")
    return Encoded(*(found.get(name) for name in Encoded._fields))


def train(recipe, folder):
    """Trains the model on the arrays."""
    keras.utils.set_random_seed(FLAGS.seed)
    data = read(folder / "train.npz")
    held_out = read(folder / "held_out.npz")
    model = keras.saving.load_model(folder / "untrained.keras")
    epochs = FLAGS.epochs or recipe.epochs
    batch_size = FLAGS.batch_size or recipe.batch_size
    num_steps = epochs * -(-len(data.rows) // batch_size)
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate, num_steps
    )
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0))
    start = time.time()
    model.fit(
        data,
        batch_size=batch_size,
        epochs=epochs,
        validation_data=held_out,
        verbose=2,
        callbacks=[keras.callbacks.CSVLogger(str(folder / "log.csv"))],
    )
    print(f"{num_steps} steps in {time.time() - start:.0f} s.", flush=True)
    model.save_weights(folder / "trained.weights.h5")


def package(recipe, folder):
    """Writes the preset, with what is measured of it as it is stored."""
    model = keras.saving.load_model(folder / "untrained.keras")
    model.load_weights(folder / "trained.weights.h5")
    place = pathlib.Path(FLAGS.preset_dir or folder / FLAGS.preset)
    options = {"dtype": "float16", "overwrite": FLAGS.overwrite}
    model.save_to_preset(place, **options)
    stored = keras_arae.ARAE.from_preset(f"{place.parent}/{place.name}")
    stored.compile()
    numbers, samples = recipe.measure(stored, read(folder / "held_out.npz"))
    command = f"python tools/train_presets.py --preset={FLAGS.preset}"
    card = keras_arae.presets.ModelCard(
        **recipe.about,
        settings={
            "epochs": FLAGS.epochs or recipe.epochs,
            "batch size": FLAGS.batch_size or recipe.batch_size,
            "learning rate": recipe.learning_rate,
            "seed": FLAGS.seed,
        },
        command=command,
        numbers={name: round_off(number) for name, number in numbers.items()},
        numbers_command=f"{command} --stages=package",
        samples=samples,
    )
    model.save_to_preset(place, card=card, dtype="float16", overwrite=True)
    print((place / "README.md").read_text())


def round_off(number):
    """Three digits: more of them are chance."""
    return float(f"{number:.3g}")


if __name__ == "__main__":
    keras_arae.script.run(main)
