"""Sets of generated molecules beside each other, by MOSES' measures."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
from absl import logging

from keras_arae.arguments import COUNT
from keras_arae.arguments import DICT
from keras_arae.arguments import FLAG
from keras_arae.arguments import SEED
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import either
from keras_arae.arguments import instance
from keras_arae.arguments import optional
from keras_arae.data.chemistry import SMILES
from keras_arae.data.chemistry import canonical
from keras_arae.data.chemistry import parse
from keras_arae.evaluation.features import moments_distance
from keras_arae.evaluation.molecules.chemnet import chemnet_moments
from keras_arae.evaluation.molecules.filters import which_pass
from keras_arae.evaluation.molecules.published import COLUMNS
from keras_arae.evaluation.molecules.published import moses_rows
from keras_arae.evaluation.molecules.similarity import diversity
from keras_arae.evaluation.molecules.similarity import nearest
from keras_arae.evaluation.molecules.statistics import COMPARED
from keras_arae.evaluation.molecules.statistics import MoleculeStatistics
from keras_arae.evaluation.molecules.statistics import wasserstein
from keras_arae.evaluation.molecules.substructures import cosine
from keras_arae.evaluation.text_report import Cell
from keras_arae.evaluation.text_report import markdown_table
from keras_arae.evaluation.texts import draw_texts
from keras_arae.extras import require

REFERENCE = either(instance(MoleculeStatistics), SMILES)
UNIQUE = {"unique@1k": 1000, "unique@10k": 10000}
# Sizes of MOSES' test sets, with which the published rows were made.
MOSES_TEST = 176074

Reference = Sequence[str] | MoleculeStatistics


class MoleculeReport:
    """Judges sets of generated molecules as the benchmark MOSES does.

    *   valid: share of samples that are molecules;
    *   unique@1k, unique@10k: share of distinct ones among the first 1,000
        and 10,000 valid samples, left out where there are fewer;
    *   novelty: share of the distinct ones that were not trained on;
    *   FCD: Frechet ChemNet Distance, lower is better;
    *   SNN: mean similarity to the nearest test molecule;
    *   Frag, Scaf: cosine of the counts of fragments and of scaffolds;
    *   IntDiv, IntDiv2: how unlike each other samples are;
    *   filters: share that passes the filters which MOSES' data passed;
    *   logP, SA, QED, weight: Wasserstein-1 distance of the distribution from
        that of test molecules, lower is better.

    Everything but "valid" is of the valid samples, repeated ones counted as
    often as they come. "/test" compares with the test set, "/testSF" with
    test molecules whose scaffolds were not trained on. Takes some 15 ms a
    sample on one core, 10 of them for the FCD.

    Source: "Molecular Sets (MOSES): A Benchmarking Platform for Molecular
    Generation Models", Polykovskiy et al., 2020
    (https://arxiv.org/abs/1811.12823).

    Args:
        train: list of str. SMILES that the generators learned from.
        test: list of str, at least 2 molecules, or `MoleculeStatistics`, such
            as `MoleculeStatistics.of_moses("test")`. Molecules that they
            never saw.
        test_scaffolds: likewise, or `None`. Molecules with scaffolds that
            they never saw. Defaults to `None`.
        fcd: bool. Whether the Frechet ChemNet Distance is measured. Without
            the extra `keras-arae[fcd]` it is left out, and a warning says so.
            Defaults to `True`.
        seed: int. Of drawing training molecules. Defaults to `0`.

    Example:

    ```python
    train = ["CCO", "CC(C)O", "c1ccccc1O", "CCN(CC)CC", "CC(=O)Nc1ccccc1"]
    test = ["CCCO", "Oc1ccccc1C", "CC(=O)O"]
    report = keras_arae.evaluation.MoleculeReport(train, test, fcd=False)
    row = report.row(["OCC", "CCCCO", "C1CC"])
    assert round(row["valid"], 2) == 0.67 and row["novelty"] == 0.5
    ```
    """

    @checked(
        train=SMILES,
        test=REFERENCE,
        test_scaffolds=optional(REFERENCE),
        fcd=FLAG,
        seed=SEED,
    )
    def __init__(
        self,
        train: Sequence[str],
        test: Reference,
        test_scaffolds: Reference | None = None,
        fcd: bool = True,
        seed: int = 0,
    ) -> None:
        require("rdkit.Chem", "molecules")
        if not train:
            raise ValueError("Expected molecules to train on. Received: none")
        self.fcd = fcd and _has_chemnet()
        self.seed = seed
        self.train = train
        self._known = set(_canonical_spelling(train, seed))
        self._test = () if isinstance(test, MoleculeStatistics) else test
        sets = {"test": test, "testSF": test_scaffolds}
        self.references = {
            name: self._statistics(given)
            for name, given in sets.items()
            if given is not None
        }

    def _statistics(self, given: Reference) -> MoleculeStatistics:
        if isinstance(given, MoleculeStatistics):
            if self.fcd and given.chemnet is None:
                logging.warning(
                    "The FCD is left out where `MoleculeStatistics` were made "
                    "with `chemnet=False`."
                )
            return given
        return MoleculeStatistics.of(given, chemnet=self.fcd)

    @checked(num_samples=COUNT)
    def real(self, num_samples: int = 30000) -> dict[str, float]:
        """The row of training molecules: what perfect looks like.

        Its novelty is that of test molecules, where these were given as SMILES.

        Args:
            num_samples: int. Training molecules to judge. Defaults to
                `30000`; all where there are fewer.

        Returns:
            A dict of name to float.
        """
        row = self.row(draw_texts(self.train, num_samples, self.seed))
        if len(self._test):
            row["novelty"] = self._novelty(_canonical_spelling(self._test))
        else:
            row.pop("novelty", None)
        return row

    @checked(samples=SMILES)
    def row(self, samples: Sequence[str]) -> dict[str, float]:
        """The row of a set of samples.

        Args:
            samples: list of str, at least one; those that are no molecules
                count as invalid. MOSES asks for 30,000.

        Returns:
            A dict of name to float. What cannot be measured is not in it, and
            a warning says why.
        """
        if not samples:
            raise ValueError("Expected samples to judge. Received: none")
        molecules = [one for text in samples if (one := parse(text))]
        row: dict[str, float] = {
            "samples": len(samples),
            "valid": len(molecules) / len(samples),
        }
        if not molecules:
            logging.warning(
                "None of %d samples is a molecule: nothing else is measured.",
                len(samples),
            )
            return row
        write = require("rdkit.Chem", "molecules").MolToSmiles
        spelled = [write(molecule) for molecule in molecules]
        own = MoleculeStatistics.of_molecules(molecules, self._moments(spelled))
        row |= _unique(spelled)
        for name, reference in self.references.items():
            row |= _compared(own, reference, name)
        row["IntDiv"], row["IntDiv2"] = diversity(own.fingerprints, (1, 2))
        row["filters"] = float(which_pass(molecules).mean())
        row["novelty"] = self._novelty(spelled)
        for name in COMPARED:
            row[name] = _distance(own, self.references["test"], name)
        return _without_nan(row)

    @checked(rows=DICT, published=FLAG)
    def table(
        self, rows: Mapping[str, Mapping[str, Cell]], published: bool = True
    ) -> str:
        """Rows as a table, those that MOSES' authors published below.

        Args:
            rows: dict of name to what `row` returned.
            published: bool. Whether the published rows are shown too; a
                sentence says where they do not compare. Defaults to `True`.

        Returns:
            A str, lines of a Markdown table.
        """
        for row in rows.values():
            check("rows", row, DICT)
        shown = {**rows, **moses_rows()} if published else rows
        table = markdown_table(_in_order(shown), first="molecules")
        size = len(self.references["test"])
        if not published or size == MOSES_TEST:
            return table
        return (
            f"{table}\nThe published rows judge 30,000 samples by MOSES' "
            f"{MOSES_TEST:,} test molecules, these {size:,}: FCD, SNN and Scaf "
            'do not compare (`MoleculeStatistics.of_moses("test")` does).\n'
        )

    def _moments(self, smiles: Sequence[str]) -> Any:
        """What ChemNet makes of samples, or `None`."""
        if not self.fcd:
            return None
        if len(smiles) < 2:
            logging.warning(
                "The FCD needs 2 valid samples or more and is left out. "
                "Received: %d.", len(smiles),
            )  # fmt: skip
            return None
        return chemnet_moments(smiles)

    def _novelty(self, smiles: Sequence[str]) -> float:
        distinct = set(smiles)
        return len(distinct - self._known) / len(distinct)


def _in_order(
    rows: Mapping[str, Mapping[str, Cell]],
) -> dict[str, Mapping[str, Cell]]:
    """Rows whose columns come in one order, whichever a row lacks."""
    known = ["samples", *COLUMNS, *COMPARED]
    rank = {name: index for index, name in enumerate(known)}
    columns = dict.fromkeys(key for row in rows.values() for key in row)
    ordered = sorted(columns, key=lambda name: rank.get(name, len(known)))
    return {
        key: {name: row.get(name, "") for name in ordered}
        for key, row in rows.items()
    }


def _unique(smiles: Sequence[str]) -> dict[str, float]:
    """Shares of distinct molecules among the first so many."""
    found = {}
    for name, number in UNIQUE.items():
        if len(smiles) >= number:
            found[name] = len(set(smiles[:number])) / number
        else:
            logging.warning(
                "%s needs %d valid samples and is left out. Received: %d.",
                name, number, len(smiles),
            )  # fmt: skip
    return found


def _compared(
    own: MoleculeStatistics, reference: MoleculeStatistics, name: str
) -> dict[str, float]:
    """What compares two sets of molecules."""
    row = {}
    if own.chemnet is not None and reference.chemnet is not None:
        row["FCD"] = moments_distance(reference.chemnet, own.chemnet)
    row["SNN"] = float(nearest(own.fingerprints, reference.fingerprints).mean())
    row["Frag"] = cosine(own.fragments, reference.fragments)
    row["Scaf"] = cosine(own.scaffolds, reference.scaffolds)
    return {f"{key}/{name}": value for key, value in row.items()}


def _distance(
    own: MoleculeStatistics, reference: MoleculeStatistics, name: str
) -> float:
    """Between two distributions of a property, of molecules that have it."""
    first, second = own.properties[name], reference.properties[name]
    first, second = first[~np.isnan(first)], second[~np.isnan(second)]
    missing = len(own) - len(first)
    if missing:
        logging.warning(
            "rdkit has no %s for %d of %d samples: they are left out of it.",
            name, missing, len(own),
        )  # fmt: skip
    if not len(first) or not len(second):
        return float("nan")
    return wasserstein(first, second)


def _without_nan(row: Mapping[str, float]) -> dict[str, float]:
    """Leaves out what could not be measured, and says so."""
    missing = [name for name, value in row.items() if np.isnan(value)]
    if missing:
        logging.warning(
            "Left out: %s. Neither scaffolds of two rings nor properties can "
            "be compared where samples or test molecules have none.",
            ", ".join(missing),
        )
    return {key: row[key] for key in row if key not in missing}


def _canonical_spelling(smiles: Sequence[str], seed: int = 0) -> Sequence[str]:
    """Molecules in rdkit's spelling, rewritten only where they are not yet.

    Corpora such as MOSES are: rewriting 1.6 million takes ten minutes. Of an
    older rdkit, one in a few thousand is spelled otherwise.
    """
    some = draw_texts(smiles, 1000, seed)
    if sum(canonical(one) == one for one in some) >= 0.99 * len(some):
        return smiles
    return [canonical(one) or one for one in smiles]


def _has_chemnet() -> bool:
    """Whether the FCD can be measured; a warning says why it cannot."""
    try:
        require("fcd_torch", "fcd")
    except ImportError as error:
        logging.warning("The FCD is left out. %s", error)
        return False
    return True
