"""How long a training step takes: each backend beside a PyTorch loop.

    python benchmarks/train_step.py --size=snli --json=step.json
    python benchmarks/train_step.py --size=mnist --schedule=fresh --phases

One process a backend and one for `pytorch_baseline.py`; they take turns on
the same machine (A B A B). Prints medians over all turns, the ratio to the
baseline and to the floor: the time that the matrix products of a step would
take at the best rate that any of the programs reached in the same run. With
--phases also the time of a step of one phase alone. Memory: the most that a
program holds beyond what it held before its model was made, with weights and
compiled code; and beyond what it holds between steps.
"""

import json
import pathlib

import interleaved
import numpy as np
import timers
import workloads
from absl import flags

import keras_arae

flags.DEFINE_enum("size", "snli", sorted(workloads.SIZES), "Sizes.")
flags.DEFINE_enum("schedule", "reuse", ["reuse", "fresh"], "Critic's data.")
flags.DEFINE_list(
    "programs",
    ["pytorch", "tensorflow", "jax", "torch"],
    "Backends, pytorch (the loop), pytorch-padded (as released), "
    "pytorch-compiled (by torch.compile).",
)
flags.DEFINE_string("device", "cpu", "Of the loop: cpu or cuda.")
flags.DEFINE_integer("steps", 20, "Steps a turn.")
flags.DEFINE_integer("turns", 5, "Turns of each program.")
flags.DEFINE_integer("batch_size", None, "In place of the size's own.")
flags.DEFINE_string("policy", "float32", "Dtype policy of the backends.")
flags.DEFINE_bool("phases", False, "Time each phase alone as well.")
flags.DEFINE_string("json", None, "A file for the numbers.")
flags.DEFINE_string("worker", None, "Serve as this program (used inside).")
flags.DEFINE_string("phase", None, "Only this phase (used inside).")
FLAGS = flags.FLAGS

PHASES = ("reconstruction", "critic", "encoder", "generator")


def chosen_size():
    return workloads.resized(FLAGS.size, batch_size=FLAGS.batch_size)


def main(_):
    if FLAGS.worker:
        serve(FLAGS.worker)
        return
    workers = {name: start_worker(name) for name in FLAGS.programs}
    answers = {name: [] for name in workers}
    for _ in range(FLAGS.turns):
        for name, worker in workers.items():
            answers[name].append(worker.ask(steps=FLAGS.steps))
    for worker in workers.values():
        worker.close()
    results = summary(workers, answers)
    if FLAGS.phases:
        for name in workers:
            results[name].update(time_phases(name))
    print_table(results)
    if FLAGS.json:
        results["floor"]["flags"] = FLAGS.flag_values_dict()
        text = json.dumps(results, indent=1, default=str)
        pathlib.Path(FLAGS.json).write_text(text)


def start_worker(name, phase=None):
    flag_names = ("size", "schedule", "device", "batch_size", "policy")
    arguments = [
        f"--{key}={FLAGS[key].value}"
        for key in flag_names
        if FLAGS[key].value is not None
    ]
    if phase:
        arguments.append(f"--phase={phase}")
    backend = "torch" if name.startswith("pytorch") else name
    return interleaved.Worker(
        __file__, [f"--worker={name}", *arguments], backend
    )


def summary(workers, answers):
    size = chosen_size()
    rate = max(
        np.median([answer["rate"] for answer in found])
        for found in answers.values()
    )
    operations = size.floating_point_operations(
        size.rows(size.batch_size * 50), FLAGS.schedule == "fresh"
    )
    results = {
        "floor": {
            "gigaflops": rate / 1e9,
            "milliseconds": 1000 * operations / rate,
        }
    }
    for name, worker in workers.items():
        times = np.concatenate([answer["steps"] for answer in answers[name]])
        low, median, high = np.percentile(times, [25, 50, 75])
        results[name] = {
            "milliseconds": median,
            "quartiles": [low, high],
            "first step": worker.ready["first"],
            "peak MB": max(answer["peak"] for answer in answers[name]),
            "MB of a step": max(answer["own"] for answer in answers[name]),
        }
    return results


def time_phases(name):
    """Milliseconds of a step that holds one phase only."""
    times = {}
    for phase in PHASES:
        worker = start_worker(name, phase)
        answers = [worker.ask(steps=FLAGS.steps) for _ in range(2)]
        worker.close()
        times[phase] = np.median(answers[-1]["steps"])
    return times


def print_table(results):
    floor = results["floor"]["milliseconds"]
    size = chosen_size()
    print(
        f"{FLAGS.size}, batch {size.batch_size}, {FLAGS.schedule}: "
        f"{results['floor']['gigaflops']:.0f} GFLOP/s, floor {floor:.1f} ms"
    )
    columns = [
        "ms a step", "quartiles", "rows/s", "times the loop's speed",
        "times the floor", "first step, s", "peak MB", "MB of a step",
    ]  # fmt: skip
    columns += PHASES if FLAGS.phases else ()
    print("| program |", " | ".join(columns), "|")
    print("|---" * (len(columns) + 1) + "|")
    loop = results.get("pytorch", {}).get("milliseconds", float("nan"))
    for name in FLAGS.programs:
        found = results[name]
        median = found["milliseconds"]
        low, high = found["quartiles"]
        cells = [
            f"{median:.1f}",
            f"{low:.1f} to {high:.1f}",
            f"{1000 * size.batch_size / median:.0f}",
            f"{loop / median:.2f}",
            f"{median / floor:.2f}",
            f"{found['first step'] / 1000:.1f}",
            f"{found['peak MB']:.0f}",
            f"{found['MB of a step']:.0f}",
        ]
        if FLAGS.phases:
            cells += [f"{found[phase]:.1f}" for phase in PHASES]
        print(f"| {name} |", " | ".join(cells), "|")


def serve(name):
    """Builds a program's model, takes a first step, then times steps."""
    import torch  # noqa: F401  (before tensorflow, whichever is used)

    base = interleaved.resident_megabytes()
    take_steps = timers.make_timer(
        name,
        chosen_size(),
        fresh=FLAGS.schedule == "fresh",
        phase=FLAGS.phase,
        device=FLAGS.device,
        policy=FLAGS.policy,
    )
    first = take_steps(1)[0]
    take_steps(3)

    def answer(steps):
        interleaved.reset_peak()
        rest = interleaved.resident_megabytes()
        times = take_steps(steps)
        peak = interleaved.peak_megabytes()
        rate = timers.operations_per_second(FLAGS.device)
        return {
            "steps": times,
            "peak": peak - base,
            "own": peak - rest,
            "rate": rate,
        }

    interleaved.serve(answer, first=first)


if __name__ == "__main__":
    keras_arae.script.run(main)
