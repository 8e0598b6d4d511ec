"""Language models as judges: trained on one text, they score another."""

from __future__ import annotations

import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

import keras
import numpy as np

from keras_arae.arguments import COUNT
from keras_arae.arguments import PATH
from keras_arae.arguments import POSITIVE
from keras_arae.arguments import SEED
from keras_arae.arguments import TEXT
from keras_arae.arguments import WIDTH
from keras_arae.arguments import checked
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.arguments import whole
from keras_arae.data import TextPreprocessor
from keras_arae.evaluation.texts import check_texts
from keras_arae.models import LanguageModel
from keras_arae.training.phased_model import VERBOSE

# Steps of an epoch, at least: fewer hardly train a judge of a small text.
MIN_STEPS = 32

# The word that KenLM reads for each unknown word.
OTHER = "[unknown]"


JUDGE = one_of("lstm", "kenlm")


class Perplexity(NamedTuple):
    """What a judge says of a text.

    Attributes:
        perplexity: float. `exp` of the mean nats a token, over words and ends
            of sentences.
        num_tokens: int. How many those are.
        unknown_share: float. Share of the words, from 0 to 1, that the
            judge's vocabulary lacks: scored as one word, `<unk>`.

    Example:

    ```python
    found = keras_arae.evaluation.Perplexity(21.5, 400, 0.01)
    assert found.perplexity == 21.5
    ```
    """

    perplexity: float
    num_tokens: int
    unknown_share: float


