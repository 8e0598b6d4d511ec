"""Arguments, checked where a user enters.

A rule says in words what an argument may be, and whether a value is that:

```python
from keras_arae.arguments import COUNT, SEED, checked, optional

@checked(num_samples=COUNT, seed=optional(SEED))
def generate(num_samples, seed=None): ...
```

What a rule refuses is a `ValueError` that names the argument, says what was
expected and what came. Scalars of numpy arrive as Python's own.
"""

from __future__ import annotations

import functools
import inspect
import math
import os
import pathlib
import reprlib
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set
from typing import Any
from typing import NamedTuple
from typing import TypeVar

import keras
import numpy as np
from keras import ops

AnyFunction = TypeVar("AnyFunction", bound=Callable)


class Rule(NamedTuple):
    """What an argument may be.

    Attributes:
        expected: str. In words, behind "must be".
        accepts: callable. Whether a value is that.
        read: callable. Turns what came into the value that is tested and
            that the function takes; may raise.
        error: class. What to raise.
    """

    expected: str
    accepts: Callable[[Any], bool]
    read: Callable[[Any], Any] = lambda value: value
    error: type[Exception] = ValueError


def check(name: str, value: Any, rule: Rule) -> Any:
    """Refuses a value that is not what a rule says.

    Args:
        name: str. Of the argument.
        value: what came.
        rule: `Rule`.

    Returns:
        The value, as the rule reads it.

    Raises:
        ValueError: (or what the rule says) if it is something else.
    """
    if isinstance(value, np.generic):
        value = value.item()
    read, problem = None, None
    try:
        read = rule.read(value)
        accepted = rule.accepts(read)
    except Exception as error:  # Of numpy, a backend, a user's own object.
        accepted, problem = False, error
    if not accepted:
        came = read if isinstance(read, np.ndarray) else value
        raise rule.error(
            f"`{name}` must be {rule.expected}. Received: {name}={shown(came)}"
        ) from problem
    return read


def checked(**rules: Rule) -> Callable[[AnyFunction], AnyFunction]:
    """Has a function check its arguments when it is called.

    Args:
        **rules: the rules of arguments, by name; also of those that a
            function takes as `**options`. Defaults are not checked.

    Returns:
        A decorator.
    """

    def decorate(function: AnyFunction) -> AnyFunction:
        signature = inspect.signature(function)
        options = [
            parameter.name
            for parameter in signature.parameters.values()
            if parameter.kind is parameter.VAR_KEYWORD
        ]
        unknown = set(rules) - set(signature.parameters)
        assert not unknown or options, f"{function} has no {unknown}"

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError:
                return function(*args, **kwargs)  # Says it in Python's words.
            for given in (
                bound.arguments,
                *(bound.arguments.get(key, {}) for key in options),
            ):
                for name in given.keys():  # In their order: the first fault.
                    if name in rules:
                        given[name] = check(name, given[name], rules[name])
            return function(*bound.args, **bound.kwargs)

        wrapper.__signature__ = signature  # type: ignore[attr-defined]
        return wrapper  # type: ignore[return-value]

    return decorate


def shown(value: Any) -> str:
    """A value in few words, for a message: never all of a user's data."""
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is None or dtype is None:
        try:
            return _short.repr(value)
        except Exception:  # A `__repr__` of a user's own may do anything.
            return f"an object of type {type(value).__name__}"
    words = f"an array of dtype {dtype} and shape {tuple(shape)}"
    if getattr(dtype, "kind", "") != "f" or _is_finite(value):
        return words
    with np.errstate(over="ignore"):
        rows = ~np.isfinite(np.atleast_1d(value).astype("float32"))
    rows = rows.reshape(len(rows), -1).any(axis=1)
    return (
        f"{words}, NaN or infinity in {rows.sum()} of {len(rows)} rows, first "
        f"in {rows.argmax()}"
    )


_short = reprlib.Repr()
_short.maxstring = _short.maxother = 80
_short.maxlevel = 2


# Rules.


def whole(least: int, most: int | None = None) -> Rule:
    """Ints of a range; no bools."""
    limit = " or more" if most is None else f" to {most}"
    return Rule(
        f"an int {'of' if most is None else 'from'} {least}{limit}",
        lambda value: (
            isinstance(value, int)
            and not isinstance(value, bool)
            and least <= value
            and (most is None or value <= most)
        ),
    )


def number(
    above: float = -math.inf,
    least: float = -math.inf,
    most: float = math.inf,
    below: float = math.inf,
) -> Rule:
    """Finite numbers of a range; no bools."""
    limits = [
        f"{words} {limit}"
        for words, limit in (
            ("above", above),
            ("at least", least),
            ("at most", most),
            ("below", below),
        )
        if math.isfinite(limit)
    ]
    return Rule(
        " ".join(["a finite number", " and ".join(limits)]).strip(),
        lambda value: (
            isinstance(value, (int, float))
            and not isinstance(value, bool)
            and math.isfinite(value)
            and max(above, least) <= value <= min(below, most)
            and value not in (above, below)
        ),
    )


