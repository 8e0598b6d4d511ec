"""The Stanford Natural Language Inference corpus as single sentences."""

from __future__ import annotations

import io
import json
import os
import pathlib
import zipfile
from collections.abc import Iterable

from absl import logging

from keras_arae.datasets import text_files

URL = "https://nlp.stanford.edu/projects/snli/snli_1.0.zip"
SHA256 = "afb3d70a5af5d8de0d9d81e2637e0fb8c22d1235c2749d83125ca43dab0dbd3e"
ARCHIVE = "snli_1.0.zip"
SUBFOLDER = os.path.join("datasets", "keras_arae_snli")

# The archive's parts that make up each split.
PARTS = {"train": ("train", "dev"), "validation": ("dev",), "test": ("test",)}


def load_snli(split: str) -> list[str]:
    """Loads SNLI's premises and hypotheses as single sentences.

    The text is prepared as in the code released with the paper, so that
    results can be compared: first the premises, without consecutive repeats,
    then the hypotheses. It is lowercase and has the tokens of the corpus's
    own parses. The released code also appends the development part to the
    training text. Therefore "validation" **overlaps** "train": use it to
    follow a run, and "test" or `hold_out` to measure unseen sentences.

    The archive (about 95 MB) is downloaded once into the Keras cache: the
    folder in the environment variable `KERAS_HOME`, or `~/.keras`. The
    prepared text is kept there too.

    Source: https://nlp.stanford.edu/projects/snli/ (CC BY-SA 4.0) and the
    code released with https://arxiv.org/abs/1706.04223.

    Args:
        split: str. `"train"` (the archive's train and dev parts),
            `"validation"` (dev) or `"test"`.

    Returns:
        list of str. The sentences, tokens separated by single spaces.

    Raises:
        OSError: if the archive is not in the cache and cannot be downloaded.
        ValueError: if the archive is not the official one.
    """
    prepared = cache_folder() / f"{split}.txt"
    if not prepared.exists():
        archive = fetch_archive()
        logging.info("Preparing %s from %s.", prepared, archive)
        write_atomically(prepared, prepare(archive, split))
    return text_files.read_sentences(prepared)


def cache_folder() -> pathlib.Path:
    """The folder of the archive and the prepared text."""
    return cache_root() / SUBFOLDER


def cache_root() -> pathlib.Path:
    """The folder of everything that Keras downloads."""
    home = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    return pathlib.Path(home).expanduser().absolute()


def fetch_archive() -> str:
    """The path of the checked archive; downloads it if it is missing."""
    import keras  # Here, because the import starts the backend.

    folder = cache_folder()
    target = folder / ARCHIVE
    # `get_file` replaces a file that has another digest. If the download
    # fails, it removes the file.
    state = "not in the cache"
    if target.exists():
        state = "damaged in the cache, was removed"
    by_hand = (
        f"Download {URL} on another machine and put it at {target}. To use "
        "another cache folder, set the environment variable `KERAS_HOME`."
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return keras.utils.get_file(
            ARCHIVE,
            URL,
            file_hash=SHA256,
            hash_algorithm="sha256",
            cache_subdir=str(folder),
        )
    except ValueError as error:
        target.unlink(missing_ok=True)
        raise ValueError(
            f"The archive from {URL} must have the SHA-256 digest {SHA256} of "
            f"the official one. It was removed. {by_hand} Received: {error}"
        ) from error
    except Exception as error:  # `get_file` raises bare `Exception`s.
        raise OSError(
            f"SNLI is {state} and cannot be downloaded. {by_hand} "
            f"Received: {type(error).__name__}: {error}"
        ) from error


def prepare(archive: str, split: str) -> list[str]:
    """Reads the sentences of a split from the archive."""
    sentences: list[str] = []
    with zipfile.ZipFile(archive) as opened:
        for part in PARTS[split]:
            name = f"snli_1.0/snli_1.0_{part}.jsonl"
            with opened.open(name) as file:
                sentences += read_part(io.TextIOWrapper(file, "utf-8"))
    return sentences


def read_part(lines: Iterable[str]) -> list[str]:
    """The premises of one part, then its hypotheses."""
    premises, hypotheses = [], []
    last_premise = None
    for line in lines:
        pair = json.loads(line)
        premise = strip_parse(pair["sentence1_binary_parse"])
        if premise != last_premise:
            premises.append(premise)
        last_premise = premise
        hypotheses.append(strip_parse(pair["sentence2_binary_parse"]))
    return [x.lower() for x in (*premises, *hypotheses) if x]


def strip_parse(parse: str) -> str:
    """The tokens of a parse such as `( ( A dog ) ( runs . ) )`."""
    return " ".join(x for x in parse.split() if x not in ("(", ")"))


def write_atomically(path: pathlib.Path, sentences: Iterable[str]) -> None:
    """Writes a text file that is complete or, if writing fails, absent."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(part, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{sentence}\n" for sentence in sentences)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
