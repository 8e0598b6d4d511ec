"""What can be iterated again and again, with the place where it stands."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any


class Repeated:
    """Reads an iterable pass after pass, and knows where it stands.

    A data set of Hugging Face, of grain, and `keras_arae.datasets.TextFiles`
    go to a place by themselves; of another iterable the pieces before it are
    read and passed over. One with `set_epoch` is told the number of each
    pass, to shuffle by.

    Args:
        pieces: iterable.
    """

    def __init__(self, pieces: Iterable) -> None:
        self.pieces: Any = pieces
        self._iterator: Any = None
        self._passes = self._count = 0

    def state(self) -> dict[str, Any]:
        """Passes that are done, pieces of the current one, and the place."""
        inner = None
        if self._count:
            inner = _place_of(self.pieces, self._iterator)
        return {"passes": self._passes, "pieces": self._count, "inner": inner}

    def go_to(self, state: Mapping[str, Any]) -> None:
        """Goes to a place: `take` gives out what comes after it."""
        if self._iterator is not None and dict(state) == self.state():
            return
        self._passes, self._count = state["passes"], state["pieces"]
        self._begin_pass()
        if state["inner"] is not None:
            self._iterator = _at(self.pieces, self._iterator, state["inner"])
            return
        passed = itertools.islice(self._iterator, self._count)
        if sum(1 for _ in passed) < self._count:
            raise ValueError(
                "The corpus has changed: it has fewer pieces than were read "
                f"of it. Received: fewer than {self._count}"
            )

    def take(self, number: int) -> list:
        """The next pieces, fewer at the end of a pass, and at least one."""
        if self._iterator is None:
            self._begin_pass()
        found = list(itertools.islice(self._iterator, number))
        if not found:
            self._passes, self._count = self._passes + 1, 0
            self._begin_pass()
            found = list(itertools.islice(self._iterator, number))
        if not found:
            raise ValueError(
                "The corpus is empty, or can be read once only, as a "
                "generator can, and has ended. Give one that can start again, "
                "such as `keras_arae.datasets.TextFiles`. "
                f"Received: a {type(self.pieces).__name__}"
            )
        self._count += len(found)
        return found

    def _begin_pass(self) -> None:
        if hasattr(self.pieces, "set_epoch"):
            self.pieces.set_epoch(self._passes)
        self._iterator = iter(self.pieces)


def _place_of(pieces: Any, iterator: Any) -> Any:
    """The place as the iterable itself knows it, or `None`."""
    if hasattr(iterator, "get_state"):  # grain's
        return iterator.get_state()
    return pieces.state_dict() if hasattr(pieces, "state_dict") else None


def _at(pieces: Any, iterator: Any, place: Any) -> Iterator:
    """An iterator that goes on at a place that `_place_of` returned."""
    if hasattr(iterator, "set_state"):
        iterator.set_state(place)
        return iterator
    pieces.load_state_dict(place)
    return iter(pieces)
