"""The rules of arguments: what they say, take and refuse."""

import inspect
import pathlib

import keras
import numpy as np
import pytest

from keras_arae import arguments
from keras_arae.arguments import COUNT
from keras_arae.arguments import FLAG
from keras_arae.arguments import SEED
from keras_arae.arguments import TEXT
from keras_arae.arguments import array
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import either
from keras_arae.arguments import instance
from keras_arae.arguments import number
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.arguments import shown
from keras_arae.arguments import whole

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "rule, value, read",
    [
        (COUNT, 3, 3),
        (COUNT, np.int64(3), 3),
        (SEED, 0, 0),
        (SEED, 2**32 - 1, 2**32 - 1),
        (number(least=0), np.float32(0.5), 0.5),
        (number(), 3, 3),
        (FLAG, np.bool_(True), True),
        (TEXT, np.str_("a"), "a"),
        (optional(COUNT), None, None),
        (either(COUNT, one_of("auto")), "auto", "auto"),
        (several(COUNT), [1, np.int32(2)], (1, 2)),
        (several(COUNT), np.array([1, 2]), (1, 2)),
        (several(COUNT), iter([1, 2]), (1, 2)),
        (instance(str), "a", "a"),
    ],
)
def test_taken(rule, value, read):
    found = check("x", value, rule)
    assert found == read and type(found) is type(read)


@pytest.mark.parametrize(
    "rule, value, words",
    [
        (COUNT, True, "an int of 1 or more.* Received: x=True"),
        (COUNT, 1.0, "x=1.0"),
        (COUNT, "3", "x='3'"),
        (COUNT, np.array([3]), r"x=an array of dtype int64 and shape \(1,\)"),
        (COUNT, 2**31, "below 2"),
        (whole(2, 5), 6, "an int from 2 to 5"),
        (SEED, -1, "from 0 to 4294967295"),
        (number(above=0, most=1), 0, "above 0 and at most 1"),
        (number(), float("nan"), "a finite number. Received: x=nan"),
        (number(), float("inf"), "x=inf"),
        (number(), 1j, "x=1j"),
        (number(), True, "x=True"),
        (FLAG, 1, r"one of \[True, False\]"),
        (one_of("a", "b"), ["a"], r"one of \['a', 'b'\]. Received: x=\['a'\]"),
        (several(COUNT, 2), [1], "a list of 2 or more, each an int"),
        (several(TEXT), "ab", "x='ab'"),
        (several(TEXT), {"a", "b"}, "a list"),
        (several(TEXT), 5, "x=5"),
        (optional(TEXT), 5, "a str, or None. Received: x=5"),
        (instance(keras.layers.Layer), 5, "a `keras.layers.Layer`"),
    ],
)
def test_refused_in_words(rule, value, words):
    with pytest.raises(ValueError, match=f"`x` must be .*{words}"):
        check("x", value, rule)


@pytest.mark.parametrize(
    "value",
    [
        np.zeros((2, 4)),
        np.zeros(3),
        [[1.0, 2.0, 3.0], [1.0]],
        [[1.0, 2.0, np.nan]],
        [[1.0, 2.0, 1e300]],
        [[1j, 0, 0]],
        [["a", "b", "c"]],
        [[None, 1, 2]],
        "abc",
        None,
    ],
    ids=str,
)
def test_arrays_of_another_shape_or_kind_are_refused(value):
    words = r"an array of finite numbers of shape \(num_codes, 3\)"
    with pytest.raises(ValueError, match=words):
        check("codes", value, array("num_codes", 3))


def test_arrays_tensors_and_lists_are_taken():
    rule = array("num_codes", 3)
    rows = [[1.0, 2.0, 3.0]]
    for value in (rows, np.array(rows), keras.ops.convert_to_tensor(rows)):
        found = check("codes", value, rule)
        assert isinstance(found, np.ndarray) and found.tolist() == rows


def test_a_missing_file_is_one(tmp_path):
    with pytest.raises(FileNotFoundError, match="Received: path="):
        check("path", tmp_path / "none", arguments.FILE)
    with pytest.raises(FileNotFoundError, match="a folder that exists"):
        check("path", tmp_path / "none" / "x.png", arguments.NEW_FILE)
    for value in ("", "a\0b", b"bytes", 5):
        with pytest.raises(ValueError, match="a path"):
            check("path", value, arguments.PATH)
    check("path", pathlib.Path("new"), arguments.PATH)


def test_a_message_never_holds_all_of_the_data():
    class Odd:
        def __repr__(self):
            raise RuntimeError

    for value in (list(range(10**5)), "x" * 10**5, np.zeros(10**5), Odd()):
        assert len(shown(value)) < 100
    broken = np.zeros((4, 2))
    broken[2, 1] = np.nan
    assert shown(broken).endswith("NaN or infinity in 1 of 4 rows, first in 2")


@checked(size=COUNT, seed=optional(SEED), temperature=number(above=0))
def draw(size: int, seed: int | None = None, **options):
    """Draws."""
    return size, seed, options


def test_a_function_checks_what_it_is_called_with():
    assert draw(np.int64(2), temperature=0.5) == (2, None, {"temperature": 0.5})
    with pytest.raises(ValueError, match="`size` must .* size=0"):
        draw(0)
    with pytest.raises(ValueError, match="`seed` must .* seed=-1"):
        draw(size=1, seed=-1)
    with pytest.raises(ValueError, match="temperature=0"):
        draw(1, temperature=0)
    with pytest.raises(TypeError, match="draw.* missing .*'size'"):
        draw()


def test_a_function_keeps_its_signature_and_words():
    assert list(inspect.signature(draw).parameters) == [
        "size",
        "seed",
        "options",
    ]
    assert draw.__doc__ == "Draws." and draw.__name__ == "draw"


def test_a_rule_of_no_argument_is_a_slip():
    with pytest.raises(AssertionError, match="other"):

        @checked(other=COUNT)
        def function(size):
            pass
