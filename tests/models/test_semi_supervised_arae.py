"""Few labels beside many sentences: classes of sentences and of pairs."""

import keras
import numpy as np
import pytest
from conftest import NETWORKS
from conftest import few_steps
from conftest import make_gradient
from conftest import network
from conftest import number
from conftest import same
from conftest import weights_of
from conftest import with_prior

import keras_arae
from keras_arae.data import Batch
from keras_arae.models.semi_supervised_arae import LabeledBatch

NAMES = ["other", "he"]


@pytest.fixture(scope="module")
def labeled(clauses):
    """Clauses, and whether the word "he" is in them."""
    return clauses, [NAMES["he" in clause.split()] for clause in clauses]


@pytest.fixture(scope="module")
def pairs(clauses):
    """Pairs of clauses, one of which has the word "he" in it: which?"""
    he = [clause for clause in clauses if "he" in clause.split()]
    others = [clause for clause in clauses if "he" not in clause.split()]
    number = len(he)
    first, second = [*he, *others[:number]], [*others[:number], *he]
    return (first, second), ["first"] * number + ["second"] * number


@pytest.fixture(scope="module")
def make(preprocessor):
    def make(labels=NAMES, rate=1e-2, **options):
        options = {
            "embedding_dim": 12,
            "code_dim": 16,
            "hidden_dims": (20,),
            "critic_steps": 1,
            "seed": 3,
            **options,
        }
        keras.utils.set_random_seed(0)
        model = keras_arae.SemiSupervisedARAE(
            preprocessor, labels, **with_prior(options)
        )
        model.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0))
        return model

    return make


def supervised(make, **options):
    return make(prior=None, reconstruction_weight=0, **options)


def all_weights(model):
    return weights_of(*networks(model))


def networks(model):
    parts = [network(model, part) for part in NETWORKS]
    return [*parts, model.head]


def test_classes_of_sentences_are_learned(make, labeled):
    clauses, names = labeled
    model = supervised(make)
    history = model.fit(
        labeled_data=(clauses[:300], names[:300]),
        validation_data=(clauses[300:], names[300:]),
        epochs=15,
        verbose=0,
    ).history
    assert set(history) == {
        "loss", "classification_loss", "classification_accuracy", "val_loss",
        "val_classification_loss", "val_classification_accuracy",
        "noise_stddev", "learning_rate_autoencoder",
    }  # fmt: skip
    found = model.classify(clauses[300:])
    assert set(found) == set(NAMES)
    accuracy = np.mean(np.array(found) == names[300:])
    assert accuracy > 0.9
    shares = model.predict(clauses[300:])
    assert shares.shape == (100, 2)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-5)
    # Labels by name or by number; every example counts once.
    numbers = np.array([NAMES.index(name) for name in names[300:]])
    for y in (names[300:], numbers):
        report = model.evaluate(
            clauses[300:], y, batch_size=64, verbose=0, return_dict=True
        )
        assert report["classification_accuracy"] == pytest.approx(accuracy)
    nats = -np.log(shares[np.arange(100), numbers])
    assert report["classification_loss"] == pytest.approx(nats.mean(), rel=1e-4)
    assert history["val_classification_loss"][-1] == pytest.approx(
        nats.mean(), rel=1e-4
    )


def test_classes_of_pairs_are_learned(make, pairs):
    model = supervised(make, labels=["first", "second"], pairs=True)
    model.fit(labeled_data=pairs, epochs=20, batch_size=30, verbose=0)
    found = model.evaluate(*pairs, verbose=0, return_dict=True)
    assert found["classification_accuracy"] > 0.9
    assert model.classify((["he is good ."], ["they went ."])) == ["first"]
    assert model.classify((["they went ."], ["he is good ."])) == ["second"]


def test_as_many_steps_as_asked_for(make, labeled):
    """Small sets are cycled: no model of a comparison takes fewer steps."""
    clauses, names = labeled
    for weight in (0, 1):
        model = make(prior=None, reconstruction_weight=weight)
        model.fit(
            clauses[:100] if weight else None,
            (clauses[:20], names[:20]),
            batch_size=16,
            epochs=2,
            steps_per_epoch=9,
            verbose=0,
        )
        assert number(model.optimizer.iterations) == 18
        updates = number(model.optimizer["autoencoder"].iterations)
        assert updates == 18 * (1 + weight)


