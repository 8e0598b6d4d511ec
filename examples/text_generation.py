"""Title: Sentences from an adversarially regularized autoencoder
Description: Train on sentences, generate new ones, walk between two.
Accelerator: none needed; a GPU is used where there is one.

    python examples/text_generation.py                     # packaged corpus
    python examples/text_generation.py --data=my_file.txt  # your sentences

Everything goes to --output_dir: the model, samples, reconstructions and
interpolations, the training log, its learning curves and the flags used.
"""

import keras
from absl import flags

import keras_arae

flags.DEFINE_string(
    "data", "tatoeba",
    "A text file with one sentence a line, a table (.csv, .tsv), a folder with "
    "train.txt and test.txt, or a corpus: tatoeba, web_clauses, snli.",
)  # fmt: skip
flags.DEFINE_string("column", None, "Of a table: the column of sentences.")
flags.DEFINE_string("output_dir", "output/text_generation", "For the results.")
flags.DEFINE_integer("vocabulary_size", 5000, "Words, special ones included.")
flags.DEFINE_integer("max_length", 15, "Tokens of the longest sentence.")
flags.DEFINE_integer(
    "code_dim", 160, "Width of codes and LSTMs.", lower_bound=1
)
flags.DEFINE_integer(
    "embedding_dim", 64, "Width of a word's vector.", lower_bound=1
)
flags.DEFINE_integer("epochs", 6, "Times through the data.")
flags.DEFINE_integer("batch_size", 64, "Sentences a step.")
flags.DEFINE_integer(
    "num_beams", 4, "Sentences to search among; 1 is greedy.", lower_bound=1
)
flags.DEFINE_float(
    "temperature", None, "Of words drawn at random, in place of a search."
)
flags.DEFINE_integer(
    "num_refinements",
    1,
    "How often samples are encoded and decoded again.",
    lower_bound=0,
)
flags.DEFINE_integer(
    "num_candidates",
    5,
    "Samples made for each that is kept, the likeliest.",
    lower_bound=1,
)
flags.DEFINE_integer("num_samples", 500, "Sentences to generate at the end.")
flags.DEFINE_integer("seed", 0, "Random seed.")
flags.DEFINE_enum("verbose", "auto", ["auto", "0", "1", "2"], "Progress bar.")
flags.DEFINE_bool("resume", False, "Continue an interrupted run.")
flags.DEFINE_bool("overwrite", False, "Replace earlier results.")

FLAGS = flags.FLAGS


def main(_):
    # The sentences, and a folder that loses no results.
    train, held_out = keras_arae.datasets.load_train_and_held_out(
        FLAGS.data, seed=FLAGS.seed, column=FLAGS.column
    )
    folder = keras_arae.callbacks.RunFolder(
        FLAGS.output_dir,
        resume=FLAGS.resume,
        overwrite=FLAGS.overwrite,
        appended=["training_samples.txt"],
    )
    free = ["num_beams", "num_candidates", "num_refinements", "temperature"]
    folder.save_flags(FLAGS, data=(train, held_out), free=free)
    with folder.running():
        run(folder, train, held_out)


def run(folder, train, held_out):
    # The model: that of an interrupted run, or a new one.
    keras.utils.set_random_seed(FLAGS.seed)
    model, epoch = folder.restore(keras_arae.TextARAE)
    if model is None:
        model = make_model(train)
    else:
        print(f"Continuing after epoch {epoch}.")
    print(
        f"{len(train)} sentences to learn from, {len(held_out)} held out;\n"
        f"{model.codec.vocabulary_size} words, {model.count_params()} "
        f"weights, {keras.config.backend()} backend."
    )

    # Each epoch shows what the model says by now.
    sampler = keras_arae.callbacks.TextSampler(
        held_out[:4],
        path=folder / "training_samples.txt",
        verbose=FLAGS.verbose != "0",
        **decoding(),
    )
    model.fit(
        train,
        batch_size=FLAGS.batch_size,
        epochs=FLAGS.epochs,
        initial_epoch=epoch,
        verbose=FLAGS.verbose,
        validation_data=held_out,
        callbacks=folder.callbacks(sampler),
    )
    model.save(folder / "model.keras")
    show_samples(model, folder, train)
    show_codes(model, folder, held_out)
    print(f"Done; see {FLAGS.output_dir}/.")


def make_model(train):
    """A compiled model with a vocabulary from the training sentences."""
    codec = keras_arae.TextPreprocessor.from_corpus(
        train,
        vocabulary_size=FLAGS.vocabulary_size,
        max_length=FLAGS.max_length,
    )
    model = keras_arae.TextARAE(
        codec,
        embedding_dim=FLAGS.embedding_dim,
        code_dim=FLAGS.code_dim,
        prior=keras_arae.priors.AdversarialPrior(
            noise_dim=64, hidden_dims=(128, 128)
        ),
        # Of each code its own: the decoder learns how far to trust a code.
        code_noise=(0.03, 0.4),
        seed=FLAGS.seed,
    )
    # The rate of encoder and decoder falls to zero, so that the generator
    # can catch up with codes that settle. The others keep their defaults.
    num_steps = FLAGS.epochs * -(-len(train) // FLAGS.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(4e-3, num_steps)
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0))
    return model


def decoding():
    """How codes become sentences."""
    if FLAGS.temperature is None:
        return {"num_beams": FLAGS.num_beams}
    return {"temperature": FLAGS.temperature}


def show_samples(model, folder, train):
    """New sentences from noise, and ways from one to another."""
    options = {"seed": FLAGS.seed, **decoding()}
    samples = model.generate(
        FLAGS.num_samples,
        num_refinements=FLAGS.num_refinements,
        num_candidates=FLAGS.num_candidates,
        **options,
    )
    folder.write_lines("samples.txt", samples)
    distinct = set(samples)
    print("\nSamples:", *samples[:20], sep="\n  ")
    print(
        f"{len(distinct) / len(samples):.1%} of {len(samples)} samples are "
        f"distinct; {len(distinct & set(train)) / len(distinct):.1%} of those "
        "stand in the training text."
    )
    paths = model.interpolate(num_paths=5, **options)
    lines = [line for path in paths for line in (*path, "")]
    folder.write_lines("interpolations.txt", lines)
    for path in paths:
        print("\nOn the way:", *path, sep="\n  ")


def show_codes(model, folder, held_out):
    """Sentences that the model never saw, through their codes."""
    sentences = held_out[:20]
    copies = model.reconstruct(sentences, seed=FLAGS.seed, **decoding())
    folder.write_lines(
        "reconstructions.txt",
        [f"{sentence} -> {copy}" for sentence, copy in zip(sentences, copies)],
    )
    numbers = model.evaluate(held_out, verbose=0, return_dict=True)
    accuracy, nats = numbers["accuracy"], numbers["reconstruction_loss"]
    print(f"\nHeld out: accuracy {accuracy:.3f}, {nats:.2f} nats a word.")


if __name__ == "__main__":
    keras_arae.script.run(main)
