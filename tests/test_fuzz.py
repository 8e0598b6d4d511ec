"""Bad input is refused in words, or answered rightly: some cases.

`tools/fuzz.py` tries all that are listed, and by chance as many as one likes.
"""

import itertools

import bad_input
import entry_points
import hypothesis
import pytest

pytestmark = pytest.mark.once
EVERY = 7  # Of the 27,000 that are listed.
NUM_CASES = 500


@pytest.fixture(scope="module")
def calls():
    return entry_points.calls()


def test_there_are_enough_entry_points(calls):
    assert len({call.name for call in calls}) == len(calls) > 150


def test_each_call_would_do(calls, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for call in calls:
        outcome = bad_input.run(bad_input.Case(call, {}))
        assert outcome.kind == bad_input.ANSWERED, f"{call}: {outcome}"


def test_bad_input_is_refused_in_words(calls, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cases = bad_input.each_alone(calls)
    for case in itertools.islice(cases, 0, None, EVERY):
        outcome = bad_input.run(case)
        assert outcome.kind not in bad_input.FAULTS, f"{case}: {outcome}"


def test_arguments_replaced_by_chance(calls, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    @hypothesis.settings(
        max_examples=NUM_CASES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(bad_input.cases(calls))
    def check(case):
        outcome = bad_input.run(case)
        assert outcome.kind not in bad_input.FAULTS, f"{case}: {outcome}"

    check()


def wrong(value):
    """An exception of another library."""
    return len(value)


FLAG = bad_input.Argument(True, bad_input.FLAG)


@pytest.mark.parametrize(
    "function, outcome",
    [
        (lambda value: None, bad_input.MALFORMED),
        (wrong, bad_input.UNCLEAR),
    ],
)
def test_faults_are_seen(function, outcome):
    call = bad_input.Call("call", function, {"value": FLAG})
    assert bad_input.run(bad_input.Case(call, {"value": 5})).kind == outcome


def test_a_hang_is_seen(monkeypatch):
    def forever(value):
        while True:
            pass

    monkeypatch.setattr(bad_input, "SECONDS", 1)
    call = bad_input.Call("call", forever, {"value": FLAG})
    outcome = bad_input.run(bad_input.Case(call, {"value": 5}))
    assert outcome.kind == bad_input.HANG
