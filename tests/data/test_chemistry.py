"""Molecules as rdkit reads them, and odd strings."""

import sys

import numpy as np
import pytest

from keras_arae.data import chemistry

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "smiles, expected",
    [
        ("C(O)C", "CCO"),
        ("C[N+](C)(C)C.[Cl-]", "C[N+](C)(C)C.[Cl-]"),  # A charged salt.
        ("C[C@H](F)Cl", "C[C@H](F)Cl"),  # Stereochemistry is kept,
        ("[H]C([H])([H])F", "CF"),  # explicit hydrogen is not.
        ("", None),
        (" ", None),
        ("CÖ", None),  # rdkit reads the first letter alone.
        ("\ud800", None),
        ("C\0C", None),
        ("CCO ethanol", None),
        ("C1CC", None),
        ("CN(C)(C)(C)C", None),
        ("c1cccc1", None),
        ("C" * 100_000, None),  # rdkit would end the process.
    ],
)
def test_one_spelling_of_each_molecule(smiles, expected, capfd):
    assert chemistry.canonical(smiles) == expected
    assert capfd.readouterr() == ("", "")


def test_substructures(capfd):
    assert chemistry.matcher("[OX2H]")("CCO")
    ring = chemistry.matcher("c1ccccc1")
    found = [ring(one) for one in ("Cc1ccccc1", "C1CCCCC1", "C1CC", "")]
    assert found == [True, False, False, False]
    for smarts in ("", "c1cc", "é", "[", "C" * 5000):
        assert chemistry.matcher(smarts) is None
    assert capfd.readouterr() == ("", "")


def test_properties_are_those_of_aspirin():
    table = chemistry.properties(["CC(=O)Oc1ccccc1C(=O)O", "C1CC"])
    names = list(chemistry.PROPERTIES)
    aspirin = dict(zip(names, table[0].round(2)))
    assert aspirin == {
        "logP": 1.31,
        "QED": 0.55,
        "SA": 1.58,
        "TPSA": 63.6,
        "weight": 180.16,
    }
    assert np.isnan(table[1]).all()


def test_a_property_that_rdkit_lacks_is_nan(monkeypatch):
    def fail(molecule):
        raise RuntimeError("no value")

    properties = {"logP": fail, "QED": lambda molecule: float("inf")}
    monkeypatch.setattr(chemistry, "PROPERTIES", properties)
    table = chemistry.properties_of([chemistry.parse("C")], ["logP", "QED"])
    assert np.isnan(table).all()


def test_rdkit_speaks_again_afterwards(capfd):
    chem = chemistry.require("rdkit.Chem", "molecules")
    chemistry.parse("C1CC")
    assert chem.MolFromSmiles("C1CC") is None
    assert "unclosed ring" in capfd.readouterr().err


def test_without_rdkit_the_message_says_how_to_get_it(monkeypatch):
    for name in ("rdkit", "rdkit.Chem"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r"keras-arae\[molecules\].*Received"):
        chemistry.properties(["CCO"], ["logP"])
