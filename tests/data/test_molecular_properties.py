"""Properties of molecules as conditions."""

import keras
import numpy as np
import pytest
from rdkit.Chem import Crippen
from rdkit.Chem import MolFromSmiles

import keras_arae
from keras_arae.data import Feed
from keras_arae.data import MolecularProperties

pytestmark = pytest.mark.once
MOLECULES = ["CCO", "C1CC", "c1ccccc1", "CC(=O)O", "CCN"]


def test_rdkit_computes_what_is_not_given():
    codec = keras_arae.MoleculePreprocessor.from_corpus(MOLECULES)
    condition = MolecularProperties(["logP", "pIC50", "TPSA"])
    assert condition.units == {"TPSA": "Å²"}
    given = {"pIC50": [5.0, np.nan, 6.0, 7.0, 8.0]}  # Not of what is left out.
    parts = Feed(codec, condition).arrays(MOLECULES, given)
    assert parts.rows.shape[0] == 4 and parts.labels.shape == (4, 3)
    wanted = [
        Crippen.MolLogP(MolFromSmiles(m)) for m in MOLECULES if m != "C1CC"
    ]
    found = condition.statistics
    assert found["mean"][:2] == pytest.approx([np.mean(wanted), 6.5])
    numbers = parts.labels[:, 0] * found["stddev"][0] + found["mean"][0]
    np.testing.assert_allclose(numbers, wanted, atol=1e-5)
    # Rows of ids tell their molecules too.
    again = Feed(codec, condition).arrays(
        parts.rows, {"pIC50": [5.0, 6.0, 7.0, 8.0]}
    )
    np.testing.assert_allclose(again.labels, parts.labels, atol=1e-6)
    config = keras.saving.serialize_keras_object(condition)
    copy = keras.saving.deserialize_keras_object(config)
    assert copy.get_config() == condition.get_config()


def test_refusals():
    condition = MolecularProperties(["logP", "pIC50"])
    for given in (None, {"logP": [1.0]}, {"pIC50": [1.0], "other": [1.0]}):
        with pytest.raises(ValueError, match="may be left out. Received: "):
            condition.of(["CCO"], given)
    with pytest.raises(ValueError, match="`logP` must be a number.*'C1CC'"):
        condition.of(["CCO", "C1CC"], {"pIC50": [1.0, 2.0]})
    codec = keras_arae.MoleculePreprocessor.from_corpus(MOLECULES)
    feed = Feed(codec, condition)
    with pytest.raises(ValueError, match="`pIC50` must be a finite number"):
        feed.arrays(["CCO", "CCN"], {"pIC50": [1.0, np.nan]})
    with pytest.raises(ValueError, match="one `pIC50` for each of 2"):
        feed.arrays(["CCO", "CCN"], {"pIC50": [1.0]})
