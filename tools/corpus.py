"""What the makers of packaged corpora share."""

import collections
import gzip
import hashlib
import pathlib

from absl import logging

# Splits and their shares of the sentences, in percent.
SHARES = {"train": 90, "validation": 5, "test": 5}


def check_folder(path, overwrite):
    """A folder to write to; files in it are not overwritten without a flag."""
    folder = pathlib.Path(path)
    if folder.exists() and any(folder.iterdir()) and not overwrite:
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
