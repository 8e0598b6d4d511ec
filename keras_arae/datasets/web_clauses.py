"""The packaged corpus `web_clauses`."""

from __future__ import annotations

import pathlib

from keras_arae.datasets import text_files

# Made by tools/make_web_clauses.py.
FOLDER = pathlib.Path(__file__).parent / "web_clauses"


def load_web_clauses(split: str) -> list[str]:
    """Loads the corpus that comes with the library.

    About 49,000 distinct English clauses of 4 to 15 tokens, lowercase and
    tokenized, with a vocabulary of 3,000 words: enough to train and compare
    small models offline. No clause is in two splits. The order is random, so
    the first `n` clauses of a split are a random sample.

    Source: clauses of the World English Bible (https://ebible.org/web/), in
    the public domain. The text was changed, so it must not be called by that
    name; see `LICENSE.txt` in the folder of the data.

    Args:
        split: str. `"train"` (44,292 clauses), `"validation"` (2,489) or
            `"test"` (2,445).

    Returns:
        list of str. The clauses, tokens separated by single spaces.
    """
    return text_files.read_sentences(FOLDER / f"{split}.txt.gz")
