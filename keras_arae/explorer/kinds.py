"""Kinds of data: how each is read from the page, shown, and told apart."""

from __future__ import annotations

import base64
import binascii
import collections
import functools
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

import numpy as np

from keras_arae.data import Codec
from keras_arae.data import ImagePreprocessor
from keras_arae.data import MoleculePreprocessor
from keras_arae.data import SequenceCodec
from keras_arae.data import TextPreprocessor
from keras_arae.data import chemistry
from keras_arae.explorer.refused import refusal
from keras_arae.visualization.molecules import molecule_svg

MOST_CHARACTERS = 1000  # Of a sentence or a molecule that is typed.
MOST_CLASSES = 12  # Of an attribute that a map can still colour.
PROPERTIES = ("logP", "QED", "weight")


class Attribute(NamedTuple):
    """Something that can be said of each piece of data.

    Attributes:
        name: str.
        values: array, one of each piece: a number, or the index of a class.
        classes: tuple of str, or `None` for numbers.
    """

    name: str
    values: np.ndarray
    classes: tuple[str, ...] | None = None


class Kind:
    """What the page must know of a kind of data.

    Args:
        codec: `keras_arae.data.Codec`. The model's.

    Attributes:
        name: str. Of the kind, in the plural.
        pattern: str or `None`. What may be asked for in pieces: "word".
    """

    name = "pieces"
    pattern: str | None = None

    def __init__(self, codec: Codec) -> None:
        self.codec: Any = codec

    def read(self, value: Any) -> Any:
        """One piece of data from what the page sent; refuses others."""
        raise NotImplementedError

    def batch(self, pieces: Sequence[Any]) -> Any:
        """Pieces as the codec takes them."""
        return list(pieces)

    def shown(self, data: Any) -> list[dict[str, Any]]:
        """Pieces of data as the page draws them."""
        raise NotImplementedError

    def notes(self, piece: Any) -> list[str]:
        """What the model will not see of a piece, in sentences."""
        return []

    def attributes(self, rows: np.ndarray) -> list[Attribute]:
        """What can be said of encoded data."""
        return []

    def having(self, rows: np.ndarray, pattern: str) -> np.ndarray:
        """Of encoded data, which hold what is asked for: an array of bool."""
        raise refusal(f"Of {self.name} nothing can be asked for.", pattern)

    def about(self) -> dict[str, Any]:
        """What the page must know to draw and to take pieces."""
        return {"name": self.name, "pattern": self.pattern}


class Sentences(Kind):
    """Strings that are shown as they are."""

    name = "sentences"
    pattern = "word"

    def read(self, value: Any) -> str:
        return typed(value, "a sentence")

    def shown(self, data: Any) -> list[dict[str, Any]]:
        return [{"text": str(piece)} for piece in data]

    def notes(self, piece: str) -> list[str]:
        if not isinstance(self.codec, TextPreprocessor):
            return []
        notes = []
        tokens, ids = self._ids(piece)
        most = self.codec.max_length
        if len(ids) > most:
            notes.append(f"Longer than {most} words: the rest is not read.")
        unknown = [
            token
            for token, index in zip(tokens, ids[:most])
            if index == self.codec.unknown_id
        ]
        if unknown:
            words = ", ".join(f"“{word}”" for word in dict.fromkeys(unknown))
            notes.append(f"Words that the model does not know: {words}.")
        return notes

    def _ids(self, piece: str) -> tuple[list[str], list[int]]:
        """Tokens of a sentence and their ids, however many."""
        if self.codec.tokenizer is not None:
            return [], self.codec.encode([piece])[0].tolist()
        tokens = self.codec.split(piece)
        known = {word: i for i, word in enumerate(self.codec.vocabulary, 4)}
        return tokens, [known.get(token, 3) for token in tokens]

    def attributes(self, rows: np.ndarray) -> list[Attribute]:
        words = [text.split() or [""] for text in self.codec.decode(rows)]
        return [
            Attribute("number of words", np.array([len(w) for w in words])),
            grouped("ends with", [line[-1][-1:] for line in words]),
            grouped("begins with", [line[0] for line in words]),
        ]

    def having(self, rows: np.ndarray, pattern: str) -> np.ndarray:
        wanted, space = typed(pattern, "a word"), ""
        texts = self.codec.decode(rows)
        codec = self.codec
        if isinstance(codec, TextPreprocessor) and codec.tokenizer is None:
            wanted = codec.joiner.join(codec.split(wanted))
            space = codec.joiner  # Whole words, where these stand apart.
        wanted = f"{space}{wanted}{space}"
        return np.array([wanted in f"{space}{text}{space}" for text in texts])


