"""What the makers of packaged corpora share."""

import collections
import gzip
import hashlib
import pathlib

from absl import app
from absl import flags
from absl import logging

# Its flags are those of the program that calls `define_flags`, in `--help` too.
flags.disclaim_key_flags()

# Splits and their shares of the sentences, in percent.
SHARES = {"train": 90, "validation": 5, "test": 5}


def define_flags(name, vocabulary_size=None):
    """The flags of every maker, for the packaged corpus of that name."""
    root = pathlib.Path(__file__).resolve().parents[1]
    flags.DEFINE_string(
        "output",
        str(root / "keras_arae" / "datasets" / name),
        "Folder to write to.",
    )
    if vocabulary_size is not None:
        flags.DEFINE_integer(
            "vocabulary_size",
            vocabulary_size,
            "Distinct tokens allowed, the most frequent ones.",
            lower_bound=1,
        )
    flags.DEFINE_bool("overwrite", False, "Replace the files where they exist.")


def output_folder(argv):
    """A folder to write to; files in it are not overwritten without a flag."""
    if len(argv) > 1:
        raise app.UsageError(f"Unexpected arguments. Received: {argv[1:]}")
    folder = pathlib.Path(flags.FLAGS.output)
    if folder.exists() and any(folder.iterdir()) and not flags.FLAGS.overwrite:
        raise FileExistsError(
            "The output folder has files in it; pass --overwrite to replace "
            f"them. Received: --output={folder}"
        )
    return folder


def keep_frequent(sentences, vocabulary_size):
    """Drops the sentences with a token outside the most frequent ones."""
    counts = collections.Counter(x for tokens in sentences for x in tokens)
    ranked = sorted(counts, key=lambda token: (-counts[token], token))
    allowed = set(ranked[:vocabulary_size])
    return [tokens for tokens in sentences if allowed.issuperset(tokens)]


def digest(sentence):
    """What decides a sentence's place, the same wherever it is computed."""
    return hashlib.sha256(sentence.encode()).hexdigest()


def split_by_digest(sentences):
    """Sorts sentences by digest and shares them out to the splits."""
    splits = {name: [] for name in SHARES}
    for sentence in sorted(sentences, key=digest):
        # Sorting uses the first digits, splitting the last ones.
        bucket = int(digest(sentence)[-8:], 16) % 100
        for name, share in SHARES.items():
            if bucket < share:
                splits[name].append(sentence)
                break
            bucket -= share
    return splits


def write_splits(splits, folder, license_note):
    """Writes the splits and the licence note."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, sentences in splits.items():
        path = folder / f"{name}.txt.gz"
        write_lines(path, sentences)
        logging.info("%s: %d sentences", path, len(sentences))
    (folder / "LICENSE.txt").write_text(license_note, encoding="utf-8")


def write_lines(path, lines):
    """Writes lines, compressed: the same lines give the same bytes."""
    text = "".join(f"{line}\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
