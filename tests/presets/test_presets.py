"""Presets in folders: written whole, checked, and loaded as they were."""

import hashlib
import json
import os
import pathlib

import h5py
import keras
import numpy as np
import pytest
from conftest import same
from conftest import weights_of
from preset_files import with_json

import keras_arae
from keras_arae import priors
from keras_arae.presets import layout

# Where backends could differ, tests/cross_backend.py loads presets.
pytestmark = pytest.mark.once
TEXT = ["a man sleeps .", "two men talk .", "a cat runs .", "a man runs ."] * 5
LABELS = [0, 1, 0, 1] * 5
MOLECULES = ["CCO", "CC(=O)N", "c1ccccc1", "CCN", "CC(C)O"] * 4
SMALL = {"embedding_dim": 4, "code_dim": 4, "seed": 0}


def game():
    return priors.AdversarialPrior(
        hidden_dims=(4,), noise_dim=3, critic_steps=1
    )


def text_codec():
    return keras_arae.TextPreprocessor.from_corpus(TEXT, max_length=5)


def text_model(prior=None, **options):
    prior = prior or game()
    return keras_arae.TextARAE(text_codec(), prior=prior, **SMALL, **options)


def trained(model, *args, **options):
    model.compile()
    model.fit(*args, batch_size=10, verbose=0, **options)
    return model


def text_arae():
    mixture = priors.MixturePrior(num_components=2)
    return trained(text_model(mixture), TEXT)


def image_arae():
    model = keras_arae.ImageARAE((4, 4), code_dim=4, prior="gaussian", seed=0)
    return trained(model, np.random.default_rng(0).random((20, 4, 4)))


def molecule_arae():
    codec = keras_arae.MoleculePreprocessor.from_corpus(MOLECULES)
    model = keras_arae.MoleculeARAE(
        codec, 4, 4, 4, prior=game(), properties=["logP"], seed=0
    )
    return trained(model, MOLECULES)


def transfer_arae():
    model = keras_arae.TransferARAE(
        text_codec(), ["past", "future"], prior=game(), **SMALL
    )
    return trained(model, TEXT, LABELS)


def semi_supervised_arae():
    model = keras_arae.SemiSupervisedARAE(
        text_codec(), ["a", "b"], prior=game(), **SMALL
    )
    return trained(model, TEXT, (TEXT, LABELS))


def language_model():
    model = keras_arae.LanguageModel(text_codec(), 4, 4, seed=0)
    return trained(model, TEXT)


def velocity_arae():
    network = keras_arae.layers.VelocityNetwork(units=4, num_blocks=1)
    prior = priors.FlowMatchingPrior(network, 4, num_updates=20)
    return trained(text_model(prior, condition=["a", "b"]), TEXT, LABELS)


MODELS = {
    "TextARAE": text_arae,
    "ImageARAE": image_arae,
    "MoleculeARAE": molecule_arae,
    "TransferARAE": transfer_arae,
    "SemiSupervisedARAE": semi_supervised_arae,
    "LanguageModel": language_model,
    "FlowMatchingPrior": velocity_arae,
}


def base_of(model):
    """The class that finds the model's own."""
    kinds = (keras_arae.ARAE, keras_arae.LanguageModel)
    return next(kind for kind in kinds if isinstance(model, kind))


@pytest.mark.parametrize("name", MODELS)
def test_each_class_comes_back_with_its_fitted_prior(name, tmp_path):
    model = MODELS[name]()
    model.save_to_preset(tmp_path / "exact")
    loaded = base_of(model).from_preset(tmp_path / "exact")
    assert type(loaded) is type(model) and not loaded.compiled
    assert same(weights_of(loaded), weights_of(model))
    options = {} if model.condition is None else {"condition": [0, 1, 0, 1]}
    if name == "MoleculeARAE":
        options = {"condition": {"logP": 1.0}}
    expected = model.generate(4, seed=1, **options)
    assert np.array_equal(loaded.generate(4, seed=1, **options), expected)
    # Half precision: half the file, weights near to what they were.
    model.save_to_preset(tmp_path / "half", dtype="float16")
    half = type(model).from_preset(tmp_path / "half")
    for before, after in zip(weights_of(model), weights_of(half), strict=True):
        assert before.dtype == after.dtype
        np.testing.assert_allclose(after, before, rtol=1e-3, atol=1e-7)


@pytest.fixture(scope="module")
def model():
    return trained(text_model(), TEXT)


@pytest.fixture
def folder(model, tmp_path):
    folder = tmp_path / "preset"
    model.save_to_preset(folder)
    return folder


def test_a_preset_trains_on(model, folder):
    loaded = keras_arae.TextARAE.from_preset(folder)
    np.testing.assert_allclose(
        loaded.encode(TEXT[:4]), model.encode(TEXT[:4]), atol=1e-6
    )
    trained(loaded, TEXT)
    assert not same(weights_of(loaded.encoder), weights_of(model.encoder))


