import pytest

import keras_arae
from keras_arae import datasets

pytestmark = pytest.mark.once

POOL = ["A man sleeps.", "Two men talk.", "a  man sleeps .", "A cat runs."]


def test_sentences_with_the_same_words_are_removed_and_counted(caplog):
    kept = datasets.without(POOL, ["a man SLEEPS .", "a dog runs ."])
    assert kept == ["Two men talk.", "A cat runs."]
    assert "2 of 4 sentences are held out and were removed" in caplog.text


def test_nothing_to_remove_is_not_worth_a_word(caplog):
    assert datasets.without(POOL, []) == POOL
    assert not caplog.text


def test_a_codec_says_which_words_are_the_same():
    exact = keras_arae.TextPreprocessor([], lowercase=False)
    kept = datasets.without(POOL, ["A man sleeps ."], codec=exact)
    assert kept == POOL[1:]


@pytest.mark.parametrize("wrong", ["A man sleeps.", [3]])
def test_anything_but_sentences_is_refused(wrong):
    with pytest.raises(ValueError, match="Expected a list of sentences"):
        datasets.without(POOL, wrong)
    with pytest.raises(ValueError, match="Expected a list of sentences"):
        datasets.without(wrong, POOL)