class LSTMJudge:
    """A `keras_arae.LanguageModel` that is trained on one text.

    Words are separated by whitespace; those outside the vocabulary count as
    one unknown word. Each sentence is scored with its end. A twentieth of
    the training text, drawn at random, says when to stop: training ends when
    an epoch brings no better score there, and the best weights are kept.

    Args:
        vocabulary: list of str. The words that the judge knows.
        embedding_dim: int. Defaults to `128`.
        units: int. Units of the LSTM. Defaults to `128`.
        epochs: int. At most. Defaults to `20`.
        batch_size: int. Smaller for small texts, so that an epoch has 32
            steps or more. Defaults to `64`.
        learning_rate: float. Of Adam. Defaults to `4e-3`.
        max_length: int. Longer sentences are truncated, with a warning that
            counts them. Defaults to `None`: the longest of the training text.
        seed: int. Of weights, shuffling and held-out sentences. Defaults to
            `0`.
        verbose: as in `keras.Model.fit`. Defaults to `0`.

    Example:

    ```python
    text = ["a man sleeps .", "two men talk .", "a cat runs ."] * 20
    judge = keras_arae.evaluation.LSTMJudge(
        ["a", "man", "cat", "runs", "."], embedding_dim=8, units=8, epochs=2
    )
    found = judge.fit(text).score(["a cat runs ."])
    assert found.num_tokens == 5 and found.unknown_share == 0.0
    ```
    """

    @checked(
        vocabulary=several(TEXT, 1),
        embedding_dim=WIDTH,
        units=WIDTH,
        epochs=COUNT,
        batch_size=COUNT,
        learning_rate=POSITIVE,
        max_length=optional(WIDTH),
        seed=SEED,
        verbose=VERBOSE,
    )
    def __init__(
        self,
        vocabulary: Iterable[str],
        embedding_dim: int = 128,
        units: int = 128,
        epochs: int = 20,
        batch_size: int = 64,
        learning_rate: float = 4e-3,
        max_length: int | None = None,
        seed: int = 0,
        verbose: int | str = 0,
    ) -> None:
        self.vocabulary = list(vocabulary)
        self.embedding_dim = embedding_dim
        self.units = units
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = float(learning_rate)  # Keras takes no int.
        self.max_length = max_length
        self.seed = seed
        self.verbose = verbose

    def fit(self, text: Iterable[str]) -> LSTMJudge:
        """Trains a new language model.

        Args:
            text: list of str.

        Returns:
            The judge itself.
        """
        text = check_texts(text)
        train, held_out = held_out_indices(len(text), self.seed)
        self.model = self._make_model(text)
        self.model.compile(
            keras.optimizers.Adam(self.learning_rate, global_clipnorm=1.0)
        )
        ids = self.model.codec.encode(text)
        self.model.fit(
            ids[train],
            batch_size=min(self.batch_size, max(1, len(train) // MIN_STEPS)),
            epochs=self.epochs,
            validation_data=ids[held_out],
            verbose=self.verbose,
            callbacks=[
                keras.callbacks.EarlyStopping(
                    patience=1, restore_best_weights=True
                )
            ],
        )
        return self

    def score(self, text: Iterable[str]) -> Perplexity:
        """Scores a text.

        Args:
            text: list of str.

        Returns:
            A `Perplexity`.
        """
        text = check_texts(text)
        ids = self.model.codec.encode(text)
        return Perplexity(
            self.model.perplexity(ids),
            int(np.sum(ids != self.model.codec.pad_id)),
            self.model.codec.unknown_share(ids),
        )

    def _make_model(self, text: Sequence[str]) -> LanguageModel:
        codec = TextPreprocessor(
            self.vocabulary,
            self.max_length or _longest(text),
            lowercase=False,
            pattern="whitespace",
        )
        # Keras draws seeds of initial weights from this generator.
        state = random.getstate()
        random.seed(self.seed)
        try:
            return LanguageModel(
                codec, self.embedding_dim, self.units, seed=self.seed
            )
        finally:
            random.setstate(state)


class KenLMJudge:
    """An n-gram model with Kneser-Ney smoothing by KenLM's programs.

    Runs `lmplz` and `query`, which must be installed
    (https://github.com/kpu/kenlm). Words outside the vocabulary count as one
    unknown word. Words of the vocabulary that the training text lacks share
    the probability that is left for them (`lmplz --vocab_pad`): if each got
    all of it, few kinds of samples would look good.

    Args:
        vocabulary: list of str. The words that the judge knows.
        order: int. The n of n-grams. Defaults to `5`.
        directory: str or path. Where the programs are. Defaults to `None`:
            on the `PATH`.

    Raises:
        FileNotFoundError: The programs are not there.

    Example:

    ```python
    try:
        judge = keras_arae.evaluation.KenLMJudge(["a", "man", "sleeps"])
    except FileNotFoundError as error:
        assert "lmplz" in str(error)  # It says where to get them.
    ```
    """

    @checked(
        vocabulary=several(TEXT, 1), order=whole(1, 6), directory=optional(PATH)
    )
    def __init__(
        self,
        vocabulary: Iterable[str],
        order: int = 5,
        directory: str | os.PathLike | None = None,
    ) -> None:
        self.vocabulary = set(vocabulary)
        self.order = order
        self.programs = [
            _find_program(name, directory) for name in ("lmplz", "query")
        ]

    def fit(self, text: Iterable[str]) -> KenLMJudge:
        """Counts n-grams.

        Args:
            text: list of str.

        Returns:
            The judge itself.
        """
        command = [
            self.programs[0], "-o", str(self.order), "--discount_fallback",
            # Words that the text lacks share what is left for them.
            "--vocab_pad", str(len(self.vocabulary) + 4), "-S", "20%",
        ]  # fmt: skip
        self._arpa = _run(command, self._known(check_texts(text)))
        return self

    def score(self, text: Iterable[str]) -> Perplexity:
        """Scores a text.

        Args:
            text: list of str.

        Returns:
            A `Perplexity`.
        """
        text = check_texts(text)
        known = self._known(text)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "model.arpa"
            path.write_text(self._arpa, encoding="utf-8")
            output = _run([self.programs[1], "-v", "summary", path], known)
        words = known.split()
        found = re.search(r"Perplexity including OOVs:\s+(\S+)", output)
        if found is None:
            raise RuntimeError(
                "KenLM's query should print a line `Perplexity including "
                f"OOVs`. Received: {output[-500:]!r}"
            )
        return Perplexity(
            float(found.group(1)),
            len(words) + len(text),
            words.count(OTHER) / max(len(words), 1),
        )

    def _known(self, text: Iterable[str]) -> str:
        """Lines of known words; `<unk>` itself is reserved in KenLM."""
        return "".join(
            " ".join(
                word if word in self.vocabulary else OTHER
                for word in line.split()
            )
            + "\n"
            for line in text
        )


@checked(judge=JUDGE, vocabulary=several(TEXT, 1), seed=SEED)
def make_judge(
    judge: str,
    vocabulary: Iterable[str],
    texts: Iterable[Sequence[str]],
    seed: int = 0,
    **options: Any,
) -> LSTMJudge | KenLMJudge:
    """Makes a judge by name, wide enough for all of some texts.

    Args:
        judge: `"lstm"` or `"kenlm"`.
        vocabulary: list of str. Words that the judge knows.
        texts: lists of str. What the judge will learn from or score.
        seed: int. Of the LSTM judge; KenLM draws nothing. Defaults to `0`.
        **options: the other arguments of the judge.

    Returns:
        An `LSTMJudge` or a `KenLMJudge`, not trained.

    Raises:
        ValueError: There is no judge of this name.
    """
    if judge == "kenlm":
        return KenLMJudge(vocabulary, **options)
    options = {"max_length": _longest(*texts), **options}
    return LSTMJudge(vocabulary, seed=seed, **options)


@checked(vocabulary_size=COUNT)
def make_vocabulary(
    text: Iterable[str], vocabulary_size: int = 10000
) -> list[str]:
    """The most frequent words of a text.

    Args:
        text: list of str. Words are separated by whitespace.
        vocabulary_size: int. The most words. Defaults to `10000`.

    Returns:
        A list of str, most frequent first.
    """
    return TextPreprocessor.from_corpus(
        text, vocabulary_size + 4, lowercase=False, pattern="whitespace"
    ).vocabulary


def held_out_indices(
    num_sentences: int, seed: int, share: float = 0.05
) -> tuple[np.ndarray, np.ndarray]:
    """Draws which sentences to learn from, and which say when to stop.

    Args:
        num_sentences: int.
        seed: int.
        share: float. Of the second. Defaults to `0.05`.

    Returns:
        Two int arrays of indices; of a single sentence both hold it.
    """
    indices = np.random.default_rng(seed).permutation(num_sentences)
    count = max(1, round(share * num_sentences))
    return indices[count:] if num_sentences > 1 else indices, indices[:count]


def _longest(*texts: Sequence[str]) -> int:
    """Words of the longest sentence, at least 1."""
    lengths = (len(line.split()) for text in texts for line in text)
    return max(lengths, default=1)


def _find_program(name: str, directory: str | os.PathLike | None) -> str:
    """The path of one of KenLM's programs, or an error that says where from."""
    path = shutil.which(name, path=directory)
    if path is None:
        raise FileNotFoundError(
            f"judge='kenlm' runs KenLM's program `{name}`: build it from "
            "https://github.com/kpu/kenlm and put it on the PATH, or pass "
            "its folder as `directory`; or use judge='lstm', which needs "
            f"nothing. Received: directory={directory}, no {name!r} there"
        )
    return path


def _run(command: Sequence[str | os.PathLike], text: str) -> str:
    """What a program prints for a text."""
    process = subprocess.run(
        command, input=text, capture_output=True, text=True, encoding="utf-8"
    )
    if process.returncode:
        raise RuntimeError(
            f"KenLM's {pathlib.Path(command[0]).name} failed: "
            f"{process.stderr.strip()[-500:]}"
        )
    return process.stdout
