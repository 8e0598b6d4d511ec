"""Files are there whole or not at all, and a full disk is a sentence."""

import errno
import os

import keras
import pytest

from keras_arae import atomic_file

pytestmark = pytest.mark.once


@pytest.fixture
def full_disk(monkeypatch):
    """A disk without room: what is written never gets there."""

    def fsync(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", fsync)


def test_an_exception_leaves_what_was_there_and_nothing_else(tmp_path):
    path = tmp_path / "numbers.txt"
    atomic_file.write_text(path, "before")
    for error in (ValueError, KeyboardInterrupt):
        with pytest.raises(error), atomic_file.replacing(path) as partial:
            partial.write_text("half")
            raise error
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path):
    path, link = tmp_path / "numbers.txt", tmp_path / "link.txt"
    link.symlink_to(path)
    atomic_file.write_text(link, "new")
    assert link.is_symlink() and path.read_text() == "new"


def test_a_full_disk_is_said_in_a_sentence(tmp_path, full_disk):
    path = tmp_path / "numbers.txt"
    path.write_text("before")
    with pytest.raises(OSError, match="no room left.*numbers.txt") as error:
        atomic_file.write_text(path, "new")
    assert error.value.errno == errno.ENOSPC
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_what_does_not_fit_is_taken_back(tmp_path, monkeypatch):
    resource = pytest.importorskip("resource")
    path = tmp_path / "samples.txt"
    atomic_file.append_text(path, "Epoch 1\n")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="no room left"):
            atomic_file.append_text(path, "Epoch 2\n" * 10000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_text() == "Epoch 1\n"


def test_a_model_that_does_not_fit_leaves_the_one_before(
    make_model, tmp_path, full_disk
):
    path, model = tmp_path / "model.keras", make_model()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda _: None)
        model.save(path)
    before = path.read_bytes()
    with pytest.raises(OSError, match="no room left.*model.keras"):
        model.save(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["model.keras"]
    keras.saving.load_model(path)


@pytest.mark.parametrize("name", ["model.txt", "model"])
def test_other_names_are_refused_as_keras_does(make_model, tmp_path, name):
    with pytest.raises(ValueError, match="extension"):
        make_model().save(tmp_path / name)
