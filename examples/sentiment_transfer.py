"""Title: Sentences with another sentiment, or another tense
Description: Change an attribute of sentences, learned without pairs.
Accelerator: none needed; a GPU is used where there is one.

    python examples/sentiment_transfer.py              # packaged: the tense
    python examples/sentiment_transfer.py --data=yelp/    # sentiment.train.0
    python examples/sentiment_transfer.py --data=topics/  # NAME.txt a class

An encoder that leaves the attribute out of codes, and a decoder that is told
it: a sentence, encoded and decoded with another label, is rewritten. Everything
goes to --output_dir; benchmarks/paper/transfer_tables.py compares models.
Needs `pip install "keras-arae[eval]"` for the judges.
"""

import keras
from absl import flags

import keras_arae
from keras_arae import evaluation

flags.DEFINE_string(
    "data", "web_clauses_tense",
    "A folder with a file for each class (NAME.txt, or Yelp's layout), a table "
    "(.csv, .tsv), or the packaged web_clauses_tense.",
)  # fmt: skip
flags.DEFINE_string("column", None, "Of a table: the column of sentences.")
flags.DEFINE_string("label_column", None, "Of a table: the column of classes.")
flags.DEFINE_string("output_dir", "output/sentiment_transfer", "For results.")
flags.DEFINE_integer("vocabulary_size", 5000, "Words, special ones included.")
flags.DEFINE_integer("max_length", 15, "Tokens of the longest sentence.")
flags.DEFINE_integer(
    "code_dim", 128, "Width of codes, LSTMs and embeddings.", lower_bound=1
)
flags.DEFINE_integer("epochs", 20, "Times through the data.")
flags.DEFINE_integer("batch_size", 64, "Sentences a step.")
flags.DEFINE_float(
    "weight", 10.0, "Of the adversaries on the encoder (the paper's lambda)."
)
flags.DEFINE_integer("seed", 0, "Random seed.")
flags.DEFINE_enum("verbose", "auto", ["auto", "0", "1", "2"], "Progress bar.")
flags.DEFINE_bool("resume", False, "Continue an interrupted run.")
flags.DEFINE_bool("overwrite", False, "Replace earlier results.")

FLAGS = flags.FLAGS


def main(_):
    # Sentences of each class, and a folder that loses no results.
    train, test = keras_arae.datasets.load_labeled_train_and_held_out(
        FLAGS.data, column=FLAGS.column, label_column=FLAGS.label_column
    )
    folder = keras_arae.callbacks.RunFolder(
        FLAGS.output_dir, resume=FLAGS.resume, overwrite=FLAGS.overwrite
    )
    folder.save_flags(FLAGS, data=(train, test))
    with folder.running():
        run(folder, train, test)


def run(folder, train, test):
    # The model: that of an interrupted run, or a new one.
    print("Sentences to learn from:", {k: len(v) for k, v in train.items()})
    keras.utils.set_random_seed(FLAGS.seed)
    sentences, labels = keras_arae.datasets.flatten(train)
    model, epoch = folder.restore(keras_arae.TransferARAE)
    if model is None:
        model = make_model(sentences, list(train))

    # Each epoch shows a few held-out sentences as each other class.
    show = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: show_transfer(model, test)
    )
    model.fit(
        sentences, labels, FLAGS.batch_size, FLAGS.epochs, FLAGS.verbose,
        folder.callbacks(show), initial_epoch=epoch,
    )  # fmt: skip
    model.save(folder / "model.keras")
    judge(model, folder, train, test)


def make_model(sentences, names):
    """A compiled model that knows the classes by name."""
    codec = keras_arae.TextPreprocessor.from_corpus(
        sentences,
        vocabulary_size=FLAGS.vocabulary_size,
        max_length=FLAGS.max_length,
    )
    prior = keras_arae.priors.AdversarialPrior(
        hidden_dims=(128, 128),
        conditional=False,  # one distribution of codes for all classes
        encoder_gradient_scale=0.01 * FLAGS.weight,
    )
    model = keras_arae.TransferARAE(
        codec,
        names,
        embedding_dim=FLAGS.code_dim,
        code_dim=FLAGS.code_dim,
        prior=prior,
        code_noise=0.02,
        confusion_weight=0.03 * FLAGS.weight,
        seed=FLAGS.seed,
    )
    num_steps = FLAGS.epochs * -(-len(sentences) // FLAGS.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(4e-3, num_steps)
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0))
    return model


def show_transfer(model, test):
    """Prints three sentences of each class, as each other class."""
    for name, sentences in test.items():
        for other in test:
            if other == name:
                continue
            print(f"  {name} -> {other}")
            rewritten = model.transfer(sentences[:3], to=other)
            for before, after in zip(sentences, rewritten):
                print(f"    {before} -> {after}", flush=True)


def judge(model, folder, train, test):
    """Rewrites all held-out sentences and measures how well."""
    split = model.codec.split
    train, test = (
        {
            name: [" ".join(split(sentence)) for sentence in sentences]
            for name, sentences in part.items()
        }
        for part in (train, test)
    )
    report = evaluation.TransferReport(
        train, test, units=FLAGS.code_dim, embedding_dim=FLAGS.code_dim
    )
    sources = {name: report.sources(name) for name in test}
    outputs = {
        name: model.transfer(sentences, to=name)
        for name, sentences in sources.items()
    }
    for name, sentences in sources.items():
        lines = map("\t".join, zip(sentences, outputs[name]))
        folder.write_lines(f"to_{name}.txt", lines)
    rows = {
        "real": report.real(),
        "copied input": report.row(sources),
        "TransferARAE": report.row(outputs),
    }
    print(evaluation.markdown_table(rows, first="sentences"))


if __name__ == "__main__":
    keras_arae.script.run(main)
