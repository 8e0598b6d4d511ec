"""What a user installs and imports."""

import os
import pathlib
import subprocess
import sys
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


def test_wheel_holds_package_and_corpus_only(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet",
         "--wheel-dir", tmp_path, ROOT],
        check=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("keras_arae-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for corpus in ("moses_sample", "tatoeba", "web_clauses"):
        assert f"keras_arae/datasets/{corpus}/train.txt.gz" in names
        assert f"keras_arae/datasets/{corpus}/LICENSE.txt" in names
    for folder in keras_arae.presets.sources.packaged().values():
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert {path.relative_to(ROOT).as_posix() for path in files} <= {*names}
    assert "keras_arae/models/arae.py" in names
    assert "keras_arae/py.typed" in names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith("dist-info")} == {
        "keras_arae"
    }


def test_another_backend_is_refused_by_name():
    code = (
        "import os; os.environ['KERAS_BACKEND'] = 'numpy'\n"
        "try:\n    import keras_arae\n"
        "except ImportError as error:\n    print(error)"
    )
    assert "Received: KERAS_BACKEND='numpy'" in python(code)
