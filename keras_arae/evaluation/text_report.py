"""Several sets of samples beside each other, and tables of numbers."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
from absl import logging

from keras_arae.arguments import COUNT
from keras_arae.arguments import DICT
from keras_arae.arguments import SEED
from keras_arae.arguments import TEXT
from keras_arae.arguments import Rule
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.evaluation.bleu import self_bleu
from keras_arae.evaluation.diversity import distinct_n
from keras_arae.evaluation.diversity import distinct_sentences
from keras_arae.evaluation.diversity import length_statistics
from keras_arae.evaluation.diversity import ngram_entropy
from keras_arae.evaluation.judges import JUDGE
from keras_arae.evaluation.judges import KenLMJudge
from keras_arae.evaluation.judges import LSTMJudge
from keras_arae.evaluation.judges import make_judge
from keras_arae.evaluation.judges import make_vocabulary
from keras_arae.evaluation.memorization import copied_share
from keras_arae.evaluation.memorization import nearest_training_sentences
from keras_arae.evaluation.memorization import ngram_overlap
from keras_arae.evaluation.text_distances import mauve
from keras_arae.evaluation.text_distances import text_features
from keras_arae.evaluation.text_distances import text_frechet_distance
from keras_arae.evaluation.texts import check_texts
from keras_arae.evaluation.texts import draw_texts

# What a table shows.
Cell = int | float | str


# NaN stands where a metric does not apply.
MEASURED = several(Rule("a number", lambda x: isinstance(x, (int, float))))


class TextReport:
    """Judges sets of samples by the same training and test text.

    All text must be tokenised in one way. All sets are judged by equally many
    sentences. The forward judge is trained once, on the training text; the
    reverse judge anew on each set of samples. Both know the most frequent
    words of the training text, whatever the samples hold.

    Args:
        train_text: list of str. What the generators learned from.
        test_text: list of str. Real sentences that they never saw.
        num_samples: int. Sentences of each set that are judged. Defaults to
            `10000`; fewer where there are fewer training sentences.
        judge: `"lstm"` or `"kenlm"`. Defaults to `"lstm"`.
        vocabulary_size: int. Words that the judges know. Defaults to
            `10000`.
        seed: int. Of drawing sentences, and of the judges. Defaults to `0`.
        **options: arguments of the judge, such as `units`.

    Example:

    ```python
    train = ["a man sleeps .", "two men talk .", "a cat runs ."] * 20
    test = ["a man runs .", "two men sleep ."] * 20
    report = keras_arae.evaluation.TextReport(
        train, test, num_samples=40, units=8, embedding_dim=8
    )
    rows = {"real": report.real(), "mine": report.row(train[:1] * 40)}
    assert rows["mine"]["distinct"] < rows["real"]["distinct"]
    ```
    """

    @checked(num_samples=COUNT, judge=JUDGE, vocabulary_size=COUNT, seed=SEED)
    def __init__(
        self,
        train_text: Iterable[str],
        test_text: Iterable[str],
        num_samples: int = 10000,
        judge: str = "lstm",
        vocabulary_size: int = 10000,
        seed: int = 0,
        **options: Any,
    ) -> None:
        # MAUVE wants 20; better to hear of it before judges are trained.
        self.train_text = check_texts(train_text, 20)
        self.test_text = check_texts(test_text, 20)
        self.num_samples = min(num_samples, len(self.train_text))
        self.judge = judge
        self.vocabulary = make_vocabulary(self.train_text, vocabulary_size)
        self.seed = seed
        self.options = options
        self._forward: LSTMJudge | KenLMJudge | None = None
        self._new_judge(self.train_text, seed)  # Refuses settings now.
        self._encoder = text_features(self.train_text)
        _warn_of_overlap(self.train_text, self.test_text)

    @checked(seed=optional(SEED))
    def real(self, seed: int | None = None) -> dict[str, float]:
        """The row of real text: what perfect looks like.

        Training sentences are judged as samples; where samples are compared
        with the training text, test sentences are.

        Args:
            seed: int. Of drawing sentences and of the reverse judge. Defaults
                to `None`: the report's.

        Returns:
            A dict of name to float.
        """
        seed = self.seed if seed is None else seed
        return self._row(
            draw_texts(self.train_text, self.num_samples, seed),
            draw_texts(self.test_text, self.num_samples, seed),
            seed,
        )

    @checked(seed=optional(SEED))
    def row(
        self, samples: Iterable[str], seed: int | None = None
    ) -> dict[str, float]:
        """The row of a set of samples.

        Args:
            samples: list of str, at least 20.
            seed: int. Of the reverse judge. Defaults to `None`: the report's.

        Returns:
            A dict of name to float; NaN for metrics of n-grams where all
            samples are shorter.
        """
        samples = check_texts(samples, 20)
        if len(samples) < self.num_samples:
            logging.warning(
                "%d sentences were asked for and %d came: numbers of this "
                "row do not compare with those of larger sets.",
                self.num_samples, len(samples),
            )  # fmt: skip
        seed = self.seed if seed is None else seed
        return self._row(samples[: self.num_samples], None, seed)

    def _row(
        self, samples: list[str], unseen: list[str] | None, seed: int
    ) -> dict[str, float]:
        """Judges samples; compares `unseen` text with the training text."""
        unseen = unseen or samples
        forward = self._forward_judge().score(unseen)
        judge = self._new_judge(samples, seed).fit(samples)
        reverse = judge.score(self.test_text)
        num_compared = min(len(samples), len(self.test_text), 5000)
        real, fakes = self.test_text[:num_compared], samples[:num_compared]
        nearest = nearest_training_sentences(unseen[:500], self.train_text)
        return {
            "sentences": len(samples),
            "forward PPL": forward.perplexity,
            "reverse PPL": reverse.perplexity,
            "unknown words": forward.unknown_share,
            "self-BLEU": _of_words(1, self_bleu, samples, seed=self.seed),
            "distinct-2": _of_words(2, distinct_n, samples, 2),
            "entropy-2": _of_words(2, ngram_entropy, samples, 2),
            "distinct": distinct_sentences(samples),
            "known 4-grams": _of_words(
                4, ngram_overlap, unseen, self.train_text, 4
            ),
            "copies": copied_share(unseen, self.train_text),
            "nearest": float(np.mean([distance for distance, _ in nearest])),
            "MAUVE": mauve(real, fakes, self._encoder),
            "Frechet": text_frechet_distance(real, fakes, self._encoder),
            "words": length_statistics(samples)["mean"],
        }

    def _forward_judge(self) -> LSTMJudge | KenLMJudge:
        if self._forward is None:
            judge = self._new_judge(self.train_text, self.seed)
            self._forward = judge.fit(self.train_text)
        return self._forward

    def _new_judge(
        self, samples: list[str], seed: int
    ) -> LSTMJudge | KenLMJudge:
        texts = [samples, self.test_text, self.train_text]
        return make_judge(
            self.judge, self.vocabulary, texts, seed, **self.options
        )


@checked(rows=DICT, first=TEXT)
def markdown_table(
    rows: Mapping[str, Mapping[str, Cell]], first: str = "samples"
) -> str:
    """Rows of numbers as a table.

    Args:
        rows: dict of name to dict of name to number.
        first: str. Title of the first column. Defaults to `"samples"`.

    Returns:
        A str, lines of a Markdown table.

    Example:

    ```python
    table = keras_arae.evaluation.markdown_table({"mine": {"BLEU": 12.34}})
    assert table.splitlines()[-1] == "| mine | 12.3 |"
    ```
    """
    for row in rows.values():
        check("rows", row, DICT)
    columns = list(dict.fromkeys(key for row in rows.values() for key in row))
    lines = [[first, *columns], ["---"] * (len(columns) + 1)]
    for name, row in rows.items():
        lines.append([name, *(_cell(row.get(column)) for column in columns)])
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


@checked(rows=several(DICT, 1))
def spread(rows: Sequence[Mapping[str, float]]) -> Mapping[str, Cell]:
    """Mean and standard deviation of each number of several rows, as text.

    Args:
        rows: list of dict of name to number, one row a seed.

    Returns:
        A dict of name to str; one row is left as it is.

    Example:

    ```python
    spread = keras_arae.evaluation.spread
    assert spread([{"BLEU": 10.0}, {"BLEU": 14.0}]) == {"BLEU": "12 ± 2"}
    ```
    """
    if len(rows) == 1:
        return rows[0]
    cells = {}
    for key in rows[0]:
        values = check(key, [row.get(key) for row in rows], MEASURED)
        cells[key] = f"{_cell(float(np.mean(values)))} ± {np.std(values):.2g}"
    return cells


def _cell(value: Cell | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.3g}"


def _of_words(
    n: int,
    metric: Callable[..., float],
    samples: list[str],
    *args: Any,
    **options: Any,
) -> float:
    """A metric of n-grams; NaN where no sample has `n` words."""
    if max(len(sample.split()) for sample in samples) < n:
        return float("nan")
    return metric(samples, *args, **options)


def _warn_of_overlap(train_text: list[str], test_text: list[str]) -> None:
    known = len(set(test_text) & set(train_text))
    if known:
        logging.warning(
            "%d of %d distinct test sentences are in the training text too: "
            "forward perplexity of real text and copies look better for it.",
            known, len(set(test_text)),
        )  # fmt: skip
