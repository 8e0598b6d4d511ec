import gzip

import pytest

from keras_arae import datasets

pytestmark = pytest.mark.once


def test_file_is_all_train(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("a .\nb .\n")
    assert datasets.load_text(path) == ["a .", "b ."]
    assert datasets.load_text(str(path), "train") == ["a .", "b ."]
    with pytest.raises(ValueError, match="hold_out") as caught:
        datasets.load_text(path, "test")
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", ["valid.txt", "dev.txt", "validation.txt.gz"])
def test_folder(tmp_path, name):
    (tmp_path / "train.txt").write_text("a .\n")
    (tmp_path / "test.txt").write_text("b .\n")
    assert datasets.load_text(tmp_path) == ["a ."]
    assert datasets.load_text(tmp_path, "test") == ["b ."]
    with pytest.raises(FileNotFoundError, match=r"validation\.txt") as caught:
        datasets.load_text(tmp_path, "validation")
    assert str(tmp_path) in str(caught.value)
    content = b"c .\n"
    if name.endswith(".gz"):
        content = gzip.compress(content)
    (tmp_path / name).write_bytes(content)
    assert datasets.load_text(str(tmp_path), "validation") == ["c ."]


def test_name_wins_over_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "web_clauses").write_text("mine .\n")
    assert len(datasets.load_text("web_clauses", "test")) > 1000
    assert datasets.load_text("./web_clauses") == ["mine ."]


def test_unknown_source_lists_the_corpora():
    with pytest.raises(FileNotFoundError) as caught:
        datasets.load_text("web_clause")
    message = str(caught.value)
    assert "'snli'" in message and "'web_clauses'" in message
    assert message.endswith("Received: source='web_clause'")


@pytest.mark.parametrize("source", ["web_clauses", "snli", "nowhere.txt"])
def test_unknown_split(source):
    with pytest.raises(ValueError, match="Received: split='dev'"):
        datasets.load_text(source, "dev")


def test_held_out_sentences(tmp_path):
    (tmp_path / "train.txt").write_text("a .\nb .\nc .\n")
    file = tmp_path / "train.txt"
    train, held_out = datasets.load_train_and_held_out(file, seed=1)
    assert sorted(train + held_out) == ["a .", "b .", "c ."]
    assert (train, held_out) == datasets.load_train_and_held_out(tmp_path, 1)
    (tmp_path / "dev.txt").write_text("d .\n")
    assert datasets.load_train_and_held_out(tmp_path)[1] == ["d ."]
    (tmp_path / "test.txt.gz").write_bytes(gzip.compress(b"e .\n"))
    assert datasets.load_train_and_held_out(tmp_path)[1] == ["e ."]
    (tmp_path / "test.txt").write_bytes(b"\xff")
    with pytest.raises(ValueError, match="UTF-8"):
        datasets.load_train_and_held_out(tmp_path)
