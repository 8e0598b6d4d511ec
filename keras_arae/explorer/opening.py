"""What the command opens: a model, and data to compare it with."""

from __future__ import annotations

import pathlib
from typing import Any

from keras_arae.datasets import flatten
from keras_arae.datasets import load_images
from keras_arae.datasets import load_labeled_text
from keras_arae.datasets import load_molecules
from keras_arae.datasets import load_text
from keras_arae.explorer.kinds import Images
from keras_arae.explorer.kinds import Kind
from keras_arae.explorer.kinds import Molecules
from keras_arae.explorer.kinds import kind_of
from keras_arae.explorer.reference import Data
from keras_arae.explorer.reference import Reference
from keras_arae.explorer.space import Space
from keras_arae.models import GenerativeModel
from keras_arae.training.load_model import load_model

MOST_UNKNOWN = 0.2  # Of words: packaged data of more are not the model's.


def open_model(source: str) -> Any:
    """The model of a saved file, or a preset.

    Args:
        source: str. The path of a `.keras` file, or what `from_preset` takes.
    """
    path = pathlib.Path(source)
    if path.suffix == ".keras" or path.is_file():
        return load_model(path, GenerativeModel)
    return GenerativeModel.from_preset(source)


def open_space(
    source: str,
    data: str | None = None,
    num_pieces: int = 2000,
    seed: int = 0,
    **columns: Any,
) -> Space:
    """A model to look around in, beside data of its kind.

    Args:
        source: as in `open_model`.
        data: str or `None`. What to compare with, as `load_data` takes it.
            Defaults to `None`: packaged data of the model's kind, if they
            fit.
        num_pieces: int. The most pieces of data. Defaults to `2000`.
        seed: int. Of their choice. Defaults to `0`.
        **columns: as in `load_data`.
    """
    model = open_model(source)
    kind = kind_of(model.codec)
    name = pathlib.Path(source).name
    if not model.code_dim:
        return Space(model, name)
    if data is not None:
        found = load_data(kind, data, **columns)
        return Space(
            model, name, _reference(model, kind, found, num_pieces, seed)
        )
    try:
        found = packaged(kind)
        reference = _reference(model, kind, found, num_pieces, seed)
    except (ValueError, ImportError) as error:
        sentence = (
            "There are no data to compare with: start it with --data=FILE. "
            f"The packaged ones do not do: {error}"
        )
        return Space(model, name, no_reference=sentence)
    return Space(model, name, reference)


def _reference(
    model: Any, kind: Kind, data: Data, num_pieces: int, seed: int
) -> Reference:
    return Reference(model, kind, data.chosen(num_pieces, seed))


def load_data(
    kind: Kind,
    source: str,
    column: str | None = None,
    label_column: str | None = None,
    by_class: bool = False,
) -> Data:
    """Data of a kind, from a corpus by name, a file or a folder.

    Args:
        kind: `Kind`.
        source: str. As `keras_arae.datasets.load_text`, `load_molecules` or
            `load_images` take it; of sentences by class as
            `load_labeled_text` does.
        column: str or `None`. Of tables.
        label_column: str or `None`. Of tables of sentences by class.
        by_class: bool. Whether these are sentences by class.
    """
    name = pathlib.Path(source).name  # The page says no more of the machine.
    if isinstance(kind, Images):
        (images, classes), _ = load_images(source)
        return Data(name, images, classes)
    if isinstance(kind, Molecules):
        return Data(name, load_molecules(source, column=column))
    if by_class or label_column:
        text = load_labeled_text(
            source, column=column, label_column=label_column
        )
        return Data(name, *flatten(text))
    return Data(name, load_text(source, column=column))


def packaged(kind: Kind) -> Data:
    """Packaged data of a kind; refuses where they are not the model's."""
    if isinstance(kind, Images):
        if kind.shape != (8, 8, 1):
            raise ValueError(
                "they are digits of 8 by 8 pixels (for those of 28 by 28, "
                "MNIST, --data=mnist downloads it once). "
                f"Received: a model of {kind.shape}"
            )
        return load_data(kind, "digits")
    if isinstance(kind, Molecules):
        return load_data(kind, "moses_sample")
    data = load_data(kind, "tatoeba")
    rows, _ = kind.codec.encode_corpus(data.pieces[:1000])
    share = (rows == 3).sum() / max((rows > 2).sum(), 1)
    if share > MOST_UNKNOWN:
        raise ValueError(
            "Expected words that the model knows. "
            f"Received: tatoeba, of which it does not know {share:.0%}"
        )
    return data
