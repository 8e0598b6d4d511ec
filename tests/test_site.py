"""The documentation's site: it builds strictly, and holds what it should."""

import inspect
import pathlib
import re
import subprocess
import sys

import pytest

import keras_arae

pytestmark = pytest.mark.once
ROOT = pathlib.Path(__file__).parents[1]
ROOMS = [
    name
    for name in keras_arae.__all__
    if hasattr(getattr(keras_arae, name), "__all__") or name == "script"
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site."""
    folder = tmp_path_factory.mktemp("site")
    for command in (
        ["tools/make_site.py", "build/pages"],
        ["-m", "mkdocs", "build", "--strict", "--site-dir", folder],
    ):
        process = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert process.returncode == 0, process.stdout + process.stderr
    return folder


@pytest.fixture
def pages(monkeypatch):
    """Makes `tools/pages` importable."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))


def anchors(site, page):
    text = (site / page / "index.html").read_text(encoding="utf-8")
    return set(re.findall(r'id="([^"]*)"', text))


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_is_in_the_reference(site, room):
    module = getattr(keras_arae, room)
    names = getattr(module, "__all__", ["run"])
    expected = {
        f"keras_arae.{room}.{name}"
        for name in names
        if not inspect.ismodule(getattr(module, name))
    }
    assert expected <= anchors(site, f"api/{room}")


def test_reference_has_signatures_and_units(site):
    text = (site / "api" / "layers" / "index.html").read_text(encoding="utf-8")
    _, text = text.split('id="keras_arae.layers.CodeNoise"')
    words = re.sub(r"<[^>]*>", "", text.split("<h3")[0])
    assert "max_stddev" in words
    assert "Standard deviation at the start, in units of the code." in words


def test_each_example_is_a_tutorial(site):
    for path in (ROOT / "examples").glob("*.py"):
        page = site / "tutorials" / path.stem / "index.html"
        words = re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8"))
        assert "def main(_):" in words


def test_each_preset_has_a_page(site):
    for name in keras_arae.presets.list_presets():
        assert (site / "presets" / name / "index.html").exists()


def test_links_go_where_their_targets_are(pages, tmp_path):
    from pages.links import Links

    (tmp_path / "code.py").write_text("x = 1\n")
    links = Links(tmp_path, {"README.md": "start.md", "docs/a.md": "a.md"})
    text = "[r](../README.md#use) [c](../code.py) [w](https://x.y/#z) [h](#h)"
    assert links.rewritten(text, "docs/a.md") == (
        "[r](start.md#use) [c](source/code.py.md) [w](https://x.y/#z) [h](#h)"
    )
    ((page, source),) = links.source_pages()
    assert (page, "x = 1" in source) == ("source/code.py.md", True)
    with pytest.raises(ValueError, match="Received: 'docs/gone.md'"):
        links.rewritten("[g](gone.md)", "docs/a.md")
    code = "```\n[g](gone.md)\n```"
    assert links.rewritten(code, "docs/a.md") == code


PROGRAM = '''"""Title: One
Description: Two.

    python one.py
"""

import keras


def speak(model):
    """New sentences."""
    print(model)
'''


def test_tutorial_shows_what_its_functions_gave(pages):
    from pages.tutorials import tutorial

    outputs = "# What it gave\n\nOn JAX.\n\n## `speak`\n\nhello .\n"
    text = tutorial(PROGRAM, outputs)
    parts = ["# One", "Two.", "On JAX.", "import keras", "## New sentences"]
    parts += ["print(model)", "hello ."]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    with pytest.raises(ValueError, match=r"Received: \['listen'\]"):
        tutorial(PROGRAM, "# What it gave\n\n## `listen`\n\nhello .\n")


def test_call_arguments_are_a_list(pages):
    from pages.docstrings import as_markdown

    text = "Call arguments:\n    x: int. One\n        and two.\n    y: bool.\n"
    assert as_markdown(text + "\nOutput shape: `x`.") == (
        "**Call arguments:**\n\n- **`x`** – int. One and two.\n"
        "- **`y`** – bool.\n\n**Output shape:** `x`."
    )


def test_card_is_listed_and_loses_its_head(pages):
    from pages import cards

    about = '{"keras_arae": {"description": "Small.", "data": "made up"}}'
    text = f"---\n{about}\n---\n\n# small\n\nWords.\n"
    assert cards.card(text) == "# small\n\nWords.\n"
    assert "| [`small`](small.md) | Small. | made up |" in cards.index(
        {"small": text}
    )


def test_numbers_of_which_model_stand_in_the_results():
    text = (ROOT / "docs" / "which_model.md").read_text(encoding="utf-8")
    results = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    words = re.sub(r"\]\([^)]*\)", "]", text)
    numbers = re.findall(r"\d+\.\d+|\d+ of \d+|\d+,\d+", words)
    assert len(numbers) > 30
    for number in numbers:
        # MOSES' table has .975 where a sentence has 0.975.
        either = rf"(?<![\d.])({number}|{number.removeprefix('0')})(?!\d)"
        assert re.search(either, results), number
