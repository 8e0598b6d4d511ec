"""Presets in hubs: against a stand-in that runs on this machine."""

import huggingface_hub.constants
import kagglehub
import pytest
from hub_server import serving

import keras_arae
from keras_arae.presets import layout
from keras_arae.presets import upload_preset

pytestmark = pytest.mark.once
TEXT = ["a man sleeps .", "two men talk .", "a cat runs ."] * 4


@pytest.fixture(scope="module")
def model():
    codec = keras_arae.TextPreprocessor.from_corpus(TEXT, max_length=5)
    prior = keras_arae.priors.AdversarialPrior(hidden_dims=(4,))
    return keras_arae.TextARAE(
        codec, embedding_dim=4, code_dim=4, prior=prior, seed=0
    )


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("presets") / "small"
    model.save_to_preset(folder)
    return folder


NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def hub_at(monkeypatch):
    """Has the hub's library ask another address."""
    constants = huggingface_hub.constants
    path = constants.HUGGINGFACE_CO_URL_TEMPLATE.removeprefix(
        constants.ENDPOINT
    )

    def hub_at(address):
        monkeypatch.setattr(constants, "ENDPOINT", address)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + path
        )

    return hub_at


@pytest.fixture
def cache(tmp_path, monkeypatch, hub_at):
    """An empty cache, of a hub that cannot be reached."""
    cache = tmp_path / "cache"
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(cache))
    hub_at(NOWHERE)
    return cache


@pytest.fixture
def repositories(cache, monkeypatch, hub_at):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with serving() as (address, repositories):
        hub_at(address)
        yield repositories


@pytest.fixture
def files(folder):
    """The files of a preset, by name."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


def left_in(cache):
    """Models in a cache, or parts of them."""
    return list(cache.glob("models--*"))


def test_what_is_uploaded_is_loaded_again(repositories, model, folder, hub_at):
    (folder / "notes.txt").write_text("mine")
    address = upload_preset("hf://user/small", folder)
    assert "/user/small/commit/" in address
    (files,) = repositories["user/small"]
    assert "notes.txt" not in files and "README.md" in files
    loaded = keras_arae.ARAE.from_preset("hf://user/small")
    assert loaded.generate(4, seed=1) == model.generate(4, seed=1)
    # From the cache, where there is no connection.
    hub_at(NOWHERE)
    loaded = keras_arae.ARAE.from_preset("hf://user/small")
    assert loaded.generate(4, seed=1) == model.generate(4, seed=1)


def test_a_revision_is_the_one_that_is_loaded(repositories, model, files):
    first = repositories.commit("user/small", files)
    repositories.commit("user/small", {"README.md": b"Nothing is left."})
    with pytest.raises(ValueError, match="not as it was saved"):
        keras_arae.TextARAE.from_preset("hf://user/small")
    loaded = keras_arae.TextARAE.from_preset("hf://user/small", revision=first)
    assert loaded.generate(4, seed=1) == model.generate(4, seed=1)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content[:900] + b"\1\2" + content[902:],
        lambda content: b"",
    ],
    ids=["truncated", "changed", "empty"],
)
def test_a_damaged_download_leaves_nothing_behind(
    repositories, cache, files, damage
):
    files[layout.WEIGHTS] = damage(files[layout.WEIGHTS])
    repositories.commit("user/small", files)
    with pytest.raises(ValueError, match="the checksum of model.weights.h5"):
        keras_arae.TextARAE.from_preset("hf://user/small")
    assert left_in(cache) == []


def test_a_download_that_breaks_off_leaves_nothing_behind(
    repositories, cache, files
):
    repositories.commit("user/small", files)
    repositories.breaks_off = layout.WEIGHTS
    with pytest.raises(ConnectionError, match="Received: 'hf://user/small'"):
        keras_arae.TextARAE.from_preset("hf://user/small")
    assert left_in(cache) == []


def test_without_a_connection_a_sentence_says_what_to_put_where(cache):
    with pytest.raises(ConnectionError) as error:
        keras_arae.TextARAE.from_preset("hf://user/small")
    for words in ("config.json", "one folder", "'hf://user/small'"):
        assert words in str(error.value)
    assert left_in(cache) == []


def test_a_repository_that_is_not_there(repositories):
    with pytest.raises(ConnectionError, match="RepositoryNotFoundError"):
        keras_arae.TextARAE.from_preset("hf://user/smal")


def test_uploads_without_a_login_or_of_half_a_preset_are_refused(
    repositories, folder, tmp_path, monkeypatch
):
    with pytest.raises(ValueError, match="not as it was saved"):
        upload_preset("hf://user/small", tmp_path)
    with pytest.raises(ValueError, match="keras_hub.upload_preset"):
        upload_preset("kaggle://user/small/keras/base", folder)
    monkeypatch.setenv("HF_TOKEN", "")
    with pytest.raises(ConnectionError, match="Log in"):
        upload_preset("hf://user/small", folder)
    assert "user/small" not in repositories


@pytest.mark.parametrize(
    "preset, words",
    [
        ("hf://small", "hf://user/repo"),
        ("hf://user/small/more", "hf://user/repo"),
        ("kaggle://user/small", "kaggle://user/model/framework/variation"),
        ("ftp://user/small", "Expected one of"),
    ],
)
def test_other_addresses_are_refused(preset, words):
    with pytest.raises(ValueError, match=words):
        keras_arae.TextARAE.from_preset(preset)


@pytest.mark.parametrize("preset", ["small", "kaggle://u/small/keras/base"])
def test_only_hugging_face_has_revisions(preset):
    with pytest.raises(ValueError, match="Received: revision='v1'"):
        keras_arae.TextARAE.from_preset(preset, revision="v1")


@pytest.fixture
def kaggle(monkeypatch, tmp_path, files):
    """Kaggle's library, whose downloads lie in a cache as they do there."""
    variation = tmp_path / "models" / "user" / "small" / "keras" / "base"

    def model_download(handle):
        if handle != "user/small/keras/base":
            raise kagglehub.exceptions.NotFoundError(f"no {handle}")
        folder = variation / "1"
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        (variation / "1.complete").touch()
        return str(folder)

    monkeypatch.setattr(kagglehub, "model_download", model_download)
    return variation


def test_kaggle(kaggle, model):
    loaded = keras_arae.ARAE.from_preset("kaggle://user/small/keras/base")
    assert loaded.generate(4, seed=1) == model.generate(4, seed=1)
    with pytest.raises(ConnectionError, match="NotFoundError: no user/smal/"):
        keras_arae.ARAE.from_preset("kaggle://user/smal/keras/base")


def test_a_damaged_download_from_kaggle_leaves_nothing_behind(kaggle, files):
    files[layout.CONFIG] = files[layout.CONFIG][:-9]
    with pytest.raises(ValueError, match="the checksum of config.json"):
        keras_arae.ARAE.from_preset("kaggle://user/small/keras/base")
    assert list(kaggle.iterdir()) == []
