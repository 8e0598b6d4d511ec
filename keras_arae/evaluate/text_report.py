"""The metrics of several sets of samples beside each other."""

import numpy as np
from absl import logging

from keras_arae import metrics
from keras_arae.metrics.judges import make_vocabulary
from keras_arae.metrics.perplexity import make_judge
from keras_arae.metrics.texts import check_texts


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
    report = keras_arae.evaluate.TextReport(
        train, test, num_samples=40, units=8, embedding_dim=8
    )
    rows = {"real": report.real(), "mine": report.row(train[:1] * 40)}
    assert rows["mine"]["distinct"] < rows["real"]["distinct"]
    ```
    """

    def __init__(
        self,
        train_text,
        test_text,
        num_samples=10000,
        judge="lstm",
        vocabulary_size=10000,
        seed=0,
        **options,
    ):
        # MAUVE wants 20; better to hear of it before judges are trained.
        self.train_text = check_texts(train_text, 20)
        self.test_text = check_texts(test_text, 20)
        self.num_samples = min(num_samples, len(self.train_text))
        self.judge = judge
        self.vocabulary = make_vocabulary(self.train_text, vocabulary_size)
        self.seed = seed
        self.options = options
        self._forward = None
        self._encoder = metrics.text_features(self.train_text)
        _warn_of_overlap(self.train_text, self.test_text)

    def real(self, seed=None):
        """The row of real text: what perfect looks like.

        Training sentences stand in the place of samples; where a metric
        compares samples with the training text, test sentences do.

        Args:
            seed: int. Of drawing sentences and of the reverse judge. Defaults
                to `None`: the report's.
        """
        seed = self.seed if seed is None else seed
        return self._row(
            _drawn(self.train_text, self.num_samples, seed),
            _drawn(self.test_text, self.num_samples, seed),
            seed,
        )

    def row(self, samples, seed=None):
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

    def _row(self, samples, unseen, seed):
        """Metrics of samples; `unseen` text is compared with the training's."""
        unseen = unseen or samples
        forward = self._forward_judge().score(unseen)
        judge = self._new_judge(samples, seed).fit(samples)
        reverse = judge.score(self.test_text)
        num_compared = min(len(samples), len(self.test_text), 5000)
        real, fakes = self.test_text[:num_compared], samples[:num_compared]
        nearest = metrics.nearest_training_sentences(
            unseen[:500], self.train_text
        )
        return {
            "sentences": len(samples),
            "forward PPL": forward.perplexity,
            "reverse PPL": reverse.perplexity,
            "unknown words": forward.unknown_share,
            "self-BLEU": _of_words(
                1, metrics.self_bleu, samples, seed=self.seed
            ),
            "distinct-2": _of_words(2, metrics.distinct_n, samples, 2),
            "entropy-2": _of_words(2, metrics.ngram_entropy, samples, 2),
            "distinct": metrics.distinct_sentences(samples),
            "known 4-grams": _of_words(
                4, metrics.ngram_overlap, unseen, self.train_text, 4
            ),
            "copies": metrics.copied_share(unseen, self.train_text),
            "nearest": float(np.mean([distance for distance, _ in nearest])),
            "MAUVE": metrics.mauve(real, fakes, self._encoder),
            "Frechet": metrics.text_frechet_distance(
                real, fakes, self._encoder
            ),
            "words": metrics.length_statistics(samples)["mean"],
        }

    def _forward_judge(self):
        if self._forward is None:
            judge = self._new_judge(self.train_text, self.seed)
            self._forward = judge.fit(self.train_text)
        return self._forward

    def _new_judge(self, samples, seed):
        texts = [samples, self.test_text, self.train_text]
        options = self.options
        if self.judge == "lstm":
            options = {"seed": seed, **options}
        return make_judge(self.judge, self.vocabulary, texts, options)


def markdown_table(rows, first="samples"):
    """Rows of numbers as a table.

    Args:
        rows: dict of name to dict of name to number.
        first: str. Title of the first column. Defaults to `"samples"`.

    Returns:
        A str, lines of a Markdown table.
    """
    columns = list(dict.fromkeys(key for row in rows.values() for key in row))
    lines = [[first, *columns], ["---"] * (len(columns) + 1)]
    for name, row in rows.items():
        lines.append([name, *(_cell(row.get(column)) for column in columns)])
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def spread(rows):
    """Mean and standard deviation of each number of several rows, as text.

    Args:
        rows: list of dict of name to number, one row a seed.

    Returns:
        A dict of name to str; one row is left as it is.
    """
    if len(rows) == 1:
        return rows[0]
    cells = {}
    for key in rows[0]:
        values = [row[key] for row in rows]
        cells[key] = f"{_cell(np.mean(values))} ± {np.std(values):.2g}"
    return cells


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.3g}"


def _of_words(n, metric, samples, *args, **options):
    """A metric of n-grams; NaN where no sample has `n` words."""
    if max(len(sample.split()) for sample in samples) < n:
        return float("nan")
    return metric(samples, *args, **options)


def _drawn(sentences, number, seed):
    """Some sentences, drawn at random, all of them if there are fewer."""
    places = np.random.default_rng(seed).permutation(len(sentences))
    return [sentences[place] for place in places[:number]]


def _warn_of_overlap(train_text, test_text):
    known = len(set(test_text) & set(train_text))
    if known:
        logging.warning(
            "%d of %d distinct test sentences stand in the training text too: "
            "forward perplexity of real text and copies look better for it.",
            known, len(set(test_text)),
        )  # fmt: skip
