"""Forward and reverse perplexity of samples."""

from keras_arae.metrics.judges import KenLMJudge
from keras_arae.metrics.judges import LSTMJudge
from keras_arae.metrics.judges import longest
from keras_arae.metrics.judges import make_vocabulary
from keras_arae.metrics.texts import check_texts


def forward_perplexity(
    train_text,
    samples,
    judge="lstm",
    vocabulary=None,
    vocabulary_size=10000,
    **options,
):
    """Perplexity of samples under a language model of real text: quality.

    Low where each sample reads like real text, even if all are the same
    sentence: never quote it without `reverse_perplexity`.

    Text is tokenised, words between blanks, and of one case: what a judge
    sees must be written as the samples are.

    Args:
        train_text: list of str. Real text; the judge is trained on it.
        samples: list of str. Generated sentences.
        judge: `"lstm"` (`keras_arae.metrics.LSTMJudge`) or `"kenlm"`
            (`KenLMJudge`; needs KenLM's programs). Defaults to `"lstm"`.
        vocabulary: list of str. Words that the judge knows. Defaults to
            `None`: the most frequent ones of the real text.
        vocabulary_size: int. How many those are. Defaults to `10000`.
        **options: the other arguments of the judge, such as `units`, `seed`.

    Returns:
        A `keras_arae.metrics.Perplexity`: `perplexity`, `num_tokens` (ends of
        sentences counted), `unknown_share`.

    Example:

    ```python
    real = ["a man sleeps .", "two men talk .", "a cat runs ."] * 50
    metrics, options = keras_arae.metrics, {"units": 16, "embedding_dim": 8}
    good = metrics.forward_perplexity(real, ["a cat talk ."], **options)
    bad = metrics.forward_perplexity(real, [". runs cat a"], **options)
    assert good.perplexity < bad.perplexity
    ```
    """
    train_text = check_texts(train_text)
    samples = check_texts(samples)
    if vocabulary is None:
        vocabulary = make_vocabulary(train_text, vocabulary_size)
    judge = make_judge(judge, vocabulary, [train_text, samples], options)
    return judge.fit(train_text).score(samples)


def reverse_perplexity(
    samples,
    test_text,
    judge="lstm",
    vocabulary=None,
    vocabulary_size=10000,
    **options,
):
    """Perplexity of real text under a language model of samples.

    It sees quality and diversity: a judge trained on few kinds of sentences
    is surprised by all the others. Its floor is the reverse perplexity of
    real text (a training set in the place of samples, as many sentences).
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
        **options: the other arguments of the judge, such as `units`, `seed`.

    Returns:
        A `keras_arae.metrics.Perplexity`; its `unknown_share` is that of the
        real text.

    Example:

    ```python
    real = ["a man sleeps .", "two men talk .", "a cat runs ."] * 50
    metrics, options = keras_arae.metrics, {"units": 16, "embedding_dim": 8}
    floor = metrics.reverse_perplexity(real, real, **options)
    collapsed = metrics.reverse_perplexity(real[:1] * 150, real, **options)
    assert collapsed.perplexity > 2 * floor.perplexity
    ```
    """
    test_text = check_texts(test_text)
    samples = check_texts(samples)
    if vocabulary is None:
        vocabulary = make_vocabulary(test_text, vocabulary_size)
    judge = make_judge(judge, vocabulary, [samples, test_text], options)
    return judge.fit(samples).score(test_text)


def make_judge(judge, vocabulary, texts, options):
    """A judge by name, wide enough for all of some texts."""
    if judge == "kenlm":
        return KenLMJudge(vocabulary, **options)
    if judge != "lstm":
        raise ValueError(
            f"`judge` must be 'lstm' or 'kenlm'. Received: judge={judge!r}"
        )
    options = {"max_length": longest(*texts), **options}
    return LSTMJudge(vocabulary, **options)
