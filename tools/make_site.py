"""Writes the pages of the documentation's site, from what lies in the clone.

    python tools/make_site.py build/pages
    mkdocs build --strict          # or: zensical build --strict

A page is a file of docs/ or README.md and the like, with links that hold on
the site; a tutorial is a program of examples/ with what it gave
(docs/tutorials/); a page of reference is one of docs/api/ with what the code
says of each name; a preset's page is its card. `make docs` does both.
"""

import pathlib
import shutil
import sys

from pages import cards
from pages.links import Links
from pages.reference import reference
from pages.tutorials import tutorial

ROOT = pathlib.Path(__file__).parents[1]
# Pages whose files lie elsewhere.
PAGES = {
    "README.md": "start.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "docs/log/README.md": "log/index.md",
}


def main(folder):
    files = sorted((ROOT / "docs").rglob("*.*"))
    paths = [path.relative_to(ROOT).as_posix() for path in files]
    pages = {path: path.removeprefix("docs/") for path in paths} | PAGES
    links = Links(ROOT, pages | {x: tutorial_of(x) for x in examples()})
    shutil.rmtree(folder, ignore_errors=True)
    for path, page in pages.items():
        target = folder / page
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".md"):
            target.write_text(text_of(path, links), encoding="utf-8")
        else:
            shutil.copyfile(ROOT / path, target)
    write(folder, preset_pages())
    write(folder, links.source_pages())


def examples():
    """The paths of all programs of examples/."""
    paths = (ROOT / "examples").glob("*.py")
    return sorted(path.relative_to(ROOT).as_posix() for path in paths)


def tutorial_of(example):
    return f"tutorials/{pathlib.PurePath(example).stem}.md"


def text_of(path, links):
    """The text of a file's page."""
    text = read(path)
    if path.startswith("docs/api/"):
        return links.rewritten(reference(text), path)
    text = links.rewritten(text, path)
    if path.startswith("docs/tutorials/"):
        name = pathlib.PurePath(path).stem
        return tutorial(read(f"examples/{name}.py"), text)
    return text


def preset_pages():
    """Pairs of the path and the text of each preset's page, and of the list."""
    found = sorted((ROOT / "keras_arae" / "presets").glob("*/README.md"))
    texts = {path.parent.name: path.read_text("utf-8") for path in found}
    for name, text in texts.items():
        yield f"presets/{name}.md", cards.card(text)
    yield "presets/index.md", cards.index(texts)


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def write(folder, texts):
    for page, text in texts:
        (folder / page).parent.mkdir(parents=True, exist_ok=True)
        (folder / page).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"Expected a folder to write to. Received: {sys.argv[1:]}")
    main(pathlib.Path(sys.argv[1]))
