"""How good are molecules by the measures of MOSES?

    KERAS_BACKEND=jax python benchmarks/molecules.py --data=train.csv.gz \\
        --output_dir=output/moses --epochs=3

Trains an autoencoder of molecules and, for each prior that is fitted to its
codes afterwards, draws samples; an adversarial prior learns beside the
autoencoder. Model, samples and numbers go to --output_dir; an interrupted run
goes on with --resume. A line of progress comes every --steps steps.
"""

import csv
import gzip
import json
import pathlib
import time

import keras
import numpy as np
from absl import flags

import keras_arae
from keras_arae.data import chemistry

flags.DEFINE_string(
    "data", None, "A file with a SMILES a line (its first column).",
    required=True,
)  # fmt: skip
flags.DEFINE_integer("num_train", None, "Of so many molecules. None: all.")
flags.DEFINE_integer("num_held_out", 2000, "Of the end, to measure codes by.")
flags.DEFINE_enum(
    "representation", "smiles", ["selfies", "smiles"], "What models write."
)
flags.DEFINE_bool("randomize", False, "New spellings of SMILES each epoch.")
flags.DEFINE_integer(
    "max_length", None, "Tokens of the longest molecule. None: of the data."
)
flags.DEFINE_integer("units", 256, "Of the decoder's LSTM.")
flags.DEFINE_integer("code_dim", 128, "Width of codes.")
flags.DEFINE_list(
    "code_noise", ["0.05"],
    "Standard deviation of noise on codes; or the lowest and the highest.",
)  # fmt: skip
flags.DEFINE_integer("epochs", 3, "Times through the data.")
flags.DEFINE_integer("batch_size", 128, "Molecules a step.")
flags.DEFINE_float("learning_rate", 4e-3, "Of Adam; falls to 0, as a cosine.")
flags.DEFINE_integer("steps", 500, "Between two lines and two checkpoints.")
flags.DEFINE_list(
    "prior", ["gaussian", "mixture", "flow"],
    "adversarial, gaussian, mixture, flow; empty trains and no more.",
)  # fmt: skip
flags.DEFINE_integer("num_codes", 100000, "Codes that priors are fitted to.")
flags.DEFINE_integer("num_samples", 30000, "Of each prior.")
flags.DEFINE_string("output_dir", "output/moses", "For the results.")
flags.DEFINE_integer("seed", 0, "Random seed.")
flags.DEFINE_bool("resume", False, "Continue an interrupted run.")
flags.DEFINE_bool("overwrite", False, "Replace earlier results.")
FLAGS = flags.FLAGS
AFTERWARDS = ("prior", "num_samples", "num_codes")


def code_noise():
    least, *most = map(float, FLAGS.code_noise)
    return (least, *most) if most else least


def main(_):
    molecules = read(FLAGS.data)
    order = np.random.default_rng(FLAGS.seed).permutation(len(molecules))
    molecules = [molecules[index] for index in order]
    held_out = molecules[-FLAGS.num_held_out :]
    train = molecules[: -FLAGS.num_held_out][: FLAGS.num_train]
    folder = keras_arae.callbacks.RunFolder(
        FLAGS.output_dir, resume=FLAGS.resume, overwrite=FLAGS.overwrite
    )
    folder.save_flags(FLAGS, data=(train, held_out), free=AFTERWARDS)
    with folder.running():
        run(folder, train, held_out)


def read(path):
    """SMILES of the first column of a file, without a heading."""
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as file:
        rows = [row[0] for row in csv.reader(file) if row]
    return rows[1:] if rows[0].upper() == "SMILES" else rows


def run(folder, train, held_out):
    keras.utils.set_random_seed(FLAGS.seed)
    model, epoch = folder.restore(keras_arae.MoleculeARAE)
    start = time.time()
    if model is None:
        model = make_model(train)
    # Read once: rows of ids, which `fit` takes too.
    ids, _ = model.codec.encode_corpus(train)
    print(
        f"{len(ids)} molecules to learn from, "
        f"{model.codec.vocabulary_size} ids, "
        f"{model.count_params()} weights, {keras.config.backend()} backend; "
        f"read in {time.time() - start:.0f} s.",
        flush=True,
    )
    num_steps = FLAGS.epochs * -(-len(ids) // FLAGS.batch_size)
    model.fit(
        ids,
        batch_size=FLAGS.batch_size,
        epochs=-(-num_steps // FLAGS.steps),
        initial_epoch=epoch,
        steps_per_epoch=FLAGS.steps,
        verbose=2,
        validation_data=held_out,
        callbacks=folder.callbacks(),
    )
    model.save(folder / "model.keras")
    numbers = {"codes": judge_codes(model, held_out)}
    print(numbers, flush=True)
    for name in FLAGS.prior:
        numbers[name] = judge(model, name, ids, folder)
        print(f"{name}: {numbers[name]}", flush=True)
    text = json.dumps(numbers, indent=1) + "\n"
    (pathlib.Path(folder) / "numbers.json").write_text(text)


def make_model(train):
    codec = keras_arae.MoleculePreprocessor.from_corpus(
        train[:200000],
        FLAGS.max_length,
        representation=FLAGS.representation,
        randomize=FLAGS.randomize,
    )
    model = keras_arae.MoleculeARAE(
        codec,
        units=FLAGS.units,
        code_dim=FLAGS.code_dim,
        code_noise=code_noise(),
        prior="adversarial" if "adversarial" in FLAGS.prior else None,
        seed=FLAGS.seed,
    )
    num_steps = FLAGS.epochs * -(-len(train) // FLAGS.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(
        FLAGS.learning_rate, num_steps
    )
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0))
    return model


def judge_codes(model, held_out):
    """How many molecules that the model never saw come back as they were."""
    start = time.time()
    copies = model.reconstruct(held_out)
    exact = [
        chemistry.canonical(molecule) == copy
        for molecule, copy in zip(held_out, copies)
    ]
    return {"exact": float(np.mean(exact)), "seconds": time.time() - start}


def judge(model, name, ids, folder):
    """Samples of a prior, written to the folder, and what they are worth."""
    start, prior = time.time(), None
    if name != "adversarial":
        prior = keras_arae.priors.get(name)
        model.fit_prior(ids, num_codes=FLAGS.num_codes, prior=prior, verbose=2)
    fitted = time.time()
    samples = model.generate(FLAGS.num_samples, seed=FLAGS.seed, prior=prior)
    folder.write_lines(f"samples_{name}.smi", samples)
    valid = [s for s in samples if chemistry.canonical(s) is not None]
    return {
        "valid": len(valid) / len(samples),
        "unique": len(set(valid)) / max(len(valid), 1),
        "seconds to fit": fitted - start,
        "seconds to draw": time.time() - fitted,
    }


if __name__ == "__main__":
    keras_arae.script.run(main)
