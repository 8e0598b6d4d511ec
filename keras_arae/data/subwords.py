"""Parts of words as tokens: a vocabulary that knows every word."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from keras_arae.arguments import FLAG
from keras_arae.arguments import checked
from keras_arae.arguments import one_of
from keras_arae.arguments import shown
from keras_arae.arguments import whole
from keras_arae.data.strings import each_string
from keras_arae.data.strings import strings_of


@checked(
    vocabulary_size=whole(10),
    kind=one_of("unigram", "bpe"),
    lowercase=FLAG,
)
def train_tokenizer(
    sentences: Iterable[str],
    vocabulary_size: int = 8000,
    kind: str = "unigram",
    lowercase: bool = False,
) -> Any:
    """Learns from a corpus which parts of words are its tokens.

    SentencePiece, which comes with keras_nlp, learns them: frequent words
    stay whole, and rare ones fall into parts, so that hardly anything is
    unknown. For languages of long words, of no spaces, and for names.

    Args:
        sentences: iterable of str. The corpus, or a part of it: a million
            sentences are plenty.
        vocabulary_size: int. The most tokens. Defaults to `8000`.
        kind: `"unigram"` (https://arxiv.org/abs/1804.10959) or `"bpe"`
            (https://arxiv.org/abs/1508.07909). Defaults to `"unigram"`.
        lowercase: bool. Whether sentences are lower-cased. Defaults to
            `False`.

    Returns:
        A `keras_nlp.tokenizers.SentencePieceTokenizer`, for
        `keras_arae.TextPreprocessor(tokenizer=...)`, which saves it with a
        model.

    Raises:
        ValueError: if the corpus is too small to learn from.

    Example:

    ```python
    text = ["the man sleeps .", "the men slept .", "a cat sleeps ."] * 9
    tokenizer = keras_arae.data.train_tokenizer(text, vocabulary_size=40)
    codec = keras_arae.TextPreprocessor(tokenizer=tokenizer, max_length=20)
    assert codec.decode(codec.encode(["the cat slept ."])) == [
        "the cat slept ."
    ]
    ```
    """
    import sentencepiece  # keras_nlp brings it.
    from keras_nlp import tokenizers

    column = strings_of(sentences, "sentences")
    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=each_string(
                sentences if column is None else column, "sentences"
            ),
            model_writer=model,
            vocab_size=vocabulary_size,
            model_type=kind,
            normalization_rule_name="nmt_nfkc_cf" if lowercase else "nmt_nfkc",
            # Rows of ids have special ids of their own.
            pad_id=-1,
            bos_id=-1,
            eos_id=-1,
            unk_id=0,
            hard_vocab_limit=False,
            minloglevel=2,
        )
    except RuntimeError as error:
        raise ValueError(
            "SentencePiece cannot learn a vocabulary from this corpus: give "
            "more sentences, or another `vocabulary_size`. Received: "
            f"vocabulary_size={vocabulary_size}, sentences="
            f"{shown(sentences)} ({error})"
        ) from error
    return tokenizers.SentencePieceTokenizer(model.getvalue())
