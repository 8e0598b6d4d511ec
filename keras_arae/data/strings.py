"""Lists of strings, as users give them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Set
from typing import Any

import numpy as np

from keras_arae.arguments import shown


def strings_of(data: Any, kind: str) -> Any:
    """The strings that `data` holds; `None` where it holds numbers.

    A column of a table and a tensor of strings hold some; so does a data set
    of Hugging Face that has one column, but no other table.

    Args:
        data: users' data.
        kind: str. What the strings are, in the plural, for messages.
    """
    if len(getattr(data, "column_names", None) or ()) == 1:
        return data[data.column_names[0]]
    for names in ("columns", "column_names"):  # pandas', Hugging Face's.
        if isinstance(data, Mapping) or hasattr(data, names):
            raise ValueError(
                f"Expected a list of {kind}, not a table: give one of its "
                f"columns. Received: a {type(data).__name__} with columns "
                f"{[str(name) for name in getattr(data, names, data)]}"
            )
    if not hasattr(data, "dtype"):
        return data
    if not np.ndim(data):
        return data
    letter = getattr(data.dtype, "kind", "?")  # Frameworks' types have none.
    if letter in "OSU" or "str" in str(data.dtype):
        return np.asarray(data).tolist()
    return None


def each_string(strings: Iterable[Any], kind: str) -> Iterator[str]:
    """Strings one by one; refuses anything but an iterable of them.

    Args:
        strings: iterable of str or bytes.
        kind: as in `strings_of`.

    Raises:
        ValueError: if it is one string, or holds something else.
    """
    if isinstance(strings, (str, bytes)):
        raise ValueError(
            f"Expected a list of {kind}, not one string: put it in a list. "
            f"Received: {shown(strings)}"
        )
    is_list = isinstance(strings, Iterable)
    if getattr(strings, "shape", None) == ():  # It cannot be iterated.
        is_list = False
    if not is_list or isinstance(strings, (Set, Mapping)):
        raise ValueError(
            f"Expected a list of {kind} (str), or another iterable that has "
            f"an order. Received: {shown(strings)}"
        )
    for string in strings:
        if isinstance(string, bytes):
            string = string.decode(errors="surrogateescape")
        if not _is_text(string):
            raise ValueError(
                f"Expected a list of {kind} (str, bytes of UTF-8). "
                f"Received: an element {shown(string)} of type "
                f"{type(string).__name__}"
            )
        yield string


def _is_text(string: Any) -> bool:
    """Whether it is a str, without halves of characters or of bytes."""
    if not isinstance(string, str):
        return False
    try:
        return string.isascii() or bool(string.encode())
    except UnicodeEncodeError:
        return False
