"""Every Python example in docstrings and in the README runs."""

import ast
import pathlib
import re
import tempfile
import textwrap

import keras
import numpy as np
import pytest

import keras_arae

ROOT = pathlib.Path(__file__).parents[1]
BLOCK = re.compile(r"^( *)```python\n(.*?)^\1```", re.MULTILINE | re.DOTALL)


def examples():
    """Pairs of a name and the code of an example."""
    for path in sorted((ROOT / "keras_arae").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.Module)):
                text = ast.get_docstring(node) or ""
                for _, code in BLOCK.findall(text):
                    yield f"{path.stem}.{getattr(node, 'name', '')}", code
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for index, (_, code) in enumerate(BLOCK.findall(readme)):
        yield f"README {index + 1}", code
    # The blocks of this page build upon each other.
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    yield "extending", "\n".join(code for _, code in BLOCK.findall(page))


EXAMPLES = dict(examples())
# What a backend computes is tested beside each part. These run on all three.
ON_EACH = ("README", "arae", "lstm", "dense", "transformer")


def once(name):
    """An example; most run once, on the backend that compiles nothing."""
    marks = () if name.startswith(ON_EACH) else (pytest.mark.once,)
    return pytest.param(name, marks=marks)


@pytest.fixture
def small_corpus(monkeypatch):
    """The README's own words on a corner of its corpus."""
    load = keras_arae.datasets.load_train_and_held_out

    def load_corner(*args, **kwargs):
        train, held_out = load(*args, **kwargs)
        return train[:300], held_out[:50]

    monkeypatch.setattr(
        keras_arae.datasets, "load_train_and_held_out", load_corner
    )


@pytest.mark.parametrize("name", list(map(once, EXAMPLES)))
def test_example_runs(name, request, tmp_path, monkeypatch):
    if name.startswith("README"):
        request.getfixturevalue("small_corpus")
    monkeypatch.chdir(tmp_path)
    names = {
        "keras": keras,
        "keras_arae": keras_arae,
        "np": np,
        "tempfile": tempfile,
    }
    exec(compile(textwrap.dedent(EXAMPLES[name]), name, "exec"), names)


# Contracts, whose subclasses have examples, and what only they hand over.
NO_EXAMPLES = {
    "AutoregressiveDecoder",
    "Batch",
    "Condition",
    "PRIORS",
    "PhasedModel",
    "Prior",
    "SharedPass",
}


def test_public_classes_have_an_example():
    found = {name.split(".")[-1] for name in EXAMPLES}
    public = {"ARAE", "LanguageModel", "TextARAE", "TextPreprocessor"}
    for module in ("layers", "callbacks", "priors", "training", "data"):
        public.update(
            name
            for name in getattr(keras_arae, module).__all__
            if name[0].isupper()
        )
    public.update(keras_arae.evaluation.__all__)
    assert public - NO_EXAMPLES <= found
