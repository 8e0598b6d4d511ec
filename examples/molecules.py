"""Title: Molecules from an adversarially regularized autoencoder
Description: Train on SMILES, generate molecules, ask for properties, improve.
Accelerator: none needed; a GPU is used where there is one.

    python examples/molecules.py                    # packaged sample of MOSES
    python examples/molecules.py --data=my.smi      # your molecules

Everything goes to --output_dir: the model, samples, MOSES' table of them,
pictures, the training log, its learning curves and the flags used.
Needs `pip install "keras-arae[molecules]"`.
"""

import keras
from absl import flags

import keras_arae

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
flags.DEFINE_list("properties", ["logP", "QED"], "To ask for; rdkit's.")
flags.DEFINE_enum(
    "prior", "flow", ["adversarial", "gaussian", "mixture", "flow"], "Of codes."
)
flags.DEFINE_integer("max_molecules", 90000, "Molecules to learn from.")
flags.DEFINE_integer("epochs", 2, "Times through the data.")
flags.DEFINE_integer("batch_size", 128, "Molecules a step.")
flags.DEFINE_integer("num_samples", 10000, "Molecules to generate and judge.")
flags.DEFINE_integer("num_calls", 1000, "Molecules that a search may score.")
flags.DEFINE_integer("seed", 0, "Random seed.")
flags.DEFINE_enum("verbose", "auto", ["auto", "0", "1", "2"], "Progress bar.")
flags.DEFINE_bool("resume", False, "Continue an interrupted run.")
flags.DEFINE_bool("overwrite", False, "Replace earlier results.")

FLAGS = flags.FLAGS


def main(_):
    # The molecules, and a folder that loses no results.
    load = keras_arae.datasets.load_train_and_held_out_molecules
    train, held_out = load(FLAGS.data, seed=FLAGS.seed, column=FLAGS.column)
    train = train[: FLAGS.max_molecules]
    folder = keras_arae.callbacks.RunFolder(
        FLAGS.output_dir, resume=FLAGS.resume, overwrite=FLAGS.overwrite
    )
    free = ["num_calls"]
    folder.save_flags(FLAGS, data=(train, held_out), free=free)
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
    show_codes(model, folder, held_out)
    show_properties(model, folder, held_out)
    show_search(model, folder, held_out)
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
        seed=FLAGS.seed,
    )
    # The rate of encoder and decoder falls to zero.
    num_steps = FLAGS.epochs * -(-len(train) // FLAGS.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(4e-3, num_steps)
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0))
    return model
