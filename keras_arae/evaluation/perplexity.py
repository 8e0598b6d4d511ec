"""Forward and reverse perplexity of samples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from keras_arae.arguments import COUNT
from keras_arae.arguments import SEED
from keras_arae.arguments import TEXT
from keras_arae.arguments import checked
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.evaluation.judges import JUDGE
from keras_arae.evaluation.judges import Perplexity
from keras_arae.evaluation.judges import make_judge
from keras_arae.evaluation.judges import make_vocabulary
from keras_arae.evaluation.texts import check_texts


@checked(
    judge=JUDGE,
    vocabulary=optional(several(TEXT, 1)),
    vocabulary_size=COUNT,
    seed=SEED,
)
def forward_perplexity(
    train_text: Iterable[str],
    samples: Iterable[str],
    judge: str = "lstm",
    vocabulary: Iterable[str] | None = None,
    vocabulary_size: int = 10000,
    seed: int = 0,
    **options: Any,
) -> Perplexity:
    """Perplexity of samples under a language model of real text: quality.

    Low where each sample reads like real text, even if all are the same
    sentence: never quote it without `reverse_perplexity`.

    Text is tokenised, with whitespace between words, and of one case: what a
    judge sees must be written as the samples are.

    Args:
        train_text: list of str. Real text; the judge is trained on it.
        samples: list of str. Generated sentences.
        judge: `"lstm"` (`keras_arae.evaluation.LSTMJudge`) or `"kenlm"`
            (`KenLMJudge`; needs KenLM's programs). Defaults to `"lstm"`.
        vocabulary: list of str. Words that the judge knows. Defaults to
            `None`: the most frequent ones of the real text.
        vocabulary_size: int. How many those are. Defaults to `10000`.
        seed: int. Of the LSTM judge; KenLM draws nothing. Defaults to `0`.
        **options: the other arguments of the judge, such as `units`.

    Returns:
        A `keras_arae.evaluation.Perplexity`: `perplexity`, `num_tokens` (ends
        of sentences counted), `unknown_share`.

    Example:

    ```python
    real = ["a man sleeps .", "two men talk .", "a cat runs ."] * 50
    options = {"units": 16, "embedding_dim": 8}
    perplexity = keras_arae.evaluation.forward_perplexity
    good = perplexity(real, ["a cat talk ."], **options)
    bad = perplexity(real, [". runs cat a"], **options)
    assert good.perplexity < bad.perplexity
    ```
    """
    train_text = check_texts(train_text)
    samples = check_texts(samples)
    if vocabulary is None:
        vocabulary = make_vocabulary(train_text, vocabulary_size)
    texts = [train_text, samples]
    scorer = make_judge(judge, vocabulary, texts, seed, **options)
    return scorer.fit(train_text).score(samples)


@checked(
    judge=JUDGE,
    vocabulary=optional(several(TEXT, 1)),
    vocabulary_size=COUNT,
    seed=SEED,
)
def reverse_perplexity(
    samples: Iterable[str],
    test_text: Iterable[str],
    judge: str = "lstm",
    vocabulary: Iterable[str] | None = None,
    vocabulary_size: int = 10000,
    seed: int = 0,
    **options: Any,
) -> Perplexity:
    """Perplexity of real text under a language model of samples.

    It sees quality and diversity: a judge trained on few kinds of sentences
    is surprised by all the others. Its floor is the reverse perplexity of
    real text (as many training sentences, taken for samples).
    Compare equal numbers of samples and the same vocabulary.

    Source: Section 5 of "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223).

    Args:
        samples: list of str. Generated sentences; the judge is trained on
            them.
        test_text: list of str. Real sentences that the generator never saw.
        judge: as in `forward_perplexity`.
        vocabulary: list of str. Words that the judge knows. Defaults to
            `None`: the most frequent ones of `test_text`, so that it is the
            same for all samples.
        vocabulary_size: int. How many those are. Defaults to `10000`.
        seed: int. Of the LSTM judge; KenLM draws nothing. Defaults to `0`.
        **options: the other arguments of the judge, such as `units`.

    Returns:
        A `keras_arae.evaluation.Perplexity`; its `unknown_share` is that of the
        real text.

    Example:

    ```python
    real = ["a man sleeps .", "two men talk .", "a cat runs ."] * 50
    options = {"units": 16, "embedding_dim": 8}
    perplexity = keras_arae.evaluation.reverse_perplexity
    floor = perplexity(real, real, **options)
    collapsed = perplexity(real[:1] * 150, real, **options)
    assert collapsed.perplexity > 2 * floor.perplexity
    ```
    """
    test_text = check_texts(test_text)
    samples = check_texts(samples)
    if vocabulary is None:
        vocabulary = make_vocabulary(test_text, vocabulary_size)
    texts = [samples, test_text]
    scorer = make_judge(judge, vocabulary, texts, seed, **options)
    return scorer.fit(samples).score(test_text)
