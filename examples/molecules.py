"""Title: Molecules from an adversarially regularized autoencoder
Description: Train on SMILES, generate molecules, ask for properties, improve.
Accelerator: none needed; a GPU is used where there is one.

    python examples/molecules.py                    # packaged sample of MOSES
    python examples/molecules.py --data=my.smi      # your molecules

Everything goes to --output_dir: the model, samples, MOSES' table of them,
pictures, the training log, its learning curves and the flags used.
Needs `pip install "keras-arae[molecules]"`.
"""

import itertools
import json
import pathlib

import keras
import numpy as np
from absl import flags

import keras_arae
from keras_arae import visualization
from keras_arae.data import chemistry

flags.DEFINE_string(
    "data", "moses_sample",
    "A file of molecules (.smi, .csv, .sdf), a folder with train.smi and "
    "test.smi, or a corpus: moses_sample, moses.",
)  # fmt: skip
flags.DEFINE_string("column", None, "Of a table: the column of SMILES.")
flags.DEFINE_string("output_dir", "output/molecules", "For the results.")
flags.DEFINE_enum(
    "representation", "selfies", ["selfies", "smiles"], "What the model writes."
)
flags.DEFINE_list("properties", ["logP", "TPSA"], "To ask for; rdkit's.")
flags.DEFINE_enum(
    "prior",
    "gaussian",
    ["adversarial", "gaussian", "mixture", "kernel", "flow"],
    "Of codes.",
)
flags.DEFINE_integer("max_molecules", 90000, "Molecules to learn from.")
flags.DEFINE_integer("epochs", 3, "Times through the data.")
flags.DEFINE_integer("batch_size", 32, "Molecules a step.")
flags.DEFINE_integer("num_samples", 10000, "Molecules to generate and judge.")
flags.DEFINE_integer("num_calls", 1000, "Molecules that a search may score.")
flags.DEFINE_integer("seed", 0, "Random seed.")
flags.DEFINE_enum("verbose", "auto", ["auto", "0", "1", "2"], "Progress bar.")
flags.DEFINE_bool("resume", False, "Continue an interrupted run.")
flags.DEFINE_bool("overwrite", False, "Replace earlier results.")

FLAGS = flags.FLAGS


def main(_):
    # The molecules, and a folder that loses no results.
    load = keras_arae.datasets.load_molecules
    train = load(FLAGS.data, column=FLAGS.column)
    if pathlib.Path(FLAGS.data).is_file():
        train, held_out = keras_arae.datasets.hold_out(train, seed=FLAGS.seed)
    else:
        held_out = load(FLAGS.data, "test", FLAGS.column)
    train, held_out = train[: FLAGS.max_molecules], held_out[:5000]
    folder = keras_arae.callbacks.RunFolder(
        FLAGS.output_dir, resume=FLAGS.resume, overwrite=FLAGS.overwrite
    )
    folder.save_flags(FLAGS, data=(train, held_out), free=["num_calls"])
    with folder.running():
        run(folder, train, held_out)


def run(folder, train, held_out):
    # The model: that of an interrupted run, or a new one.
    keras.utils.set_random_seed(FLAGS.seed)
    model, epoch = folder.restore(keras_arae.MoleculeARAE)
    if model is None:
        model = make_model(train)
    else:
        print(f"Continuing after epoch {epoch}.")
    # Those that the codec can write, in its spelling.
    held_out = model.codec.decode(model.codec.encode_corpus(held_out)[0])
    print(
        f"{len(train)} molecules to learn from, {len(held_out)} held out;\n"
        f"{len(model.codec.vocabulary)} tokens, {model.count_params()} "
        f"weights, {keras.config.backend()} backend.",
        flush=True,
    )
    model.fit(
        train,
        batch_size=FLAGS.batch_size,
        epochs=FLAGS.epochs,
        initial_epoch=epoch,
        verbose=FLAGS.verbose,
        validation_data=held_out,
        callbacks=folder.callbacks(),
    )
    model.save(folder / "model.keras")
    show_samples(model, folder, train, held_out)
    copied = show_codes(model, folder, held_out)
    if FLAGS.properties:
        show_properties(model, folder)
    show_search(model, folder, copied or held_out[:1000])
    print(f"Done; see {FLAGS.output_dir}/.")


