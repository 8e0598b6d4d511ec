"""An ARAE of molecules: SMILES in, SMILES out."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_arae.arguments import COUNT
from keras_arae.arguments import FLAG
from keras_arae.arguments import FUNCTION
from keras_arae.arguments import POSITIVE
from keras_arae.arguments import SEED
from keras_arae.arguments import TEXT
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import either
from keras_arae.arguments import instance
from keras_arae.arguments import number
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.arguments import shown
from keras_arae.data import MolecularProperties
from keras_arae.data import MoleculePreprocessor
from keras_arae.data import chemistry
from keras_arae.export import export
from keras_arae.models.molecule_search import Optimized
from keras_arae.models.molecule_search import Scorer
from keras_arae.models.sequence_arae import SequenceARAE
from keras_arae.sampling import Search

ROUNDS = 20  # Of draws, until there are as many molecules as are wanted.
FEWEST = 64  # Draws of such a round, however few are missing.
PATIENCE = 5  # Rounds without a better molecule, or runs without a new one.


@export
class MoleculeARAE(SequenceARAE):
    """An adversarially regularized autoencoder of molecules.

    Wherever `ARAE` takes or returns arrays, this class takes lists of SMILES
    (or rows of ids) and returns lists of canonical SMILES. With
    representation `"smiles"` some of these may be no molecule: see
    `keras_arae.MoleculePreprocessor.decode`.

    Source: "Molecular generative model based on an adversarially regularized
    autoencoder", Hong, Lim, Ryu, Kim, J. Chem. Inf. Model. 60:29, 2020
    (https://arxiv.org/abs/1912.05617). The default networks are others: a
    convolutional encoder, whose codes are standardized so that they cannot
    collapse.

    Args:
        codec: `keras_arae.MoleculePreprocessor`. Between molecules and ids;
            saved with the model.
        embedding_dim: int. Width of a token's vector. Defaults to `32`.
        code_dim: int. Width of a code. Defaults to `128`.
        units: int or `None`. Units of LSTMs, width of Transformers. Defaults
            to `256`.
        prior: as in `keras_arae.ARAE`. Defaults to `"adversarial"`.
        encoder: as in `keras_arae.TextARAE`. Defaults to `"convolutional"`.
        decoder: as in `keras_arae.TextARAE`. Defaults to `"lstm"`.
        properties: list of str or `None`. Numbers to ask for by name:
            `"logP"`, `"QED"`, `"SA"`, `"TPSA"` and `"weight"`, which `fit`
            computes, and others, which it takes as a dict. Stands for
            `condition=keras_arae.data.MolecularProperties(properties)`.
            Defaults to `None`.
        condition: as in `keras_arae.ARAE`. Defaults to `None`.
        standardize_codes: as in `keras_arae.ARAE`. Defaults to `True`.
        learning_rate: as in `keras_arae.TextARAE`. Defaults to `None`.
        **options: the other arguments of `keras_arae.ARAE`: `normalize_codes`,
            `code_noise`, `corruption`, `seed` and `name`.

    Example:

    ```python
    molecules = ["CCO", "CC(C)O", "c1ccccc1O", "CCN", "CC(=O)O"] * 8
    codec = keras_arae.MoleculePreprocessor.from_corpus(molecules)
    model = keras_arae.MoleculeARAE(
        codec, 8, code_dim=8, units=8, prior="gaussian", properties=["logP"]
    )
    model.compile()
    model.fit(molecules, batch_size=20, verbose=0)
    assert len(model.generate(3, condition={"logP": 0.5})) == 3
    assert len(model.interpolate("CCO", "CCN", steps=4)) == 4
    found = model.optimize("QED", num_calls=8)
    assert len(found.molecules) == len(found.scores) <= found.num_calls <= 8
    ```
    """

    @checked(
        codec=instance(MoleculePreprocessor),
        embedding_dim=WIDTH,
        code_dim=WIDTH,
    )
    def __init__(
        self,
        codec: MoleculePreprocessor,
        embedding_dim: int = 32,
        code_dim: int = 128,
        units: int | None = 256,
        prior: Any = "adversarial",
        encoder: Any = "convolutional",
        decoder: Any = "lstm",
        properties: Sequence[str] | None = None,
        condition: Any = None,
        standardize_codes: bool = True,
        learning_rate: float | None = None,
        **options: Any,
    ) -> None:
        if properties is not None:
            if condition is not None:
                raise ValueError(
                    "`properties` stands for a condition: give one of the "
                    "two. Received: "
                    f"properties={shown(properties)}, "
                    f"condition={shown(condition)}"
                )
            condition = MolecularProperties(properties)
        super().__init__(
            codec,
            embedding_dim,
            code_dim,
            units,
            prior,
            encoder,
            decoder,
            learning_rate,
            condition=condition,
            standardize_codes=standardize_codes,
            **options,
        )

    @checked(num_samples=COUNT, seed=optional(SEED), only_valid=FLAG)
    def generate(
        self,
        num_samples: int,
        condition: Any = None,
        seed: int | None = None,
        *,
        only_valid: bool = False,
        **options: Any,
    ) -> list[str]:
        """New molecules: noise, through the prior, decoded.

        Args:
            num_samples: int. How many.
            condition: as in `keras_arae.ARAE.generate`: of properties, a dict
                of those that matter; the others are drawn.
            seed: as in `keras_arae.ARAE.generate`.
            only_valid: bool. Whether to draw anew in place of strings that
                are no molecule, which representation `"smiles"` has. Shares
                of valid samples are measured without. Defaults to `False`.
            **options: the others of `keras_arae.ARAE.generate`.

        Returns:
            A list of `num_samples` str, canonical SMILES.

        Raises:
            ValueError: if hardly anything drawn is a molecule.
        """
        if not only_valid:
            return super().generate(num_samples, condition, seed, **options)
        self._require_built()
        if seed is None:
            seed = np.random.randint(2**31)
        generator = np.random.default_rng([seed, 2])
        rows = None
        if self.condition is not None:
            label = options.pop("label", None)
            condition = label if condition is None else condition
            rows = self.condition.complete(condition, num_samples, generator)
        found: list[str] = [""] * num_samples
        missing = np.arange(num_samples)
        for _ in range(ROUNDS):
            tried = np.resize(missing, max(len(missing), FEWEST))
            drawn = super().generate(
                len(tried),
                condition if rows is None else rows[tried],
                int(generator.integers(2**31)),
                **options,
            )
            for index, molecule in zip(tried, drawn):
                if not found[index] and chemistry.parse(molecule) is not None:
                    found[index] = molecule
            missing = np.array([i for i in missing if not found[i]], int)
            if not len(missing):
                return found
        raise ValueError(
            f"Hardly anything that the model writes is a molecule: after "
            f"{ROUNDS} draws {len(missing)} of {num_samples} are missing. "
            "Train it longer. Received: only_valid=True"
        )

    @checked(
        molecule=TEXT,
        num_molecules=COUNT,
        distance=number(above=0, most=2),
        seed=optional(SEED),
    )
    def neighbors(
        self,
        molecule: str,
        num_molecules: int = 10,
        distance: float = 1.0,
        condition: Any = None,
        seed: int | None = None,
        **options: Any,
    ) -> list[str]:
        """Analogues: other molecules around one, in the space of codes.

        Codes are drawn in all directions from the molecule's, up to a
        distance from it (its code's length is 1).

        Args:
            molecule: str. SMILES.
            num_molecules: int. The most to return. Defaults to `10`.
            distance: float. Up to 2, the other end of the sphere. Defaults to
                `1.0`.
            condition: as in `decode`. Defaults to `None`: properties of the
                molecule.
            seed: int or `None`. Defaults to `None`.
            **options: the arguments of `decode`.

        Returns:
            A list of distinct canonical SMILES, the nearest code first; it
            may hold fewer than were asked for.
        """
        if seed is None:
            seed = np.random.randint(2**31)
        rows = self._encoded([molecule])
        code, vector = self._codes_of(rows), self._vector_of(rows, condition)
        generator = np.random.default_rng(seed)
        found: dict[str, float] = {}
        known = set(self.codec.decode(rows))
        for _ in range(ROUNDS):
            size = max(2 * num_molecules, 32)
            radii = distance * generator.random(size).astype("float32")
            codes = self._around(code, radii, generator)
            vectors = (
                None if vector is None else np.repeat(vector, size, axis=0)
            )
            others = self.decode(codes, vectors, seed=seed, **options)
            for radius, other in zip(radii, others):
                if chemistry.parse(other) is not None and other not in known:
                    found[other] = min(found.get(other, 2.0), float(radius))
            if len(found) >= num_molecules:
                break
        return sorted(found, key=lambda other: found[other])[:num_molecules]

    @checked(
        objective=either(one_of(*chemistry.PROPERTIES), FUNCTION),
        start=optional(TEXT),
        num_molecules=COUNT,
        num_calls=COUNT,
        constraint=optional(FUNCTION),
        min_similarity=number(least=0, below=1),
        spread=POSITIVE,
        seed=optional(SEED),
    )
    def optimize(
        self,
        objective: str | Callable,
        start: str | None = None,
        num_molecules: int = 10,
        num_calls: int = 1000,
        constraint: Callable | None = None,
        min_similarity: float = 0.0,
        condition: Any = None,
        spread: float = 0.07,
        seed: int | None = None,
        **options: Any,
    ) -> Optimized:
        """Searches the space of codes for molecules of a high score.

        Runs of CMA-ES, an evolution strategy, begin at the codes of the best
        molecules so far: at those of `start`, or of samples of the prior,
        which take a quarter of the calls. The objective is asked for
        molecules only, and for each once. Needs `pip install
        "keras-arae[molecules]"`.

        Source: "The CMA Evolution Strategy: A Tutorial", Hansen
        (https://arxiv.org/abs/1604.00772).

        Args:
            objective: function from a list of SMILES to as many numbers, the
                higher the better (NaN: no answer), or the name of a property:
                `"logP"`, `"QED"`, `"SA"`, `"TPSA"`, `"weight"`.
            start: str or `None`. A molecule to begin with; it is scored too.
                Defaults to `None`: samples of the prior.
            num_molecules: int. The most to return. Defaults to `10`.
            num_calls: int. The most molecules that the objective is asked
                for. Defaults to `1000`.
            constraint: function from a list of SMILES to as many bools, or
                `None`. Molecules for which it is false are neither scored nor
                returned. Defaults to `None`.
            min_similarity: float. The least Tanimoto similarity (of Morgan
                fingerprints, radius 2) to `start`. Defaults to `0.0`.
            condition: as in `decode`. Defaults to `None`: properties of the
                molecules that runs begin with.
            spread: float. Standard deviation of the first codes around one
                that a run begins with. Defaults to `0.07`.
            seed: int or `None`. Defaults to `None`.
            **options: the arguments of `decode`.

        Returns:
            `Optimized`: `molecules`, `scores` and `num_calls`.

        Raises:
            ValueError: if the objective returns something else, or there is
                nothing to begin with.
        """
        if min_similarity and start is None:
            raise ValueError(
                "Similarity is to `start`: give one. "
                f"Received: min_similarity={min_similarity}, start=None"
            )
        if seed is None:
            seed = np.random.randint(2**31)
        scorer = Scorer(objective, num_calls, constraint)
        if start is not None:
            rows = self._encoded([start])
            (start,) = self.codec.decode(rows)
            scorer.stay_near(start, min_similarity)
            vectors = self._vector_of(rows, condition)
            scorer([start], self._codes_of(rows), vectors)
        begun: list[str] = []
        idle = 0
        for run in range(seed, seed + num_calls):
            options["seed"] = run % 2**32
            calls_left = scorer.calls_left
            if start is None and not scorer.ranked(begun):
                count = max(num_calls // 4, 1)
                scorer(*self._samples(count, condition, options))
            left = scorer.ranked(begun)
            if start is not None and not begun:
                left = [start]
            if left:
                begun.append(left[0])
                self._climb(scorer.places[left[0]], scorer, spread, options)
            idle = 0 if scorer.calls_left < calls_left else idle + 1
            if idle == PATIENCE or not scorer.calls_left:
                break
        return scorer.found(num_molecules)

    def _samples(
        self, count: int, condition: Any, options: dict[str, Any]
    ) -> tuple[list[str], np.ndarray, Any]:
        """Molecules of the prior, their codes and vectors of conditions."""
        seed = options["seed"]
        noise = self._draw_noise(count, seed, self.prior)
        vectors = None
        if self.condition is not None:
            generator = np.random.default_rng([seed, 1])
            vectors = self.condition.complete(condition, count, generator)
        codes = self.generate_codes(noise, vectors)
        return self.decode(codes, vectors, **options), codes, vectors

    def _climb(
        self,
        place: tuple[np.ndarray, Any],
        scorer: Scorer,
        spread: float,
        options: dict[str, Any],
    ) -> None:
        """One run of the search, until it has found nothing for a while."""
        code, vector = place
        search = Search(code, spread, options["seed"])
        best, idle = -np.inf, 0
        while scorer.calls_left > 0 and idle < PATIENCE:
            codes, vectors = self._on_sphere(search.ask()), None
            if vector is not None:
                vectors = np.repeat(vector[None], len(codes), axis=0)
            molecules = self.decode(codes, vectors, **options)
            scores = scorer(molecules, codes, vectors)
            search.tell(scores)
            idle = 0 if scores.max() > best else idle + 1
            best = max(best, scores.max())

    def _vector_of(self, rows: np.ndarray, condition: Any) -> Any:
        """The condition's vector for codes around that of one molecule."""
        return self._condition_rows(self._told(condition, rows), None, 1)

    def _around(
        self,
        code: np.ndarray,
        radii: np.ndarray,
        generator: np.random.Generator,
    ) -> np.ndarray:
        """Codes at distances from one, in random directions."""
        shape = (len(radii), self.code_dim)
        steps = generator.standard_normal(shape).astype("float32")
        steps /= np.linalg.norm(steps, axis=1, keepdims=True)
        if not self.normalize_codes:
            return code + radii[:, None] * steps
        # Along the sphere: at right angles to the code, so far that the
        # straight way back is the distance.
        steps -= (steps @ code.T) * code
        steps /= np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1e-12)
        angles = 2 * np.arcsin(radii / 2)[:, None]
        return np.cos(angles) * code + np.sin(angles) * steps
