"""What times the steps of one program, a backend or the PyTorch loop."""

import dataclasses
import functools
import time

import keras
import numpy as np


def make_timer(name, size, **options):
    """Builds the model of a program.

    Args:
        name: str. A backend, `"pytorch"`, `"pytorch-padded"` or
            `"pytorch-compiled"`.
        size: `workloads.Text` or `workloads.Images`.
        **options: `fresh`, `phase`, `device` and `policy`.

    Returns:
        A callable from a number of steps to their milliseconds.
    """
    make = time_loop if name.startswith("pytorch") else time_fit
    return make(name, size, **options)


def time_fit(name, size, fresh, phase, policy, device):
    """Times steps as `fit` takes them, with its batches."""
    keras.config.set_dtype_policy(policy)
    model = size.model(critic_data="fresh" if fresh else "reuse")
    model.compile(*size.optimizers())
    if phase:
        phases = model.phases
        model.phases = lambda: [
            dataclasses.replace(p, objective={p.logs[0]: 1.0})
            for p in phases()
            if p.name == phase
        ]
    rows = size.rows(size.batch_size * 50)

    def take_steps(steps):
        clock = Clock()
        indices = np.arange((steps + 1) * size.batch_size) % len(rows)
        model.fit(
            rows[indices],
            batch_size=size.batch_size,
            verbose=0,
            callbacks=[clock],
        )
        # The first step of a `fit` pays for its start.
        first, *others = 1000 * np.diff(clock.times)
        return [first] if steps == 1 else others

    return take_steps


class Clock(keras.callbacks.Callback):
    """Notes when each step has ended; reading its loss waits for it."""

    def __init__(self):
        super().__init__()
        self.times = []

    def on_train_begin(self, logs=None):
        self.times.append(time.perf_counter())

    def on_train_batch_end(self, batch, logs=None):
        float(logs["loss"])
        self.times.append(time.perf_counter())


def time_loop(name, size, fresh, phase, policy, device):
    """Times steps of the PyTorch loop, or of one phase of it."""
    import pytorch_baseline

    baseline = pytorch_baseline.Baseline(
        size,
        device,
        padded_logits=name.endswith("padded"),
        compiled=name.endswith("compiled"),
    )
    rows = size.rows(size.batch_size * 50)
    if not phase:
        return functools.partial(
            pytorch_baseline.time_steps, baseline, rows, fresh=fresh
        )

    def take_steps(steps):
        milliseconds = []
        for _ in range(steps):
            batch = baseline.prepare(rows[: size.batch_size])
            start = time.perf_counter()
            run_phase(baseline, phase, batch)
            baseline.synchronize()
            milliseconds.append(1000 * (time.perf_counter() - start))
        return milliseconds

    return take_steps


def run_phase(baseline, phase, batch):
    """What a phase of `keras_arae.ARAE` does, in the loop."""
    if phase == "reconstruction":
        baseline.reconstruction_step(*batch)
    elif phase == "critic":
        code = baseline.networks.encode(*batch).detach()
        for _ in range(baseline.size.critic_steps):
            baseline.critic_step(code)
    elif phase == "encoder":
        baseline.encoder_step(baseline.networks.encode(*batch))
    else:
        baseline.generator_step(len(batch[0]))


def operations_per_second(device="cpu", rows=640, dim=300, units=11000):
    """Floating-point operations a second of a backend's matrix product."""
    shapes = [(rows, dim), (dim, units)]
    x, y = (keras.ops.ones(shape, "float32") for shape in shapes)
    if keras.config.backend() == "torch":
        x, y = x.to(device), y.to(device)
    seconds = []
    for _ in range(8):
        start = time.perf_counter()
        float(keras.ops.matmul(x, y)[0, 0])
        seconds.append(time.perf_counter() - start)
    return 2 * rows * dim * units / np.median(seconds)