def make_model(train):
    """A compiled model with a vocabulary from the training molecules."""
    codec = keras_arae.MoleculePreprocessor.from_corpus(
        train, representation=FLAGS.representation
    )
    model = keras_arae.MoleculeARAE(
        codec,
        properties=FLAGS.properties or None,
        prior=FLAGS.prior,
        # Of each code its own: the decoder learns how far to trust a code.
        # The encoder learns where there is little.
        code_noise=(0.01, 0.1, 0.4),
        seed=FLAGS.seed,
    )
    # The rate of encoder and decoder falls to zero.
    num_steps = FLAGS.epochs * -(-len(train) // FLAGS.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(3e-3, num_steps)
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0))
    return model


def show_samples(model, folder, train, held_out):
    """New molecules, and how they stand in the table of MOSES."""
    samples = model.generate(FLAGS.num_samples, seed=FLAGS.seed)
    folder.write_lines("samples.smi", samples)
    visualization.plot_molecules(samples[:20], folder / "samples.png")
    visualization.plot_properties(
        {"held out": held_out, "samples": samples}, folder / "properties.png"
    )
    report = keras_arae.evaluation.MoleculeReport(train, held_out)
    row = report.row(samples)
    folder.write_lines("moses.json", [json.dumps(row, indent=1)])
    print("\nSamples:", *samples[:10], sep="\n  ")
    print(f"\n{report.table({'this model': row})}", flush=True)


def show_codes(model, folder, held_out):
    """Molecules that the model never saw: copies, analogues, ways.

    Returns those of 1,000 that come back as they were.
    """
    some = held_out[:1000]
    copied = [m for m, copy in zip(some, model.reconstruct(some)) if m == copy]
    print(f"Held out: {len(copied)} of {len(some):,} come back as they were.")
    first, *others = held_out[:4]
    found = model.neighbors(first, 19, seed=FLAGS.seed)
    visualization.plot_molecules([first, *found], folder / "neighbors.png")
    paths = [model.interpolate(first, other, steps=6) for other in others]
    visualization.plot_molecule_paths(paths, folder / "paths.png")
    return copied


def show_properties(model, folder):
    """Molecules of a property, from low values of the data to high ones."""
    name, numbers = model.condition.names[0], model.condition.statistics
    mean, stddev = numbers["mean"][0], numbers["stddev"][0]
    count, sets = min(500, FLAGS.num_samples), {}
    for value in np.linspace(mean - 1.5 * stddev, mean + 1.5 * stddev, 4):
        asked = model.generate(
            count, condition={name: value}, seed=FLAGS.seed, only_valid=True
        )
        found = chemistry.properties(asked, [name])
        print(
            f"Asked for {name} {value:.2f}: {found.mean():.2f} on average, "
            f"{np.abs(found - value).mean():.2f} away."
        )
        sets[f"asked for {value:.2f}"] = asked
    visualization.plot_properties(sets, folder / "asked.png", [name])
    if len(model.condition.names) > 1:
        show_two_properties(model, folder)


def show_two_properties(model, folder):
    """Molecules of two properties at once: values above and below the mean."""
    names, numbers = model.condition.names[:2], model.condition.statistics
    low, high = (
        np.add(numbers["mean"], sign * np.array(numbers["stddev"]))[:2]
        for sign in (-1, 1)
    )
    asked = [
        dict(zip(names, values))
        for values in itertools.product(*zip(low, high))
    ]
    found = [
        model.generate(
            min(150, FLAGS.num_samples),
            condition=both,
            seed=FLAGS.seed,
            only_valid=True,
        )
        for both in asked
    ]
    path = folder / "asked_two.png"
    visualization.plot_asked_properties(asked, found, path)


def show_search(model, folder, molecules):
    """A molecule that is hardly drug-like, and better ones like it.

    The search begins at its code, so it is one that the model can copy.
    """
    qed = chemistry.properties(molecules, ["QED"])[:, 0]
    worst = int(np.argsort(qed)[len(qed) // 10])
    start = molecules[worst]
    best = model.optimize(
        "QED",
        start,
        num_molecules=9,
        num_calls=FLAGS.num_calls,
        min_similarity=0.3,
        seed=FLAGS.seed,
    )
    print(f"\nFrom {start}, QED {qed[worst]:.3f}:")
    for molecule, score in zip(best.molecules, best.scores):
        print(f"  {score:.3f} {molecule}")
    found = [start, *best.molecules]
    visualization.plot_molecules(found, folder / "improved.png")


if __name__ == "__main__":
    keras_arae.script.run(main)
