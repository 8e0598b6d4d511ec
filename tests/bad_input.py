"""Bad input by chance: calls that would do, with an argument or two replaced.

`entry_points.py` lists the calls; each of their arguments is of a kind. A kind
knows values that are nearly right, and which values may be answered at all:
to answer another one is a fault, as is an exception that does not say what
came. `tests/test_fuzz.py` tries some, `tools/fuzz.py` as many as one likes.
"""

import contextlib
import io
import pathlib
import signal
import traceback
import warnings
from collections.abc import Callable
from typing import Any
from typing import NamedTuple

import numpy as np
from hypothesis import strategies

import keras_arae

PACKAGE = str(pathlib.Path(keras_arae.__file__).parent)
SECONDS = 60

# An answer is right or wrong by what was asked for.
ANSWERED, REFUSED = "answered", "refused in words"
MALFORMED, UNCLEAR, HANG = "malformed, answered", "unclear exception", "hang"
OUTCOMES = (ANSWERED, REFUSED, UNCLEAR, HANG, MALFORMED)
FAULTS = (UNCLEAR, HANG, MALFORMED)


# The last stops training whose numbers are not finite.
CLEAR = (ValueError, TypeError, OSError, FloatingPointError)


class Kind(NamedTuple):
    """What an argument is.

    Attributes:
        near: callable. Values that are nearly right, from one that is.
        may_be: callable. Whether a value, beside one that is right, may be
            answered.
        alone: bool. Whether that can only be said where no other argument is
            replaced: two lists may be shorter together.
    """

    near: Callable[[Any], list]
    may_be: Callable[[Any, Any], bool]
    alone: bool = False


class Argument(NamedTuple):
    """An argument of a call that would do."""

    value: Any
    kind: Kind
    optional: bool = False


class Call(NamedTuple):
    """A call that would do: a function of arguments by name."""

    name: str
    function: Callable
    arguments: dict[str, Argument]

    def __repr__(self):
        return self.name


class Case(NamedTuple):
    """A call with some arguments replaced."""

    call: Call
    replaced: dict[str, Any]

    def __repr__(self):
        with np.printoptions(threshold=12, edgeitems=2):
            values = (f"{k}={_words(v)}" for k, v in self.replaced.items())
            return f"{self.call.name}({', '.join(values)})"


def _words(value):
    try:
        return f"{value!r:.150}"
    except Exception:
        return f"<{type(value).__name__}>"


class Outcome(NamedTuple):
    """What became of a case."""

    kind: str
    error: BaseException | None = None

    def __str__(self):
        if self.error is None:
            return self.kind
        frames = traceback.extract_tb(self.error.__traceback__)
        place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        name, text = type(self.error).__name__, str(self.error)[:300]
        return f"{self.kind}: {name}: {text} ({place})"


class TooLong(BaseException):
    """No exception that a program under test would catch."""


def run(case: Case) -> Outcome:
    """Calls, and says what became of it."""
    arguments = {k: v.value for k, v in case.call.arguments.items()}
    try:
        with _limited(), _quiet():
            case.call.function(**{**arguments, **case.replaced})
    except TooLong as error:
        return Outcome(HANG, error)
    except Exception as error:
        clear = is_clear(error) or _of_callers(case)
        return Outcome(REFUSED if clear else UNCLEAR, error)
    for name, value in case.replaced.items():
        argument = case.call.arguments[name]
        if value is None and argument.optional:
            continue
        if argument.kind.alone and len(case.replaced) > 1:
            continue
        if not _may_be(argument, value):
            return Outcome(MALFORMED)
    return Outcome(ANSWERED)


def _may_be(argument, value):
    try:
        return argument.kind.may_be(value, argument.value)
    except Exception:  # No array, no number.
        return False


def _of_callers(case):
    """Whether a function of the caller's own may have raised."""
    return any(
        case.call.arguments[name].kind.may_be is FUNCTION.may_be
        and callable(value)
        for name, value in case.replaced.items()
    )


def is_clear(error: Exception) -> bool:
    """Whether it is the package that refuses, and says what came."""
    frames = traceback.extract_tb(error.__traceback__)
    return (
        isinstance(error, CLEAR)
        and frames[-1].filename.startswith(PACKAGE)
        and "Received:" in str(error)
    )


@contextlib.contextmanager
def _limited():
    def stop(*_):
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _quiet():
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


# Values that are wrong almost everywhere.


