import gzip
import json

import pytest

from keras_arae import datasets

pytestmark = pytest.mark.once

ROWS = [
    ("entailment", "A man sleeps.", 'A "man" rests.'),
    ("-", "A man sleeps.", "A man dreams."),
    ("neutral", "Two men talk.", "Two men talk loudly."),
]
EXPECTED = (
    (["A man sleeps.", "Two men talk."], [ROWS[0][2], ROWS[2][2]]),
    ["entailment", "neutral"],
)


def table(columns=("gold_label", "sentence1", "sentence2"), rows=ROWS):
    return "".join("\t".join(row) + "\n" for row in (columns, *rows))


def objects():
    """As the corpus comes: with more in an object than is read."""
    keys = ("gold_label", "sentence1", "sentence2")
    rows = [dict(zip(keys, row), annotator_labels=["?"]) for row in ROWS]
    return "".join(json.dumps(row) + "\n" for row in rows)


def official_table():
    """As the corpus comes: parses stand between label and sentences."""
    columns = ("gold_label", "sentence1_parse", "sentence1", "sentence2", "id")
    rows = [(label, "( x )", one, two, "7") for label, one, two in ROWS]
    return table(columns, rows)


@pytest.mark.parametrize(
    "name, content",
    [
        ("train.tsv", table()),
        ("snli_1.0_train.txt", official_table()),
        ("snli_1.0_train.jsonl", objects()),
    ],
)
def test_each_layout_gives_the_same(tmp_path, caplog, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert datasets.load_pairs(path) == EXPECTED
    assert "Skipped 1 of 3 pairs without an agreed label" in caplog.text
    zipped = tmp_path / f"{name}.gz"
    zipped.write_bytes(gzip.compress(content.encode()))
    assert datasets.load_pairs(str(zipped)) == EXPECTED


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("a.tsv", "label\tone\ttwo\nx\ty\tz\n", "columns.*'label', 'one'"),
        ("a.tsv", table(rows=[("neutral", "A man sleeps.")]), "columns"),
        ("a.tsv", table(rows=[ROWS[1]]), "1 pairs, none with a label"),
        ("a.tsv", table(rows=[]), "0 pairs, none with a label"),
        ("a.jsonl", table(), "one JSON object on each line.*line 'gold_label"),
        ("a.jsonl", '{"gold_label": "neutral"}\n', r"row of \['gold_label'\]"),
        ("a.jsonl", '["neutral"]\n', "one JSON object on each line"),
    ],
)
def test_other_files_are_refused(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(ValueError, match=message):
        datasets.load_pairs(path)
    with pytest.raises(FileNotFoundError):
        datasets.load_pairs(tmp_path / "missing.tsv")