class Molecules(Kind):
    """SMILES, which are drawn."""

    name = "molecules"
    pattern = "substructure (SMARTS)"

    def read(self, value: Any) -> str:
        return typed(value, "the SMILES of a molecule")

    def shown(self, data: Any) -> list[dict[str, Any]]:
        return [drawn(str(piece)) for piece in data]

    def attributes(self, rows: np.ndarray) -> list[Attribute]:
        table = chemistry.properties(self.codec.decode(rows), PROPERTIES)
        return [
            Attribute(name, np.nan_to_num(column, nan=np.nanmedian(column)))
            for name, column in zip(PROPERTIES, table.T)
        ]

    def having(self, rows: np.ndarray, pattern: str) -> np.ndarray:
        matches = chemistry.matcher(typed(pattern, "a substructure", 100))
        if matches is None:
            raise refusal(
                "Expected a substructure as SMARTS, such as c1ccccc1 or C#N.",
                pattern,
            )
        return np.array([matches(smiles) for smiles in self.codec.decode(rows)])


@functools.lru_cache(maxsize=5000)
def drawn(smiles: str) -> dict[str, Any]:
    """A molecule as the page shows it; a string that is none, without."""
    molecule = chemistry.parse(smiles)
    if molecule is None:
        return {"text": smiles, "picture": None, "words": "no molecule"}
    (row,) = chemistry.properties_of([molecule], PROPERTIES)
    words = ", ".join(
        f"{name} {value:.{0 if name == 'weight' else 2}f}"
        for name, value in zip(PROPERTIES, row)
        if not np.isnan(value)
    )
    picture = molecule_svg(smiles)
    return {"text": smiles, "picture": picture, "words": words}


class Images(Kind):
    """Images of few levels, as grey values or colours from 0 to 255."""

    name = "images"

    @staticmethod
    def has_colours(codec: ImagePreprocessor) -> bool:
        """Whether it has one channel, or three: red, green and blue."""
        return codec.image_shape[2:] in ((), (1,), (3,))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels."""
        height, width, channels = (*self.codec.x_shape, 1)[:3]
        return height, width, channels

    def read(self, value: Any) -> np.ndarray:
        size = int(np.prod(self.shape))
        try:
            data = base64.b64decode(value, validate=True)
        except (binascii.Error, TypeError, ValueError):
            data = b""
        if len(data) != size:
            height, width, channels = self.shape
            raise refusal(
                f"Expected an image of {height} by {width} pixels and "
                f"{channels} channels, {size} bytes as base64.",
                value,
            )
        image = np.frombuffer(data, "uint8").reshape(self.codec.x_shape)
        # As levels, whatever the codec has seen of bytes.
        top = self.codec.num_values - 1
        return np.rint(image.astype("float64") * top / 255).astype("int32")

    def batch(self, pieces: Sequence[Any]) -> Any:
        return np.stack(list(pieces))

    def shown(self, data: Any) -> list[dict[str, Any]]:
        top = max(self.codec.num_values - 1, 1)
        pixels = (np.asarray(data) * (255 / top)).round().astype("uint8")
        return [
            {"pixels": base64.b64encode(image.tobytes()).decode()}
            for image in pixels
        ]

    def attributes(self, rows: np.ndarray) -> list[Attribute]:
        means = rows.reshape(len(rows), -1).mean(axis=1)
        return [Attribute("ink", means / max(self.codec.num_values - 1, 1))]

    def about(self) -> dict[str, Any]:
        return {**super().about(), "shape": self.shape}


def kind_of(codec: Any) -> Kind:
    """The kind of data of a codec.

    Args:
        codec: `keras_arae.data.Codec`.

    Raises:
        ValueError: if the page cannot show such data.
    """
    if isinstance(codec, MoleculePreprocessor):
        return Molecules(codec)
    if isinstance(codec, SequenceCodec):
        return Sentences(codec)
    if isinstance(codec, ImagePreprocessor) and Images.has_colours(codec):
        return Images(codec)
    raise refusal(
        "The page shows sentences, molecules and images: it needs a model "
        "with a codec of one of them.",
        type(codec).__name__,
    )


def typed(value: Any, what: str, most: int = MOST_CHARACTERS) -> str:
    """A string from the page; refuses what is none, empty or too long."""
    if not isinstance(value, str) or not value.strip():
        raise refusal(f"Expected {what}.", value)
    if len(value) > most:
        raise refusal(
            f"Expected {what} of at most {most} characters.",
            f"{len(value)} characters",
        )
    return value.strip()


def grouped(name: str, values: Sequence[str]) -> Attribute:
    """Strings as classes: the most frequent ones, and all others."""
    counts = collections.Counter(values)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    frequent = sorted(value for value, _ in ranked[: MOST_CLASSES - 1])
    index = {value: i for i, value in enumerate(frequent)}
    others = len(frequent)
    indices = np.array([index.get(value, others) for value in values])
    classes = [value or "nothing" for value in frequent]
    if (indices == others).any():
        classes.append("others")
    return Attribute(name, indices, tuple(classes))
