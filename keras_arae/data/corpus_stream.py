"""Corpora that no memory and no disk holds: read as they are needed."""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import itertools
import multiprocessing
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

import numpy as np

from keras_arae.arguments import COUNT
from keras_arae.arguments import NATURAL
from keras_arae.arguments import SEED
from keras_arae.arguments import TEXT
from keras_arae.arguments import Rule
from keras_arae.arguments import checked
from keras_arae.arguments import instance
from keras_arae.arguments import optional
from keras_arae.arguments import shown
from keras_arae.data.repeated import Repeated
from keras_arae.data.sequences import SequenceCodec

PIECES = Rule(
    "an iterable of strings, such as `keras_arae.datasets.TextFiles(paths)`",
    lambda value: (
        isinstance(value, Iterable)
        and not isinstance(value, (str, bytes, Mapping))
    ),
)
KEPT = 1000  # Positions: more than any backend reads ahead.


class Position(NamedTuple):
    """Where a stream stands, in what JSON knows.

    Attributes:
        pieces: dict. Where the current window begins, as `Repeated.state`.
        window: int. Windows before it.
        batch: int. Batches of it that were given out.
        rest: list of two lists, rows and labels that were left over before
            it.
    """

    pieces: dict[str, Any]
    window: int
    batch: int
    rest: list[list]


