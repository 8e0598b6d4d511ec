"""The three backends beside each other, each in a process of its own."""

import numpy as np
import pytest
from scripts import run_script

pytestmark = pytest.mark.once


def run(backend, folder, *verbs):
    process = run_script(
        "tests/cross_backend.py", folder, *verbs, backend=backend
    )
    assert process.returncode == 0, process.stderr[-3000:]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Torch saves; all three take a step; the other two load; JAX saves."""
    folder = tmp_path_factory.mktemp("cross_backend")
    run("torch", folder, "save", "step")
    run("tensorflow", folder, "step", "load")
    run("jax", folder, "step", "load", "save")
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


def test_a_jax_model_trains_on_torch(folder):
    run("torch", folder, "load")
