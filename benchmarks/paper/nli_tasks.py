"""What benchmarks/paper/nli_tables.py learns: SNLI's pairs, or questions."""

import pathlib

import numpy as np
from absl import app
from absl import flags

import keras_arae

flags.DEFINE_string("data", None, "A folder of labelled pairs, as SNLI's.")
flags.DEFINE_string("unlabeled", None, "A file of sentences, one a line.")
flags.DEFINE_integer("num_unlabeled", None, "Sentences of it, the most.")
flags.DEFINE_integer("max_length", None, "Tokens of the longest sentence.")
flags.DEFINE_integer("vocabulary_size", None, "Words, special ones included.")

FLAGS = flags.FLAGS


def load_task():
    """A dict with the parts of the task; no test sentence is in the pool."""
    task = pairs_task() if FLAGS.data else questions_task()
    sentences = sentences_of(task["test"][0], task["pairs"])
    pool = keras_arae.datasets.without(task["pool"], sentences)
    task["num_removed"] = len(task["pool"]) - len(pool)
    order = np.random.default_rng(0).permutation(len(pool))
    task["pool"] = [pool[index] for index in order[: FLAGS.num_unlabeled]]
    task["labels"] = sorted(set(task["train"][1]))
    task["codec"] = keras_arae.TextPreprocessor.from_corpus(
        [*task["pool"], *sentences_of(task["train"][0], task["pairs"])],
        vocabulary_size=FLAGS.vocabulary_size,
        max_length=FLAGS.max_length,
        overflow="truncate",
    )
    return task


def pairs_task():
    """Pairs of sentences from the files of a folder; the pool from a file."""
    if not FLAGS.unlabeled:
        raise app.UsageError("--data needs sentences: pass --unlabeled=FILE.")
    task = {name: read_part(name) for name in ("train", "dev", "test")}
    pool = keras_arae.datasets.load_text(FLAGS.unlabeled)
    return {**task, "pool": pool, "pairs": True}


def read_part(name):
    """All pairs of the files of one part, as one set."""
    paths = [
        path
        for pattern in (f"{name}*.tsv", f"snli_1.0_{name}.jsonl*")
        for path in sorted(pathlib.Path(FLAGS.data).glob(pattern))
    ]
    if not paths:
        raise app.UsageError(
            f"{FLAGS.data} holds neither {name}*.tsv nor snli_1.0_{name}.jsonl."
        )
    premises, hypotheses, labels = [], [], []
    for path in paths:
        pairs, found = keras_arae.datasets.load_pairs(path)
        premises += pairs[0]
        hypotheses += pairs[1]
        labels += found
    return (premises, hypotheses), labels


def questions_task():
    """Does a clause ask? As many do as do not, all without punctuation."""
    endings = dict(
        clause.rsplit(maxsplit=1)
        for split in ("train", "validation", "test")
        for clause in keras_arae.datasets.load_text("web_clauses", split)
    )
    questions = [words for words, mark in endings.items() if mark == "?"]
    others = [words for words, mark in endings.items() if mark != "?"]
    rounds = list(zip(questions, others))
    examples = [words for one_of_each in rounds for words in one_of_each]
    labels = ["question", "other"] * len(rounds)
    parts = {
        "test": slice(1000),
        "dev": slice(1000, 1400),
        "train": slice(1400, None),
    }
    task = {key: (examples[part], labels[part]) for key, part in parts.items()}
    return {**task, "pool": list(endings), "pairs": False}


def sentences_of(examples, pairs):
    return [*examples[0], *examples[1]] if pairs else examples
