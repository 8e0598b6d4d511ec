"""TransferARAE: attributes that codes leave out and decoders put back."""

import keras
import numpy as np
import pytest
from conftest import few_steps
from conftest import number
from conftest import same
from conftest import weights_of
from conftest import with_prior

import keras_arae

WHO = ["men", "dogs", "cats", "kings"]
WHAT = ["sleep", "run", "speak", "eat"]
MARKS = {"past": "did", "future": "will", "present": "do"}


@pytest.fixture(scope="module")
def sentences():
    """Sentences of one form, whose tense stands in one index."""
    return {
        name: [
            f"{who} {mark} {what} ."
            for who in WHO
            for what in WHAT
            for _ in range(4)
        ]
        for name, mark in MARKS.items()
    }


def classifier(num_classes):
    """A small one, of codes of width 24."""
    return keras_arae.layers.Classifier(num_classes, (32,), input_scale=24**0.5)


@pytest.fixture(scope="module")
def make(sentences):
    text = keras_arae.datasets.flatten(sentences)[0]
    codec = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)

    def make(labels=("past", "future"), **options):
        options = {
            "embedding_dim": 24,
            "code_dim": 24,
            "noise_dim": 8,
            "hidden_dims": (32,),
            "conditional": False,
            "code_noise": 0.02,
            "critic_steps": 1,
            "seed": 0,
            **options,
        }
        if "classifier" not in options and options.get("confusion_weight", 1):
            options["classifier"] = classifier(len(labels))
        model = keras_arae.TransferARAE(
            codec, list(labels), **with_prior(options)
        )
        model.compile(
            keras.optimizers.Adam(1e-2, global_clipnorm=1.0),
        )
        return model

    return make


def corpus(sentences, *names):
    return keras_arae.datasets.flatten(
        {name: sentences[name] for name in names}
    )


@pytest.mark.once  # Others below train on each backend.
def test_a_mark_changes_and_the_rest_stays(make, sentences):
    model = make()
    text, labels = corpus(sentences, "past", "future")
    model.fit(text, labels, epochs=50, batch_size=32, verbose=0)
    found = model.transfer(sentences["past"], to="future")
    marked = np.mean(["will" in sentence for sentence in found])
    kept = np.mean(
        [
            before.split()[0] == after.split()[0]
            for before, after in zip(sentences["past"], found)
        ]
    )
    assert marked > 0.9 and kept > 0.7
    # By number, and one label for each sentence.
    assert found == model.transfer(sentences["past"], to=1)
    text = [sentences["past"][0], sentences["future"][0]]
    assert "will" in model.transfer(text, to=["future", "past"])[0]
    samples = model.generate(20, label="future", seed=0)
    assert np.mean(["will" in sample for sample in samples]) > 0.9
    start, *_, end = model.interpolate(
        text[0], text[0], label="past", end_label="future"
    )
    assert "did" in start and "will" in end


@pytest.mark.parametrize(
    "options",
    [
        {"decoder_per_class": True},
        pytest.param(
            {"confusion": "flip", "labels": tuple(MARKS)},
            marks=pytest.mark.once,
        ),
        pytest.param(
            {"critic_data": "fresh", "critic_steps": 2, "labels": tuple(MARKS)},
            marks=pytest.mark.once,
        ),
    ],
)
def test_each_kind_trains_saves_and_goes_on(make, sentences, options, tmp_path):
    model = make(**options)
    text, labels = corpus(sentences, *model.condition.names)
    history = model.fit(
        text, labels, epochs=2, validation_data=(text, labels), verbose=0
    ).history
    for key in ("classifier_loss", "classifier_accuracy"):
        assert {key, f"val_{key}"} <= set(history)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.condition.names == model.condition.names
    assert loaded.transfer(text[:9], to="future") == model.transfer(
        text[:9], to="future"
    )
    losses = [
        few_steps(each).fit(text, labels, epochs=1, verbose=0).history
        for each in (model, loaded)
    ]
    for key in ("loss", "classifier_loss", "confusion_loss"):
        assert losses[0][key] == pytest.approx(losses[1][key], rel=1e-5)


def test_only_its_own_network_moves_in_each_phase(make, sentences):
    text, labels = corpus(sentences, "past", "future")
    model = make()
    batch = model.batch_of(
        keras.ops.convert_to_tensor(model.codec.encode(text[::4])),
        keras.ops.convert_to_tensor(model.condition.encode(labels[::4], 32)),
    )
    networks = [model.encoder, model.decoder, model.classifier]
    phases = {phase.name: phase for phase in model.phases()}
    assert list(phases) == [
        "reconstruction",
        "critic",
        "classifier",
        "encoder",
        "generator",
        "confusion",
    ]
    for name, moves in (("classifier", 2), ("confusion", 0)):
        phase = phases[name]
        assert phase.networks == [networks[moves]]
        for given in phase.inputs(batch)[:1]:
            first = number(phase.loss(given)[0])
            for _ in range(5):
                before = [weights_of(network) for network in networks]
                model.run_phase(phase, given)
            after = [weights_of(network) for network in networks]
            assert [same(a, b) for a, b in zip(before, after)] == [
                index != moves for index in range(3)
            ]
            assert number(phase.loss(given)[0]) < first


