"""The scores of a search for molecules: each is asked for once."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

import numpy as np

from keras_arae.arguments import Rule
from keras_arae.arguments import check
from keras_arae.arguments import to_array
from keras_arae.data import chemistry


class Optimized(NamedTuple):
    """What a search has found.

    Attributes:
        molecules: list of str. Canonical SMILES, the best first.
        scores: float array, one for each.
        num_calls: int. Molecules that the objective was asked for, none
            twice.
    """

    molecules: list[str]
    scores: np.ndarray
    num_calls: int


class Scorer:
    """Asks an objective for the scores of molecules, for each once.

    Attributes:
        scores: dict of molecule to score, of those that may be returned.
        calls_left: int. Molecules that the objective may yet be asked for.
        places: dict of molecule to the code that gave it, and the vector of
            the condition or `None`.
    """

    def __init__(
        self,
        objective: str | Callable,
        num_calls: int,
        constraint: Callable | None,
    ) -> None:
        self.objective = objective
        self.constraint = constraint
        self.num_calls = self.calls_left = num_calls
        self.scores: dict[str, float] = {}
        self.places: dict[str, tuple[np.ndarray, Any]] = {}
        # How far molecules are from being allowed: 0 for those that are.
        self._shortfalls: dict[str, float] = {}
        self._start = ""
        self._min_similarity = 0.0

    def stay_near(self, start: str, min_similarity: float) -> None:
        """From now on molecules must be similar to one."""
        self._start, self._min_similarity = start, min_similarity

    def __call__(
        self, molecules: Sequence[str], codes: np.ndarray, vectors: Any = None
    ) -> np.ndarray:
        """Scores of what codes decode to.

        Args:
            molecules: list of str; some may be no molecule.
            codes: float array of shape `(num_molecules, code_dim)`.
            vectors: float array of as many conditions, or `None`.

        Returns:
            A float array of shape `(num_molecules,)`: where there is no
            score, a number below all of these.
        """
        for index, molecule in enumerate(molecules):
            vector = None if vectors is None else vectors[index]
            self.places.setdefault(molecule, (codes[index], vector))
        fresh = [m for m in dict.fromkeys(molecules) if self._is_new(m)]
        asked = self._allowed(fresh)[: self.calls_left]
        if asked:
            self.calls_left -= len(asked)
            for molecule, score in zip(asked, self._ask(asked)):
                if np.isfinite(score):
                    self.scores[molecule] = float(score)
                else:
                    self._shortfalls[molecule] = 1.0
        known = [self.scores[m] for m in molecules if m in self.scores]
        lowest = min(known, default=0.0)
        return np.array(
            [
                self.scores.get(m, lowest - 1.0 - self._shortfalls.get(m, 0.0))
                for m in molecules
            ]
        )

    def ranked(self, without: Sequence[str] = ()) -> list[str]:
        """Molecules that have a score, the best first, but for some."""
        molecules = set(self.scores) - set(without)
        return sorted(molecules, key=lambda m: (-self.scores[m], m))

    def found(self, num_molecules: int) -> Optimized:
        """The best of all."""
        molecules = self.ranked()[:num_molecules]
        scores = np.array([self.scores[m] for m in molecules], "float64")
        return Optimized(molecules, scores, self.num_calls - self.calls_left)

    def _is_new(self, molecule: str) -> bool:
        return molecule not in self.scores and molecule not in self._shortfalls

    def _allowed(self, molecules: list[str]) -> list[str]:
        """Those that may be scored; says how far the others are from it."""
        self._shortfalls.update(
            {m: 3.0 for m in molecules if chemistry.parse(m) is None}
        )
        molecules = [m for m in molecules if m not in self._shortfalls]
        if self._min_similarity and molecules:
            similar = chemistry.similarities(self._start, molecules)
            for molecule, similarity in zip(molecules, similar):
                if similarity < self._min_similarity:
                    self._shortfalls[molecule] = 2.0 - similarity
            molecules = [m for m in molecules if m not in self._shortfalls]
        if self.constraint is not None and molecules:
            kept = _answers("constraint", self.constraint, molecules, "b")
            self._shortfalls.update(
                {m: 1.0 for m, keep in zip(molecules, kept) if not keep}
            )
            molecules = [m for m in molecules if m not in self._shortfalls]
        return molecules

    def _ask(self, molecules: list[str]) -> np.ndarray:
        if isinstance(self.objective, str):
            return chemistry.properties(molecules, [self.objective])[:, 0]
        return _answers("objective", self.objective, molecules, "biuf")


def _answers(
    name: str, function: Callable, molecules: list[str], kinds: str
) -> np.ndarray:
    """What a user's function says of molecules; refuses all but a list."""
    words = "bools" if kinds == "b" else "numbers"
    rule = Rule(
        f"a function from a list of SMILES to a list of as many {words}",
        lambda found: (
            found.dtype.kind in kinds and found.shape == (len(molecules),)
        ),
        to_array,
    )
    return check(name, function(list(molecules)), rule)