class CorpusStream:
    """Batches of a corpus that is read as it is needed, and never ends.

    Memory stays flat however large the corpus is: of a window of its pieces
    the rows of ids are kept, shuffled, and given out in batches of one size;
    what is left over goes into the next window. Pass follows pass, so `fit`
    needs `steps_per_epoch`. Pieces that are too long go as the codec's
    `overflow` says.

    The order depends on `seed` and on nothing else, also not on `workers`. A
    checkpoint keeps the place (see `keras_arae.callbacks.ResumableCheckpoint`
    and its `stream`): a run that was stopped goes on as if it had not been,
    in the middle of a pass.

    Args:
        pieces: iterable of str, which can be iterated again and again:
            `keras_arae.datasets.TextFiles`, a data set of Hugging Face (also
            with `streaming=True`), of grain, a `tf.data.Dataset` or a
            `torch.utils.data.DataLoader(batch_size=None)` of single pieces,
            a list. Of pairs `(str, label)` for a model with a condition.
        codec: `keras_arae.TextPreprocessor` or another
            `keras_arae.data.SequenceCodec`.
        batch_size: int. Rows a batch. Defaults to `64`.
        window: int. Pieces that are shuffled among each other; `1` or
            less than a batch hardly shuffles. Defaults to `100000`.
        seed: int. Of shuffles. Defaults to `0`.
        column: str or `None`. Where pieces are rows of a table (dicts): the
            column of strings. Defaults to `None`.
        label_column: str or `None`. The column of labels. Defaults to `None`.
        workers: int. Processes that turn strings into ids, a window ahead of
            training; `0` does it in between. They begin anew, so a script
            needs `if __name__ == "__main__":`. Defaults to `0`.

    Example:

    ```python
    folder = tempfile.mkdtemp()
    for name in ("a", "b"):
        with open(f"{folder}/{name}.txt", "w") as file:
            file.write("a man sleeps\\na man runs\\n" * 8)
    files = keras_arae.datasets.TextFiles(f"{folder}/*.txt")
    codec = keras_arae.TextPreprocessor.from_corpus(files, max_length=4)
    stream = keras_arae.data.CorpusStream(files, codec, batch_size=8)
    model = keras_arae.TextARAE(codec, 8, code_dim=8, units=8, prior=None)
    model.compile()
    model.fit(stream, steps_per_epoch=3, epochs=2, verbose=0)
    assert stream.state_dict()["window"] >= 1
    ```
    """

    @checked(
        pieces=PIECES,
        codec=instance(SequenceCodec),
        batch_size=COUNT,
        window=COUNT,
        seed=SEED,
        column=optional(TEXT),
        label_column=optional(TEXT),
        workers=NATURAL,
    )
    def __init__(
        self,
        pieces: Iterable,
        codec: SequenceCodec,
        batch_size: int = 64,
        window: int = 100_000,
        seed: int = 0,
        column: str | None = None,
        label_column: str | None = None,
        workers: int = 0,
    ) -> None:
        if label_column is not None and column is None:
            raise ValueError(
                "Labels stand beside strings: name the column of these too. "
                f"Received: label_column={label_column!r}, column=None"
            )
        self.pieces = Repeated(pieces)
        self.codec = codec
        self.batch_size = batch_size
        self.window = window
        self.seed = seed
        self.column = column
        self.label_column = label_column
        self.workers = workers
        self._position = Position(self.pieces.state(), 0, 0, [[], []])
        self._mark_beginning()

    def __iter__(self) -> Iterator[Any]:
        self._mark_beginning()
        return self._batches()

    @checked(num_batches=optional(NATURAL))
    def state_dict(self, num_batches: int | None = None) -> dict[str, Any]:
        """Where the stream stands, in what JSON knows.

        Args:
            num_batches: int or `None`. After so many batches of the current
                `fit`: a backend may have read further. Defaults to `None`:
                after all that were given out.

        Returns:
            A dict, for `load_state_dict`.
        """
        if num_batches is None:
            return self._state(self._position)
        index = num_batches - (self._num_given - len(self._given) + 1)
        if not 0 <= index < len(self._given):
            raise ValueError(
                "Expected a number of batches that were given out, of the "
                f"last {len(self._given)} of {self._num_given}. "
                f"Received: num_batches={num_batches}"
            )
        return self._state(self._given[index])

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on where another stream of the same corpus stood.

        Args:
            state: dict. What `state_dict` returned, of a stream with the same
                `batch_size`, `window` and `seed`: they say which rows come.
        """
        names = set(self.state_dict())
        if not isinstance(state, Mapping) or set(state) != names:
            raise ValueError(
                "Expected what `state_dict` of a stream returned. "
                f"Received: {shown(state)}"
            )
        if state["settings"] != self._settings():
            raise ValueError(
                f"Expected a place in a stream with {self._settings()}: with "
                "other settings other rows come. "
                f"Received: {state['settings']}"
            )
        self._position = Position(
            **{name: state[name] for name in Position._fields}
        )
        self._mark_beginning()

    def _settings(self) -> dict[str, int]:
        """What the order of rows depends on, beside the corpus."""
        names = ("batch_size", "window", "seed")
        return {name: getattr(self, name) for name in names}

    def _state(self, position: Position) -> dict[str, Any]:
        return {**position._asdict(), "settings": self._settings()}

    def _mark_beginning(self) -> None:
        self._given = collections.deque([self._position], maxlen=KEPT)
        self._num_given = 0

    def _batches(self) -> Iterator[Any]:
        with self._encoder() as encode:
            windows = self._windows(encode)
            while True:
                following, rows, labels = next(windows)
                yield from self._of_window(rows, labels, following)

    def _windows(self, encode: Callable) -> Iterator[tuple]:
        """For each window where the next begins, its rows and its labels.

        With workers the next one is on its way while one is given out.
        """
        self.pieces.go_to(self._position.pieces)
        ahead: collections.deque = collections.deque()
        while True:
            while len(ahead) <= bool(self.workers):
                strings, labels = self._parts(self.pieces.take(self.window))
                ahead.append((self.pieces.state(), labels, encode(strings)))
            following, labels, encoded = ahead.popleft()
            rows, kept = encoded()
            yield following, rows, [labels[index] for index in kept if labels]

    def _of_window(
        self, rows: np.ndarray, labels: list, following: dict[str, Any]
    ) -> Iterator[Any]:
        """Shuffles a window and what was left over before; gives out both."""
        position, size = self._position, self.batch_size
        rest, labels_of_rest = position.rest
        if rest:
            rows = np.concatenate([np.array(rest, rows.dtype), rows])
            labels = [*labels_of_rest, *labels]
        key = [self.seed, position.window]
        order = np.random.default_rng(key).permutation(len(rows))
        num_batches = len(rows) // size
        for batch in range(position.batch, num_batches):
            chosen = order[batch * size : (batch + 1) * size]
            generator = np.random.default_rng([*key, batch])
            given = self.codec.draw(rows[chosen], generator)
            self._position = position._replace(batch=batch + 1)
            self._given.append(self._position)
            self._num_given += 1
            yield (given, [labels[i] for i in chosen]) if labels else given
        left = order[num_batches * size :]
        self._position = Position(
            following,
            position.window + 1,
            0,
            [rows[left].tolist(), [labels[i] for i in left if labels]],
        )

    def _parts(self, pieces: list) -> tuple[list[str], list]:
        """Strings, and labels if the pieces bring some."""
        if self.column is not None:
            pieces = [self._cells(piece) for piece in pieces]
        if isinstance(pieces[0], Mapping):
            raise ValueError(
                "These pieces are rows of a table: name the column of strings "
                "by `column`. "
                f"Received: columns {[str(name) for name in pieces[0]]}"
            )
        if not isinstance(pieces[0], tuple):
            return [_plain(piece) for piece in pieces], []
        strings, labels = ([*map(_plain, part)] for part in zip(*pieces))
        return strings, np.asarray(labels).tolist()

    def _cells(self, row: Any) -> Any:
        names = [self.column, self.label_column]
        names = [name for name in names if name is not None]
        try:
            cells = tuple(row[name] for name in names)
        except (KeyError, TypeError, IndexError):
            raise ValueError(
                f"Expected rows with the columns {names}. "
                f"Received: {shown(row)}"
            ) from None
        return cells if len(cells) > 1 else cells[0]

    @contextlib.contextmanager
    def _encoder(self) -> Iterator[Callable]:
        """A function from strings to one that returns rows and the kept.

        What the first window leaves out is reported; the others are like it.
        """
        reports = itertools.chain([True], itertools.repeat(False))
        if not self.workers:
            yield (
                lambda strings: (
                    lambda: _encoded(self.codec, next(reports), strings)
                )
            )
            return
        # A process that has begun anew shares no locks with this one.
        pool = concurrent.futures.ProcessPoolExecutor(
            self.workers,
            multiprocessing.get_context("spawn"),
            _keep_codec,
            (self.codec,),
        )

        def encode(strings: list[str]) -> Callable:
            if next(reports):
                result = _encoded(self.codec, True, strings)
                return lambda: result
            size = -(-len(strings) // self.workers)
            parts = [
                pool.submit(_encoded_there, strings[start : start + size])
                for start in range(0, len(strings), size)
            ]
            return lambda: _joined([part.result() for part in parts], size)

        try:
            yield encode
        finally:
            pool.shutdown(cancel_futures=True)


def _plain(value: Any) -> Any:
    """A string or a number, also from a scalar tensor or array."""
    value = value.numpy() if hasattr(value, "numpy") else value
    value = value.item() if isinstance(value, np.generic) else value
    return value.decode("utf-8") if isinstance(value, bytes) else value


def _encoded(
    codec: SequenceCodec, reports: bool, strings: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Rows and the indices of the strings kept, with a word on the others."""
    if reports:
        return codec.encode_corpus(strings)
    return codec.rows_that_fit(strings)


_codec: Any = None  # Of a worker process.


def _keep_codec(codec: SequenceCodec) -> None:
    global _codec
    _codec = codec


def _encoded_there(strings: list[str]) -> tuple[np.ndarray, np.ndarray]:
    return _codec.rows_that_fit(strings)


def _joined(parts: list[tuple], size: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and indices of consecutive lists of `size` strings as one."""
    kept = [indices + i * size for i, (_, indices) in enumerate(parts)]
    return np.concatenate([rows for rows, _ in parts]), np.concatenate(kept)
