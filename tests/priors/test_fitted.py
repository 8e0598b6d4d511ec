"""Priors that are fitted to codes: mixtures and flows, alone and in models."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_arae
from keras_arae.layers import VelocityNetwork
from keras_arae.priors import FlowMatchingPrior
from keras_arae.priors import GaussianPrior
from keras_arae.priors import KernelPrior
from keras_arae.priors import MixturePrior
from keras_arae.priors import PrincipalDirections


def mixture(**options):
    return MixturePrior(**{"num_components": 4, **options})


def kernel(**options):
    return KernelPrior(**{"num_codes": 150, "bandwidth": 0.2, **options})


def flow(**options):
    network = VelocityNetwork(units=32, num_blocks=2, dtype="float32")
    quick = {"num_updates": 500, "learning_rate": 3e-3, "num_steps": 16}
    return FlowMatchingPrior(network, **{**quick, **options})


def flow_of_few_updates(**options):
    """For what does not ask how well it fits."""
    return flow(**{"num_updates": 20, "num_steps": 4, **options})


KINDS = {"mixture": mixture, "kernel": kernel, "flow": flow}
QUICK_KINDS = {**KINDS, "flow": flow_of_few_updates}


def fitted(prior, codes, condition=None, normalized=False):
    condition_dim = 0 if condition is None else condition.shape[1]
    prior.prepare(codes.shape[1], condition_dim, normalized)
    prior.fit(codes, condition)
    return prior


def two_heaps(num_codes=1000):
    """Codes around 4 and around -4, where a Gaussian has most at 0."""
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=num_codes)
    codes = rng.normal(size=(num_codes, 3))
    codes[:, 0] += np.where(labels, 4.0, -4.0)
    return codes, labels


def draws(prior, num_codes=1000, condition=None):
    return ops.convert_to_numpy(prior.sample(num_codes, condition, seed=0))


def share_between(codes):
    return np.mean(np.abs(codes[:, 0]) < 1.5)


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_draws_lie_in_both_heaps_and_not_between(make):
    codes, _ = two_heaps()
    assert share_between(draws(fitted(GaussianPrior(), codes))) > 0.2
    found = draws(fitted(make(), codes))
    assert share_between(found) < 0.15
    assert abs(np.mean(found[:, 0] > 0) - 0.5) < 0.1
    np.testing.assert_allclose(found[:, 1:].std(axis=0), 1.0, atol=0.2)


@pytest.mark.once
@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_each_class_has_its_heap(make):
    codes, labels = two_heaps()
    prior = fitted(make(), codes, np.eye(2)[labels])
    for label, center in ((0, -4.0), (1, 4.0)):
        condition = np.eye(2, dtype="float32")[[label] * 500]
        found = draws(prior, 500, condition)
        assert abs(found[:, 0].mean() - center) < 0.8
        assert np.mean(found[:, 0] * center > 0) > 0.95


@pytest.mark.once
def test_guidance_exaggerates_a_condition():
    codes, labels = two_heaps()
    # A condition that says little: so is what it adds.
    weak = np.where(np.random.default_rng(1).random(1000) < 0.3, 1, labels)
    condition = np.eye(2, dtype="float32")[[1] * 500]
    shares = [
        np.mean(
            draws(
                fitted(flow(guidance=guidance), codes, np.eye(2)[weak]),
                500,
                condition,
            )[:, 0]
            > 0
        )
        for guidance in (1.0, 3.0)
    ]
    assert shares[1] > shares[0] + 0.05


@pytest.mark.once
def test_churn_draws_around_the_flow():
    codes, _ = two_heaps()
    prior = fitted(flow(churn=0.5, num_steps=8), codes)
    assert prior.noise_dim == 24
    found = draws(prior)
    assert share_between(found) < 0.1
    noise = np.random.default_rng(0).normal(size=(200, 24)).astype("float32")
    noise[:, :3] = 0.5  # One start; what comes after differs.
    spread = ops.convert_to_numpy(prior(noise)).std(axis=0)
    assert spread[1] > 0.3


@pytest.mark.once
@pytest.mark.parametrize("make", QUICK_KINDS.values(), ids=QUICK_KINDS)
def test_a_seed_repeats_a_fit(make):
    codes, _ = two_heaps(200)
    prior = fitted(make(seed=1), codes)
    first = draws(prior, 5)
    prior.fit(codes)  # Begins anew.
    second = draws(prior, 5)
    other = draws(fitted(make(seed=2), codes), 5)
    np.testing.assert_allclose(first, second, atol=1e-4)
    assert np.abs(first - other).max() > 1e-3


@pytest.mark.once
def test_few_codes_and_directions_without_variance():
    codes = np.zeros((5, 4))
    codes[:, 1] = np.arange(5.0)
    prior = fitted(MixturePrior(num_directions=2), codes)
    found = draws(prior, 50)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[:, [0, 2, 3]], 0.0, atol=1e-4)
    assert found[:, 1].std() > 0.5
    found = draws(fitted(flow(num_updates=5), codes), 50)
    assert np.isfinite(found).all()


@pytest.mark.once
def test_noise_walks_from_component_to_component():
    codes, _ = two_heaps()
    prior = fitted(mixture(), codes)
    noise = np.zeros((50, 4), "float32")
    noise[:, 0] = np.linspace(-3, 3, 50)
    path = ops.convert_to_numpy(prior(noise))[:, 0]
    jumps = np.abs(np.diff(path))
    assert (
        path[0] * path[-1] < 0 and np.sum(jumps > 1e-4) < prior.num_components
    )


@pytest.mark.parametrize("bandwidth", [0.01, 0.5, 1.0])
def test_kernels_keep_mean_and_covariance(bandwidth):
    codes = np.random.default_rng(0).exponential(size=(2000, 3)) * [1, 2, 3]
    prior = fitted(KernelPrior(bandwidth=bandwidth, num_codes=2000), codes)
    found = draws(prior, 20000)
    np.testing.assert_allclose(found.mean(axis=0), codes.mean(axis=0), atol=0.1)
    np.testing.assert_allclose(np.cov(found.T), np.cov(codes.T), atol=0.4)
    # Of a Gaussian a sixth lies a standard deviation below the mean; of an
    # exponential distribution nothing.
    below = np.mean(found[:, 0] < codes[:, 0].mean() - codes[:, 0].std())
    expected = {0.01: (0.0, 0.02), 0.5: (0.09, 0.14), 1.0: (0.14, 0.18)}
    least, most = expected[bandwidth]
    assert least <= below <= most


@pytest.mark.once
def test_narrow_kernels_draw_codes_of_the_condition():
    rng = np.random.default_rng(0)
    asked = rng.normal(size=(3000, 1))
    codes = rng.normal(size=(3000, 3))
    codes[:, 0] = asked[:, 0] ** 2  # No line goes through it.
    prior = fitted(KernelPrior(bandwidth=0.05), codes, asked)
    for value in (-1.5, 0.0, 1.5):
        condition = np.full((500, 1), value, "float32")
        found = draws(prior, 500, condition)[:, 0]
        assert abs(found.mean() - value**2) < 0.25


@pytest.mark.once
def test_places_along_directions_have_variance_one():
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(500, 4)) @ rng.normal(size=(4, 4)) + 3.0
    directions = PrincipalDirections(2, code_dim=4)
    x = directions.learn(codes)
    np.testing.assert_allclose(np.cov(x.T), np.eye(2), atol=1e-6)
    # The two directions hold most of the variance.
    rest = codes - ops.convert_to_numpy(directions(x.astype("float32")))
    values = np.linalg.eigvalsh(np.cov(codes.T))
    assert np.trace(np.cov(rest.T)) == pytest.approx(values[:2].sum(), rel=1e-3)


@pytest.mark.parametrize("make", QUICK_KINDS.values(), ids=QUICK_KINDS)
def test_a_model_draws_from_it_and_saves_it(
    make, make_model, clauses, tmp_path
):
    labels = np.arange(len(clauses)) % 2
    is_flow = make is flow_of_few_updates
    options = {"guidance": 2.0, "churn": 0.3} if is_flow else {}
    prior = make(num_directions=6, **options)
    model = make_model(prior=prior, condition=2, compiled=False)
    model.compile(run_eagerly=True)
    model.fit(clauses[:60], labels[:60], batch_size=60, verbose=0)
    samples = model.generate(4, label=1, seed=0)
    path = model.interpolate(label=0, steps=3, seed=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.prior.is_fitted
    assert loaded.generate(4, label=1, seed=0) == samples
    assert loaded.interpolate(label=0, steps=3, seed=0) == path


@pytest.mark.parametrize("make", [mixture, kernel, GaussianPrior])
def test_another_prior_than_the_models(make, make_model, clauses):
    model = make_model(prior="gaussian", compiled=False)
    model.fit_prior(clauses)
    own = model.generate(9, seed=0)
    other = make()
    with pytest.raises(ValueError, match="has not been fitted"):
        model.generate(9, prior=other)
    model.fit_prior(clauses[:9], prior=other)
    codes = model.generate_codes(500, prior=other)
    np.testing.assert_allclose(
        codes.mean(axis=0), model.encode(clauses[:9]).mean(axis=0), atol=0.1
    )
    assert len(model.generate(3, prior=other, seed=0)) == 3
    # Fitted again, it is not what was compiled, and the model's own is.
    model.fit_prior(clauses[:2], prior=other)
    again = model.generate_codes(500, prior=other)
    assert np.abs(again - codes).max() > 1e-3
    assert model.generate(9, seed=0) == own
    assert other not in model._flatten_layers()
    for given, received in [
        ("gaussian", "'gaussian'"),
        (keras_arae.priors.AdversarialPrior(), "<Adv"),
    ]:
        for verb, data in (("generate", 3), ("fit_prior", clauses)):
            with pytest.raises(ValueError, match=f"Received: prior={received}"):
                getattr(model, verb)(data, prior=given)


@pytest.mark.once
@pytest.mark.parametrize("make", QUICK_KINDS.values(), ids=QUICK_KINDS)
def test_a_condition_is_needed_where_one_is_seen(make, caplog):
    codes, labels = two_heaps(100)
    prior = make()
    prior.prepare(3, condition_dim=3, normalized=False)
    with pytest.raises(ValueError, match="needs one.*condition=None"):
        prior.fit(codes)
    prior.fit(codes, np.eye(3)[labels])
    assert "no codes of the classes [2]" in caplog.text
    with pytest.raises(ValueError, match="needs one.*condition=None"):
        prior.sample(2)


@pytest.mark.once
@pytest.mark.parametrize("make", QUICK_KINDS.values(), ids=QUICK_KINDS)
def test_chances_are_of_float32_where_models_are_of_bfloat16(make):
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        prior = fitted(make(), two_heaps(100)[0])
        noise = np.random.default_rng(0).normal(size=(9, prior.noise_dim))
        codes = prior(noise.astype("float32"))
        network = FlowMatchingPrior().network
    finally:
        keras.config.set_dtype_policy(policy)
    assert keras.backend.standardize_dtype(codes.dtype) == "float32"
    assert {layer.compute_dtype for layer in network._flatten_layers()} == {
        "float32"
    }


@pytest.mark.once
def test_flow_settings_without_effect_are_refused():
    with pytest.raises(ValueError, match="churn=0.5, num_steps=1"):
        flow(churn=0.5, num_steps=1)
    with pytest.raises(ValueError, match="sees none.*guidance=2.0"):
        flow(guidance=2.0).prepare(code_dim=3)


@pytest.mark.once
@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_noise_of_another_width_is_refused(make):
    with pytest.raises(ValueError, match="leave .* out.*noise_dim=7"):
        make(noise_dim=7).prepare(code_dim=3)
