"""examples/sentiment_transfer.py as a user runs it, on two topics."""

import pytest
from scripts import run_script

pytestmark = pytest.mark.once


def test_a_table_with_a_column_of_classes_is_rewritten_and_judged(tmp_path):
    rows = [
        f"the {name} of day {i % 7} were good .,{name}\n"
        for name in ("arts", "news")
        for i in range(60)
    ]
    path = tmp_path / "topics.csv"
    path.write_text("text,topic\n" + "".join(rows))
    options = [
        f"--data={path}", "--column=text", "--label_column=topic",
        f"--output_dir={tmp_path}/run", "--epochs=1", "--verbose=2",
        "--code_dim=8", "--vocabulary_size=100",
    ]  # fmt: skip
    process = run_script(
        "examples/sentiment_transfer.py", *options, backend="torch"
    )
    assert process.returncode == 0, process.stderr[-3000:]
    assert process.stdout.count("Epoch 1/1  ") == 1
    for line in ("arts -> news", "| real |", "| TransferARAE |"):
        assert line in process.stdout
    lines = (tmp_path / "run" / "to_arts.txt").read_text().splitlines()
    before, after = lines[0].split("\t")
    assert before.startswith("the news") and after
    refused = run_script(
        "examples/sentiment_transfer.py", *options, backend="torch"
    )
    assert refused.returncode != 0 and "--overwrite" in refused.stderr
