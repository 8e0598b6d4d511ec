"""The same data have one name, others another."""

import numpy as np
import pytest

from keras_arae.data import fingerprint

pytestmark = pytest.mark.once


def test_equal_data_have_one_name():
    array = np.arange(6, dtype="uint8").reshape(2, 3)
    data = {"train": ["a b", "\ud800"], "images": array, "none": None}
    again = {"train": ("a b", "\ud800"), "images": array.copy(), "none": None}
    assert fingerprint(data) == fingerprint(again)
    assert fingerprint(array[:, ::2]) == fingerprint(array[:, ::2].copy())
    assert fingerprint(np.array(["a", "b"], object)) == fingerprint(["a", "b"])


def test_other_data_have_another_name():
    array = np.arange(6)
    others = [
        ["ab", "c"], ["a", "bc"], ["abc"], [["ab"], "c"], [], "", {}, None,
        {"ab": "c"}, array, array.reshape(2, 3), array.astype("int32"),
        array[::-1], array[:0], 3, 3.0,
    ]  # fmt: skip
    assert len({fingerprint(data) for data in others}) == len(others)


def test_a_file_of_rows_has_the_name_of_the_rows(tmp_path):
    rows = np.arange(60).reshape(20, 3)
    np.save(tmp_path / "rows.npy", rows)
    assert fingerprint(
        np.load(tmp_path / "rows.npy", mmap_mode="r")
    ) == fingerprint(rows)
