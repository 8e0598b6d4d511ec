"""Sentences to padded ids and back."""

import collections
import os
import re

import keras
import numpy as np
from absl import logging

from keras_arae.export import export
from keras_arae.preprocessing.sentences import check_sentences
from keras_arae.preprocessing.sentences import checked

PAD, START, END, UNKNOWN = range(4)
SPECIAL_TOKENS = ("<pad>", "<s>", "</s>", "<unk>")
# Words with inner apostrophes and hyphens, clitics ("'s"), single signs.
WORDS = re.compile(r"<unk>|\w+(?:[-'’]\w+)*|['’]\w+|[^\w\s]")


@export
class TextPreprocessor:
    """Turns sentences into rows of ids of one width, and ids into sentences.

    A row holds the ids of the sentence's tokens, then `2` (end), then `0`
    (padding) up to the width `max_length + 1`. Ids 0 to 3 are padding, start,
    end and unknown; tokens follow. Tokens are words by default; a keras_nlp
    tokenizer can stand in, and its ids are shifted by four.

    Source: the code released with "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223) uses the most frequent lower-cased
    words, split on blanks, and the same four special ids.

    Args:
        vocabulary: list of str. The words, most frequent first, without the
            special ones. `None` with a `tokenizer`. Defaults to `None`.
        max_length: int. Tokens of the longest sentence, end not counted.
            Defaults to `15`.
        lowercase: bool. Whether words are lower-cased. Defaults to `True`.
        split_punctuation: bool. Whether signs become words of their own;
            if not, words are what stands between blanks. Defaults to `True`.
        overflow: `"drop"` or `"truncate"`. What `fit` and `evaluate` do with
            a sentence that is too long. Verbs that must answer each sentence
            (`encode`, `reconstruct`) always truncate. Defaults to `"drop"`.
        tokenizer: a keras_nlp tokenizer with integer ids, in place of a
            vocabulary. Defaults to `None`.

    Example:

    ```python
    text = ["a man sleeps", "a man runs"]
    preprocessor = keras_arae.TextPreprocessor.from_corpus(text, max_length=4)
    ids = preprocessor(["a man flies"])
    assert ids.tolist() == [[4, 5, 3, 2, 0]]
    assert preprocessor.to_text(ids) == ["a man <unk>"]
    ```
    """

    def __init__(
        self,
        vocabulary=None,
        max_length=15,
        lowercase=True,
        split_punctuation=True,
        overflow="drop",
        tokenizer=None,
    ):
        if (vocabulary is None) == (tokenizer is None):
            raise ValueError(
                "Give either a `vocabulary` (a list of words; "
                "`TextPreprocessor.from_corpus` makes one) or a `tokenizer`. "
                f"Received: vocabulary={vocabulary}, tokenizer={tokenizer}"
            )
        if overflow not in ("drop", "truncate"):
            raise ValueError(
                "`overflow` must be 'drop' or 'truncate'. "
                f"Received: overflow={overflow!r}"
            )
        if max_length < 1:
            raise ValueError(
                "`max_length` must be at least 1 token. "
                f"Received: max_length={max_length}"
            )
        self.vocabulary = None if vocabulary is None else list(vocabulary)
        self.max_length = max_length
        self.lowercase = lowercase
        self.split_punctuation = split_punctuation
        self.overflow = overflow
        self.tokenizer = tokenizer
        self._ids = {
            word: index
            for index, word in enumerate(self.vocabulary or [], UNKNOWN + 1)
        }
        self._ids["<unk>"] = UNKNOWN

    @classmethod
    def from_corpus(cls, sentences, vocabulary_size=10000, **options):
        """Makes a preprocessor with the most frequent words of a corpus.

        Args:
            sentences: iterable of str, such as an open file. The corpus.
            vocabulary_size: int. Number of ids, the four special ones
                included. Defaults to `10000`.
            **options: the other arguments of `TextPreprocessor`.

        Returns:
            A `TextPreprocessor`.
        """
        preprocessor = cls(vocabulary=[], **options)
        counts = collections.Counter()
        for sentence in checked(sentences):
            counts.update(preprocessor.split(sentence))
        for token in SPECIAL_TOKENS:
            counts.pop(token, None)
        if not counts:
            raise ValueError(
                "The corpus holds no words: expected an iterable of "
                f"sentences. Received: {sentences!r}"
            )
        # Ties in alphabetical order: the same corpus, the same ids.
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        words = [word for word, _ in ranked[: vocabulary_size - UNKNOWN - 1]]
        return cls(vocabulary=words, **options)

    @property
    def vocabulary_size(self):
        """Number of ids, the special ones included."""
        if self.tokenizer is not None:
            return self.tokenizer.vocabulary_size() + UNKNOWN + 1
        return len(self.vocabulary) + UNKNOWN + 1

    @property
    def sequence_length(self):
        """Width of a row of ids: the longest sentence and its end."""
        return self.max_length + 1

    def split(self, sentence):
        """The words of one sentence, as the vocabulary counts them."""
        if self.lowercase:
            sentence = sentence.lower()
        if self.split_punctuation:
            return WORDS.findall(sentence)
        return sentence.split()

    def __call__(self, sentences):
        """Turns each sentence into a row; cuts those that are too long.

        Args:
            sentences: list of str.

        Returns:
            An int32 array of shape `(len(sentences), max_length + 1)`.
        """
        rows = self._tokenize(sentences)
        num_long = sum(len(row) > self.max_length for row in rows)
        if num_long:
            logging.warning(
                "%d of %d sentences have more than max_length=%d tokens and "
                "were truncated.", num_long, len(rows), self.max_length,
            )  # fmt: skip
        return self._pad(rows)

    def corpus_to_ids(self, sentences):
        """Turns a corpus into rows; long sentences go as `overflow` says.

        Counts what was dropped or cut and the share of unknown words, and
        reports both once.

        Args:
            sentences: list of str.

        Returns:
            An int32 array of shape `(num_kept, max_length + 1)`, and one of
            shape `(num_kept,)`: the places of the sentences kept.

        Raises:
            ValueError: if no sentence is left.
        """
        sentences = check_sentences(sentences)
        ids, kept = self.rows_that_fit(sentences)
        self._report_dropped(len(sentences), len(kept))
        share = self.unknown_share(ids)
        if share:
            logging.warning("%.2f%% of all tokens are unknown.", 100 * share)
        return ids, kept

    def rows_that_fit(self, sentences):
        """As `corpus_to_ids`, without a word on what was left out."""
        if self.overflow == "truncate":
            ids = self(sentences)
            return ids, np.arange(len(ids))
        rows = self._tokenize(sentences)
        kept = np.flatnonzero([len(row) <= self.max_length for row in rows])
        return self._pad([rows[place] for place in kept]), kept

    def unknown_share(self, ids):
        """Share of tokens, between 0 and 1, that are not in the vocabulary."""
        num_unknown = np.sum(ids == UNKNOWN)
        return float(num_unknown / max(np.sum(ids > END), 1))

    def to_text(self, ids):
        """Turns rows of ids into sentences; each stops at its end.

        Args:
            ids: int array of shape `(batch, length)`.

        Returns:
            A list of str, words joined by single blanks.
        """
        rows = []
        for row in np.asarray(ids):
            stops = np.flatnonzero((row == END) | (row == PAD))
            rows.append(row[: stops[0]] if len(stops) else row)
        if self.tokenizer is not None:
            ids = [
                [i - UNKNOWN - 1 for i in row if i > UNKNOWN] for row in rows
            ]
            return [str(self.tokenizer.detokenize(row)) for row in ids]
        words = [*SPECIAL_TOKENS, *self.vocabulary]
        return [" ".join(words[i] for i in row) for row in rows]

    def _tokenize(self, sentences):
        sentences = check_sentences(sentences)
        if self.tokenizer is not None:
            ids = [self.tokenizer(sentence) for sentence in sentences]
            return [np.asarray(row) + UNKNOWN + 1 for row in ids]
        return [
            [self._ids.get(word, UNKNOWN) for word in self.split(sentence)]
            for sentence in sentences
        ]

    def _report_dropped(self, num_sentences, num_kept):
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

    def _pad(self, rows):
        ids = np.full((len(rows), self.sequence_length), PAD, "int32")
        for index, row in enumerate(rows):
            row = row[: self.max_length]
            ids[index, : len(row)] = row
            ids[index, len(row)] = END
        return ids

    def get_config(self):
        return {
            "vocabulary": self.vocabulary,
            "max_length": self.max_length,
            "lowercase": self.lowercase,
            "split_punctuation": self.split_punctuation,
            "overflow": self.overflow,
            "tokenizer": keras.saving.serialize_keras_object(self.tokenizer),
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        if config["tokenizer"] is not None:
            import keras_nlp  # noqa: F401  (registers its tokenizers)

            config["tokenizer"] = keras.saving.deserialize_keras_object(
                config["tokenizer"]
            )
        return cls(**config)

    def save_assets(self, path):
        """Writes the tokenizer's vocabulary, which its config leaves out."""
        if self.tokenizer is not None:
            self.tokenizer.save_assets(os.fspath(path))

    def load_assets(self, path):
        """Reads what `save_assets` wrote."""
        if self.tokenizer is not None:
            self.tokenizer.load_assets(os.fspath(path))
