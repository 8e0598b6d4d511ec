"""Overlap of n-grams with references, or among samples."""

from __future__ import annotations

import collections
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np

from keras_arae.arguments import SEED
from keras_arae.arguments import checked
from keras_arae.arguments import whole
from keras_arae.evaluation.texts import check_long_enough
from keras_arae.evaluation.texts import check_texts
from keras_arae.evaluation.texts import ngrams
from keras_arae.evaluation.texts import split_pairs
from keras_arae.evaluation.texts import split_texts
from keras_arae.extras import require

MAX_ORDER = 4


def bleu(hypotheses: Iterable[str], references: Iterable[str]) -> float:
    """Corpus BLEU of sentences, with one reference each.

    The value is sacrebleu's with `tokenize="none"`: words are separated by
    whitespace, so text that is tokenised differently does not compare.

    Source: "BLEU: a Method for Automatic Evaluation of Machine Translation",
    Papineni et al., ACL 2002; "A Call for Clarity in Reporting BLEU Scores",
    Post, WMT 2018 (https://arxiv.org/abs/1804.08771).

    Args:
        hypotheses: list of str. What a model says, such as reconstructions.
        references: list of str. What it should say, in the same order.

    Returns:
        A float from 0 to 100.

    Raises:
        ValueError: No reference has four words: BLEU counts runs of up to
            four.
        ImportError: sacrebleu is not installed.

    Example:

    ```python
    references = ["a dog runs in the park .", "a man sleeps ."]
    hypotheses = ["a dog runs in the snow .", "a man sleeps ."]
    assert 50 < keras_arae.evaluation.bleu(hypotheses, references) < 100
    ```
    """
    hypotheses, references = check_texts(hypotheses), check_texts(references)
    _, split_references = split_pairs(hypotheses, references)
    check_long_enough(split_references, MAX_ORDER)
    # Forced: sacrebleu warns of tokenised text.
    score = require("sacrebleu", "eval").corpus_bleu(
        hypotheses, [references], tokenize="none", force=True
    )
    return float(score.score)


@checked(num_samples=whole(2), seed=SEED)
def self_bleu(
    samples: Iterable[str], num_samples: int = 1000, seed: int = 0
) -> float:
    """Mean BLEU of each sample with all other samples as its references.

    How much samples repeat one another: 100 where all are one sentence, near
    0 where they share no words. Each value is sacrebleu's sentence BLEU
    (`tokenize="none"`, runs of up to four words, exponential smoothing,
    `effective_order`, so that samples shorter than four words count too). An
    empty sample counts 0, as in sacrebleu. It rises with the number of
    samples: compare equal numbers, beside the self-BLEU of real text.

    Source: "Texygen: A Benchmarking Platform for Text Generation Models", Zhu
    et al., SIGIR 2018 (https://arxiv.org/abs/1802.01886). Its code smooths in
    another way: values do not compare with those printed there.

    Args:
        samples: list of str.
        num_samples: int. At most so many samples are used, drawn at random
            without replacement where there are more. Defaults to `1000`.
        seed: int. Seed of that draw. Defaults to `0`.

    Returns:
        A float from 0 to 100.

    Raises:
        ValueError: There are fewer than two samples, or none has a word.
        ImportError: sacrebleu is not installed.

    Example:

    ```python
    self_bleu = keras_arae.evaluation.self_bleu
    assert round(self_bleu(["a dog runs ."] * 5)) == 100
    assert self_bleu(["a dog", "two cats", "the sun"]) == 0
    ```
    """
    texts = split_texts(samples, min_texts=2)
    if len(texts) > num_samples:
        rng = np.random.default_rng(seed)
        chosen = rng.choice(len(texts), num_samples, replace=False)
        texts = [texts[index] for index in chosen]
    check_long_enough(texts, 1)
    compute_bleu = require("sacrebleu", "eval").BLEU.compute_bleu
    scores = [
        compute_bleu(*statistics, smooth_method="exp", effective_order=True)
        for statistics in _self_statistics(texts)
    ]
    return float(np.mean([score.score for score in scores]))


def _self_statistics(
    texts: Sequence[Sequence[str]],
) -> Iterator[tuple[list[int], list[int], int, int]]:
    """Matches, n-grams, length and reference length of each text.

    sacrebleu would count the n-grams of all texts anew for each of them;
    here they are counted once.
    """
    orders = range(1, MAX_ORDER + 1)
    counts = [
        [collections.Counter(ngrams(words, order)) for order in orders]
        for words in texts
    ]
    second = _second_highest(
        counter for counters in counts for counter in counters
    )
    lengths = collections.Counter(len(words) for words in texts)
    for words, counters in zip(texts, counts):
        # An n-gram matches as often as another text has it. Where this text
        # has the highest count that is the second highest; elsewhere neither
        # clips this text's own count.
        matches = [
            sum(min(count, second[gram]) for gram, count in counter.items())
            for counter in counters
        ]
        totals = [counter.total() for counter in counters]
        yield matches, totals, len(words), _closest_other(len(words), lengths)


def _second_highest(
    counters: Iterable[collections.Counter],
) -> collections.Counter:
    """The second highest count of each n-gram, 0 where one text has it."""
    first: collections.Counter = collections.Counter()
    second: collections.Counter = collections.Counter()
    for counter in counters:
        for gram, count in counter.items():
            second[gram] = max(second[gram], min(first[gram], count))
            first[gram] = max(first[gram], count)
    return second


def _closest_other(length: int, lengths: collections.Counter) -> int:
    """The length of another text that is closest, the shorter of two."""
    if lengths[length] > 1:
        return length
    others = (other for other in lengths if other != length)
    return min(others, key=lambda other: (abs(other - length), other))
