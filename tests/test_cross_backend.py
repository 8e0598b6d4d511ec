"""The three backends beside each other, each in a process of its own."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

pytestmark = pytest.mark.once
HERE = pathlib.Path(__file__).parent


def run(backend, folder, *verbs):
    process = subprocess.run(
        [sys.executable, HERE / "cross_backend.py", folder, *verbs],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr[-3000:]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Torch saves; all three take a step; the other two load."""
    folder = tmp_path_factory.mktemp("cross_backend")
    run("torch", folder, "save", "step")
    for backend in ("tensorflow", "jax"):
        run(backend, folder, "step", "load")
    return folder


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_one_step_from_equal_weights_is_equal(folder, backend):
    expected = np.load(folder / "torch.npz")
    found = np.load(folder / f"{backend}.npz")
    assert set(found) == set(expected) and len(expected) > 20
    for key in expected:
        np.testing.assert_allclose(
            found[key], expected[key], atol=1e-5, err_msg=key
        )


def test_a_step_changes_every_network(folder):
    steps = np.load(folder / "torch.npz")
    assert steps["log.critic_loss"] != 0 and steps["log.generator_loss"] != 0


def test_a_jax_model_trains_on_torch(folder, tmp_path):
    run("jax", tmp_path, "save")
    run("torch", tmp_path, "load")
