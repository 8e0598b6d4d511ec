"""Model cards, and the list of packaged presets that is read from them."""

import shutil

import huggingface_hub
import kagglehub
import keras_hub
import pytest
from scripts import run_python

import keras_arae
from keras_arae.presets import ModelCard
from keras_arae.presets import layout
from keras_arae.presets import list_presets
from keras_arae.presets import sources
from keras_arae.presets.listing import as_text

pytestmark = pytest.mark.once
NUMBERS = {"held-out accuracy": 0.75, "distinct of 1,000": 998}


def card(**options):
    options = {
        "license": "cc-by-2.0",
        "task": "text-generation",
        "settings": {"epochs": 3},
        "command": "python train.py --small",
        "numbers": NUMBERS,
        "numbers_command": "python measure.py --small",
        "samples": ["a man | sleeps .", "---"],
        "limits": ["Knows three sentences."],
        **options,
    }
    return ModelCard('Says "yes": a toy.', "three sentences", **options)


@pytest.fixture(scope="module")
def model():
    codec = keras_arae.TextPreprocessor(["a", "b"], max_length=4)
    prior = keras_arae.priors.AdversarialPrior(hidden_dims=(4,))
    return keras_arae.TextARAE(codec, embedding_dim=4, code_dim=4, prior=prior)


@pytest.fixture(scope="module")
def package(model, tmp_path_factory):
    """A folder of two packaged presets, one without a word of its own."""
    package = tmp_path_factory.mktemp("package")
    model.save_to_preset(package / "toy", dtype="float16", card=card())
    model.save_to_preset(package / "silent")
    return package


def test_hubs_read_the_metadata(package):
    data = huggingface_hub.ModelCard.load(package / "toy" / "README.md").data
    assert data.license == "cc-by-2.0"
    assert data.pipeline_tag == "text-generation"
    numbers = {r.metric_name: r.metric_value for r in data.eval_results}
    assert numbers == NUMBERS
    silent = huggingface_hub.ModelCard.load(package / "silent" / "README.md")
    assert silent.data.license == "unknown"


def test_people_read_the_rest(package):
    text = (package / "toy" / "README.md").read_text()
    _, _, body = text.split("---\n", 2)
    for words in (
        'Says "yes": a toy.', "three sentences", "cc-by-2.0",
        'keras_arae.TextARAE.from_preset("toy")', "stored as float16",
        "LSTMDecoder(", "| epochs | 3 |", "python train.py --small",
        "| held-out accuracy | 0.75 |", "python measure.py --small",
        "a man | sleeps .", "* Knows three sentences.",
    ):  # fmt: skip
        assert words in body, words
    silent = (package / "silent" / "README.md").read_text()
    assert "## Numbers" not in silent and "## Settings" in silent


def test_the_list_takes_its_numbers_from_the_cards(
    package, tmp_path, monkeypatch
):
    package = shutil.copytree(package, tmp_path / "package")
    monkeypatch.setattr(sources, "PACKAGED", package)
    presets = list_presets()
    assert list(presets) == ["silent", "toy"]
    assert presets["toy"]["numbers"] == NUMBERS
    assert presets["toy"]["class_name"] == "TextARAE"
    text = as_text(presets)
    for words in (
        "toy: TextARAE, ", "cc-by-2.0", "held-out accuracy: 0.75",
        "measured by: python measure.py --small", "silent: TextARAE",
    ):  # fmt: skip
        assert words in text
    (package / "toy" / "README.md").write_text("Mine.")
    with pytest.raises(ValueError, match="Expected a model card.*Received: "):
        list_presets()


def test_the_command_lists_what_is_packaged():
    process = run_python("-m", "keras_arae.presets", backend="torch")
    assert process.returncode == 0, process.stderr
    assert process.stdout == as_text(list_presets()) + "\n"


def test_keras_hub_uploads_the_folder(model, tmp_path, monkeypatch):
    uploaded = []
    monkeypatch.setattr(
        kagglehub, "model_upload", lambda *args: uploaded.append(args)
    )
    folder = tmp_path / "toy"
    model.save_to_preset(folder)
    keras_hub.upload_preset("kaggle://me/toy/keras/base", str(folder))
    assert uploaded == [("me/toy/keras/base", str(folder))]


# What comes with the library.


def test_packaged_presets_are_small_and_say_what_they_are():
    for name, preset in list_presets().items():
        folder = sources.packaged()[name]
        size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
        assert size < 4_000_000, name
        assert preset["license"] != "unknown" and preset["command"], name
        assert preset["numbers"] and preset["numbers_command"], name
        body = (folder / layout.CARD).read_text().split("---\n", 2)[2]
        assert "## Samples" in body or "Image" in preset["class_name"], name
        assert "## Limits" in body, name
        for key, value in preset["numbers"].items():
            assert f"| {key} | {value} |" in body, (name, key)


@pytest.mark.parametrize("name", sources.packaged())
def test_packaged_presets_load_and_generate(name):
    kind = getattr(keras_arae, list_presets()[name]["class_name"])
    assert len(kind.from_preset(name).generate(2, seed=0)) == 2