class Odd:
    """An object of a user's own, which says nothing of itself."""

    def __repr__(self):
        raise RuntimeError("no words")


JUNK = [
    None,
    True,
    -1,
    0,
    2.5,
    2**40,
    float("nan"),
    float("inf"),
    1j,
    "",
    "nonsense",
    b"bytes",
    b"\xff",
    "\ud800",
    [],
    (),
    {},
    set(),
    {"a": 1},
    {"a", "b"},
    [None],
    ["a", None],
    ["a", 1],
    [["a"], ["b", "c"]],
    [[1], [1, 2]],
    [float("nan")],
    range(3),
    int,
    len,
    Odd(),
    np.array(3),
    np.array([1j, 2.0]),
    np.array([None, "a"]),
    np.array(["a", "b"]),
    np.array([[1.0, np.nan]]),
    np.zeros((2, 3, 4, 5)),
    np.zeros((0, 3)),
]


@strategies.composite
def cases(draw, calls):
    """A case of one of some calls."""
    call = draw(strategies.sampled_from(calls))
    names = draw(
        strategies.lists(
            strategies.sampled_from(sorted(call.arguments)),
            min_size=1,
            max_size=2,
            unique=True,
        )
    )
    replaced = {}
    for name in names:
        argument = call.arguments[name]
        near = argument.kind.near(argument.value) or JUNK
        replaced[name] = draw(
            strategies.sampled_from(near)
            | strategies.sampled_from(near)
            | strategies.sampled_from(JUNK)
            | strategies.integers(-(2**33), 0)
            | strategies.floats()
            | strategies.text(
                strategies.characters(exclude_characters="/."), max_size=3
            )
            | strategies.lists(strategies.integers(-3, 3), max_size=3)
        )
    return Case(call, replaced)


def each_alone(calls):
    """The cases that chance draws from lists, of one argument each: all."""
    for call in calls:
        for name, argument in call.arguments.items():
            for value in (*argument.kind.near(argument.value), *JUNK):
                yield Case(call, {name: value})


# Kinds of arguments.


def is_int(value, least=1, most=None):
    """Whether a value is an int of a range, and no bool."""
    return (
        isinstance(value, (int, np.integer))
        and not isinstance(value, bool)
        and least <= value
        and (most is None or value <= most)
    )


def whole(least=1, most=None, huge=()):
    """Ints; `huge` are those that must be refused, or do no harm."""
    return Kind(
        lambda value: [least - 1, str(value), np.int64(value), [value], *huge],
        lambda value, _: is_int(value, least, most),
    )


COUNT = whole()
BOUNDED = whole(huge=(10**6,))
WIDTH = whole(most=2**16, huge=(10**6,))
SEED = whole(0, 2**32 - 1)
NATURAL = whole(0)


def real(least=0.0, most=np.inf, open_=True):
    """Finite numbers of a range."""

    def may_be(value, _):
        if isinstance(value, bool) or not isinstance(
            value, (int, float, np.floating, np.integer)
        ):
            return False
        inside = least < value if open_ else least <= value
        return bool(inside and value <= most and np.isfinite(value))

    return Kind(
        lambda value: [-value, str(value), np.float32(value), [value], 1e300],
        may_be,
    )


POSITIVE = real()
FACTOR = real(open_=False)
FLAG = Kind(
    lambda value: [1, "yes", np.bool_(True)],
    lambda value, _: isinstance(value, (bool, np.bool_)),
)


def choice(*names):
    """One of some names."""
    return Kind(
        lambda value: [f"{value}x", [value], f"{value}".encode()],
        lambda value, _: isinstance(value, str) and value in names,
    )


def or_none(kind):
    """What another kind is, or `None`."""
    return kind._replace(
        may_be=lambda value, right: value is None or kind.may_be(value, right)
    )


ANY = Kind(lambda value: [], lambda value, _: True)
TEXT = Kind(
    lambda value: [value + "x", value.encode()],
    lambda value, _: isinstance(value, str),
)
PATH = Kind(
    lambda value: [b"x", "no/folder/at/all", "a\0b", pathlib.Path("nowhere")],
    lambda value, _: isinstance(value, (str, pathlib.Path)),
)


def is_texts(value):
    """Whether a value is a list of strings, or an array of some."""
    if isinstance(value, (str, bytes, dict, set)):
        return False
    try:
        return all(isinstance(text, (str, bytes)) for text in value)
    except TypeError:
        return False