def test_one_fit_trains_all_parts(make, labeled, clauses):
    model = make()
    before = [weights_of(part) for part in networks(model)]
    history = model.fit(
        clauses[:100],
        labeled_data=(labeled[0][:20], labeled[1][:20]),
        validation_data=(labeled[0][300:], labeled[1][300:]),
        batch_size=25,
        epochs=2,
        verbose=0,
    ).history
    # Each step is one of each phase; those of three share an optimizer.
    assert number(model.optimizer["generator"].iterations) == 8
    assert number(model.optimizer["autoencoder"].iterations) == 24
    assert set(history) >= {"reconstruction_loss", "classification_loss"}
    after = [weights_of(part) for part in networks(model)]
    assert not any(same(old, new) for old, new in zip(before, after))
    expected = (
        history["reconstruction_loss"][-1]
        + history["classification_loss"][-1]
        + 0.1 * history["wasserstein_distance"][-1]
    )
    assert history["loss"][-1] == pytest.approx(expected, rel=1e-4)
    # What a TextARAE does goes on working.
    assert model.encode(clauses[:3]).shape == (3, 16)
    assert len(model.generate(3)) == 3
    report = model.evaluate(clauses[:50], verbose=0, return_dict=True)
    assert "reconstruction_loss" in report


def test_labels_alone_leave_the_other_networks_alone(make, labeled):
    model = make(reconstruction_weight=0)
    assert list(model.optimizer._members) == ["autoencoder"]
    parts = (model.decoder, model.prior.generator, model.prior.critic)
    before = weights_of(*parts), weights_of(model.encoder, model.head)
    model.fit(labeled_data=labeled, verbose=0)
    assert same(before[0], weights_of(*parts))
    assert not same(before[1], weights_of(model.encoder, model.head))


def test_sentences_alone_leave_the_head_alone(make, clauses):
    model = make(classification_weight=0, prior=None)
    before = weights_of(model.head)
    history = model.fit(clauses, validation_data=clauses, verbose=0).history
    assert same(before, weights_of(model.head))
    assert "classification_loss" not in history
    assert "val_reconstruction_loss" in history


@pytest.mark.once
def test_weights_scale_gradients(make, labeled, preprocessor):
    ids = keras.ops.convert_to_tensor(preprocessor(labeled[0][:8]))
    labels = keras.ops.convert_to_tensor([0, 1] * 4)
    model = make(prior=None, code_noise=0.0)
    for part, batch in [
        ("classification", LabeledBatch(None, ids[:, None], labels)),
        ("reconstruction", Batch(ids)),
    ]:
        loss = getattr(model, f"{part}_loss")
        gradients = []
        for weight in (1.0, 3.0):
            setattr(model, f"{part}_weight", weight)
            gradients.append(
                make_gradient(
                    lambda loss=loss, batch=batch: loss(batch)[0], model.encoder
                )
            )
        for once, thrice in zip(*gradients):
            np.testing.assert_allclose(3 * once, thrice, atol=1e-6, rtol=1e-4)


def test_resuming_is_exact(make, pairs, clauses, tmp_path):
    options = dict(labels=["first", "second"], pairs=True, critic_data="fresh")
    (first, second), names = pairs
    few = (first[::8], second[::8]), names[::8]
    data = dict(x=clauses[:40], labeled_data=few, batch_size=25, verbose=0)
    straight = few_steps(make(**options))
    expected = straight.fit(epochs=2, **data).history
    model = few_steps(make(**options))
    first = model.fit(epochs=1, **data).history
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.label_names == ("first", "second") and loaded.pairs
    np.testing.assert_array_equal(
        loaded.predict(pairs[0]), model.predict(pairs[0])
    )
    few_steps(loaded)
    second = loaded.fit(epochs=2, initial_epoch=1, **data).history
    for key, values in expected.items():
        assert first[key] + second[key] == values, key
    assert same(all_weights(loaded), all_weights(straight))


