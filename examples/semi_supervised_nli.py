"""Title: A classifier from few labels and many sentences
Description: An autoencoder learns the text first, then few labels suffice.
Accelerator: none needed; a GPU is used where there is one.

    python examples/semi_supervised_nli.py   # packaged: does a clause ask?
    python examples/semi_supervised_nli.py --data=snli_1.0/ --unlabeled=s.txt

Without --data the task is made from the packaged clauses, whose last
punctuation is taken away: is it a question? With it, pairs such as SNLI's: does
the second follow from the first? benchmarks/paper/nli_tables.py has the table.
"""

import pathlib

import keras
from absl import flags

import keras_arae

flags.DEFINE_string("data", None, "A folder of labelled pairs, as SNLI's.")
flags.DEFINE_string("unlabeled", None, "A file of sentences, one a line.")
flags.DEFINE_integer("num_labeled", 400, "Labels to learn from.")
flags.DEFINE_integer("vocabulary_size", 2000, "Words, special ones included.")
flags.DEFINE_integer(
    "code_dim", 64, "Width of codes, LSTMs and embeddings.", lower_bound=1
)
flags.DEFINE_integer("pretrain_epochs", 2, "Times through the sentences.")
flags.DEFINE_integer("epochs", 16, "Times through the labelled examples.")
flags.DEFINE_integer("seed", 0, "Random seed.")
flags.DEFINE_enum("verbose", "auto", ["auto", "0", "1", "2"], "Progress bar.")

FLAGS = flags.FLAGS


def main(_):
    # Examples with labels, and sentences without; none is a test sentence.
    examples, pool, pairs = load_pairs() if FLAGS.data else load_questions()
    test_sentences = sentences_of(examples["test"][0], pairs)
    pool = keras_arae.datasets.without(pool, test_sentences)
    inputs, labels = examples["train"]
    train = first(inputs, FLAGS.num_labeled, pairs), labels[: FLAGS.num_labeled]
    print(
        f"{len(train[1])} labelled examples of {sorted(set(train[1]))}, "
        f"{len(pool)} sentences without labels."
    )
    codec = keras_arae.TextPreprocessor.from_corpus(
        [*pool, *sentences_of(train[0], pairs)],
        vocabulary_size=FLAGS.vocabulary_size,
        overflow="truncate",
    )

    # What labels alone bring.
    alone = make_classifier(codec, train[1], pairs)
    accuracy = learn(alone, train, examples["test"])
    print(f"Labels alone: {accuracy:.1%} of the test examples.")

    # An ARAE learns the sentences; the classifier begins with its encoder.
    keras.utils.set_random_seed(FLAGS.seed)
    width = {"embedding_dim": FLAGS.code_dim, "code_dim": FLAGS.code_dim}
    arae = keras_arae.TextARAE(codec, **width, seed=FLAGS.seed)
    arae.compile()
    arae.fit(
        pool, epochs=FLAGS.pretrain_epochs, batch_size=32, verbose=FLAGS.verbose
    )
    model = make_classifier(codec, train[1], pairs, arae.encoder)
    accuracy = learn(model, train, examples["test"])
    print(f"Sentences first: {accuracy:.1%} of the test examples.")

    # What the classifier says of examples that it never saw.
    inputs, labels = examples["test"]
    found = model.classify(first(inputs, 5, pairs))
    shown = list(zip(*inputs)) if pairs else inputs
    for words, name, label in zip(shown, found, labels):
        print(f"  {words}: {name} (is: {label})")


def make_classifier(codec, labels, pairs, encoder="lstm"):
    """A compiled classifier on codes, without any reconstruction."""
    keras.utils.set_random_seed(FLAGS.seed)
    names = sorted(set(labels))
    head = keras.Sequential(
        [
            # The codes of an autoencoder may differ by little.
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5, seed=FLAGS.seed),
            keras_arae.layers.Classifier(len(names)),
        ]
    )
    model = keras_arae.SemiSupervisedARAE(
        codec,
        names,
        pairs=pairs,
        head=head,
        encoder=encoder,
        embedding_dim=FLAGS.code_dim,
        code_dim=FLAGS.code_dim,
        reconstruction_weight=0.0,
        prior=None,
        seed=FLAGS.seed,
    )
    num_steps = FLAGS.epochs * -(-len(labels) // 32)
    rate = keras.optimizers.schedules.CosineDecay(1e-2, num_steps)
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0))
    return model


def learn(model, train, test):
    """Trains on labels; returns the accuracy on the test examples."""
    model.fit(labeled_data=train, epochs=FLAGS.epochs, batch_size=32, verbose=0)
    results = model.evaluate(*test, verbose=0, return_dict=True)
    return results["classification_accuracy"]


def load_questions():
    """Clauses without their last punctuation: questions and others."""
    endings = dict(
        clause.rsplit(maxsplit=1)
        for split in ("train", "validation", "test")
        for clause in keras_arae.datasets.load_text("web_clauses", split)
    )
    questions = [words for words, mark in endings.items() if mark == "?"]
    others = [words for words, mark in endings.items() if mark != "?"]
    examples = [words for pair in zip(questions, others) for words in pair]
    labels = ["question", "other"] * (len(examples) // 2)
    parts = {"test": slice(1000), "train": slice(1400, None)}
    examples = {key: (examples[p], labels[p]) for key, p in parts.items()}
    return examples, list(endings), False


def load_pairs():
    """Pairs of sentences from files, and sentences from another."""
    folder, examples = pathlib.Path(FLAGS.data), {}
    for name in ("train", "test"):
        paths = folder.glob(f"{name}.tsv"), folder.glob(f"*_{name}.jsonl*")
        path = next(path for found in paths for path in sorted(found))
        examples[name] = keras_arae.datasets.load_pairs(path)
    return examples, keras_arae.datasets.load_text(FLAGS.unlabeled), True


def first(inputs, count, pairs):
    """The first of some examples."""
    return tuple(part[:count] for part in inputs) if pairs else inputs[:count]


def sentences_of(inputs, pairs):
    """All sentences of some examples."""
    return [*inputs[0], *inputs[1]] if pairs else inputs


if __name__ == "__main__":
    keras_arae.script.run(main)
