"""A model to look around in: the verbs that the page asks for."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_arae.arguments import DICT
from keras_arae.arguments import SEED
from keras_arae.arguments import TEXT
from keras_arae.arguments import Rule
from keras_arae.arguments import array
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import either
from keras_arae.arguments import number
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.arguments import whole
from keras_arae.data import Classes
from keras_arae.explorer import asked
from keras_arae.explorer.decoding import SAMPLERS
from keras_arae.explorer.decoding import options_of
from keras_arae.explorer.kinds import kind_of
from keras_arae.explorer.missing import missing
from keras_arae.explorer.reference import FEWEST
from keras_arae.explorer.reference import Reference
from keras_arae.explorer.refused import Refused
from keras_arae.explorer.refused import refusal
from keras_arae.models.arithmetic import between
from keras_arae.sampling import path

MOST_SAMPLES = 64
MOST_STEPS = 33
NUM_NEIGHBORS = 6
BATCH = 32  # Codes decoded at once, whatever is asked for: one shape.
STRENGTHS = np.linspace(-2.0, 2.0, 17)  # Of a step along a feature.
LEVELS = 9  # Of a number that is asked for, from low to high.

CODE = Rule("a code, float32 numbers as base64", lambda value: True)
VECTOR = several(number())
RULES = {"code": CODE, "condition": optional(VECTOR), "decoding": DICT}


class Space:
    """A trained model, what it is compared with, and what one may ask of it.

    Verbs take and return what JSON can hold. They keep nothing: whoever asks
    brings codes along. One at a time may be at work.

    Args:
        model: `keras_arae.models.GenerativeModel`. Built.
        name: str. What the page calls it.
        reference: `Reference` or `None`. Defaults to `None`: no neighbours,
            no map, no arithmetic.
        no_reference: str. Why there is none, in a sentence. Defaults to
            `"It was started without data to compare with."`.
    """

    def __init__(
        self,
        model: Any,
        name: str,
        reference: Reference | None = None,
        no_reference: str = "It was started without data to compare with.",
    ) -> None:
        self.model = model
        self.name = name
        self.kind = kind_of(model.codec)
        self.reference = reference
        self._no_reference = no_reference
        self._features = reference.features() if reference else []

    # What it is and what it can do.

    def about(self) -> dict[str, Any]:
        """What the page must know before it asks for anything."""
        model, reference = self.model, self.reference
        return {
            "name": self.name,
            "model": type(model).__name__,
            "weights": model.count_params(),
            "code_dim": model.code_dim,
            "kind": self.kind.about(),
            "samplers": list(SAMPLERS) if self._chooses_tokens else [],
            "condition": asked.described(model.condition),
            "cannot": self.cannot(),
            "data": reference and {
                "source": reference.source,
                "count": len(reference),
                "features": [name for name, _ in self._features],
            },
            "most_samples": MOST_SAMPLES,
        }  # fmt: skip

    @property
    def _chooses_tokens(self) -> bool:
        return bool(self.model.decoder.autoregressive)

    def cannot(self) -> dict[str, str]:
        """What the model cannot do: a sentence for each such verb."""
        no_data = self._no_reference if self.reference is None else None
        return missing(self.model, no_data)

    def warm_up(self) -> None:
        """Does once what takes its time only the first time."""
        cannot = self.cannot()
        if "read" not in cannot and self.reference is not None:
            rows = self.reference.rows[:1]
            codes = self.model.encode(rows)
            vectors = asked.of_data(self.model, rows, codes)
            self._items(codes, vectors, {})
        if "sample" not in cannot:
            times = 0 if "read" in cannot else 1
            self.sample(1, decoding={"num_refinements": times})

    def _require(self, verb: str) -> None:
        if verb in (cannot := self.cannot()):
            raise Refused(cannot[verb])

    def _data(self, verb: str) -> Reference:
        self._require(verb)
        assert self.reference is not None
        return self.reference

    # The map.

    def map(self) -> dict[str, Any]:
        """Where codes of data lie, and what each is coloured by."""
        reference = self._data("map")
        return {
            "places": reference.places.round(4).tolist(),
            "share": reference.plane.share,
            "attributes": [
                {
                    "name": attribute.name,
                    "values": attribute.values.tolist(),
                    "classes": attribute.classes,
                }
                for attribute in reference.attributes
            ],
        }

    @checked(index=whole(0))
    def piece(self, index: int) -> dict[str, Any]:
        """A piece of the data, as it is shown."""
        rows = self._data("map").rows[[self._index(index)]]
        data = self.model.codec.decode(rows)
        return {"piece": self.kind.shown(data)[0]}

    @checked(place=several(number(least=-3, most=3), 2, 2), decoding=DICT)
    def at(self, place: Any, decoding: Any = ()) -> dict[str, Any]:
        """What a place of the map decodes to.

        A map shows two of many directions: the others are those of the data
        that lie nearest on the map.
        """
        reference = self._data("at")
        distances = np.linalg.norm(reference.places - place, axis=1)
        index = int(distances.argmin())
        code = reference.plane.moved(reference.codes[index], np.array(place))
        codes = self._on_sphere(code[None])
        vectors = self._condition_of(index)
        (item,) = self._items(codes, vectors, decoding)
        return {"item": item, "neighbors": self._neighbors(codes[0])}

    # Samples.

    @checked(
        count=whole(1, MOST_SAMPLES), seed=SEED,
        condition=optional(either(VECTOR, DICT)), decoding=DICT,
    )  # fmt: skip
    def sample(
        self,
        count: int,
        seed: int = 0,
        condition: Any = None,
        decoding: Any = (),
    ) -> dict[str, Any]:
        """New data, as `model.generate(count, condition, seed)`.

        The condition is a vector, or a dict of those numbers that matter.
        Refined samples come with the codes that they were decoded from last.
        """
        self._require("sample")
        model = self.model
        vectors = self._drawn_vectors(condition, count, seed)
        if not model.code_dim:
            decoding = {"sampler": "random", **dict(decoding), "seed": seed}
            options = options_of(decoding, self._chooses_tokens, True)
            data = model.generate(count, vectors, **options)
            return {"items": self._shown(data, vectors)}
        generator = np.random.default_rng(seed)
        shape = (count, model.prior.noise_dim)
        noise = generator.standard_normal(shape).astype("float32")
        codes = model.generate_codes(noise, vectors, batch_size=MOST_SAMPLES)
        decoding = {"seed": seed, **dict(decoding)}
        options = options_of(decoding, self._chooses_tokens, True)
        return {"items": self._refined(codes, vectors, options)}

    def _refined(
        self, codes: np.ndarray, vectors: Any, options: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Codes, decoded, then encoded and decoded again, as `decode` does."""
        options = dict(options)
        times = options.pop("num_refinements", 0)
        data = self._decoded(codes, vectors, **options)
        for time in range(times):
            codes = self._encoded_again(data, codes)
            # The seeds of `decode`.
            options["seed"] = (options.get("seed", 0) + time + 1) % 2**31
            data = self._decoded(codes, vectors, **options)
        return self._shown(data, vectors, codes)

    def _encoded_again(self, data: Any, codes: np.ndarray) -> np.ndarray:
        """Codes of what was decoded, and the old ones of what is unreadable.

        A decoder may write strings that are no molecules.
        """
        codec, rows, read = self.model.codec, [], []
        for index, piece in enumerate(data):
            try:
                rows.append(codec.encode(self.kind.batch([piece]))[0])
            except ValueError:
                continue
            read.append(index)
        codes = codes.copy()
        for start in range(0, len(rows), BATCH):
            part = rows[start : start + BATCH]
            found = self.model.encode(_filled(np.stack(part)))
            codes[read[start : start + BATCH]] = found[: len(part)]
        return codes

    def _drawn_vectors(self, condition: Any, count: int, seed: int) -> Any:
        """Vectors as `generate` has them: what is asked for, the rest drawn."""
        kind = self.model.condition
        if isinstance(condition, dict):
            names = asked.names_of_numbers(kind)
            check("condition", condition, several_of(names))
        elif condition is not None or kind is None:
            return self._vectors(condition, count)
        generator = np.random.default_rng([seed, 1])
        return kind.complete(condition or None, count, generator)

    # One piece of data.

    @checked(index=optional(whole(0)), **{
        key: RULES[key] for key in ("condition", "decoding")
    })  # fmt: skip
    def read(
        self,
        piece: Any = None,
        index: int | None = None,
        condition: Any = None,
        decoding: Any = (),
    ) -> dict[str, Any]:
        """A piece of data, typed or of the data, and what comes back of it."""
        self._require("read")
        if piece is not None and index is not None:
            raise refusal("Expected a piece or an index.", [piece, index])
        if index is not None:
            rows = self._data("map").rows[[self._index(index)]]
            notes, label = [], self._label(index)
        else:
            read = self.kind.read(piece)
            rows = self.model.codec.encode(self.kind.batch([read]))
            notes, label = self.kind.notes(read), None
        codes = self.model.encode(rows)
        if condition is not None:
            vectors = self._vectors(condition, 1)
        else:
            vectors = asked.of_data(self.model, rows, codes, label)
        data = self.model.codec.decode(rows)
        (item,) = self._shown(data, vectors, codes)
        (copy,) = self._items(codes, vectors, decoding)
        return {
            "item": item,
            "copy": copy,
            "notes": notes,
            "neighbors": self._neighbors(codes[0], index),
        }

    @checked(code=CODE)
    def near(self, code: Any) -> dict[str, Any]:
        """Data whose codes are nearest to a code."""
        self._require("read")
        return {"neighbors": self._neighbors(self._code(code)[0])}

    # Ways through the space of codes.

    @checked(
        start=DICT, end=DICT, steps=whole(2, MOST_STEPS),
        method=one_of("linear", "spherical"), decoding=DICT,
    )  # fmt: skip
    def walk(
        self,
        start: Any,
        end: Any,
        steps: int = 21,
        method: str = "linear",
        decoding: Any = (),
    ) -> dict[str, Any]:
        """Data on the way from one code to another.

        Each end is a dict of its `"code"` and its `"condition"`.
        """
        self._require("walk")
        for end_of_walk in (start, end):
            if set(end_of_walk) - {"code", "condition"}:
                raise refusal(
                    "Expected of an end its code and its condition.",
                    list(end_of_walk),
                )
        first, last = (self._code(each.get("code")) for each in (start, end))
        codes = self._on_sphere(path(first, last, steps, method)[0])
        a, b = (self._vectors(e.get("condition"), 1) for e in (start, end))
        vectors = None if a is None else path(a, b, steps)[0]
        return {"items": self._items(codes, vectors, decoding)}

    @checked(**RULES, name=optional(TEXT))
    def change(
        self,
        code: Any,
        condition: Any = None,
        name: str | None = None,
        decoding: Any = (),
    ) -> dict[str, Any]:
        """One code with each class; of numbers, with one from low to high."""
        self._require("change")
        kind, values = self.model.condition, None
        if isinstance(kind, Classes):
            if condition is not None or name is not None:
                raise refusal(
                    "Of classes each label is shown: expected a code.",
                    {"condition": condition, "name": name},
                )
            vectors = asked.each_class(kind)
        else:
            name = check("name", name, one_of(*kind.names))
            vector = self._vectors(condition, 1)
            vectors = asked.range_of(kind, vector, name, LEVELS)
            index = list(kind.names).index(name)
            values = [
                float(asked.numbers_of(kind, one)[index]) for one in vectors
            ]
        codes = np.repeat(self._code(code), len(vectors), axis=0)
        items = self._items(codes, vectors, decoding)
        return {"items": items, "values": values}

    @checked(**RULES, feature=optional(TEXT), pattern=optional(TEXT))
    def move(
        self,
        code: Any,
        condition: Any = None,
        feature: str | None = None,
        pattern: str | None = None,
        decoding: Any = (),
    ) -> dict[str, Any]:
        """A code, less and more of what some data have and others lack.

        To the code is added, in several strengths, the mean code of data that
        have a feature minus that of data that lack it.
        """
        reference = self._data("move")
        having = self._having(feature, pattern)
        counts = int(having.sum()), int((~having).sum())
        if min(counts) < FEWEST:
            raise refusal(
                f"Expected {FEWEST} or more pieces of data that have it, and "
                "as many that lack it: a mean of fewer says little.",
                f"{counts[0]} that have it, {counts[1]} that lack it",
            )
        codes = reference.codes
        direction = between(codes[having], codes[~having])
        steps = STRENGTHS[:, None].astype("float32") * direction
        codes = self._on_sphere(self._code(code) + steps)
        vectors = self._vectors(condition, len(codes))
        return {
            "items": self._items(codes, vectors, decoding),
            "strengths": STRENGTHS.tolist(),
            "counts": counts,
        }

    def _having(self, feature: str | None, pattern: str | None) -> np.ndarray:
        """Which pieces of data have a feature, listed or typed."""
        if (feature is None) == (pattern is None):
            raise refusal(
                "Expected either a listed feature or a pattern.",
                {"feature": feature, "pattern": pattern},
            )
        assert self.reference is not None
        if pattern is not None:
            return self.kind.having(self.reference.rows, pattern)
        features = dict(self._features)
        return features[check("feature", feature, one_of(*features))]

    # What verbs share.

    def _items(
        self, codes: np.ndarray, vectors: Any, decoding: Any
    ) -> list[dict[str, Any]]:
        """Codes, decoded and as the page takes them."""
        options = options_of(decoding, self._chooses_tokens)
        data = self._decoded(codes, vectors, **options)
        return self._shown(data, vectors, codes)

    def _decoded(
        self, codes: np.ndarray, vectors: Any, seed: int = 0, **options: Any
    ) -> list[Any]:
        """Data from codes, in batches of one shape."""
        data: list[Any] = []
        for start in range(0, len(codes), BATCH):
            part = _filled(codes[start : start + BATCH])
            asks = vectors
            if vectors is not None:
                asks = _filled(vectors[start : start + BATCH])
            # Of each batch its own, or they would choose alike.
            decoded = self.model.decode(
                part, asks, seed=(seed + start) % 2**32, **options
            )
            data.extend(decoded[: len(codes) - start])
        return data

    def _shown(
        self, data: Any, vectors: Any, codes: Any = None
    ) -> list[dict[str, Any]]:
        """Pieces of data with what they were made from."""
        pieces = self.kind.shown(data)
        items: list[dict[str, Any]] = [{"piece": piece} for piece in pieces]
        if codes is not None:
            for item, code in zip(items, codes):
                item["code"] = _to_text(code)
        if codes is not None and self.reference is not None:
            places = self.reference.plane.places(codes)
            for item, place in zip(items, places.round(4).tolist()):
                item["place"] = place
        if vectors is not None:
            for item, vector in zip(items, vectors):
                item["condition"] = vector.tolist()
                item["says"] = asked.in_words(self.model.condition, vector)
        return items

    def _neighbors(
        self, code: np.ndarray, but: int | None = None
    ) -> list[dict[str, Any]]:
        """The nearest data, without one of them."""
        if self.reference is None:
            return []
        found = self.reference.nearest(code, NUM_NEIGHBORS + 1)
        found = [pair for pair in found if pair[0] != but][:NUM_NEIGHBORS]
        rows = self.reference.rows[[index for index, _ in found]]
        pieces = self.kind.shown(self.model.codec.decode(rows))
        return [
            {
                "piece": piece,
                "index": index,
                "distance": round(distance, 3),
                "place": self.reference.places[index].round(4).tolist(),
            }
            for piece, (index, distance) in zip(pieces, found)
        ]

    def _index(self, index: int) -> int:
        most = len(self._data("map")) - 1
        return check("index", index, whole(0, most))

    def _label(self, index: int) -> Any:
        labels = self.reference and self.reference.labels
        return labels[index] if labels else None

    def _condition_of(self, index: int) -> Any:
        """The vector of one piece of the data."""
        reference = self._data("map")
        rows, codes = reference.rows[[index]], reference.codes[[index]]
        return asked.of_data(self.model, rows, codes, self._label(index))

    def _vectors(self, condition: Any, count: int) -> Any:
        """Vectors of a condition that was asked for, as often as needed."""
        if self.model.condition is None:
            if condition is not None:
                raise refusal("This model takes no condition.", condition)
            return None
        rule = array(self.model.condition.dim)
        vector = check("condition", condition, rule).astype("float32")
        rows = np.repeat(vector[None], count, axis=0)
        return self.model.condition.rows(rows, count)

    def _code(self, code: Any) -> np.ndarray:
        """A code that the page brings back, of shape `(1, code_dim)`."""
        dim = self.model.code_dim
        try:
            data = base64.b64decode(code, validate=True)
        except (binascii.Error, TypeError, ValueError):
            data = b""
        if len(data) != 4 * dim:
            raise refusal(
                f"Expected a code: {dim} float32 numbers as base64.", code
            )
        numbers = np.frombuffer(data, "<f4").astype("float32")
        return check("code", numbers, array(dim))[None]

    def _on_sphere(self, codes: np.ndarray) -> np.ndarray:
        """Codes where the encoder would have put them."""
        if self.model.normalize_codes:
            norms = np.linalg.norm(codes, axis=1, keepdims=True)
            codes = codes / np.maximum(norms, 1e-12)
        return codes.astype("float32")


def several_of(names: Sequence[str]) -> Rule:
    """A dict of finite numbers, of some names."""
    return Rule(
        f"a dict of numbers by name, of {list(names)}",
        lambda value: (
            set(value) <= set(names)
            and all(number().accepts(one) for one in value.values())
        ),
    )


def _filled(rows: np.ndarray) -> np.ndarray:
    """Rows with the last one repeated, up to a whole batch."""
    fill = [(0, BATCH - len(rows))] + [(0, 0)] * (rows.ndim - 1)
    return np.pad(rows, fill, mode="edge")


def _to_text(code: np.ndarray) -> str:
    return base64.b64encode(code.astype("<f4").tobytes()).decode()
