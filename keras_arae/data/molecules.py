"""Molecules as SMILES to padded ids, and back."""

from __future__ import annotations

import collections
import functools
import re
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

import numpy as np
from absl import logging

from keras_arae.arguments import FLAG
from keras_arae.arguments import TEXT
from keras_arae.arguments import WIDTH
from keras_arae.arguments import Rule
from keras_arae.arguments import checked
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.arguments import shown
from keras_arae.data import chemistry
from keras_arae.data.sequences import SequenceCodec
from keras_arae.data.strings import each_string
from keras_arae.data.strings import strings_of
from keras_arae.export import export
from keras_arae.extras import require

# Regular expressions of one token. Atoms whole: those in brackets, and of two
# letters; numbers of rings of two digits.
TOKENS = {
    "selfies": re.compile(r"\[[^\]]*\]|\."),
    "smiles": re.compile(r"\[[^\]]+\]|Br|Cl|%\d\d|."),
}
STRINGS = several(TEXT, 1)
SYMBOLS = Rule(
    "a list of distinct tokens (str), such as "
    "`MoleculePreprocessor.from_corpus` finds",
    lambda tokens: (
        STRINGS.accepts(tokens)
        and len(set(tokens)) == len(tokens)
        and all(tokens)
    ),
    STRINGS.read,
)


