"""The packaged corpus: short English clauses, free to ship.

Made by `tools/make_web_clauses.py` from a public-domain text; its licence
note lies beside the data.
"""

import pathlib

from keras_arae.datasets.text_files import read_lines


def load(split):
    """Clauses of a split, lower-cased, tokens separated by blanks."""
    folder = pathlib.Path(__file__).parent / "web_clauses"
    return read_lines(folder / f"{split}.txt.gz")
