"""Molecules to ids and back: every kind that chemists have."""

import keras
import numpy as np
import pytest
from rdkit import Chem

import keras_arae
from keras_arae import MoleculePreprocessor
from keras_arae.data import chemistry

pytestmark = pytest.mark.once

# Plain, aromatic, stereo (two kinds), charged, a salt, brackets, two rings.
MOLECULES = [
    "CCO",
    "Oc1ccccc1",
    "C[C@H](N)C(=O)O",
    "F/C=C/Cl",
    "C[N+](C)(C)C",
    "CC(=O)[O-].[Na+]",
    "Brc1ccc2[nH]ccc2c1",
    "O=S(=O)(N)C1CC1",
]
BAD = ["C1CC", "", "no molecule", "C(C)(C)(C)(C)C"]


def codec(representation, **options):
    return MoleculePreprocessor.from_corpus(
        MOLECULES, representation=representation, **options
    )


@pytest.mark.parametrize("representation", ["selfies", "smiles"])
def test_every_kind_of_molecule_comes_back(representation):
    found = codec(representation)
    ids = found.encode(MOLECULES)
    assert ids.shape == (len(MOLECULES), *found.x_shape)
    assert ids.max() == found.num_values - 1
    copies = found.decode(ids)
    for molecule, copy in zip(MOLECULES, copies):
        # By rdkit, not by the spelling.
        wanted = Chem.MolFromSmiles(molecule)
        assert Chem.MolToInchi(Chem.MolFromSmiles(copy)) == Chem.MolToInchi(
            wanted
        )
        assert copy == Chem.MolToSmiles(wanted)
    # However it is written, a molecule has one row.
    assert (found.encode(["OCC"]) == found.encode(["C(O)C"])).all()
    assert found.as_batch("CCO") == (["CCO"], False)
    assert found.encode(ids) is not None and (found.encode(ids) == ids).all()


def test_atoms_are_whole():
    tokens = codec("smiles").split("C[C@H](Cl)Br")
    assert sorted(tokens) == sorted(["C", "[C@H]", "(", "Cl", ")", "Br"])
    assert codec("selfies").split("CCO") == ["[C]", "[C]", "[O]"]


def test_every_sequence_of_selfies_is_a_molecule():
    found = codec("selfies")
    generator = np.random.default_rng(0)
    ids = generator.integers(3, found.num_values, (300, found.x_shape[0]))
    written = [m for m in found.decode(ids) if m]
    assert len(written) > 290  # Others hold no atom.
    assert all(Chem.MolFromSmiles(m) is not None for m in written)


def test_smiles_that_are_no_molecule_come_back_as_written():
    found = codec("smiles")
    row = [found.vocabulary.index(token) + 3 for token in "c1(C"]
    (written,) = found.decode(found.padded([row]))
    assert written == "c1(C" and chemistry.canonical(written) is None
    # What is drawn anew leaves it as it is.
    again = codec("smiles", randomize=True)
    ids = again.padded([row])
    assert (again.draw(ids, np.random.default_rng(0)) == ids).all()


def test_others_are_left_out_and_counted(caplog):
    found = codec("smiles", max_length=20)
    corpus = [*MOLECULES[:2], *BAD, "CCCCCCCCCCCCCCCCCCCCCCCCC", "C[Si](C)C"]
    ids, kept = found.encode_corpus(corpus)
    assert kept.tolist() == [0, 1] and len(ids) == 2
    assert caplog.text.count("left out") == 1
    for said in (
        "6 of 8 strings were left out",
        "4 that are no molecule, such as 'C1CC'",
        "1 of more than max_length=20 tokens",
        "1 with tokens outside the vocabulary ([Si]), such as 'C[Si](C)C'",
    ):
        assert said in caplog.text
    with pytest.raises(ValueError, match="2 strings, of them 1 that are no"):
        codec("smiles", invalid="refuse").encode_corpus(["CCO", "C1CC"])
    with pytest.raises(ValueError, match="No molecule is left"):
        found.encode_corpus(BAD)
    for bad in BAD:  # Verbs must answer each.
        with pytest.raises(ValueError, match="no molecule.*"):
            found.encode(["CCO", bad])
    with pytest.raises(ValueError, match="of more than max_length"):
        found.encode(["C" * 3000, "C" * 300])


def test_what_selfies_cannot_write():
    found = codec("selfies")
    with pytest.raises(ValueError, match="that SELFIES cannot write"):
        found.encode(["O=I(=O)c1ccccc1"])
    with pytest.raises(ValueError, match="the SMILES of a molecule"):
        found.split("O=I(=O)c1ccccc1")


def test_spellings_anew_each_epoch():
    found = codec("smiles", randomize=True)
    ids, _ = found.encode_corpus(MOLECULES)
    assert found.decode(ids) == found.decode(found.encode(MOLECULES))
    draws = [found.draw(ids, np.random.default_rng(i)) for i in range(8)]
    assert len({row.tobytes() for draw in draws for row in draw}) > 20
    for draw in draws:  # The same molecules: rdkit says so.
        assert found.decode(draw) == found.decode(ids)
    again = found.draw(ids, np.random.default_rng(0))
    assert (again == draws[0]).all()
    assert (found.draw(ids, np.random.default_rng(0)) == again).all()
    plain = codec("smiles")
    assert plain.draw(ids, np.random.default_rng(0)) is ids
    with pytest.raises(ValueError, match="give representation='smiles'"):
        codec("selfies", randomize=True)


def test_config_round_trip():
    found = codec("smiles", randomize=True, invalid="refuse")
    config = keras.saving.serialize_keras_object(found)
    copy = keras.saving.deserialize_keras_object(config)
    assert copy.get_config() == found.get_config()
    assert (copy.encode(MOLECULES) == found.encode(MOLECULES)).all()


def test_refusals():
    with pytest.raises(ValueError, match="holds no molecules"):
        MoleculePreprocessor.from_corpus(BAD)
    with pytest.raises(ValueError, match="list of molecules, not one string"):
        codec("smiles").encode("CCO")
    with pytest.raises(ValueError, match="list of distinct tokens"):
        MoleculePreprocessor(["C", "C"], 4)
    with pytest.raises(ValueError, match=r"shape \('num_rows'"):
        codec("smiles").encode(np.zeros((2, 3), int))


def test_without_its_packages(monkeypatch):
    require = keras_arae.data.molecules.require

    def without(name, extra):
        return require(f"absent_{name}" if name == "selfies" else name, extra)

    found = codec("selfies")
    keras_arae.data.molecules._written.cache_clear()
    monkeypatch.setattr(keras_arae.data.molecules, "require", without)
    with pytest.raises(ImportError, match=r"keras-arae\[molecules\]"):
        found.encode(["CCCCO"])