TEXTS = Kind(
    lambda value: [
        value[0],
        [*value, None],
        [*value, 5],
        [value],
        set(value),
        dict.fromkeys(value, 1),
        value[:1],
        [text.encode() for text in value],
        ["", " "],
        np.array(value),
        np.array(value, object),
        np.array([[text] for text in value]),
        np.array(len(value) * [1.5]),
        [value, value],
        iter(value),
    ],
    lambda value, _: is_texts(value),
)
# Of a pair of lists that belong together.
PAIRED = Kind(
    lambda value: [value[:-1], *TEXTS.near(value)[:-1]],
    lambda value, right: is_texts(value) and len(list(value)) == len(right),
    alone=True,
)


def array(kinds, least=-np.inf, most=np.inf, rows=None, finite=True):
    """Arrays: of the rank and the width of the one that is right."""

    def may_be(value, right):
        try:
            value = np.asarray(value)
        except ValueError:
            return False
        return bool(
            value.dtype.kind in kinds
            and value.shape[1:] == right.shape[1:]
            and value.ndim == right.ndim
            and (rows is None or len(value) == len(right))
            and (not value.size or float(value.min()) >= least)
            and (not value.size or float(value.max()) <= most)
            and (not finite or np.isfinite(value).all())
        )

    return Kind(_near_array, may_be, alone=rows is not None)


def _near_array(value):
    value = np.asarray(value)
    floats = value.astype("float64")
    wide = floats if value.dtype.kind == "f" else value.astype("int64")
    broken, infinite = floats.copy(), floats.copy()
    broken.flat[0], infinite.flat[-1] = np.nan, np.inf
    return [
        value[:0],
        value[:1],
        value[:-1],
        value[0],
        value[None],
        value[..., None],
        value[..., :-1],
        np.concatenate([value, value], axis=-1),
        value.T,
        value.tolist(),
        [value[0].tolist(), [1]],
        [None] * len(value),
        -value - 1,
        wide + 2**20,
        wide + 2**40,
        floats + 0.5,
        floats * 1e300,
        broken,
        infinite,
        floats.astype("float16"),
        value.astype(complex),
        value.astype(object),
        value.astype(str),
        value.astype(bool),
        value.astype("uint8"),
    ]


NUMBERS = array("iufb", -1e38, 1e38)
FEATURES = array("iuf")
# Of any width.
TABLE = Kind(
    _near_array,
    lambda value, _: (
        np.ndim(value) == 2
        and np.asarray(value).dtype.kind in "iuf"
        and bool(np.isfinite(value).all())
    ),
)


def images(value, right):
    """Whether a value is images, with an axis of one channel or without."""
    value = np.asarray(value)
    limit = 1 if value.dtype.kind == "f" else 255
    return (
        value.dtype.kind in "iubf"
        and value.ndim > 2
        and np.prod(value.shape[1:]) == right[0].size
        and bool((value >= 0).all() and (value <= limit).all())
    )


IMAGES = Kind(_near_array, images)


def labels(num_classes, names=()):
    """One label for each row."""

    def may_be(value, right):
        if np.shape(value) != np.shape(right):
            return False
        return all(
            (isinstance(label, str) and label in names)
            or is_int(label, 0, num_classes - 1)
            for label in list(value)
        )

    def near(value):
        value = np.asarray(value)
        others = _near_array(np.arange(len(value)) % num_classes)
        return [*others, len(value) * ["nonsense"], [*value[:-1], None]]

    return Kind(near, may_be, alone=True)


def of_type(*classes):
    """Objects of a class."""
    return Kind(
        lambda value: [type(value)],
        lambda value, _: isinstance(value, classes),
    )


MAPPING = Kind(
    lambda value: [
        {**value, "another": None},
        dict(list(value.items())[1:]),
        dict.fromkeys(value),
        dict.fromkeys(value, "x"),
        list(value.items()),
    ],
    lambda value, _: isinstance(value, dict),
)


def tuples(kind, least=0, most=9):
    """Lists of what another kind is."""

    def may_be(value, right):
        if not isinstance(value, (list, tuple, np.ndarray, range)):
            return False
        return least <= len(value) <= most and all(
            kind.may_be(part, right[0]) for part in value
        )

    return Kind(
        lambda value: [
            value[0],
            value[:1],
            [*value, None],
            [*value, *value],
            [value],
            *([*value[:-1], part] for part in kind.near(value[0])),
        ],
        may_be,
    )


FUNCTION = Kind(lambda value: ["len"], lambda value, _: callable(value))
