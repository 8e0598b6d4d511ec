"""Sections of Keras' docstrings that readers of Google's style do not know."""

import re

import griffe

HEADING = re.compile(r"^(Input shape|Output shape|Example):", re.MULTILINE)
CALL = re.compile(r"^Call arguments:\n((?: +.*\n?)+)", re.MULTILINE)
ITEM = re.compile(r"^ {4}(\w+): ((?:.|\n {5,})*)", re.MULTILINE)


class KerasSections(griffe.Extension):
    """Writes them as Markdown; mkdocstrings loads it by this file's path."""

    def on_object(self, *, obj, **kwargs):
        if obj.docstring:
            obj.docstring.value = as_markdown(obj.docstring.value)


def as_markdown(text):
    """A docstring with call arguments as a list, and headings in bold."""
    text = CALL.sub(lambda match: arguments(match.group(1)), text)
    return HEADING.sub(r"**\1:**", text)


def arguments(text):
    items = (
        f"- **`{name}`** – {' '.join(words.split())}\n"
        for name, words in ITEM.findall(text)
    )
    return "**Call arguments:**\n\n" + "".join(items)
