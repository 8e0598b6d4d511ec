"""Pairs of sentences with labels, in the layouts of SNLI."""

from __future__ import annotations

import csv
import json
import os
import pathlib
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

from absl import logging

from keras_arae.arguments import PATH
from keras_arae.arguments import checked
from keras_arae.datasets.text_files import read_lines

COLUMNS = ("gold_label", "sentence1", "sentence2")


@checked(path=PATH)
def load_pairs(
    path: str | os.PathLike,
) -> tuple[tuple[list[str], list[str]], list[str]]:
    """Loads labeled pairs of sentences from a file in one of SNLI's layouts.

    The corpus (https://nlp.stanford.edu/projects/snli/) comes in both:

    *   a table with columns separated by tabs and a header line;
    *   a file with one JSON object on each line (`.jsonl`).

    Either may be gzipped (`.gz`). Only the columns `gold_label`, `sentence1`
    and `sentence2` are read. Pairs labeled "-", on which the annotators did
    not agree, are skipped, and a warning says how many there were.

    Args:
        path: str or path-like. The file.

    Returns:
        A tuple `((premises, hypotheses), labels)` of three lists of str of
        the same length, for `keras_arae.SemiSupervisedARAE(pairs=True)`.

    Raises:
        FileNotFoundError: if the file does not exist.
        ValueError: if a column is missing, a line is not a JSON object, or
            no pair has a label.

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
    lines = read_lines(path)
    names = pathlib.Path(path).suffixes
    table = read_json(lines, path) if ".jsonl" in names else read_table(lines)
    rows = [cells_of(row, path) for row in table]
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


def read_table(lines: Iterable[str]) -> Iterable[dict[str, Any]]:
    """Reads the rows of a table as dicts; quotation marks are plain text."""
    return csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def read_json(lines: Iterable[str], path: Any) -> Iterator[dict[str, Any]]:
    """Reads one JSON object from each line; refuses anything else."""
    for line in lines:
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            row = None
        if not isinstance(row, dict):
            raise ValueError(
                "Expected one JSON object on each line. "
                f"Received: {path}, with the line {line[:50]!r}"
            )
        yield row


def cells_of(row: dict[str, Any], path: Any) -> list[str]:
    """The label and the two sentences of a row; refuses other rows."""
    cells: list[Any] = [row.get(column) for column in COLUMNS]
    if None in cells:
        raise ValueError(
            f"Expected the columns {list(COLUMNS)}, separated by tabs, or "
            "JSON objects with those keys in a file named .jsonl. "
            f"Received: {path}, with a row of {list(row)}"
        )
    return cells
