import numpy as np
import pytest

from keras_arae.preprocessing import ArrayBatches

pytestmark = pytest.mark.once
ROWS = np.arange(10)[:, None]


def epoch(batches):
    batches.on_epoch_begin()
    return [batches[index][:, 0].tolist() for index in range(len(batches))]


def test_every_row_once_then_the_first_ones_again():
    batches = epoch(ArrayBatches(ROWS, 4, shuffle_key=lambda: (1, 2)))
    rows = sum(batches, [])
    assert [len(batch) for batch in batches] == [4, 4, 4]
    assert sorted(rows[:10]) == list(range(10))
    assert rows[10:] == rows[:2]


def test_a_key_gives_an_order():
    keys = iter([(0, 1), (0, 2), (0, 1)])
    batches = ArrayBatches(ROWS, 5, shuffle_key=lambda: next(keys))
    first, second, third = (epoch(batches) for _ in range(3))
    assert first == third != second


def test_without_a_key_the_order_stays():
    assert sum(epoch(ArrayBatches(ROWS, 5)), []) == list(range(10))


def test_more_rows_than_there_are():
    assert epoch(ArrayBatches(ROWS[:3], 8)) == [[0, 1, 2, 0, 1, 2, 0, 1]]


def test_filled_up_rows_weigh_nothing():
    batch, target, weights = ArrayBatches(ROWS, 6, weighted=True)[1]
    assert batch[:, 0].tolist() == [6, 7, 8, 9, 0, 1]
    assert weights.tolist() == [1, 1, 1, 1, 0, 0]
    assert target is batch


def test_extra_rows_follow_and_differ_between_batches():
    key = (4, 0)
    batches = ArrayBatches(ROWS, 5, shuffle_key=lambda: key, num_extra=20)
    first, second = epoch(batches)
    assert sorted(first[:5] + second[:5]) == list(range(10))
    assert len(first) == 25 and first[5:] != second[5:]
    assert [first, second] == epoch(batches)


def test_nothing_at_all_is_refused():
    with pytest.raises(ValueError, match=r"Received: .* shape \(0, 1\)"):
        ArrayBatches(ROWS[:0], 4)
