"""A row of weight w counts as w rows, in each phase, by every way in."""

import keras
import numpy as np
import pytest
from conftest import same
from conftest import weights_of
from keras import ops

import keras_arae

layers = keras_arae.layers


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).integers(2, size=(32, 6)).astype("int32")


@pytest.fixture(scope="module")
def y(x):
    return np.arange(len(x)) % 2


@pytest.fixture(scope="module")
def weights(x):
    return np.random.default_rng(1).uniform(0, 2, len(x)).astype("float32")


def make(condition=2, prior=True, code_noise=0.05, **options):
    keras.utils.set_random_seed(0)
    game = keras_arae.priors.AdversarialPrior(
        layers.Generator(4, (8,)), layers.Critic((8,)), noise_dim=4, **options
    )
    model = keras_arae.ARAE(
        layers.DenseEncoder(4, (8,), batch_normalization=False),
        layers.DenseDecoder((6,), 2, (8,), batch_normalization=False),
        game if prior else None,
        codec=keras_arae.data.ArrayCodec((6,), 2),
        condition=condition,
        code_noise=code_noise,
        seed=3,
    )
    rates = [1e-2] * (3 if prior else 1)
    model.compile(
        *[keras.optimizers.Adam(rate) for rate in rates],
        run_eagerly=True,  # For a few steps the soonest done.
    )
    return model


def fit(model, *data, batch_size=16, **options):
    model.fit(*data, batch_size=batch_size, verbose=0, shuffle=False, **options)
    return [np.concatenate([w.ravel() for w in weights_of(model)])]


def test_a_row_of_weight_two_counts_as_two_rows(x):
    once, twice = (make(None, prior=False, code_noise=0.0) for _ in range(2))
    weights = np.ones(12, "float32")
    weights[:4] = 2
    for model in (once, twice):  # Adam would blow up rounding.
        model.compile(keras.optimizers.SGD(0.1), run_eagerly=True)
    fit(once, x[:12], batch_size=12, sample_weight=weights)
    fit(twice, np.concatenate([x[:4], x[:12]]))
    for a, b in zip(weights_of(once), weights_of(twice)):
        np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.mark.parametrize(
    "options",
    [
        {},
        pytest.param(
            {"critic_regularizer": "gradient_penalty"}, marks=pytest.mark.once
        ),
        pytest.param({"critic_data": "fresh"}, marks=pytest.mark.once),
        pytest.param({"condition": None}, marks=pytest.mark.once),
    ],
)
def test_a_row_of_weight_zero_is_not_seen(x, y, options):
    weights = np.ones(len(x), "float32")
    weights[::3] = 0
    other, other_y = x.copy(), y.copy()
    other[::3], other_y[::3] = 1 - other[::3], 1 - other_y[::3]
    found = []
    for rows, labels in ((x, y), (other, other_y)):
        model = make(**options)
        labels = None if model.condition is None else labels
        found.append(fit(model, rows, labels, sample_weight=weights))
    np.testing.assert_allclose(*found, atol=1e-6)
    plain = make(**options)
    labels = None if plain.condition is None else y
    assert not np.allclose(fit(plain, x, labels), found[0], atol=1e-4)


@pytest.mark.once
def test_weights_reach_the_classifier_of_transfer(make_transfer):
    sentences, labels = ["a b", "b c", "c d", "d a"] * 4, [0, 1, 0, 1] * 4
    weights = np.tile([1.0, 1.0, 0.0, 1.0], 4)
    others = ["a b", "b c", "d d", "d a"] * 4
    found = []
    for data in (sentences, others):
        model = make_transfer()
        found.append(fit(model, data, labels, sample_weight=weights))
    np.testing.assert_allclose(*found, atol=1e-6)


@pytest.fixture
def make_transfer():
    def make():
        keras.utils.set_random_seed(0)
        codec = keras_arae.TextPreprocessor(list("abcd"), max_length=3)
        model = keras_arae.TransferARAE(
            codec, condition=2, embedding_dim=4, code_dim=6, seed=0
        )
        model.compile()
        return model

    return make


@pytest.mark.once
def test_weights_of_a_language_model():
    codec = keras_arae.TextPreprocessor(list("abcd"), max_length=3)
    found = []
    for last in ("d", "a a a"):
        keras.utils.set_random_seed(0)
        model = keras_arae.LanguageModel(codec, embedding_dim=4, units=6)
        model.compile()
        found.append(fit(model, ["a b", last], sample_weight=[1.0, 0.0]))
    assert same(*found)


def test_a_batch_of_no_weight_changes_nothing_to_nan(x, y):
    weights = np.zeros(len(x), "float32")
    model = make(critic_regularizer="gradient_penalty")
    fit(model, x, y, sample_weight=weights)
    assert np.isfinite(model.encode(x)).all()
    assert model.evaluate(x, y, sample_weight=weights, verbose=0)[0] == 0


class Batches(keras.utils.PyDataset):
    def __init__(self, *parts):
        super().__init__()
        self.parts = parts

    def __len__(self):
        return 2

    def __getitem__(self, index):
        rows = slice(index * 16, index * 16 + 16)
        return tuple(None if p is None else p[rows] for p in self.parts)


def in_tensorflow(*parts):
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensor_slices(parts).batch(16)


def in_torch(*parts):
    torch = pytest.importorskip("torch")
    tensors = [torch.tensor(part) for part in parts]
    return torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(*tensors), batch_size=16
    )


