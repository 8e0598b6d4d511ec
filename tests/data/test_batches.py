"""Batches of one set of rows, and of two beside each other."""

import numpy as np
import pytest

from keras_arae.data import ArrayBatches
from keras_arae.data import ZippedBatches

pytestmark = pytest.mark.once
ROWS = np.arange(10)[:, None]


def epoch(batches):
    batches.on_epoch_begin()
    return [batches[index][:, 0].tolist() for index in range(len(batches))]


def test_every_row_once_then_the_first_ones_again():
    batches = epoch(ArrayBatches(ROWS, 4, seed=1, clock=lambda: 2))
    rows = sum(batches, [])
    assert [len(batch) for batch in batches] == [4, 4, 4]
    assert sorted(rows[:10]) == list(range(10))
    assert rows[10:] == rows[:2]


def test_a_seed_and_a_step_give_an_order():
    steps = iter([1, 2, 1])
    batches = ArrayBatches(ROWS, 5, seed=0, clock=lambda: next(steps))
    first, second, third = (epoch(batches) for _ in range(3))
    assert first == third != second


def test_without_a_seed_the_order_stays():
    assert sum(epoch(ArrayBatches(ROWS, 5)), []) == list(range(10))


def test_more_rows_than_there_are():
    assert epoch(ArrayBatches(ROWS[:3], 8)) == [[0, 1, 2, 0, 1, 2, 0, 1]]


def test_filled_up_rows_weigh_nothing():
    batch, target, weights = ArrayBatches(ROWS, 6, weighted=True)[1]
    assert batch[:, 0].tolist() == [6, 7, 8, 9, 0, 1]
    assert weights.tolist() == [1, 1, 1, 1, 0, 0]
    assert target is batch


def test_extra_rows_follow_and_differ_between_batches():
    batches = ArrayBatches(ROWS, 5, seed=4, clock=lambda: 0, num_extra=20)
    first, second = epoch(batches)
    assert sorted(first[:5] + second[:5]) == list(range(10))
    assert len(first) == 25 and first[5:] != second[5:]
    assert [first, second] == epoch(batches)


def test_nothing_at_all_is_refused():
    with pytest.raises(ValueError, match=r"Received: .* shape \(0, 1\)"):
        ArrayBatches(ROWS[:0], 4)


def zipped(num_first, num_second, steps=(0,)):
    steps = {part: iter(steps) for part in (0, 1)}
    return ZippedBatches(
        *(
            ArrayBatches(
                np.arange(size),
                4,
                seed=part,
                clock=lambda part=part: next(steps[part]),
            )
            for part, size in enumerate((num_first, num_second))
        )
    )


def zipped_epoch(batches):
    batches.on_epoch_begin()
    steps = [batches[index] for index in range(len(batches))]
    return [np.concatenate(part).tolist() for part in zip(*steps)]


@pytest.mark.parametrize("sizes", [(20, 7), (7, 20)])
def test_the_smaller_set_comes_again_in_a_new_order(sizes):
    parts = zipped_epoch(zipped(*sizes))
    large, small = sorted(parts, key=max, reverse=True)
    assert sorted(large) == list(range(20))
    assert len(small) == 20
    assert sorted(small[:7]) == sorted(small[7:14]) == list(range(7))
    assert small[:7] != small[7:14]


def test_a_set_smaller_than_a_batch():
    large, small = zipped_epoch(zipped(11, 3))
    assert len(large) == len(small) == 12
    assert [sorted(small[i : i + 3]) for i in (0, 3, 6, 9)] == [[0, 1, 2]] * 4
    assert sorted(large[:11]) == list(range(11)) and large[11] == large[0]


def test_equal_steps_give_equal_epochs():
    batches = zipped(20, 7, steps=(0, 7, 0))
    first, second, third = (zipped_epoch(batches) for _ in range(3))
    assert first == third
    assert first[0] != second[0] and first[1] != second[1]


def test_an_epoch_of_given_steps():
    rows = np.arange(10)
    batches = ArrayBatches(rows, 4, seed=0, steps=6)
    batches.on_epoch_begin()
    found = np.concatenate([batches[index] for index in range(len(batches))])
    assert len(found) == 24
    assert sorted(found[:10]) == sorted(found[10:20]) == list(range(10))
    assert not np.array_equal(found[:10], found[10:20])
    assert len(ArrayBatches(rows, 4, steps=2)) == 2


@pytest.mark.parametrize("seed", [None, 0])
def test_passes_go_on_where_the_epoch_before_stopped(seed):
    batches = ArrayBatches(np.arange(10), 4, seed=seed, steps=2)
    rows = np.concatenate([sum(epoch_of(batches), []) for _ in range(5)])
    passes = [rows[i : i + 10].tolist() for i in range(0, 40, 10)]
    assert all(sorted(found) == list(range(10)) for found in passes)
    assert (passes[0] == passes[1]) == (seed is None)
    # Another run that has taken as many steps sees the same.
    others = ArrayBatches(np.arange(10), 4, seed=seed, clock=lambda: 6, steps=2)
    assert sum(epoch_of(others), []) == rows[24:32].tolist()


def epoch_of(batches):
    batches.on_epoch_begin()
    return [batches[index].tolist() for index in range(len(batches))]


def test_weights_stand_behind_and_rows_that_fill_up_have_none():
    weights = np.array([0.5, 1.0, 2.0])
    batches = ArrayBatches(ROWS[:3], 2, weights=weights)
    assert batches[1][2].tolist() == [2.0, 0.5]
    batches = ArrayBatches(ROWS[:3], 2, weights=weights, weighted=True)
    assert batches[1][2].tolist() == [2.0, 0.0]


def test_datasets_are_refused():
    batches = ArrayBatches(np.arange(4), 2)
    with pytest.raises(ValueError, match="Received: a ZippedBatches"):
        ZippedBatches(batches, ZippedBatches(batches, batches))
