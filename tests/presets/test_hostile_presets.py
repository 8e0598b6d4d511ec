"""Presets that were made to do harm, by someone who signs them anew."""

import json
import sys

import h5py
import keras
import numpy as np
import pytest
from limited_memory import limited_memory
from preset_files import changing_weights
from preset_files import with_config
from preset_files import with_json

import keras_arae
from keras_arae.presets import layout

pytestmark = pytest.mark.once
TEXT = ["a man sleeps .", "two men talk .", "a cat runs ."] * 4


@pytest.fixture(scope="module")
def model():
    codec = keras_arae.TextPreprocessor.from_corpus(TEXT, max_length=5)
    prior = keras_arae.priors.AdversarialPrior(hidden_dims=(4,))
    return keras_arae.TextARAE(codec, embedding_dim=4, code_dim=4, prior=prior)


@pytest.fixture
def folder(model, tmp_path):
    folder = tmp_path / "preset"
    model.save_to_preset(folder)
    return folder


@pytest.fixture
def trace(tmp_path):
    """A file that hostile code makes when it runs."""
    trace = tmp_path / "trace"
    yield trace
    assert not trace.exists()


def refused(folder, words="Received: "):
    with pytest.raises(ValueError, match=words):
        keras_arae.TextARAE.from_preset(folder)


def test_no_lambda_is_run(folder, trace):
    path = str(trace)
    layer = keras.layers.Lambda(lambda x: open(path, "w") and x)
    with_config(folder, encoder=keras.saving.serialize_keras_object(layer))
    refused(folder, "cannot be read.*lambda")


@pytest.mark.parametrize(
    "module, name, arguments",
    [
        ("os", "system", {"command": "touch TRACE"}),
        ("subprocess", "Popen", {"args": ["touch", "TRACE"]}),
        ("builtins", "open", {"file": "TRACE", "mode": "w"}),
        ("keras.utils", "get_file", {"fname": "TRACE", "origin": "file:///x"}),
        ("keras.config", "enable_unsafe_deserialization", {}),
        ("keras_hub.src.utils.preset_utils", "get_file", {"preset": "TRACE"}),
        ("keras_arae.atomic_file", "write_text", {"path": "TRACE", "text": ""}),
    ],
)
@pytest.mark.parametrize("part", ["encoder", "codec", "prior"])
def test_no_function_is_called(folder, trace, module, name, arguments, part):
    arguments = json.loads(json.dumps(arguments).replace("TRACE", str(trace)))
    hostile = {"module": module, "class_name": name, "config": arguments}
    with_config(folder, **{part: {**hostile, "registered_name": name}})
    refused(folder, "cannot be read")


def test_no_module_of_the_folder_is_imported(folder, trace, monkeypatch):
    (folder / "evil.py").write_text(f"open({str(trace)!r}, 'w')\nclass Own: ..")
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend("")
    own = {"module": "evil", "class_name": "Own", "config": {}}
    with_config(folder, encoder={**own, "registered_name": "evil>Own"})
    refused(folder, "cannot be read")
    with_json(folder, "config.json", **own, registered_name="evil>Own")
    refused(folder, "import the module")
    assert "evil" not in sys.modules


def test_weights_do_not_come_from_other_files(folder, tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["secret"] = np.zeros((8, 13), "float32")
    kernel = "decoder/output_layer/vars/0"
    for link in (
        h5py.ExternalLink(str(tmp_path / "other.h5"), "secret"),
        h5py.SoftLink("/decoder/embedding/vars/0"),
    ):
        with changing_weights(folder) as file:
            del file[kernel]
            file[kernel] = link
        refused(folder, "is a link")
    with changing_weights(folder) as file:
        del file[kernel]
        secret = tmp_path / "other.h5", 0, 400
        file.create_dataset(kernel, (4, 13), "float32", external=[secret])
    refused(folder, "is from other files")


def test_weights_do_not_grow_beyond_the_file(folder):
    kernel = "decoder/output_layer/vars/0"
    with changing_weights(folder) as file:
        del file[kernel]
        file.create_dataset(
            kernel, (1 << 15, 1 << 14), "float32", chunks=True, fillvalue=1.0
        )
    with limited_memory():
        refused(folder, "would grow")


@pytest.mark.parametrize(
    "before, after",
    [
        ('"units": 4', '"units": 20000'),
        ('"hidden_dims": [4]', '"hidden_dims": [60000, 60000]'),
        ('"max_length": 5', '"max_length": 400000000'),
        ('"noise_dim": 4', '"noise_dim": 50000000'),
    ],
)
def test_sizes_are_refused_before_memory_is_taken(folder, before, after):
    path = folder / "config.json"
    content = json.dumps(json.loads(path.read_text()))
    assert before in content
    path.write_text(content.replace(before, after))
    layout.write_checksums(folder)
    with limited_memory():
        refused(folder, "more than|must be")


@pytest.mark.parametrize("name", ["config.json", "metadata.json"])
@pytest.mark.parametrize(
    "content", ["", "[]", "[" * 100_000, '"text"', "{", "null", '{"a": NaN}']
)
def test_other_json_is_a_sentence(folder, name, content):
    (folder / name).write_text(content)
    layout.write_checksums(folder)
    refused(folder)


@pytest.mark.parametrize("name", ["../trace", "/etc/passwd", "assets/../x"])
def test_checksums_of_files_elsewhere_are_refused(folder, tmp_path, name):
    (tmp_path / "trace").write_text("secret")
    with open(folder / layout.CHECKSUMS, "a") as file:
        file.write(f"{'0' * 64}  {name}\n")
    refused(folder, "is missing")
