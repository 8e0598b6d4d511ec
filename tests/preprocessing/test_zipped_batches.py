import numpy as np
import pytest

from keras_arae.preprocessing import ArrayBatches
from keras_arae.preprocessing import ZippedBatches

pytestmark = pytest.mark.once


def zipped(num_first, num_second, keys=(0,)):
    keys = {place: iter(keys) for place in (0, 1)}
    return ZippedBatches(
        *(
            ArrayBatches(
                np.arange(size),
                4,
                shuffle_key=lambda place=place: (next(keys[place]), place),
            )
            for place, size in enumerate((num_first, num_second))
        )
    )


def epoch(batches):
    batches.on_epoch_begin()
    steps = [batches[index] for index in range(len(batches))]
    return [np.concatenate(part).tolist() for part in zip(*steps)]


@pytest.mark.parametrize("sizes", [(20, 7), (7, 20)])
def test_the_smaller_set_comes_again_in_a_new_order(sizes):
    parts = epoch(zipped(*sizes))
    large, small = sorted(parts, key=max, reverse=True)
    assert sorted(large) == list(range(20))
    assert len(small) == 20
    assert sorted(small[:7]) == sorted(small[7:14]) == list(range(7))
    assert small[:7] != small[7:14]


def test_a_set_smaller_than_a_batch():
    large, small = epoch(zipped(11, 3))
    assert len(large) == len(small) == 12
    assert [sorted(small[i : i + 3]) for i in (0, 3, 6, 9)] == [[0, 1, 2]] * 4
    assert sorted(large[:11]) == list(range(11)) and large[11] == large[0]


def test_equal_keys_give_equal_epochs():
    batches = zipped(20, 7, keys=(0, 1, 0))
    first, second, third = (epoch(batches) for _ in range(3))
    assert first == third
    assert first[0] != second[0] and first[1] != second[1]


def test_an_epoch_of_given_steps():
    rows = np.arange(10)
    batches = ArrayBatches(rows, 4, shuffle_key=lambda: (0,), steps=6)
    batches.on_epoch_begin()
    found = np.concatenate([batches[index] for index in range(len(batches))])
    assert len(found) == 24
    assert sorted(found[:10]) == sorted(found[10:20]) == list(range(10))
    assert not np.array_equal(found[:10], found[10:20])
    assert len(ArrayBatches(rows, 4, steps=2)) == 2


def test_datasets_are_refused():
    batches = ArrayBatches(np.arange(4), 2)
    with pytest.raises(ValueError, match="Received: a ZippedBatches"):
        ZippedBatches(batches, ZippedBatches(batches, batches))
