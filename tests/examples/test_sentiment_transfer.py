"""examples/sentiment_transfer.py as a user runs it, on three topics."""

import pytest
from scripts import run_script

pytestmark = pytest.mark.once


def test_three_topics_are_rewritten_and_judged(tmp_path):
    for name in ("arts", "news", "sport"):
        lines = [f"the {name} of day {i % 7} were good .\n" for i in range(80)]
        (tmp_path / f"{name}.txt").write_text("".join(lines[:60]))
    options = [
        f"--data={tmp_path}", f"--output_dir={tmp_path}/run", "--epochs=1",
        "--code_dim=8", "--vocabulary_size=100",
    ]  # fmt: skip
    process = run_script(
        "examples/sentiment_transfer.py", *options, backend="torch"
    )
    assert process.returncode == 0, process.stderr[-3000:]
    for line in ("arts -> news", "| real |", "| TransferARAE |"):
        assert line in process.stdout
    lines = (tmp_path / "run" / "to_arts.txt").read_text().splitlines()
    before, after = lines[0].split("\t")
    assert before.startswith("the news") and after
    refused = run_script(
        "examples/sentiment_transfer.py", *options, backend="torch"
    )
    assert refused.returncode != 0 and "--overwrite" in refused.stderr


def test_a_table_with_a_column_of_classes(tmp_path):
    rows = [
        f"the {name} of day {i % 7} were good .,{name}\n"
        for name in ("arts", "news")
        for i in range(60)
    ]
    path = tmp_path / "topics.csv"
    path.write_text("text,topic\n" + "".join(rows))
    process = run_script(
        "examples/sentiment_transfer.py",
        f"--data={path}", "--column=text", "--label_column=topic",
        f"--output_dir={tmp_path}/run", "--epochs=1", "--verbose=2",
        "--code_dim=8", "--vocabulary_size=100",
        backend="torch",
    )  # fmt: skip
    assert process.returncode == 0, process.stderr[-3000:]
    assert "arts -> news" in process.stdout
    assert process.stdout.count("Epoch 1/1  ") == 1
