"""Sentences and other strings to padded ids, and back."""

from __future__ import annotations

import collections
import os
import re
import unicodedata
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import keras
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
from keras_arae.arguments import whole
from keras_arae.data.sequences import SequenceCodec
from keras_arae.data.strings import each_string
from keras_arae.data.strings import strings_of
from keras_arae.export import export


def _marks() -> str:
    """What belongs to the character before it, for a character class.

    Accents, vowel signs and the like, which `\\w` leaves out; joiners, as in
    emoji of several parts; and the colours of skin.
    """
    marks = {0x200C, 0x200D, *range(0x1F3FB, 0x1F400)}
    blocks = (*range(0x300, 0x1EA00), *range(0xE0100, 0xE01F0))
    marks.update(i for i in blocks if unicodedata.category(chr(i))[0] == "M")
    ranges: list[list[int]] = []
    for mark in sorted(marks):
        if ranges and mark == ranges[-1][1] + 1:
            ranges[-1][1] = mark
        else:
            ranges.append([mark, mark])
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in ranges)


MARK = f"[{_marks()}]"
WORD = rf"\w+(?:{MARK}+\w*)*"
COUNTRY = "[\U0001f1e6-\U0001f1ff]{2}"  # Two letters that show as one flag.

# Regular expressions of one token, what joins tokens, and lower-casing.
PATTERNS: dict[str, tuple[str, str, bool]] = {
    # Words with inner apostrophes and hyphens, clitics ("'s"), punctuation
    # and signs, those of several parts whole.
    "words": (
        rf"<unk>|{WORD}(?:[-'’]{WORD})*|['’]{WORD}|{COUNTRY}"
        rf"|[^\w\s](?:{MARK}*\u200d[^\w\s])*{MARK}*",
        " ",
        True,
    ),
    "whitespace": (r"\S+", " ", True),
    "characters": (
        rf"<unk>|{COUNTRY}|(?s:.)(?:{MARK}*\u200d[^\w\s])*{MARK}*",
        "",
        False,
    ),
    # Atoms whole: those in brackets, and of two letters.
    "smiles": (r"<unk>|\[[^\]]+\]|Br|Cl|%\d\d|\S", "", False),
}


VOCABULARY = Rule(
    "a list of tokens (str); a file of one a line is "
    "`open(path, encoding='utf-8').read().split('\\n')`",
    *several(TEXT)[1:],
)
TOKENIZER = Rule(
    "a keras_nlp tokenizer",
    callable,
)
VOCABULARY_SIZE = whole(5)._replace(
    expected="an int of 5 or more: four special ids, and words"
)


