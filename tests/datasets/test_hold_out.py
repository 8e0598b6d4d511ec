import collections
import subprocess
import sys

import pytest

from keras_arae import datasets

pytestmark = pytest.mark.once

SENTENCES = [f"sentence {i % 70} ." for i in range(100)]


def test_parts_make_the_whole_and_share_no_sentence():
    train, held_out = datasets.hold_out(SENTENCES, fraction=0.2)
    assert not set(train) & set(held_out)
    assert len(set(held_out)) == 14
    assert collections.Counter(train + held_out) == collections.Counter(
        SENTENCES
    )
    assert held_out == [x for x in SENTENCES if x in set(held_out)]


def test_seed_decides():
    first = datasets.hold_out(SENTENCES, seed=1)
    assert first == datasets.hold_out(iter(SENTENCES), seed=1)
    assert first != datasets.hold_out(SENTENCES, seed=2)


def test_same_in_another_process():
    code = (
        "import importlib.util, sys;"
        "spec = importlib.util.spec_from_file_location('h', sys.argv[1]);"
        "h = importlib.util.module_from_spec(spec);"
        "spec.loader.exec_module(h);"
        "s = [f'sentence {i % 70} .' for i in range(100)];"
        "print('|'.join(h.hold_out(s)[1]), end='')"
    )
    path = sys.modules["keras_arae.datasets.hold_out"].__file__
    printed = subprocess.run(
        [sys.executable, "-c", code, path],
        env={"PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.split("|") == datasets.hold_out(SENTENCES)[1]


@pytest.mark.parametrize("fraction", [1e-6, 0.5, 1 - 1e-6])
def test_neither_side_is_empty(fraction):
    train, held_out = datasets.hold_out(["a .", "b .", "a ."], fraction)
    assert train and held_out
    assert not set(train) & set(held_out)


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 5, float("nan")])
def test_impossible_fraction(fraction):
    with pytest.raises(ValueError, match=f"Received: fraction={fraction}"):
        datasets.hold_out(SENTENCES, fraction)


@pytest.mark.parametrize("sentences", [[], ["a ."], ["a ."] * 5])
def test_too_few_sentences(sentences):
    with pytest.raises(ValueError, match="two distinct sentences"):
        datasets.hold_out(sentences)


def test_path_in_place_of_sentences():
    with pytest.raises(TypeError, match="load_text"):
        datasets.hold_out("text.txt")
