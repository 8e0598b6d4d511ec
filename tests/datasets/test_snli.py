import hashlib
import json
import os
import zipfile

import pytest

from keras_arae import datasets
from keras_arae.datasets import snli

pytestmark = pytest.mark.once

PAIRS = {
    "train": [
        ("( ( A dog ) ( runs . ) )", "( It ( moves . ) )"),
        ("( ( A dog ) ( runs . ) )", "( It ( is n't ) )"),
        ("( ( Two men ) . )", ""),
        ("( ( A dog ) ( runs . ) )", "( It ( moves . ) )"),
    ],
    "dev": [("( -LRB- Caf\u00e9 -RRB- )", "( A place )")],
    "test": [("( ( She ) ( smiles . ) )", "( Joy ! )")],
}
DEV = ["-lrb- caf\u00e9 -rrb-", "a place"]
TRAIN = [
    "a dog runs .",
    "two men .",
    "a dog runs .",
    "it moves .",
    "it is n't",
    "it moves .",
    *DEV,
]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty Keras cache and a small archive at the official address."""
    source = tmp_path / "source.zip"
    with zipfile.ZipFile(source, "w") as archive:
        for part, pairs in PAIRS.items():
            lines = [
                json.dumps(
                    {"sentence1_binary_parse": a, "sentence2_binary_parse": b}
                )
                for a, b in pairs
            ]
            archive.writestr(
                f"snli_1.0/snli_1.0_{part}.jsonl", "\n".join(lines) + "\n"
            )
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    monkeypatch.setattr(snli, "URL", source.as_uri())
    monkeypatch.setattr(snli, "SHA256", digest)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def offline(home, monkeypatch):
    url = (home.parent / "unreachable.zip").as_uri()
    monkeypatch.setattr(snli, "URL", url)
    return url


def test_prepared_as_released(home, caplog):
    assert datasets.load_text("snli") == TRAIN
    assert datasets.load_text("snli", "validation") == DEV
    assert datasets.load_text("snli", "test") == ["she smiles .", "joy !"]
    assert not [x for x in caplog.records if "blank" in x.getMessage()]


def test_cache_needs_neither_network_nor_archive(home, monkeypatch):
    datasets.load_text("snli")
    archive = snli.cache_folder() / snli.ARCHIVE
    assert home in archive.parents
    # With the archive alone, the other splits still come offline.
    monkeypatch.setattr(snli, "URL", (home / "gone.zip").as_uri())
    assert datasets.load_text("snli", "validation") == DEV
    archive.unlink()
    assert datasets.load_text("snli") == TRAIN
    with pytest.raises(OSError):
        datasets.load_text("snli", "test")


def test_archive_put_there_by_hand(home, offline):
    folder = snli.cache_folder()
    folder.mkdir(parents=True)
    (home.parent / "source.zip").rename(folder / snli.ARCHIVE)
    assert datasets.load_text("snli") == TRAIN


def test_offline_says_what_to_do(home, offline):
    with pytest.raises(OSError, match="cannot be downloaded") as caught:
        datasets.load_text("snli")
    message = str(caught.value)
    assert offline in message
    assert str(snli.cache_folder() / "snli_1.0.zip") in message
    assert caught.value.__cause__ is not None


def test_damaged_archive_offline_is_told_apart(home, offline):
    folder = snli.cache_folder()
    folder.mkdir(parents=True)
    (folder / snli.ARCHIVE).write_bytes(b"half of it")
    with pytest.raises(OSError, match="damaged in the cache"):
        datasets.load_text("snli")


def test_damaged_archive_is_fetched_again(home):
    folder = snli.cache_folder()
    folder.mkdir(parents=True)
    (folder / snli.ARCHIVE).write_bytes(b"half of it")
    assert datasets.load_text("snli") == TRAIN


def test_wrong_checksum_is_refused(home, monkeypatch):
    monkeypatch.setattr(snli, "SHA256", "0" * 64)
    for _ in range(2):
        with pytest.raises(ValueError, match="SHA-256") as caught:
            datasets.load_text("snli")
        assert "0" * 64 in str(caught.value)
    assert not any(snli.cache_folder().iterdir())


def test_interrupted_write_leaves_nothing_to_read(home, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", interrupt)
        with pytest.raises(KeyboardInterrupt):
            datasets.load_text("snli")
    folder = snli.cache_folder()
    assert [x.name for x in folder.iterdir()] == [snli.ARCHIVE]
    # What a killed process leaves is not read either.
    (folder / "train.txt.123.part").write_text("a dog ru")
    assert datasets.load_text("snli") == TRAIN
