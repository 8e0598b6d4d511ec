"""Data that a model's codes are compared with: neighbours, features, a map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

import numpy as np

from keras_arae.explorer.kinds import Attribute
from keras_arae.explorer.kinds import Kind
from keras_arae.explorer.kinds import grouped
from keras_arae.explorer.plane import Plane
from keras_arae.explorer.refused import refusal

FEWEST = 5  # Pieces whose mean code says something.


class Data(NamedTuple):
    """Pieces of data, and what they are called by.

    Attributes:
        source: str. Where they are from.
        pieces: list or array.
        labels: list or array, one of each piece, or `None`.
    """

    source: str
    pieces: Any
    labels: Any = None

    def chosen(self, num_pieces: int, seed: int) -> Data:
        """At most so many of them, drawn at random, in their order."""
        if len(self.pieces) <= num_pieces:
            return self
        generator = np.random.default_rng(seed)
        kept = np.sort(generator.permutation(len(self.pieces))[:num_pieces])
        labels = self.labels
        return Data(
            self.source,
            [self.pieces[i] for i in kept],
            None if labels is None else [labels[i] for i in kept],
        )


class Reference:
    """Encoded data with attributes and their places on a map.

    Args:
        model: `keras_arae.models.GenerativeModel` with codes.
        kind: `Kind`. Of the model's data.
        data: `Data`. What the codec cannot represent is left out.

    Attributes:
        source: str. Where the data are from.
        rows: int array. The encoded data.
        codes: float array of shape `(num_pieces, code_dim)`.
        labels: list, one of each piece, or `None`.
        attributes: list of `Attribute`.
        plane: `Plane`.
        places: float array of shape `(num_pieces, 2)`. On the plane.
    """

    def __init__(self, model: Any, kind: Kind, data: Data) -> None:
        self.source = data.source
        codec = model.codec
        pieces = kind.batch(data.pieces)
        rows, kept = codec.encode_corpus(pieces)
        if rows.dtype.kind == "f":  # Levels that `fit` would draw.
            rows = codec.encode(pieces)
        if len(rows) < FEWEST:
            raise refusal(
                f"Expected {FEWEST} or more pieces of data to compare with.",
                len(rows),
            )
        self.rows = rows
        self.codes = model.encode(rows)
        if not np.isfinite(self.codes).all():
            raise refusal(
                "The model gives codes that are not finite: its training "
                "has failed.",
                self.codes,
            )
        self.labels: Any = None
        self.attributes = kind.attributes(rows)
        if data.labels is not None:
            self.labels = [data.labels[i] for i in kept]
            label = grouped("label", [str(one) for one in self.labels])
            self.attributes.insert(0, label)
        self.plane = Plane.of(self.codes)
        self.places = self.plane.places(self.codes)

    def __len__(self) -> int:
        return len(self.codes)

    def nearest(self, code: np.ndarray, count: int) -> list[tuple[int, float]]:
        """Pieces whose codes are nearest to one, and how far they are."""
        distances = np.linalg.norm(self.codes - code, axis=1)
        order = np.argsort(distances, kind="stable")[:count]
        return [(int(i), float(distances[i])) for i in order]

    def features(self) -> list[tuple[str, np.ndarray]]:
        """What some pieces have and some lack: in words, and which have it.

        Those come first that divide the data most evenly.
        """
        found = [
            (min(having.sum(), (~having).sum()), name, having)
            for attribute in self.attributes
            for name, having in _features_of(attribute)
        ]
        found.sort(key=lambda one: -one[0])
        return [(name, having) for n, name, having in found if n >= FEWEST]


def _features_of(attribute: Attribute) -> Sequence[tuple[str, np.ndarray]]:
    name, values, classes = attribute
    if classes is None:
        middle = float(np.median(values))
        return [(f"{name} above {middle:.3g}", values > middle)]
    return [
        (f"{name}: {word}", values == index)
        for index, word in enumerate(classes)
        if word != "others"
    ]
