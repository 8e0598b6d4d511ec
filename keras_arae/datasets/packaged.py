"""The corpora that come with the library."""

from __future__ import annotations

import pathlib

from keras_arae.datasets import text_files


def load_packaged(name: str, split: str) -> list[str]:
    """Loads a corpus that comes with the library, whose folder has its name.

    All are distinct English sentences, lowercase and tokenized, or molecules.
    None is in two splits. The order is random, so the first `n` of a split
    are a random sample. `LICENSE.txt` in the folder says where they are from
    and what was changed.

    *   `"tatoeba"`: everyday sentences of 4 to 12 words, a vocabulary of
        5,000, CC BY 2.0 FR: whoever passes them on must name Tatoeba. Made by
        `tools/make_tatoeba.py`.
    *   `"web_clauses"`: clauses of a Bible translation, 4 to 15 tokens, a
        vocabulary of 3,000, public domain. Made by
        `tools/make_web_clauses.py`.
    *   `"moses_sample"`: drug-like molecules of MOSES, as SMILES, MIT. Made
        by `tools/make_moses_sample.py`.

    Args:
        name: str. `"tatoeba"`, `"web_clauses"` or `"moses_sample"`.
        split: str. `"train"`, `"validation"` or `"test"`; of molecules
            `"test_scaffolds"` too.

    Returns:
        list of str. Sentences, tokens separated by single spaces, or SMILES.
    """
    folder = pathlib.Path(__file__).parent / name
    return text_files.read_sentences(folder / f"{split}.txt.gz")
