import pathlib
import re

import pytest

from keras_arae import datasets

pytestmark = pytest.mark.once

SIZES = {"train": 44292, "validation": 2489, "test": 2445}
CLAUSE = re.compile(
    r"[a-z]+(?:['-][a-z]+)*'?(?: [a-z]+(?:['-][a-z]+)*'?)* [.?!]"
)


@pytest.fixture(scope="module")
def splits():
    return {name: datasets.load_text("web_clauses", name) for name in SIZES}


def test_sizes_and_no_repeats(splits):
    assert {name: len(x) for name, x in splits.items()} == SIZES
    everything = [clause for x in splits.values() for clause in x]
    assert len(set(everything)) == len(everything)


def test_clauses_are_clean(splits):
    for clause in (clause for x in splits.values() for clause in x):
        assert CLAUSE.fullmatch(clause), clause
        assert 4 <= len(clause.split(" ")) <= 15, clause


def test_vocabulary(splits):
    words = {
        name: {word for clause in x for word in clause.split()}
        for name, x in splits.items()
    }
    assert len(set.union(*words.values())) <= 3000
    # Next to nothing is unknown to a tokenizer trained on "train".
    assert len((words["test"] | words["validation"]) - words["train"]) <= 10


def test_first_sentences_are_a_sample(splits):
    # In the order of the book, openers and names would drift.
    train = splits["train"]

    def share(clauses):
        return sum("jesus" in x.split() for x in clauses) / len(clauses)

    assert 0.5 < share(train[:8000]) / share(train[-8000:]) < 2


def test_licence_is_packaged():
    folder = pathlib.Path(datasets.__file__).parent / "web_clauses"
    licence = (folder / "LICENSE.txt").read_text(encoding="utf-8")
    assert "public domain" in licence
    assert "is not the World English Bible" in licence