def one_of(*choices: Any) -> Rule:
    """One of some names or other constants."""
    return Rule(
        f"one of {list(choices)}",
        lambda value: any(
            type(value) is type(choice) and value == choice
            for choice in choices
        ),
    )


def instance(*classes: type) -> Rule:
    """An object of a class."""
    names = " or ".join(f"a {_name_of(cls)}" for cls in classes)
    return Rule(names, lambda value: isinstance(value, classes))


def several(rule: Rule, least: int = 0, most: int | None = None) -> Rule:
    """A list or a tuple of what a rule says; read as a tuple."""
    length = f" of {least} or more" if least else ""
    if most is not None:
        length = f" of {least}" if least == most else f" of {least} to {most}"
    return Rule(
        f"a list{length}, each {rule.expected}",
        lambda values: (
            least <= len(values) <= (most or len(values))
            and all(rule.accepts(rule.read(value)) for value in values)
        ),
        _tuple_of,
    )


def either(*rules: Rule) -> Rule:
    """What one of several rules says."""

    def read(value: Any) -> Any:
        for rule in rules:
            try:
                return check("", value, rule)
            except ValueError:
                continue
        raise TypeError

    return Rule(
        ", or ".join(rule.expected for rule in rules), lambda value: True, read
    )


def optional(rule: Rule) -> Rule:
    """What a rule says, or `None`."""
    return either(rule, Rule("None", lambda value: value is None))


def array(*shape: int | str, kinds: str = "iuf") -> Rule:
    """Finite numbers of a shape, as an array, a tensor or a nested list.

    Args:
        *shape: sizes of axes, names of those whose size does not matter;
            without any, every shape will do.
        kinds: str. numpy's letters of the dtypes. Defaults to `"iuf"`.
    """
    words = "an array of finite numbers"
    if "f" not in kinds:
        words = "an array of integers"
    if shape:
        comma = "," if len(shape) == 1 else ""
        words += f" of shape ({', '.join(map(str, shape))}{comma})"
    return Rule(
        words,
        lambda value: (
            value.dtype.kind in kinds
            and _fits(value.shape, shape)
            and (value.dtype.kind != "f" or _is_finite(value))
        ),
        to_array,
    )


def to_array(value: Any) -> np.ndarray:
    """A numpy array of an array, a tensor or a nested list.

    One that lies in a file stays there.

    Raises:
        ValueError: (or another error of numpy's or a backend's) if it is
            none, such as a list of rows that differ in length.
    """
    if isinstance(value, np.ndarray):
        return value
    if hasattr(value, "dtype"):
        return ops.convert_to_numpy(value)
    return np.asarray(value)


def _tuple_of(values: Any) -> tuple:
    """The elements of a list, as Python's own; refuses str, dict and set."""
    if isinstance(values, (str, bytes, Mapping, Set)):
        raise TypeError
    return tuple(
        value.item() if isinstance(value, np.generic) else value
        for value in values
    )


def _is_finite(value: np.ndarray) -> bool:
    """Whether all numbers are finite, in float32 too."""
    with np.errstate(over="ignore"):
        return bool(np.isfinite(value.astype("float32")).all())


def _fits(shape: Sequence[int], wanted: Sequence[int | str]) -> bool:
    return not wanted or (
        len(shape) == len(wanted)
        and all(
            isinstance(size, str) or size == given
            for given, size in zip(shape, wanted)
        )
    )


def _name_of(cls: type) -> str:
    """The name by which users know a class."""
    if cls.__module__ == "builtins":
        return cls.__name__
    room = cls.__module__.rpartition(".")[0] or cls.__module__
    return f"`{room.replace('.src', '')}.{cls.__name__}`"


COUNT = whole(1, 2**31 - 1)._replace(
    expected="an int of 1 or more, below 2**31"
)
NATURAL = whole(0, 2**31 - 1)._replace(
    expected="an int of 0 or more, below 2**31"
)
# Widths of networks: what is wider is a slip, and no memory holds it.
WIDTH = whole(1, 2**16)
SEED = whole(0, 2**32 - 1)
FLAG = one_of(True, False)
TEXT = instance(str)
PATH = Rule(
    "a path (str or path-like)",
    lambda value: bool(
        isinstance(value, (str, os.PathLike))
        and os.fspath(value).isprintable()
        and os.fspath(value)
    ),
)
FILE = Rule(
    "a file that exists",
    lambda value: pathlib.Path(value).expanduser().is_file(),
    error=FileNotFoundError,
)
NEW_FILE = Rule(
    "a file in a folder that exists",
    lambda value: (
        pathlib.Path(value).parent.is_dir() and not pathlib.Path(value).is_dir()
    ),
    error=FileNotFoundError,
)
DICT = Rule("a dict", lambda value: isinstance(value, Mapping))
POSITIVE = number(above=0)
NOT_NEGATIVE = number(least=0)
FRACTION = number(above=0, below=1)
FUNCTION = Rule("a function", callable)
LAYER = instance(keras.layers.Layer)
INITIALIZER = Rule(
    "a Keras initializer, or the name of one",
    lambda value: isinstance(value, keras.initializers.Initializer),
    keras.initializers.get,
)
ACTIVATION = Rule(
    "a Keras activation: its name, or a function",
    callable,
    keras.activations.get,
)
