"""SNLI's sentences, prepared as the released code prepares them.

"A large annotated corpus for learning natural language inference", Bowman et
al. 2015 (https://nlp.stanford.edu/projects/snli/), CC BY-SA 4.0. The official
archive is downloaded once into Keras' cache.
"""

import json
import os
import pathlib
import re
import zipfile

import keras

URL = "https://nlp.stanford.edu/projects/snli/snli_1.0.zip"
SHA256 = "afb3d70a5af5d8de0d9d81e2637e0fb8c22d1235c2749d83125ca43dab0dbd3e"
# Official files of each split; the released code appends dev to train.
SPLITS = {
    "train": ("train", "dev"),
    "validation": ("dev",),
    "test": ("test",),
}


def load(split):
    """Sentences of a split, lower-cased and tokenised.

    Premises (consecutive repeats dropped) and hypotheses are sentences each
    for itself. As in the released code `"train"` holds the sentences of
    `"validation"` too: do not use the latter to measure generalisation.

    Args:
        split: `"train"`, `"validation"` or `"test"`.

    Returns:
        A list of str.

    Raises:
        OSError: if the archive is neither cached nor to be had.
    """
    cache = _keras_home() / "datasets"
    prepared = cache / "keras_arae_snli" / f"{split}.txt"
    if not prepared.is_file():
        sentences = []
        with zipfile.ZipFile(_archive(cache)) as archive:
            for part in SPLITS[split]:
                name = f"snli_1.0/snli_1.0_{part}.jsonl"
                with archive.open(name) as lines:
                    sentences.extend(prepare(lines))
        prepared.parent.mkdir(parents=True, exist_ok=True)
        partial = prepared.with_suffix(".partial")
        partial.write_text("\n".join(sentences) + "\n", encoding="utf-8")
        os.replace(partial, prepared)
    return prepared.read_text(encoding="utf-8").splitlines()


def prepare(lines):
    """Sentences of one official file.

    Args:
        lines: iterable of str or bytes. JSON objects with the keys
            `sentence1_binary_parse` and `sentence2_binary_parse`.

    Returns:
        A list of str: each premise once, followed by its hypotheses.
    """
    sentences, premise = [], None
    for line in lines:
        example = json.loads(line)
        first, second = (
            _tokens(example[f"sentence{number}_binary_parse"])
            for number in (1, 2)
        )
        if first != premise:
            sentences.append(first)
            premise = first
        sentences.append(second)
    return [sentence for sentence in sentences if sentence]


def _tokens(parse):
    """Words of a binary parse: all but its brackets."""
    words = re.sub(r"[()]", " ", parse).lower().split()
    return " ".join(words)


def _keras_home():
    home = os.environ.get("KERAS_HOME", "~/.keras")
    return pathlib.Path(home).expanduser()


def _archive(cache):
    try:
        return keras.utils.get_file(
            "snli_1.0.zip",
            URL,
            file_hash=SHA256,
            hash_algorithm="sha256",
            cache_dir=str(_keras_home()),
            cache_subdir="datasets",
        )
    except Exception as error:
        path = cache / "snli_1.0.zip"
        raise OSError(
            f"Could not get SNLI from {URL}. Without a network, download the "
            f"archive elsewhere and put it at {path}. Received: {error}"
        ) from error
