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
    # Packed and unpacked: the latter.
    (tmp_path / "test.txt").write_text("f .\n")
    assert datasets.load_train_and_held_out(tmp_path)[1] == ["f ."]


@pytest.mark.parametrize(
    "train, validation, test",
    [
        ("ptb.train.txt", "ptb.valid.txt", "ptb.test.txt"),
        ("wiki.train.tokens", "wiki.valid.tokens", "wiki.test.tokens"),
        ("wiki.train.raw", "wiki.valid.raw", "wiki.test.raw"),
        ("yelp_train.txt", "yelp_dev.txt", "yelp_test.txt"),
        ("Train.txt", "val.txt", "Test.txt"),
    ],
)
def test_customary_names(tmp_path, train, validation, test):
    for name in (train, validation, test):
        (tmp_path / name).write_text(f"{name} .\n")
    (tmp_path / "README.txt").write_text("A test of train lines.\n")
    assert datasets.load_text(tmp_path) == [f"{train} ."]
    assert datasets.load_text(tmp_path, "validation") == [f"{validation} ."]
    found = datasets.load_train_and_held_out(tmp_path)
    assert found == ([f"{train} ."], [f"{test} ."])


def test_two_files_for_a_split_are_refused(tmp_path):
    for name in ("ptb.train.txt", "ptb.char.train.txt", "test.txt"):
        (tmp_path / name).write_text("a .\n")
    message = r"Received: .*\['ptb.char.train.txt', 'ptb.train.txt'\]"
    with pytest.raises(ValueError, match=message):
        datasets.load_text(tmp_path)
    assert datasets.load_text(tmp_path, "test") == ["a ."]


def test_columns_of_tables(tmp_path):
    for split in ("train", "test"):
        text = f"label\tsentence\n1\t{split} a .\n0\t{split} b .\n"
        (tmp_path / f"{split}.tsv").write_text(text)
    train, held_out = datasets.load_train_and_held_out(
        tmp_path, column="sentence"
    )
    assert train == ["train a .", "train b ."]
    assert held_out == ["test a .", "test b ."]
    found = datasets.load_text(tmp_path / "test.tsv", column="sentence")
    assert found == held_out
    with pytest.raises(ValueError, match="Only tables have columns"):
        datasets.load_text("web_clauses", column="sentence")
