"""Calls the public surface with bad input, and counts what becomes of it.

KERAS_BACKEND=torch python tools/fuzz.py --cases=10000 [--seed=0] [--only=NAME]
KERAS_BACKEND=torch python tools/fuzz.py --each [--only=NAME]
"""

import argparse
import collections
import os
import pathlib
import sys
import tempfile
import time

import hypothesis
from absl import logging

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "tests"))

import bad_input  # noqa: E402
import entry_points  # noqa: E402


def try_all(calls, num_cases, seed, report):
    """Runs as many cases of some calls, each drawn by chance."""

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=num_cases,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(bad_input.cases(calls))
    def try_one(case):
        report(case, bad_input.run(case))

    try_one()


def main():
    """Prints each fault, and a table of outcomes."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--cases", type=int, default=1000)
    flags.add_argument("--seed", type=int, default=0)
    flags.add_argument(
        "--each", action="store_true", help="Each value alone, none by chance."
    )
    flags.add_argument("--only", default="")
    flags = flags.parse_args()
    logging.set_verbosity(logging.ERROR)
    sys.stdout.reconfigure(errors="backslashreplace")
    os.chdir(tempfile.mkdtemp())  # For what is written by chance.
    calls = [c for c in entry_points.calls() if flags.only in c.name]
    counts, seen = collections.Counter(), set()
    started = time.monotonic()

    def report(case, outcome):
        counts[outcome.kind] += 1
        if outcome.kind in bad_input.FAULTS:
            line = f"{outcome} <- {case}"
            if line not in seen:
                seen.add(line)
                print(line, flush=True)

    if flags.each:
        for case in bad_input.each_alone(calls):
            report(case, bad_input.run(case))
    else:
        try_all(calls, flags.cases, flags.seed, report)
    total = sum(counts.values())
    seconds = time.monotonic() - started
    print(f"\n{total} cases, {len(calls)} entry points, {seconds:.0f} s")
    for kind in bad_input.OUTCOMES:
        print(f"| {kind} | {counts[kind]} | {counts[kind] / total:.1%} |")
    return any(counts[kind] for kind in bad_input.FAULTS)


if __name__ == "__main__":
    sys.exit(main())
