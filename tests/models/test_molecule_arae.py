"""Molecules in, molecules out: verbs, properties, search."""

import keras
import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import Crippen

import keras_arae
from keras_arae import MoleculeARAE
from keras_arae import MoleculePreprocessor
from keras_arae.data import chemistry

# Chains with a head and a tail, of many logP.
MOLECULES = [
    f"{head}{'C' * length}{tail}"
    for head in ("O", "N", "Cl", "c1ccccc1", "")
    for length in range(1, 6)
    for tail in ("O", "N", "")
]


def log_p(molecule):
    return Crippen.MolLogP(Chem.MolFromSmiles(molecule))


def make_model(**options):
    codec = MoleculePreprocessor.from_corpus(MOLECULES)
    options = {
        "prior": "gaussian",
        "code_noise": 0.02,
        "seed": 1,
        **options,
    }
    model = MoleculeARAE(codec, 12, code_dim=16, units=32, **options)
    rate = keras.optimizers.schedules.CosineDecay(2e-2, 180)
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0))
    return model


@pytest.fixture(scope="module")
def model():
    """One model for all tests, with two properties to ask for."""
    model = make_model(properties=["logP", "weight"])
    model.fit(MOLECULES, batch_size=25, epochs=60, verbose=0)
    return model


def test_molecules_come_back(model):
    assert model.codec.representation == "selfies"
    wanted = [chemistry.canonical(molecule) for molecule in MOLECULES]
    copies = model.reconstruct(MOLECULES)
    # 0.6 to 0.97 on three backends, by their first weights.
    assert np.mean([a == b for a, b in zip(copies, wanted)]) > 0.5
    codes = model.encode(MOLECULES[:4])
    np.testing.assert_allclose(np.linalg.norm(codes, axis=1), 1, atol=1e-5)
    # The condition of a molecule is told from it, wherever it comes in.
    results = model.evaluate(MOLECULES, verbose=0, return_dict=True)
    assert results["accuracy"] > 0.9 and results["code_trace"] > 0.7
    nats = model.negative_log_likelihood(MOLECULES[:5])
    other = model.negative_log_likelihood(
        MOLECULES[:5], {"logP": 4.0, "weight": 400.0}
    )
    assert nats.mean() < other.mean()
    path = model.interpolate("CCCO", "CCCCCN", steps=5)
    assert len(path) == 5
    assert all(Chem.MolFromSmiles(molecule) for molecule in path)


def test_a_property_that_was_asked_for(model):
    low, high = (
        model.generate(60, condition={"logP": value}, seed=0)
        for value in (-0.5, 2.5)
    )
    assert all(Chem.MolFromSmiles(m) is not None for m in low + high)
    low, high = (np.mean([log_p(m) for m in part]) for part in (low, high))
    assert high - low > 1.0
    both = {"logP": 1.0, "weight": [60.0, 90.0]}
    assert len(model.generate(2, condition=both, seed=0)) == 2
    assert len(model.generate(3, seed=0, only_valid=True)) == 3
    with pytest.raises(ValueError, match="'weight'.*Received: .'TPSA'"):
        model.generate(2, condition={"TPSA": 1.0})


def test_neighbors(model):
    found = model.neighbors("OCCC", 8, distance=1.2, seed=0)
    assert 1 < len(found) <= 8 and "CCCO" not in found
    assert len(set(found)) == len(found)
    assert all(chemistry.canonical(m) == m for m in found)
    near = model.neighbors("OCCC", 8, distance=0.05, seed=0)
    assert len(near) < len(found)
    assert model.neighbors("OCCC", 8, distance=1.2, seed=0) == found


def test_search(model):
    asked = []

    def score(molecules):
        asked.extend(molecules)
        return [log_p(molecule) for molecule in molecules]

    state = np.random.get_state()[1].copy()
    best = model.optimize(score, num_molecules=5, num_calls=12, seed=0)
    assert (np.random.get_state()[1] == state).all()
    assert best.num_calls == len(asked) == len(set(asked)) <= 12
    assert all(chemistry.canonical(m) == m for m in asked)
    assert best.scores.tolist() == sorted(best.scores, reverse=True)
    np.testing.assert_allclose(best.scores, list(map(log_p, best.molecules)))
    # Not below those that it began with, a quarter of the calls.
    assert best.scores[0] >= max(map(log_p, asked[:3]))
    again = model.optimize(score, num_molecules=5, num_calls=12, seed=0)
    assert again.molecules == best.molecules


def test_search_near_a_molecule(model):
    short = model.optimize(
        "logP",
        "OCCCC",
        num_calls=20,
        constraint=lambda molecules: [len(m) < 6 for m in molecules],
        min_similarity=0.3,
        seed=0,
    )
    assert short.molecules and all(len(m) < 6 for m in short.molecules)
    alike = chemistry.similarities("CCCCO", short.molecules)
    assert (alike >= 0.3).all()
    # A scorer that cannot answer, or not of all.
    nothing = model.optimize(
        lambda molecules: [float("nan")] * len(molecules),
        "CCO",
        num_calls=3,
        seed=0,
    )
    assert nothing.molecules == [] and nothing.num_calls <= 3
    for bad in (lambda molecules: 1.0, lambda molecules: ["a"] * 9):
        with pytest.raises(ValueError, match="`objective` must be a function"):
            model.optimize(bad, "CCO")
    with pytest.raises(ValueError, match="of as many bools"):
        model.optimize("QED", "CCO", constraint=lambda molecules: [1, 2])
    with pytest.raises(ValueError, match="Similarity is to `start`"):
        model.optimize("QED", min_similarity=0.5)
    with pytest.raises(ValueError, match="that are no molecule"):
        model.optimize("QED", "C1CC")


def test_saved_and_resumed(model, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    asked = {"logP": 1.5}
    assert loaded.generate(4, asked, seed=0) == model.generate(4, asked, seed=0)
    assert loaded.condition.statistics == model.condition.statistics
    history = [
        one.fit(MOLECULES, batch_size=25, verbose=0).history["loss"]
        for one in (model, loaded)
    ]
    assert history[0] == history[1]


@pytest.mark.once
def test_only_valid_molecules_of_smiles():
    codec = MoleculePreprocessor.from_corpus(
        MOLECULES, representation="smiles", randomize=True
    )
    model = MoleculeARAE(codec, 4, code_dim=4, units=4, prior="gaussian")
    with pytest.raises(ValueError, match="has not been fitted"):
        model.generate(2, only_valid=True)
    model.compile()
    model.fit(MOLECULES, batch_size=25, verbose=0)
    drawn = iter([["C(", "CC", "c1"] * 22, ["CCO"] * 64])
    model.decode = lambda *args, **options: next(drawn)
    found = keras_arae.MoleculeARAE.generate(model, 66, only_valid=True)
    assert len(found) == 66 and set(found) == {"CC", "CCO"}
    model.decode = lambda codes, *args, **options: ["C("] * len(codes)
    with pytest.raises(ValueError, match="20 draws 3 of 3 are missing"):
        model.generate(3, only_valid=True)


@pytest.mark.once
def test_refusals():
    codec = MoleculePreprocessor.from_corpus(MOLECULES)
    with pytest.raises(ValueError, match="give one of the two"):
        MoleculeARAE(codec, properties=["logP"], condition=2)
    with pytest.raises(ValueError, match="a `keras_arae.data.*MoleculePre"):
        MoleculeARAE(keras_arae.TextPreprocessor(["a"]))
