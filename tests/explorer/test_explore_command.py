"""`python -m keras_arae.explore` as a user runs it, and what it opens."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

import pytest
import spaces
from scripts import run_python
from server_of import Visitor

import keras_arae
from keras_arae.explorer.kinds import kind_of
from keras_arae.explorer.opening import load_data
from keras_arae.explorer.opening import open_space
from keras_arae.explorer.opening import packaged

pytestmark = pytest.mark.once


def run(*options):
    return run_python("-m", "keras_arae.explore", *options, backend="torch")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    model = spaces.text_model()
    model.save(folder / "text.keras")
    model.save_to_preset(folder / "preset")
    (folder / "text.txt").write_text("\n".join(spaces.TEXT))
    rows = [f"{text},{mood}" for text, mood in zip(spaces.TEXT, spaces.MOODS)]
    (folder / "text.csv").write_text("\n".join(["said,mood", *rows]))
    return folder


def test_it_serves_until_ctrl_c(folder):
    process = subprocess.Popen(
        [sys.executable, "-m", "keras_arae.explore", folder / "preset",
         f"--data={folder / 'text.txt'}", "--port=0"],
        env={**os.environ, "KERAS_BACKEND": "torch", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Shells let what they run in the background ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        check_what_it_serves(process)
    finally:
        process.kill()


def check_what_it_serves(process):
    said = process.stdout.readline()
    assert said.startswith("Explore at http://127.0.0.1:")
    visitor = Visitor(int(said.split(":")[2].partition("/")[0]))
    about = visitor.get("/api/about").json()
    assert about["name"] == "preset"
    assert about["data"]["source"] == "text.txt"  # And not where that lies.
    assert about["data"]["count"] == len(spaces.TEXT)
    found = visitor.post("read", {"piece": "a man sleeps ."}).json()
    assert found["neighbors"][0]["piece"]["text"] == "a man sleeps ."
    # A browser that keeps its connection does not keep the command.
    with socket.create_connection(("127.0.0.1", visitor.port)):
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        _, complaints = process.communicate(timeout=30)
    assert time.monotonic() - begun < 10
    assert process.returncode == 130
    assert "Interrupted." in complaints and "Traceback" not in complaints
    assert "WARNING: This model learned without labels" in complaints


@pytest.mark.parametrize(
    "options, sentence",
    [
        (("nowhere.keras",), "Expected a saved model, a .keras file."),
        (("nowhere",), "There is no preset of this name"),
        (("a.keras", "b.keras"), "at most 1 other word(s), --name=value. "
                                 "Received: 'b.keras'"),
        (("a.keras", "--port=70000"), "Received: --port=70000"),
        (("a.keras", "--host=nowhere.invalid"), "--host=nowhere.invalid"),
    ],
)  # fmt: skip
def test_mistakes_are_a_sentence(options, sentence):
    process = run("--port=0", *options)
    assert process.returncode == 1 and process.stdout == ""
    assert sentence in process.stderr
    lines = [line for line in process.stderr.splitlines() if line]
    assert lines[-1].startswith("explore.py: ")


def test_a_port_that_is_taken_is_said_before_any_work():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = run("nowhere.keras", f"--port={port}")
    assert process.returncode == 1
    assert f"--port={port}: " in process.stderr


def test_without_a_name_a_packaged_preset_is_opened():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = run(f"--port={taken.getsockname()[1]}")
    assert process.returncode == 1  # Only as the port is taken.
    space = open_space(command_preset(), num_pieces=20)
    assert len(space.reference) > 5 and space.cannot().keys() == {"change"}
    assert len(space.sample(2)["items"]) == 2


def command_preset():
    """The name in the command's file, whose flags are not for this process."""
    file = pathlib.Path(keras_arae.__file__).parent / "explorer/command.py"
    return re.search(r'PRESET = "(\w+)"', file.read_text()).group(1)


def test_help_names_the_flags():
    shown = run("--help").stdout
    for flag in ("data", "host", "port", "num_pieces", "[no]by_class"):
        assert f"--{flag}" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_data_come_by_file_and_by_class(folder):
    path = str(folder / "text.keras")
    space = open_space(path, str(folder / "text.txt"), num_pieces=10)
    assert len(space.reference) == 10
    again = open_space(path, str(folder / "text.txt"), num_pieces=10)
    assert (again.reference.codes == space.reference.codes).all()
    space = open_space(
        path, str(folder / "text.csv"), column="said", label_column="mood"
    )
    label = space.map()["attributes"][0]
    assert label["classes"] == ("question", "statement")
    with pytest.raises(FileNotFoundError, match="nowhere.txt"):
        open_space(path, "nowhere.txt")


def test_packaged_data_are_those_of_the_kind(folder):
    # Of tatoeba this model knows too few words.
    space = open_space(str(folder / "text.keras"))
    assert space.reference is None
    assert "--data=FILE" in space.cannot()["map"]
    assert "tatoeba, of which it does not know" in space.cannot()["map"]
    kinds = {
        "digits": keras_arae.ImagePreprocessor((8, 8)),
        "moses_sample": keras_arae.MoleculePreprocessor(["C"], 4),
        "tatoeba": keras_arae.TextPreprocessor.from_corpus(
            keras_arae.datasets.load_text("tatoeba", "test")
        ),
    }
    for name, codec in kinds.items():
        assert packaged(kind_of(codec)).source == name
    with pytest.raises(ValueError, match="Received: a model of"):
        packaged(kind_of(keras_arae.ImagePreprocessor((9, 9))))
    classes = load_data(
        kind_of(kinds["tatoeba"]), "web_clauses_tense", by_class=True
    )
    assert set(classes.labels) == {"past", "future"}
