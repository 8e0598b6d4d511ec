"""Pages of the packaged presets: their cards, and a list of them."""

import json

INTRODUCTION = """# Presets

Models that come with the library. How they are loaded, saved and checked stands
in [their reference](../api/presets.md); `python -m keras_arae.presets` prints
this list.

"""


def card(text):
    """The page of a preset: its card without the head for programs."""
    return text.split("---\n", 2)[2].lstrip()


def index(cards):
    """The list of the presets.

    Args:
        cards: dict of a preset's name to the text of its card.
    """
    if not cards:
        return INTRODUCTION + "No presets come with this version.\n"
    rows = [
        f"| [`{name}`]({name}.md) | {head(text)['description']} "
        f"| {head(text)['data']} |"
        for name, text in cards.items()
    ]
    return INTRODUCTION + "\n".join(
        ["| preset | what it is | learned from |", "|---|---|---|", *rows, ""]
    )


def head(text):
    """What the head of a card says of the model."""
    return json.loads(text.split("---\n", 2)[1])["keras_arae"]