def test_the_layout_is_that_of_keras(model, folder):
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "config.json", "metadata.json", "model.weights.h5", "assets",
        "README.md", "SHA256SUMS",
    }  # fmt: skip
    loaded = keras.saving.load_model(folder)
    assert loaded.generate(4, seed=1) == model.generate(4, seed=1)
    # As `sha256sum --check` reads it.
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        checksum, name = line.split("  ")
        content = (folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == checksum


def test_optimizers_stay_at_home(model, folder):
    with h5py.File(folder / "model.weights.h5") as file:
        assert "optimizer" not in file
    config = json.loads((folder / "config.json").read_text())
    assert config["compile_config"] is None
    assert model.compiled


def test_half_precision_is_half_the_size(tmp_path):
    model = keras_arae.TextARAE(
        text_codec(), embedding_dim=64, code_dim=64, prior=None
    )
    model.save_to_preset(tmp_path / "full")
    model.save_to_preset(tmp_path / "half", dtype="float16")
    sizes = [
        (tmp_path / name / "model.weights.h5").stat().st_size
        for name in ("full", "half")
    ]
    assert sizes[1] < 0.6 * sizes[0]


def test_weights_that_half_precision_cannot_hold_are_refused(tmp_path):
    model = text_model()
    kernel = model.decoder.lstm.weights[0]
    kernel.assign(np.full(kernel.shape, 1e6))
    with pytest.raises(ValueError, match="up to 65504.*Received: 1e[+]06"):
        model.save_to_preset(tmp_path / "half", dtype="float16")
    assert list(tmp_path.iterdir()) == []


def test_statistics_of_codes_keep_their_digits(tmp_path):
    model = text_model(standardize_codes=True)
    variance = model.standardization.moving_variance
    variance.assign(np.full(variance.shape, 68131.25))
    model.save_to_preset(tmp_path / "half", dtype="float16")
    loaded = keras_arae.TextARAE.from_preset(tmp_path / "half")
    variance = loaded.standardization.moving_variance
    assert np.all(keras.ops.convert_to_numpy(variance) == 68131.25)


def test_tokenizers_keep_their_vocabulary(tmp_path):
    import keras_nlp

    words = ["[UNK]", "a", "man", "cat", "runs", "sleeps", "."]
    tokenizer = keras_nlp.tokenizers.WordPieceTokenizer(words, lowercase=True)
    codec = keras_arae.TextPreprocessor(tokenizer=tokenizer, max_length=5)
    model = keras_arae.TextARAE(codec, prior=game(), **SMALL)
    model.save_to_preset(tmp_path / "preset")
    loaded = keras_arae.TextARAE.from_preset(tmp_path / "preset")
    assert loaded.codec.decode(loaded.codec.encode(["a cat runs ."])) == [
        "a cat runs ."
    ]
    (asset,) = (tmp_path / "preset" / "assets").rglob("*.txt")
    asset.write_text("\n".join(reversed(words)))
    with pytest.raises(ValueError, match="checksum of assets/.*another one"):
        keras_arae.TextARAE.from_preset(tmp_path / "preset")


# What is there is not lost.


def test_nothing_is_overwritten_without_a_flag(model, folder, tmp_path):
    before = (folder / "SHA256SUMS").read_text()
    with pytest.raises(FileExistsError, match="overwrite=True"):
        model.save_to_preset(folder, dtype="float16")
    assert (folder / "SHA256SUMS").read_text() == before
    model.save_to_preset(folder, dtype="float16", overwrite=True)
    assert (folder / "SHA256SUMS").read_text() != before
    keras_arae.TextARAE.from_preset(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["preset"]


def test_what_is_no_preset_is_never_overwritten(model, tmp_path):
    (tmp_path / "thesis.txt").write_text("Chapter 1")
    with pytest.raises(FileExistsError, match="something else"):
        model.save_to_preset(tmp_path, overwrite=True)
    assert (tmp_path / "thesis.txt").read_text() == "Chapter 1"


def test_a_save_that_fails_leaves_what_was_there(
    model, folder, tmp_path, monkeypatch
):
    def fail(folder):
        raise KeyboardInterrupt

    before = (folder / "SHA256SUMS").read_text()
    monkeypatch.setattr(layout, "write_checksums", fail)
    for place, overwrite in ((folder, True), (tmp_path / "new", False)):
        with pytest.raises(KeyboardInterrupt):
            model.save_to_preset(place, overwrite=overwrite)
    assert (folder / "SHA256SUMS").read_text() == before
    assert [path.name for path in tmp_path.iterdir()] == ["preset"]


def test_a_model_that_has_seen_no_data_is_refused(tmp_path):
    layers = keras_arae.layers
    model = keras_arae.ARAE(
        layers.DenseEncoder(4, (8,)), layers.DenseDecoder((5, 5), 3, (8,))
    )
    with pytest.raises(ValueError, match="seen no data"):
        model.save_to_preset(tmp_path / "preset")


# What is damaged, unknown or of another kind.


@pytest.mark.parametrize("name", layout.REQUIRED)
@pytest.mark.parametrize("damage", ["truncated", "changed", "missing"])
def test_a_damaged_preset_is_a_sentence(folder, name, damage):
    path = folder / name
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "truncated":
        path.write_bytes(content[:-20])
    else:
        path.write_bytes(content[:50] + b"?" + content[51:])
    with pytest.raises(ValueError, match="Received: "):
        keras_arae.TextARAE.from_preset(folder)


@pytest.mark.parametrize(
    "content, words",
    [
        (None, "cannot be read"),
        ("", "no checksum of config.json"),
        ("no checksum", "a line of another form"),
        ("\udcff", "cannot be read"),
    ],
)
def test_checksums_are_needed(folder, content, words):
    path = folder / "SHA256SUMS"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError, match=words):
        keras_arae.TextARAE.from_preset(folder)


def test_assets_that_were_not_saved_are_refused(folder):
    (folder / "assets" / "more.txt").write_text("more")
    with pytest.raises(ValueError, match="no checksum of assets/more.txt"):
        keras_arae.TextARAE.from_preset(folder)


def test_the_card_may_be_edited(folder):
    (folder / "README.md").write_text("Ours.")
    keras_arae.TextARAE.from_preset(folder)


@pytest.mark.parametrize("version", ["99.0", "0.1.1", "1.0.0rc1"])
def test_a_newer_version_is_a_sentence(folder, version):
    with_json(folder, "metadata.json", keras_arae_version=version)
    with pytest.raises(ValueError, match=f"newer than.*keras-arae>={version}"):
        keras_arae.TextARAE.from_preset(folder)


@pytest.mark.parametrize("version", [None, "new", ["0.1"]])
def test_a_version_of_another_form_is_a_sentence(folder, version):
    with_json(folder, "metadata.json", keras_arae_version=version)
    with pytest.raises(ValueError, match="Received: .*keras_arae_version="):
        keras_arae.TextARAE.from_preset(folder)


def test_a_preset_of_an_older_version_is_loaded(folder):
    with_json(folder, "metadata.json", keras_arae_version="0.0.9")
    keras_arae.TextARAE.from_preset(folder)


@pytest.mark.parametrize(
    "model_class, words",
    [
        (keras_arae.ImageARAE, "Expected a preset of an ImageARAE"),
        (keras_arae.LanguageModel, "Expected a preset of a LanguageModel"),
    ],
)
def test_another_class_is_a_sentence(folder, model_class, words):
    with pytest.raises(ValueError, match=f"{words}.*keras_arae>TextARAE"):
        model_class.from_preset(folder)


def test_a_class_that_is_not_imported_is_a_sentence(folder):
    with_json(folder, "config.json", registered_name="mine>Own")
    with pytest.raises(ValueError, match="import the module.*'mine>Own'"):
        keras_arae.ARAE.from_preset(folder)


def test_a_class_of_ones_own_is_loaded(tmp_path):
    @keras.saving.register_keras_serializable("mine")
    class Own(keras_arae.TextARAE):
        pass

    model = Own(text_codec(), prior=game(), **SMALL)
    model.save_to_preset(tmp_path / "own")
    assert type(keras_arae.ARAE.from_preset(tmp_path / "own")) is Own
    assert "model = Own.from_preset" in (tmp_path / "own/README.md").read_text()


# Names.


@pytest.fixture
def packaged(monkeypatch, tmp_path, model):
    """Two packaged presets."""
    folder = tmp_path / "package"
    monkeypatch.setattr(keras_arae.presets.sources, "PACKAGED", folder)
    for name in ("small_text", "molecules"):
        model.save_to_preset(folder / name)
    return folder


def test_a_packaged_preset_is_loaded_by_name(packaged, model):
    loaded = keras_arae.TextARAE.from_preset("small_text")
    assert loaded.generate(4, seed=1) == model.generate(4, seed=1)


def test_an_unknown_name_lists_all_and_names_the_nearest(packaged):
    with pytest.raises(ValueError) as error:
        keras_arae.TextARAE.from_preset("smal_txt")
    message = str(error.value)
    assert "nearest is 'small_text'" in message
    assert "['molecules', 'small_text']" in message
    assert "Received: preset='smal_txt'" in message


def test_folders_that_hold_none(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="a folder without them"):
        keras_arae.TextARAE.from_preset(tmp_path)
    with pytest.raises(FileNotFoundError, match="where there is none"):
        keras_arae.TextARAE.from_preset(tmp_path / "preset")
    with pytest.raises(FileNotFoundError, match="where there is none"):
        keras_arae.TextARAE.from_preset(f"presets{os.sep}small")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="where there is none"):
        keras_arae.TextARAE.from_preset(pathlib.Path("small"))
