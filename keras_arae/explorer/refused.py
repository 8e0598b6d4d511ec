"""What the page says when something cannot be done."""

from __future__ import annotations

from typing import Any

from keras_arae.arguments import shown


class Refused(ValueError):
    """A request that is refused, in a sentence for who asked."""


def refusal(sentence: str, received: Any) -> Refused:
    """What was expected, and what came, as the library says it."""
    return Refused(f"{sentence} Received: {shown(received)}")