def test_a_head_of_ones_own_is_saved_too(make, labeled, tmp_path):
    head = keras.Sequential(
        [keras.layers.Dropout(0.5, seed=1), keras.layers.Dense(2)]
    )
    model = supervised(make, head=head, classification_weight=2.0)
    model.fit(labeled_data=labeled, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.classify(labeled[0]) == model.classify(labeled[0])
    assert loaded.classification_weight == 2.0
    # Dropout in training only.
    predicted = [model.predict(labeled[0]) for _ in range(2)]
    assert same([predicted[0]], [predicted[1]])
    few_steps(loaded).fit(labeled_data=labeled, verbose=0)


def test_an_encoder_goes_into_any_keras_model(make, labeled, preprocessor):
    arae = make(classification_weight=0, prior=None)
    arae.fit(labeled[0], verbose=0)
    ids = keras.Input((preprocessor.sequence_length,), dtype="int32")
    outputs = keras.layers.Dense(2, "softmax")(arae.encoder(ids))
    model = keras.Model(ids, outputs)
    model.compile(
        keras.optimizers.Adam(1e-2),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    codes = keras.ops.convert_to_numpy(arae.encoder(preprocessor(["he is ."])))
    norm = np.linalg.norm(codes, axis=1, keepdims=True)
    np.testing.assert_allclose(
        codes / norm, arae.encode(["he is ."]), atol=1e-5
    )
    x = preprocessor(labeled[0])
    y = np.array([NAMES.index(name) for name in labeled[1]])
    before = weights_of(arae.encoder)
    history = model.fit(x, y, epochs=10, verbose=0).history
    assert history["accuracy"][-1] > 0.9
    assert not same(before, weights_of(arae.encoder))


def test_wrong_settings_are_refused(make):
    for options, message in [
        ({"labels": ["one"]}, r"Received: names=\['one'\]"),
        ({"labels": ["one", "one"]}, "2 or more distinct names"),
        ({"labels": [0, 1]}, r"Received: names=\[0, 1\]"),
        ({"labels": "ab"}, "Received: names='ab'"),
        ({"labels": 3}, "Received: names=3"),
        ({"classification_weight": -1}, "classification_weight=-1"),
        (
            {"classification_weight": 0, "reconstruction_weight": 0},
            "not both be zero",
        ),
        ({"condition": 2}, "Received: condition=2"),
        ({"standardize_codes": True}, "Received: standardize_codes=True"),
        (
            {"head": keras.layers.Dense(3)},
            r"\(batch, 2\).*Received: \(2, 3\)",
        ),
    ]:
        with pytest.raises(ValueError, match=message):
            make(**options)


def test_wrong_examples_are_refused(make, labeled, pairs):
    clauses, names = labeled
    model = make()
    for x, data, message in [
        (None, labeled, "sentences without labels.*Received: x=None"),
        ([], labeled, "Received: 0 sentences"),
        (clauses, None, "examples with labels.*Received: labeled_data=None"),
        (clauses, ([], []), "Received: 0 examples"),
        (clauses, (clauses, None), r"a tuple \(examples, labels\)"),
        (clauses, clauses, r"a tuple \(examples, labels\)"),
        (clauses, (clauses, names[:9]), "400 integer labels.*shape"),
        (clauses, (["he ."], ["she"]), r"the unknown \['she'\]"),
        (clauses, (["he ."], [2]), "labels from 2 to 2"),
        (clauses, pairs, "Received: an element"),
    ]:
        with pytest.raises(ValueError, match=message):
            model.fit(x, data, verbose=0)
    with pytest.raises(ValueError, match=r"the unknown \['she'\]"):
        model.evaluate(["he ."], ["she"], verbose=0)
    with pytest.raises(ValueError, match="`reconstruction_weight=0` nothing"):
        supervised(make).fit(clauses, labeled, verbose=0)
    model = make(pairs=True)
    (first, second), _ = pairs
    for x, message in [
        ((first, second[:9]), "Received: 84 and 9"),
        (list(zip(first, second)), "a tuple of two lists.*of type list"),
        (first, "a tuple of two lists"),
        ((first, second, first), "a tuple of two lists"),
        ((first[0], second[0]), "not one string"),
    ]:
        with pytest.raises(ValueError, match=message):
            model.predict(x)