@export
class TextPreprocessor(SequenceCodec):
    """Turns sentences into rows of ids of one width, and ids into sentences.

    A row holds the ids of the sentence's tokens, then `2` (end), then `0`
    (padding) up to the width `max_length + 1`. Ids 0 to 3 are padding, start,
    end and unknown; tokens follow. What a token is, is a setting: a `pattern`
    finds tokens and a `joiner` puts them together again, so that words,
    characters and the atoms of molecules (SMILES) are strings alike; for
    sub-words a keras_nlp tokenizer stands in, whose ids are shifted by four.

    Source: the code released with "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223) uses the most frequent lower-cased
    words, split on whitespace, and the same four special ids.

    Args:
        vocabulary: list of str. The tokens, most frequent first, without the
            special ones. `None` with a `tokenizer`. Defaults to `None`.
        max_length: int. Tokens of the longest sentence, end not counted.
            Defaults to `15`.
        lowercase: bool or `None`. Whether sentences are lower-cased; a
            tokenizer does as it is set. Defaults to `None`: characters and
            SMILES are not, others are.
        pattern: `"words"` (punctuation are words of their own),
            `"whitespace"` (words are what stands between whitespace),
            `"characters"`, `"smiles"`, or a regular expression of one token.
            Defaults to `"words"`.
        joiner: str or `None`. What stands between tokens in a sentence made
            from ids. Defaults to `None`: nothing for characters and SMILES,
            else a space.
        unicode_form: `"NFC"`, another form that `unicodedata.normalize`
            knows, or `None`. Of letters that can be written in two ways, as
            one character or with an accent behind, one is chosen. Defaults
            to `"NFC"`.
        overflow: `"drop"` or `"truncate"`. What `fit` and `evaluate` do with
            a sentence that is too long. Verbs that must answer each sentence
            (`encode`, `reconstruct`) always truncate. Defaults to `"drop"`.
        tokenizer: a keras_nlp tokenizer with integer ids, in place of a
            vocabulary and a pattern. Defaults to `None`.

    Example:

    ```python
    text = ["a man sleeps", "a man runs"]
    codec = keras_arae.TextPreprocessor.from_corpus(text, max_length=4)
    ids = codec.encode(["a man flies"])
    assert ids.tolist() == [[4, 5, 3, 2, 0]]
    assert codec.decode(ids) == ["a man <unk>"]
    ```

    Molecules, with atoms whole:

    ```python
    codec = keras_arae.TextPreprocessor.from_corpus(
        ["C[C@H](Cl)Br"], pattern="smiles", max_length=20
    )
    assert codec.split("C[C@H](Cl)Br")[:2] == ["C", "[C@H]"]
    assert codec.decode(codec.encode(["C[C@H](Cl)Br"])) == ["C[C@H](Cl)Br"]
    ```
    """

    kind = "sentences"
    unknown_id = 3
    special_tokens = ("<pad>", "<s>", "</s>", "<unk>")

    @checked(
        vocabulary=optional(VOCABULARY),
        max_length=WIDTH,
        lowercase=optional(FLAG),
        pattern=TEXT,
        joiner=optional(TEXT),
        unicode_form=optional(one_of("NFC", "NFD", "NFKC", "NFKD")),
        overflow=one_of("drop", "truncate"),
        tokenizer=optional(TOKENIZER),
    )
    def __init__(
        self,
        vocabulary: Sequence[str] | None = None,
        max_length: int = 15,
        lowercase: bool | None = None,
        pattern: str = "words",
        joiner: str | None = None,
        unicode_form: str | None = "NFC",
        overflow: str = "drop",
        tokenizer: Any = None,
    ) -> None:
        if (vocabulary is None) == (tokenizer is None):
            raise ValueError(
                "Give either a `vocabulary` (a list of words; "
                "`TextPreprocessor.from_corpus` makes one) or a `tokenizer`. "
                f"Received: vocabulary={shown(vocabulary)}, "
                f"tokenizer={shown(tokenizer)}"
            )
        expression, default_joiner, lowers = PATTERNS.get(
            pattern, (pattern, " ", True)
        )
        self.vocabulary: Any = None if vocabulary is None else list(vocabulary)
        self.max_length = max_length
        self.lowercase = lowers if lowercase is None else lowercase
        self.pattern = pattern
        self.joiner = default_joiner if joiner is None else joiner
        self.unicode_form: Any = unicode_form
        self.overflow = overflow
        self.tokenizer = tokenizer
        self._vocabulary_size: int | None = None
        self._expression = _compiled(expression)
        self._ids = {
            token: index
            for index, token in enumerate(
                self.vocabulary or [], len(self.special_tokens)
            )
        }
        if self.vocabulary and len(self._ids) < len(self.vocabulary):
            raise ValueError(
                "Each token of a `vocabulary` must stand in it once: another "
                "id of it would never be seen. Received: "
                f"{len(self.vocabulary)} tokens, {len(self._ids)} distinct"
            )
        self._ids["<unk>"] = self.unknown_id

    @classmethod
    @checked(vocabulary_size=VOCABULARY_SIZE)
    def from_corpus(
        cls,
        sentences: Iterable[str],
        vocabulary_size: int = 10000,
        **options: Any,
    ) -> TextPreprocessor:
        """Makes a codec with the most frequent tokens of a corpus.

        Args:
            sentences: iterable of str, such as an open file. The corpus.
            vocabulary_size: int. Number of ids, the four special ones
                included. Defaults to `10000`.
            **options: the other arguments of `TextPreprocessor`.

        Returns:
            A `TextPreprocessor`.
        """
        codec = cls(vocabulary=[], **options)
        counts: collections.Counter = collections.Counter()
        column = strings_of(sentences, "sentences")
        for sentence in each_sentence(sentences if column is None else column):
            counts.update(codec._split(sentence))
        for token in cls.special_tokens:
            counts.pop(token, None)
        if not counts:
            raise ValueError(
                "The corpus holds no words: expected an iterable of "
                f"sentences. Received: {shown(sentences)}"
            )
        # Ties in alphabetical order: the same corpus, the same ids.
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        num_tokens = vocabulary_size - len(cls.special_tokens)
        tokens = [token for token, _ in ranked[:num_tokens]]
        return cls(vocabulary=tokens, **options)

    @property
    def vocabulary_size(self) -> int:
        """Number of ids, the special ones included."""
        if self._vocabulary_size is None:
            if self.tokenizer is not None:
                size = self.tokenizer.vocabulary_size()
            else:
                size = len(self.vocabulary)
            self._vocabulary_size = size + len(self.special_tokens)
        return self._vocabulary_size

    @checked(sentence=TEXT)
    def split(self, sentence: str) -> list[str]:
        """The tokens of one sentence, as the vocabulary counts them."""
        return self._split(sentence)

    def _split(self, sentence: str) -> list[str]:
        sentence = self._normalized(sentence)
        if self.lowercase:
            sentence = sentence.lower()
        return [found.group() for found in self._expression.finditer(sentence)]

    def encode(self, data: Any) -> np.ndarray:
        """Turns each sentence into a row; cuts those that are too long.

        Args:
            data: list of str, or rows of ids.

        Returns:
            An int32 array of shape `(len(data), max_length + 1)`.
        """
        sentences = strings_of(data, self.kind)
        if sentences is None:
            return self.check_ids(data)
        rows = self._tokenize(sentences)
        num_long = sum(len(row) > self.max_length for row in rows)
        if num_long:
            logging.warning(
                "%d of %d sentences have more than max_length=%d tokens and "
                "were truncated.", num_long, len(rows), self.max_length,
            )  # fmt: skip
        return self.padded(rows)

    def encode_corpus(self, data: Any) -> tuple[np.ndarray, np.ndarray]:
        """Turns a corpus into rows; long sentences go as `overflow` says.

        Counts what was dropped or cut and the share of unknown words, and
        reports both once.

        Args:
            data: list of str, or rows of ids.

        Returns:
            An int32 array of shape `(num_kept, max_length + 1)`, and one of
            shape `(num_kept,)`: the indices of the sentences kept.

        Raises:
            ValueError: if no sentence is left.
        """
        sentences = strings_of(data, self.kind)
        if sentences is None:
            ids = self.check_ids(data)
            return ids, np.arange(len(ids))
        sentences = check_sentences(sentences)
        ids, kept = self.rows_that_fit(sentences)
        self._report_dropped(len(sentences), len(kept))
        share = self.unknown_share(ids)
        if share:
            logging.warning("%.2f%% of all tokens are unknown.", 100 * share)
        return ids, kept

    def rows_that_fit(
        self, sentences: Iterable[str]
    ) -> tuple[np.ndarray, np.ndarray]:
        """As `encode_corpus`, without a word on what was left out."""
        if self.overflow == "truncate":
            ids = self.encode(sentences)
            return ids, np.arange(len(ids))
        rows = self._tokenize(sentences)
        kept = np.flatnonzero([len(row) <= self.max_length for row in rows])
        return self.padded([rows[index] for index in kept]), kept

    def unknown_share(self, ids: np.ndarray) -> float:
        """Share of tokens, between 0 and 1, that are not in the vocabulary."""
        num_unknown = np.sum(ids == self.unknown_id)
        return float(num_unknown / max(np.sum(ids > self.end_id), 1))

    def decode(self, ids: np.ndarray) -> list[str]:
        """Turns rows of ids into sentences; each stops at its end.

        Args:
            ids: int array of shape `(batch, length)`.

        Returns:
            A list of str, tokens joined by `joiner`.
        """
        rows = self.without_ends(ids)
        num_special = len(self.special_tokens)
        if self.tokenizer is not None:
            shifted = [
                [int(i) - num_special for i in row if i >= num_special]
                for row in rows
            ]
            return [str(self.tokenizer.detokenize(row)) for row in shifted]
        tokens = [*self.special_tokens, *self.vocabulary]
        return [self.joiner.join(tokens[i] for i in row) for row in rows]

    def _tokenize(self, sentences: Iterable[str]) -> list:
        sentences = check_sentences(sentences)
        if self.tokenizer is not None:
            ids = self._by_tokenizer([self._normalized(s) for s in sentences])
            return [np.asarray(row) + len(self.special_tokens) for row in ids]
        return [
            [self._ids.get(t, self.unknown_id) for t in self._split(sentence)]
            for sentence in sentences
        ]

    def _by_tokenizer(self, sentences: list[str]) -> Any:
        """Ids of each sentence; keras_nlp reads a list six times faster."""
        if not sentences or not hasattr(self.tokenizer, "tokenize"):
            return [self.tokenizer(sentence) for sentence in sentences]
        ids = self.tokenizer(sentences)
        return ids.to_list() if hasattr(ids, "to_list") else ids

    def _normalized(self, sentence: str) -> str:
        if self.unicode_form is None:
            return sentence
        return unicodedata.normalize(self.unicode_form, sentence)

    def _report_dropped(self, num_sentences: int, num_kept: int) -> None:
        if num_kept < num_sentences:
            logging.warning(
                "%d of %d sentences have more than max_length=%d tokens and "
                "were dropped.",
                num_sentences - num_kept, num_sentences, self.max_length,
            )  # fmt: skip
        if not num_kept:
            raise ValueError(
                "No sentence is left: all are longer than max_length="
                f"{self.max_length} tokens. Raise `max_length` or pass "
                "overflow='truncate'. "
                f"Received: {num_sentences} sentences"
            )

    def get_config(self) -> dict[str, Any]:
        return {
            "vocabulary": self.vocabulary,
            "max_length": self.max_length,
            "lowercase": self.lowercase,
            "pattern": self.pattern,
            "joiner": self.joiner,
            "unicode_form": self.unicode_form,
            "overflow": self.overflow,
            "tokenizer": keras.saving.serialize_keras_object(self.tokenizer),
            "vocabulary_size": self.vocabulary_size,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> TextPreprocessor:
        config = dict(config)
        # A tokenizer's vocabulary comes later, with `load_assets`.
        size = config.pop("vocabulary_size")
        if config["tokenizer"] is not None:
            import keras_nlp  # noqa: F401  (registers its tokenizers)

            config["tokenizer"] = keras.saving.deserialize_keras_object(
                config["tokenizer"]
            )
        codec = cls(**config)
        codec._vocabulary_size = size
        return codec

    def save_assets(self, path: str) -> None:
        """Writes the tokenizer's vocabulary, which its config leaves out."""
        if self.tokenizer is not None:
            self.tokenizer.save_assets(os.fspath(path))

    def load_assets(self, path: str) -> None:
        """Reads what `save_assets` wrote."""
        if self.tokenizer is not None:
            self.tokenizer.load_assets(os.fspath(path))


def _compiled(expression: str) -> re.Pattern[str]:
    """A regular expression of one token; refuses those of nothing."""
    try:
        compiled = re.compile(expression)
        problem = "finds nothing but itself" if expression.isalpha() else ""
    except re.error as error:
        problem = f"does not compile: {error}"
    if problem:
        raise ValueError(
            f"`pattern` must be one of {sorted(PATTERNS)} or a regular "
            f"expression of one token; this one {problem}. "
            f"Received: pattern={shown(expression)}"
        )
    if compiled.match(""):
        raise ValueError(
            "`pattern` must match at least one character of each token: "
            "write `+` in place of `*`. "
            f"Received: pattern={shown(expression)}"
        )
    return compiled


def check_sentences(sentences: Iterable[Any]) -> list[str]:
    """Refuses anything but an iterable of strings.

    Args:
        sentences: iterable of str or bytes.

    Returns:
        A list of str.

    Raises:
        ValueError: if it is one string, or holds something else.
    """
    return list(each_sentence(sentences))


def each_sentence(sentences: Iterable[Any]) -> Iterator[str]:
    """Sentences one by one, as `check_sentences`."""
    return each_string(sentences, "sentences")
