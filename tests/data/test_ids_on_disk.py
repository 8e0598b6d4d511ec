"""Corpora on disk."""

import importlib

import keras
import numpy as np
import pytest

from keras_arae.data import TextPreprocessor
from keras_arae.data import ids_on_disk


def test_rows_are_those_of_the_corpus(
    tmp_path, monkeypatch, preprocessor, clauses, caplog
):
    module = importlib.import_module("keras_arae.data.ids_on_disk")
    monkeypatch.setattr(module, "CHUNK", 64)
    long = " ".join(["word"] * 20)
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join([*clauses, "", long]), encoding="utf-8")
    with path.open(encoding="utf-8") as lines:
        rows = ids_on_disk(lines, preprocessor, tmp_path / "ids.npy")
    assert isinstance(rows, np.memmap)
    np.testing.assert_array_equal(rows, preprocessor(clauses))
    assert "1 of 401 sentences" in caplog.text
    assert {p.name for p in tmp_path.iterdir()} == {"corpus.txt", "ids.npy"}
    with pytest.raises(FileExistsError, match="overwrite=True"):
        ids_on_disk(clauses, preprocessor, tmp_path / "ids.npy")
    fewer = ids_on_disk(
        clauses[:9], preprocessor, tmp_path / "ids.npy", overwrite=True
    )
    assert len(fewer) == 9


def test_a_model_learns_the_same_from_a_file(
    tmp_path, as_new, preprocessor, clauses
):
    rows = ids_on_disk(iter(clauses), preprocessor, tmp_path / "ids.npy")
    losses = []
    for data in (clauses, rows):
        keras.utils.set_random_seed(0)
        model = as_new()
        losses.append(model.fit(data, verbose=0).history["loss"])
    assert losses[0] == losses[1]
    batches = model.feed(rows).training(rows, None, None, 32, True)
    assert isinstance(batches.rows, np.memmap)  # Not read into memory.


def test_nothing_that_fits(tmp_path):
    preprocessor = TextPreprocessor(["a"], max_length=1)
    with pytest.raises(ValueError, match="max_length=1.*Received: 1 sent"):
        ids_on_disk(["a a", " "], preprocessor, tmp_path / "ids.npy")
    assert not list(tmp_path.iterdir())


def test_a_copy_that_is_stopped_leaves_no_file_of_that_name(
    tmp_path, monkeypatch, preprocessor, clauses
):
    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", stop)
        with pytest.raises(KeyboardInterrupt):
            ids_on_disk(clauses, preprocessor, tmp_path / "ids.npy")
    assert not (tmp_path / "ids.npy").exists()
    rows = ids_on_disk(clauses, preprocessor, tmp_path / "ids.npy")
    np.testing.assert_array_equal(rows, preprocessor(clauses))
    assert [p.name for p in tmp_path.iterdir()] == ["ids.npy"]


def test_one_string_is_no_corpus(tmp_path, preprocessor):
    for sentences in ("a man", tmp_path / "corpus.txt"):
        with pytest.raises(ValueError, match="an open file.*Received"):
            ids_on_disk(sentences, preprocessor, tmp_path / "ids.npy")
    assert not list(tmp_path.iterdir())
