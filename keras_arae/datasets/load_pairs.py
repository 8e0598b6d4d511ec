"""Pairs of sentences with labels, in the layouts of SNLI."""

import csv
import json
import pathlib

from absl import logging

from keras_arae.datasets.text_files import read_sentences

COLUMNS = ("gold_label", "sentence1", "sentence2")


def load_pairs(path):
    """Loads labelled pairs of sentences from a file in a layout of SNLI.

    Either a table whose columns are separated by tabs and named in its first
    line, or a file of JSON objects, one a line (`.jsonl`); both as the corpus
    comes (https://nlp.stanford.edu/projects/snli/), perhaps gzipped (`.gz`).
    Columns other than `gold_label`, `sentence1` and `sentence2` are left out.
    Pairs on which the annotators did not agree, labelled "-", are skipped,
    and a warning says how many there were.

    Args:
        path: str or path-like. The file.

    Returns:
        A tuple `(premises, hypotheses), labels` of lists of str: what
        `keras_arae.SemiSupervisedARAE(..., pairs=True)` takes.

    Raises:
        FileNotFoundError: The file does not exist.
        ValueError: A column is missing, a line is no JSON object, or no pair
            has a label.

    Example:

    ```python
    path = f"{tempfile.mkdtemp()}/train.tsv"
    with open(path, "w") as file:
        file.write("gold_label\\tsentence1\\tsentence2\\n")
        file.write("entailment\\tA man sleeps.\\tA man rests.\\n")
        file.write("-\\tA man sleeps.\\tA man talks.\\n")
    (premises, hypotheses), labels = keras_arae.datasets.load_pairs(path)
    assert hypotheses == ["A man rests."] and labels == ["entailment"]
    ```
    """
    lines = read_sentences(path)
    names = pathlib.Path(path).suffixes
    rows = read_json(lines, path) if ".jsonl" in names else read_table(lines)
    rows = [cells_of(row, path) for row in rows]
    labeled = [row for row in rows if row[0] != "-"]
    if len(labeled) < len(rows):
        logging.warning(
            "Skipped %d of %d pairs without an agreed label in %s.",
            len(rows) - len(labeled), len(rows), path,
        )  # fmt: skip
    if not labeled:
        raise ValueError(
            "Expected at least one pair with a label. "
            f"Received: {path}, with {len(rows)} pairs, none with a label"
        )
    labels, premises, hypotheses = map(list, zip(*labeled))
    return (premises, hypotheses), labels


def read_table(lines):
    """Returns the lines of a table as dicts; quotation marks are text."""
    return csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def read_json(lines, path):
    """Yields the JSON objects of lines, or refuses them."""
    for line in lines:
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            row = None
        if not isinstance(row, dict):
            raise ValueError(
                "Expected one JSON object a line. "
                f"Received: {path}, with the line {line[:50]!r}"
            )
        yield row


def cells_of(row, path):
    """Returns the label and the two sentences of a row, or refuses it."""
    cells = [row.get(column) for column in COLUMNS]
    if None in cells:
        raise ValueError(
            f"Expected the columns {list(COLUMNS)}, separated by tabs, or "
            "JSON objects with those keys in a file named .jsonl. "
            f"Received: {path}, with a row of {list(row)}"
        )
    return cells