def test_a_rare_class_counts_as_much(make):
    model = make()
    members = np.eye(2, dtype="float32")[[0] * 63 + [1]]
    logits = np.zeros((64, 2), "float32")
    logits[-1] = [2.0, 0.0]
    members, logits = map(keras.ops.convert_to_tensor, (members, logits))
    nats = number(model.mean_nats(logits, members, members))
    rare = np.log1p(np.exp(2.0))
    assert nats == pytest.approx((np.log(2) + rare) / 2, rel=1e-5)
    # Rows that fill a batch up count nothing, nor do classes without rows.
    weights = keras.ops.convert_to_tensor([1.0] * 63 + [0.0], "float32")
    nats = number(model.mean_nats(logits, members, members, weights))
    assert nats == pytest.approx(np.log(2), rel=1e-5)


def test_other_labels_are_others_and_each_as_likely(make):
    model = make(labels=tuple(MARKS))
    members = np.eye(3, dtype="float32")[np.repeat([0, 1, 2], 300)]
    members = keras.ops.convert_to_tensor(members)
    other = keras.ops.convert_to_numpy(model.other_classes(members))
    other = other.argmax(axis=1)
    counts = np.array(
        [np.bincount(part, minlength=3) for part in other.reshape(3, 300)]
    )
    assert np.all(np.diag(counts) == 0)
    assert np.all(counts[~np.eye(3, dtype=bool)] > 100)


def test_a_decoder_for_each_class_is_that_class_alone():
    decoder = keras_arae.layers.ClassLSTMDecoder(2, 30, 4, units=6)
    code = np.random.default_rng(0).normal(size=(5, 6)).astype("float32")
    x = np.array([[5, 6, 2, 0]] * 5)

    def logits(shares):
        shares = np.full((5, 2), shares, "float32")
        return keras.ops.convert_to_numpy(
            decoder(np.concatenate([code, shares], axis=1), x)
        )

    first, second, mixed = logits([1, 0]), logits([0, 1]), logits([0.5, 0.5])
    assert not np.allclose(first, second, atol=1e-3)
    assert np.allclose(mixed, (first + second) / 2, atol=1e-5)
    # Step by step as at once.
    state = decoder.initial_state(
        keras.ops.convert_to_tensor(
            np.concatenate([code, np.tile([[0.3, 0.7]], (5, 1))], axis=1),
            "float32",
        ),
        4,
    )
    expected = logits([0.3, 0.7])
    previous = np.full(5, 1)
    for index in range(3):
        found, state = decoder.step(
            keras.ops.convert_to_tensor(previous),
            state,
            keras.ops.full((5,), index, "int32"),
        )
        found = keras.ops.convert_to_numpy(found)
        assert np.allclose(found, expected[:, index], atol=1e-5)
        previous = x[:, index]


def test_codes_are_classified_in_shares(make, sentences):
    model = make(labels=tuple(MARKS))
    shares = model.classify_codes(model.encode(sentences["past"][:5]))
    assert shares.shape == (5, 3)
    assert np.allclose(shares.sum(axis=1), 1.0, atol=1e-5)
    plain = make(prior=None)
    assert [phase.name for phase in plain.phases()] == [
        "reconstruction",
        "classifier",
        "confusion",
    ]
    plain = make(prior=None, confusion_weight=0.0)
    assert [phase.name for phase in plain.phases()] == ["reconstruction"]
    for without in (plain, make(confusion_weight=0.0)):
        with pytest.raises(ValueError, match="has no classifier"):
            without.classify_codes(np.zeros((2, 24), "float32"))


def test_wrong_classes_are_refused_with_what_came(make, sentences):
    model = make()
    text, labels = corpus(sentences, "past", "future")
    for y, message in [
        (labels[:-1], r"Expected 128 integer labels.*shape \(127,\)"),
        (["past", "later"] * 64, r"the unknown \['later'\]"),
        ([0, 2] * 64, "labels from 0 to 2"),
        (["past"] * 128, "Each class needs sentences.*'future': 0"),
        (None, "Received: none"),
    ]:
        with pytest.raises(ValueError, match=message):
            model.fit(text, y, verbose=0)
    for to in ("later", 2, -1):
        with pytest.raises(ValueError, match="Received: "):
            model.transfer(text[:3], to=to)
    for labels in (["past"], ["past", "past"], "past", [0, 1]):
        with pytest.raises(ValueError, match="2 or more distinct names"):
            keras_arae.TransferARAE(model.codec, labels)
    with pytest.raises(ValueError, match="`confusion` must be one of"):
        make(confusion="swap")
    with pytest.raises(ValueError, match="must return logits of shape"):
        make(classifier=keras_arae.layers.Classifier(3))
