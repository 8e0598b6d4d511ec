"""What a user installs and imports."""

import os
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

import pytest

import keras_arae

pytestmark = pytest.mark.once
ROOT = pathlib.Path(__file__).parents[1]


def python(code):
    process = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "KERAS_BACKEND": "tensorflow"},
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_import_is_light():
    # Best of three: the machine may be busy.
    code = (
        "import time, sys, keras; before = set(sys.modules);"
        "start = time.time(); import keras_arae; print(time.time() - start);"
        "print({'keras_nlp', 'keras_hub', 'matplotlib', 'jax', 'torch'}"
        " & (set(sys.modules) - before))"
    )
    outputs = [python(code).split("\n") for _ in range(3)]
    assert min(float(seconds) for seconds, *_ in outputs) < 0.5
    assert outputs[0][1] == "set()"


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """A folder with an sdist and a wheel, built here."""
    return build(ROOT, tmp_path_factory.mktemp("dist"))


def build(source, folder):
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder,
         source],
        check=True,
        capture_output=True,
        umask=0o077 if source != ROOT else -1,
    )  # fmt: skip
    return folder


def test_wheel_holds_package_and_corpus_only(dist):
    (wheel,) = dist.glob("keras_arae-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for corpus in ("moses_sample", "tatoeba", "web_clauses"):
        assert f"keras_arae/datasets/{corpus}/train.txt.gz" in names
        assert f"keras_arae/datasets/{corpus}/LICENSE.txt" in names
    for folder in keras_arae.presets.sources.packaged().values():
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert {path.relative_to(ROOT).as_posix() for path in files} <= {*names}
    assert "keras_arae/models/arae.py" in names
    assert "keras_arae/py.typed" in names
    for page in (ROOT / "keras_arae" / "explorer" / "page").iterdir():
        assert f"keras_arae/explorer/page/{page.name}" in names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith("dist-info")} == {
        "keras_arae"
    }


def test_sdist_builds_itself_to_the_same_bytes(dist, tmp_path):
    (sdist,) = dist.glob("keras_arae-*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    (source / "README.md").touch()  # a later time
    again = build(source, tmp_path / "dist")
    files = {path.name: path.read_bytes() for path in dist.iterdir()}
    assert len(files) == 2
    assert files == {path.name: path.read_bytes() for path in again.iterdir()}


def test_indexes_would_take_both(dist):
    process = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *dist.iterdir()],
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stdout


def test_citation_names_this_version():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    (version,) = re.findall(r"^version: (.*)$", text, re.MULTILINE)
    assert version == keras_arae.__version__


def test_another_backend_is_refused_by_name():
    code = (
        "import os; os.environ['KERAS_BACKEND'] = 'numpy'\n"
        "try:\n    import keras_arae\n"
        "except ImportError as error:\n    print(error)"
    )
    assert "Received: KERAS_BACKEND='numpy'" in python(code)