@pytest.mark.once
@pytest.mark.parametrize("batches_of", [Batches, in_tensorflow, in_torch])
def test_every_way_in_gives_the_same(x, y, weights, batches_of):
    arrays, batches = make(), make()
    expected = fit(arrays, x, y, sample_weight=weights)
    dataset = batches_of(x, y, weights)
    found = fit(batches, dataset)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert not np.allclose(expected, fit(make(), x, y), atol=1e-4)
    # And out of it.
    np.testing.assert_allclose(
        batches.evaluate(dataset, verbose=0),
        arrays.evaluate(x, y, 16, sample_weight=weights, verbose=0),
        rtol=1e-3,
    )


@pytest.mark.once
@pytest.mark.parametrize("batches_of", [Batches, in_tensorflow, in_torch])
def test_without_a_condition(x, weights, batches_of):
    expected = fit(make(None), x, sample_weight=weights)
    found = fit(make(None), batches_of(x, x, weights))
    np.testing.assert_allclose(found, expected, atol=1e-6)
    with pytest.raises(ValueError, match="no condition"):
        fit(make(None), batches_of(x, np.arange(len(x)), weights))


def test_none_stands_for_no_labels(x, weights):
    expected = fit(make(None), x, sample_weight=weights)
    found = fit(make(None), Batches(x, None, weights))
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.once
def test_weights_of_classes(x, y):
    expected = fit(make(), x, y, sample_weight=np.where(y == 1, 3.0, 1.0))
    found = fit(make(), x, y, class_weight={1: 3.0})
    assert same(found, expected)
    model = make(["bad", "good"])
    found = fit(model, x, y, class_weight={"good": 3.0})
    assert same(found, expected)
    with pytest.raises(ValueError, match="Received: 'great'"):
        fit(model, x, y, class_weight={"great": 1.0})
    with pytest.raises(ValueError, match="condition is classes"):
        fit(make(None), x, class_weight={1: 3.0})


def test_held_out_rows_have_weights(x, y, weights):
    model = make()
    numbers = model.evaluate(x, y, sample_weight=weights, verbose=0)
    assert numbers != model.evaluate(x, y, verbose=0)
    twice = np.repeat(x, 2, axis=0), np.repeat(y, 2)
    names = ("reconstruction_loss", "accuracy", "code_norm")
    found = model.evaluate(
        x, y, sample_weight=np.full(32, 2.0), verbose=0, return_dict=True
    )
    expected = model.evaluate(*twice, verbose=0, return_dict=True)
    for name in names:
        assert found[name] == pytest.approx(expected[name], rel=1e-4)
    logs = model.fit(
        x, y, verbose=0, validation_data=(x, y, weights), epochs=1
    ).history
    after = model.evaluate(
        x, y, sample_weight=weights, verbose=0, return_dict=True
    )
    assert logs["val_accuracy"][0] == pytest.approx(after["accuracy"])


@pytest.mark.once
def test_weights_of_examples(clauses, preprocessor):
    model = keras_arae.SemiSupervisedARAE(
        preprocessor, labels=["a", "b"], embedding_dim=6, code_dim=8
    )
    model.compile()
    labels = ["a", "b"] * 8
    weights = np.arange(16, dtype="float32")
    found = model.evaluate(
        clauses[:16], labels, sample_weight=weights, verbose=0, return_dict=True
    )
    right = np.array(model.classify(clauses[:16])) == labels
    expected = np.average(right, weights=weights)
    assert found["classification_accuracy"] == pytest.approx(expected)
    model.fit(
        clauses[:32], (clauses[:16], labels, np.zeros(16)), verbose=0, epochs=1
    )
    with pytest.raises(ValueError, match="takes no `sample_weight`"):
        model.fit(
            clauses[:32], (clauses[:16], labels), sample_weight=np.ones(32)
        )


def test_the_prior_is_fitted_to_weighted_codes(x):
    model = make(None, prior=False)
    model.prior = keras_arae.priors.GaussianPrior()
    weights = np.zeros(len(x))
    with pytest.raises(ValueError, match="weights are all zero"):
        model.fit_prior(x, sample_weight=weights)
    weights[[2, 5]] = 1
    model.fit(x, sample_weight=weights, verbose=0)
    codes = model.encode(x[[2, 5]])
    mean = ops.convert_to_numpy(model.prior.mean).ravel()
    share = (mean - codes[1]) @ (codes[0] - codes[1])
    share /= np.sum(np.square(codes[0] - codes[1]))
    np.testing.assert_allclose(
        mean, share * codes[0] + (1 - share) * codes[1], atol=1e-5
    )


@pytest.mark.parametrize(
    "weights, received",
    [
        (np.ones(3), r"shape \(3,\)"),
        (-np.ones(32), "from -1.0"),
        (np.full(32, np.nan), "nan"),
        (np.ones((32, 2)), r"shape \(32, 2\)"),
    ],
)
def test_wrong_weights_are_refused(x, y, weights, received):
    for verb in ("fit", "evaluate"):
        with pytest.raises(ValueError, match=f"Received: .*{received}"):
            getattr(make(), verb)(x, y, sample_weight=weights, verbose=0)


def test_weights_beside_a_dataset_are_refused(x, y, weights):
    dataset = Batches(x, y)
    for verb in ("fit", "evaluate"):
        with pytest.raises(ValueError, match="brings its weights"):
            getattr(make(), verb)(dataset, sample_weight=weights, verbose=0)
    with pytest.raises(ValueError, match="brings its weights"):
        fit(make(), dataset, class_weight={0: 1.0})
