"""The Gaussian prior: its moments, and how it takes another one's place."""

import keras
import numpy as np
import pytest
from conftest import number
from keras import ops

from keras_arae.priors import GaussianPrior


def made(code_dim=3, condition_dim=0, normalized=False):
    prior = GaussianPrior()
    prior.prepare(code_dim, condition_dim, normalized)
    return prior


def correlated_codes(num_codes=400):
    generator = np.random.default_rng(0)
    mixing = generator.normal(size=(3, 3))
    return generator.normal(size=(num_codes, 3)) @ mixing + [1.0, -2.0, 3.0]


def test_moments_are_those_of_codes():
    codes = correlated_codes()
    prior = made()
    prior.fit(codes)
    mean = ops.convert_to_numpy(prior(np.zeros((1, 3), "float32")))[0]
    np.testing.assert_allclose(mean, codes.mean(axis=0), atol=1e-5)
    factor = ops.convert_to_numpy(prior.factor)
    covariance = np.cov(codes.T)
    np.testing.assert_allclose(factor.T @ factor, covariance, atol=1e-4)
    samples = ops.convert_to_numpy(prior.sample(20000, seed=0))
    # Some five standard errors of 20,000 draws.
    np.testing.assert_allclose(
        np.cov(samples.T), covariance, atol=0.05 * covariance.max()
    )


def test_each_class_has_a_mean_of_its_own():
    codes = correlated_codes(300)
    labels = np.arange(300) % 3
    codes[labels == 1] += 5.0
    codes[labels == 2, 0] -= 4.0
    condition = np.eye(3, dtype="float32")
    prior = made(condition_dim=3)
    prior.fit(codes, condition[labels])
    found = prior(np.zeros((3, 3), "float32"), condition)
    expected = [codes[labels == label].mean(axis=0) for label in range(3)]
    np.testing.assert_allclose(ops.convert_to_numpy(found), expected, atol=1e-4)
    within = sum(np.cov(codes[labels == k].T, bias=True) for k in range(3)) / 3
    factor = ops.convert_to_numpy(prior.factor)
    np.testing.assert_allclose(factor.T @ factor, within, rtol=0.01, atol=0.01)


def test_samples_are_where_codes_live():
    prior = made(normalized=True)
    prior.fit(correlated_codes())
    norms = np.linalg.norm(ops.convert_to_numpy(prior.sample(50)), axis=1)
    np.testing.assert_allclose(norms, 1.0, atol=1e-5)


@pytest.mark.parametrize("shape", [(5, 4), (5,), (1, 3)])
def test_codes_of_another_shape_are_refused(shape):
    with pytest.raises(
        ValueError, match="at least 2 codes.*Received: codes=.*shape"
    ):
        made().fit(np.zeros(shape))


def test_it_takes_another_priors_place(make_model, clauses, tmp_path):
    model = make_model()
    model.fit(clauses[:90], batch_size=30, verbose=0)
    model.prior = GaussianPrior()
    for refused in (
        lambda: model.generate(3),
        lambda: model.interpolate(steps=3),
        lambda: model.generate_codes(3),
    ):
        with pytest.raises(ValueError, match="fit_prior.*GaussianPrior"):
            refused()
    model.fit_prior(clauses)
    codes = model.encode(clauses)
    found = ops.convert_to_numpy(model.prior.mean)
    np.testing.assert_allclose(found, codes.mean(axis=0), atol=1e-4)
    samples = model.generate(9, seed=1)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.generate(9, seed=1) == samples
    assert len(loaded.interpolate(steps=3, seed=0)) == 3
    noise = np.ones((2, 16), "float32")
    before = model.generate_codes(noise)
    for each in (model, loaded):
        history = each.fit(clauses[:90], batch_size=30, verbose=0).history
        assert "critic_loss" not in history
        # Adam went on from where it was.
        assert number(each.optimizer.iterations) == 6
        assert number(each.optimizer["autoencoder"].iterations) == 9
        fitted_anew = each.generate_codes(noise)
        assert np.abs(fitted_anew - before).max() > 1e-3
    found = model.evaluate(clauses[:50], verbose=0, return_dict=True)
    expected = loaded.evaluate(clauses[:50], verbose=0, return_dict=True)
    assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.once
def test_another_prior_takes_its_place(make_model, clauses):
    model = make_model(prior="gaussian", compiled=False)
    model.compile()
    model.fit(clauses[:90], batch_size=30, verbose=0)
    model.prior = make_model(compiled=False).prior
    history = model.fit(clauses[:90], batch_size=30, verbose=0).history
    assert "critic_loss" in history
    assert len(model.generate(3)) == 3
    model.prior = None
    assert "critic_loss" not in model.fit(clauses[:90], verbose=0).history
    with pytest.raises(ValueError, match="no prior.*Received: prior=None"):
        model.generate(3)


def test_fit_fits_it(make_model, clauses):
    model = make_model(prior="gaussian", compiled=False)
    model.compile()
    model.fit(clauses, verbose=0)
    assert model.prior.is_fitted
    assert len(model.generate(5)) == 5


def test_classes_reach_it_through_a_model(make_model, clauses):
    labels = np.arange(len(clauses)) % 2
    model = make_model(prior="gaussian", condition=2, compiled=False)
    model.compile()
    model.fit(clauses, labels, verbose=0)
    codes = model.encode(clauses)
    noise = np.zeros((2, 16), "float32")
    found = model.generate_codes(noise, [0, 1])
    means = np.stack([codes[labels == k].mean(axis=0) for k in (0, 1)])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    np.testing.assert_allclose(found, means, atol=1e-3)
    assert len(model.generate(3, label=1)) == 3


def test_other_priors_are_not_fitted_afterwards(make_model, clauses):
    for model in (make_model(), make_model(prior=None, compiled=False)):
        with pytest.raises(ValueError, match="fitted afterwards.*Received"):
            model.fit_prior(clauses)


def test_a_prior_belongs_to_codes_of_one_kind(make_model):
    prior = made(code_dim=5)
    with pytest.raises(ValueError, match="of its own.*Received: "):
        make_model(prior=prior)
    with pytest.raises(ValueError, match="Received: prior='normal'"):
        make_model(prior="normal")


@pytest.mark.once
def test_rows_held_out_of_a_fit_are_held_out_of_it(make_model, clauses):
    model = make_model(prior="gaussian", compiled=False)
    model.compile()
    model.fit(clauses[:80], validation_split=0.75, verbose=0)
    found = ops.convert_to_numpy(model.prior.mean)
    expected = model.encode(clauses[:20]).mean(axis=0)
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.once
def test_weights_by_position_reach_it(make_model, clauses):
    model = make_model(prior="gaussian", compiled=False)
    model.compile()
    weights = np.eye(80)[7]  # One sentence counts.
    # All arguments up to `sample_weight`, in their order.
    rest = (40, 1, 0, None, None, 0.0, True, None, weights)
    model.fit(clauses[:80], None, *rest)
    found = ops.convert_to_numpy(model.prior.mean)
    expected = model.encode(clauses[7:8])[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)
