"""How fast a corpus that no memory holds is read, and what it takes.

    KERAS_BACKEND=jax python benchmarks/stream.py --num_sentences=5000000
    KERAS_BACKEND=jax python benchmarks/stream.py --fit

Writes sentences of Tatoeba, again and again, to compressed files in a folder
that is deleted at the end, and takes one pass through their batches; with
--fit a small autoencoder learns from it. Prints, at each fifth of the pass,
sentences a second and the memory of the process.
"""

import gzip
import pathlib
import tempfile
import time

import interleaved
from absl import flags

import keras_arae

flags.DEFINE_integer("num_sentences", 5_000_000, "Of the corpus.")
flags.DEFINE_integer("num_files", 10, "That they stand in.")
flags.DEFINE_integer("batch_size", 512, "Sentences a batch.")
flags.DEFINE_integer("workers", 0, "Processes that turn them into ids.")
flags.DEFINE_bool("fit", False, "Learn from the stream: units of 16.")
FLAGS = flags.FLAGS


def main(_):
    sentences = keras_arae.datasets.load_text("tatoeba")
    codec = keras_arae.TextPreprocessor.from_corpus(
        sentences, vocabulary_size=5000, max_length=15
    )
    with tempfile.TemporaryDirectory() as folder:
        write(sentences, pathlib.Path(folder))
        files = keras_arae.datasets.TextFiles(f"{folder}/*.txt.gz")
        start = time.perf_counter()
        count = sum(1 for _ in files)
        speed = count / (time.perf_counter() - start)
        print(f"{count} lines, {speed:.0f} a second are read")
        stream = keras_arae.data.CorpusStream(
            files, codec, FLAGS.batch_size, workers=FLAGS.workers
        )
        take = learn if FLAGS.fit else read
        take(stream, codec, count // FLAGS.batch_size // 5)


def write(sentences, folder):
    text = "".join(sentence + "\n" for sentence in sentences)
    share, count = divmod(FLAGS.num_sentences, FLAGS.num_files)
    for index in range(FLAGS.num_files):
        num_lines = share + (index < count)
        times, rest = divmod(num_lines, len(sentences))
        path = folder / f"{index:02d}.txt.gz"
        with gzip.open(path, "wt", compresslevel=1) as file:
            for _ in range(times):
                file.write(text)
            file.writelines(sentence + "\n" for sentence in sentences[:rest])


def read(stream, codec, num_batches):
    batches = iter(stream)
    for part in range(5):
        start = time.perf_counter()
        for _ in range(num_batches):
            next(batches)
        report(part, time.perf_counter() - start, num_batches)


def learn(stream, codec, num_batches):
    model = keras_arae.TextARAE(codec, 16, code_dim=16, prior=None)
    model.compile()
    for part in range(5):  # A pass goes on where the `fit` before ended.
        start = time.perf_counter()
        model.fit(stream, steps_per_epoch=num_batches, verbose=0)
        report(part, time.perf_counter() - start, num_batches)


def report(part, seconds, num_batches):
    speed = num_batches * FLAGS.batch_size / seconds
    memory = interleaved.resident_megabytes()
    print(
        f"fifth {part + 1}: {speed:.0f} sentences a second, {memory:.0f} MB",
        flush=True,
    )


if __name__ == "__main__":
    keras_arae.script.run(main)