@export
class MoleculePreprocessor(SequenceCodec):
    """Turns molecules (SMILES) into rows of ids of one width, and back.

    Each molecule is first brought to the one spelling that rdkit gives it
    (canonical SMILES; stereochemistry, charges and the parts of a salt stay),
    so that what it was written like makes no difference. A row holds the ids
    of its tokens, then `2` (end), then `0` (padding) up to the width
    `max_length + 1`.

    Needs rdkit, and for SELFIES selfies: `pip install
    "keras-arae[molecules]"`.

    Source of SELFIES: "Self-referencing embedded strings (SELFIES)", Krenn
    et al., Machine Learning: Science and Technology 1, 2020
    (https://arxiv.org/abs/1905.13741). Of spellings drawn at random:
    "Randomized SMILES strings improve the quality of molecular generative
    models", Arus-Pous et al., J. Cheminformatics 11, 2019.

    Args:
        vocabulary: list of str. The tokens: atoms, bonds, brackets.
        max_length: int. Tokens of the longest molecule, end not counted.
        representation: `"selfies"`, a grammar in which every sequence of
            tokens is a molecule, or `"smiles"`, in which a model must learn
            to close what it opens. Defaults to `"selfies"`.
        randomize: bool. Whether `fit` sees each molecule, at each epoch, in a
            spelling drawn at random (from one atom to the next in another
            order) in place of the canonical one; only of SMILES. Defaults to
            `False`.
        invalid: `"drop"` or `"refuse"`. What `fit` and `evaluate` do with
            strings that are no molecule, or none that these tokens can write
            within `max_length`: leave them out, and say once how many and
            why, or raise a `ValueError`. Verbs that must answer each
            molecule (`encode`, `reconstruct`) always refuse. Defaults to
            `"drop"`.

    Example:

    ```python
    codec = keras_arae.MoleculePreprocessor.from_corpus(
        ["CCO", "OC(=O)c1ccccc1", "CC(=O)Cl"], representation="smiles"
    )
    assert codec.split("C(=O)(Cl)C") == ["C", "C", "(", "=", "O", ")", "Cl"]
    assert codec.decode(codec.encode(["OCC"])) == ["CCO"]
    ```
    """

    kind = "molecules"

    @checked(
        vocabulary=SYMBOLS,
        max_length=WIDTH,
        representation=one_of(*TOKENS),
        randomize=FLAG,
        invalid=one_of("drop", "refuse"),
    )
    def __init__(
        self,
        vocabulary: Sequence[str],
        max_length: int,
        representation: str = "selfies",
        randomize: bool = False,
        invalid: str = "drop",
    ) -> None:
        if randomize and representation != "smiles":
            raise ValueError(
                "`randomize` draws spellings of SMILES: with it, give "
                "representation='smiles'. Received: "
                f"representation={representation!r}"
            )
        self.vocabulary = list(vocabulary)
        self.max_length = max_length
        self.representation = representation
        self.randomize = randomize
        self.invalid = invalid
        first = len(self.special_tokens)
        self._ids = {token: i for i, token in enumerate(vocabulary, first)}

    @classmethod
    @checked(max_length=optional(WIDTH))
    def from_corpus(
        cls,
        molecules: Iterable[str],
        max_length: int | None = None,
        **options: Any,
    ) -> MoleculePreprocessor:
        """Makes a codec with the tokens of a corpus.

        Args:
            molecules: iterable of str, SMILES; others are passed over.
            max_length: int or `None`. Tokens of the longest molecule that
                the codec takes; the tokens of longer ones do not count.
                Defaults to `None`: the longest of the corpus.
            **options: the other arguments of `MoleculePreprocessor`.

        Returns:
            A `MoleculePreprocessor`.
        """
        codec = cls(["C"], max_length or 1, **options)
        counts: collections.Counter = collections.Counter()
        longest = 0
        generator = np.random.default_rng(0)
        column = strings_of(molecules, cls.kind)
        found = molecules if column is None else column
        for molecule in each_string(found, cls.kind):
            written = [_written(molecule, codec.representation)]
            if codec.randomize and written[0]:
                written.append(_respelled(written[0], generator))
            for string in written:
                tokens = codec._tokens(string or "")
                if max_length is None or len(tokens) <= max_length:
                    longest = max(longest, len(tokens))
                    counts.update(tokens)
        if not counts:
            raise ValueError(
                "The corpus holds no molecules: expected an iterable of "
                f"SMILES. Received: {shown(molecules)}"
            )
        # Ties in alphabetical order: the same corpus, the same ids.
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        tokens = [token for token, _ in ranked]
        return cls(tokens, max_length or longest, **options)

    @property
    def vocabulary_size(self) -> int:
        """Number of ids, the three special ones included."""
        return len(self.vocabulary) + len(self.special_tokens)

    @checked(molecule=TEXT)
    def split(self, molecule: str) -> list[str]:
        """The tokens of one molecule, as the vocabulary counts them.

        Args:
            molecule: str. SMILES.

        Raises:
            ValueError: if it is no molecule, or none that SELFIES can write.
        """
        string = _written(molecule, self.representation)
        if not string:
            raise ValueError(
                "Expected the SMILES of a molecule. "
                f"Received: {shown(molecule)}"
            )
        return self._tokens(string)

    def encode(self, data: Any) -> np.ndarray:
        """Turns each molecule into a row; refuses those that it cannot write.

        Args:
            data: list of str, SMILES, or rows of ids.

        Returns:
            An int32 array of shape `(len(data), max_length + 1)`.
        """
        molecules = strings_of(data, self.kind)
        if molecules is None:
            return self.check_ids(data)
        molecules = list(each_string(molecules, self.kind))
        return self._rows(molecules, "refuse")[0]

    def encode_corpus(self, data: Any) -> tuple[np.ndarray, np.ndarray]:
        """Turns a corpus into rows; others are treated as `invalid` says.

        Args:
            data: list of str, SMILES, or rows of ids.

        Returns:
            An int32 array of shape `(num_kept, max_length + 1)`, and one of
            shape `(num_kept,)`: the indices of the molecules kept.

        Raises:
            ValueError: if no molecule is left.
        """
        molecules = strings_of(data, self.kind)
        if molecules is None:
            ids = self.check_ids(data)
            return ids, np.arange(len(ids))
        molecules = list(each_string(molecules, self.kind))
        rows, kept = self._rows(molecules, self.invalid)
        if not len(rows):
            raise ValueError(
                "No molecule is left: expected SMILES that the codec's "
                f"{len(self.vocabulary)} tokens can write in at most "
                f"max_length={self.max_length}. "
                f"Received: {shown(molecules)}"
            )
        return rows, kept

    def decode(self, ids: np.ndarray) -> list[str]:
        """Turns rows of ids into canonical SMILES.

        Rows of SMILES that are no molecule come back as they are written:
        `keras_arae.data.chemistry.canonical` of them is `None`. With SELFIES
        only rows without an atom are none, and come back empty.

        Args:
            ids: int array of shape `(num_rows, length)`.

        Returns:
            A list of str.
        """
        num_special = len(self.special_tokens)
        strings = [
            "".join(self.vocabulary[i - num_special] for i in row if i > 2)
            for row in self.without_ends(ids)
        ]
        if self.representation == "selfies":
            decoder = require("selfies", "molecules").decoder
            strings = [decoder(string) for string in strings]
        return [chemistry.canonical(string) or string for string in strings]

    def draw(
        self, rows: np.ndarray, generator: np.random.Generator
    ) -> np.ndarray:
        """Spells molecules anew, with `randomize`; those that then fit."""
        if not self.randomize:
            return rows
        rows = rows.copy()
        for row, smiles in zip(rows, self.decode(rows)):
            if chemistry.parse(smiles) is None:
                continue
            ids = self._ids_of(_respelled(smiles, generator))
            if not isinstance(ids, str):
                self.fill(row, ids)
        return rows

    def _rows(
        self, molecules: Sequence[str], invalid: str
    ) -> tuple[np.ndarray, np.ndarray]:
        """Rows of ids, and which molecules they are of."""
        rows = np.empty((len(molecules), self.sequence_length), "int32")
        kept: list[int] = []
        problems: dict[str, list[str]] = {}
        for index, molecule in enumerate(molecules):
            ids = self._ids_of(_written(molecule, self.representation))
            if isinstance(ids, str):
                problems.setdefault(ids, []).append(molecule)
            else:
                self.fill(rows[len(kept)], ids)
                kept.append(index)
        if problems:
            said = "; ".join(
                f"{len(found)} {problem}{self._unknown(found)}, such as "
                f"{shown(found[0])}"
                for problem, found in problems.items()
            )
            if invalid == "refuse":
                raise ValueError(
                    "Expected SMILES of molecules that the codec's tokens can "
                    f"write. Received: {len(molecules)} strings, of them {said}"
                )
            logging.warning(
                "%d of %d strings were left out: %s.",
                len(molecules) - len(kept), len(molecules), said,
            )  # fmt: skip
        return rows[: len(kept)], np.array(kept, int)

    def _tokens(self, string: str) -> list[str]:
        return TOKENS[self.representation].findall(string)

    def _ids_of(self, string: str | None) -> list[int] | str:
        """Ids of a molecule that is written down, or what is wrong."""
        if not string:
            return (
                "that are no molecule"
                if string is None
                else "that SELFIES cannot write"
            )
        tokens = self._tokens(string)
        if len(tokens) > self.max_length:
            return f"of more than max_length={self.max_length} tokens"
        ids = [self._ids.get(token, 0) for token in tokens]
        return ids if all(ids) else "with tokens outside the vocabulary"

    def _unknown(self, molecules: Sequence[str]) -> str:
        """Tokens outside the vocabulary, of those that are short enough."""
        found: dict[str, None] = {}
        for molecule in molecules:
            string = _written(molecule, self.representation) or ""
            if len(tokens := self._tokens(string)) <= self.max_length:
                found.update(dict.fromkeys(tokens))
        unknown = [token for token in found if token not in self._ids]
        return f" ({', '.join(unknown[:5])})" if unknown else ""

    def get_config(self) -> dict[str, Any]:
        return {
            "vocabulary": self.vocabulary,
            "max_length": self.max_length,
            "representation": self.representation,
            "randomize": self.randomize,
            "invalid": self.invalid,
        }


@functools.lru_cache(maxsize=250000)  # A corpus is read twice.
def _written(molecule: str, representation: str) -> str | None:
    """A molecule in its one spelling.

    Returns:
        A str, `None` for what is no molecule, and nothing (`""`) for one that
        the representation cannot write.
    """
    smiles = chemistry.canonical(molecule)
    if smiles is None or representation == "smiles":
        return smiles
    selfies = require("selfies", "molecules")
    try:
        return selfies.encoder(smiles)
    except selfies.EncoderError:
        return ""


def _respelled(smiles: str, generator: np.random.Generator) -> str:
    """The SMILES of the same molecule from its atoms in another order."""
    chem = require("rdkit.Chem", "molecules")
    molecule: Any = chemistry.parse(smiles)
    order = generator.permutation(molecule.GetNumAtoms()).tolist()
    molecule = chem.RenumberAtoms(molecule, order)
    return chem.MolToSmiles(molecule, canonical=False)
