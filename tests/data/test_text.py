import keras
import numpy as np
import pytest

import keras_arae

pytestmark = pytest.mark.once
TextPreprocessor = keras_arae.TextPreprocessor
CORPUS = ["A man sleeps .", "a man runs .", "a cat sleeps"]


def test_ids_by_frequency_then_alphabet():
    preprocessor = TextPreprocessor.from_corpus(CORPUS, max_length=4)
    words = ["a", ".", "man", "sleeps", "cat", "runs"]
    assert preprocessor.vocabulary == words
    assert preprocessor.vocabulary_size == 10
    ids = preprocessor(["a cat flies ."])
    assert ids.dtype == "int32"
    assert ids.tolist() == [[4, 8, 3, 5, 2]]
    assert preprocessor.decode(ids) == ["a cat <unk> ."]


def test_vocabulary_size_counts_the_special_ids():
    preprocessor = TextPreprocessor.from_corpus(CORPUS, vocabulary_size=6)
    assert preprocessor.vocabulary == ["a", "."]
    assert preprocessor.vocabulary_size == 6


def test_special_words_in_a_corpus_are_not_learnt():
    corpus = ["<unk> <s> a </s> <pad>"]
    preprocessor = TextPreprocessor.from_corpus(corpus, pattern="whitespace")
    assert preprocessor.vocabulary == ["a"]
    assert preprocessor(["<unk> a"])[0, :3].tolist() == [3, 4, 2]


def test_case_and_punctuation_are_options():
    sentence = "Don't stop, Mr. X's well-known café!"
    options = {"max_length": 20}
    split = TextPreprocessor.from_corpus([sentence], **options)
    assert split.decode(split([sentence])) == [
        "don't stop , mr . x's well-known café !"
    ]
    plain = TextPreprocessor.from_corpus(
        [sentence], lowercase=False, pattern="whitespace", **options
    )
    assert plain.decode(plain([sentence])) == [sentence]


def test_long_sentences_are_dropped_or_cut_and_counted_once(caplog):
    texts = ["a b c d e", "a b", "a b c d"]
    options = {"vocabulary": list("abcde"), "max_length": 3}
    dropped, kept = TextPreprocessor(**options).encode_corpus(texts)
    assert dropped.tolist() == [[4, 5, 2, 0]]
    assert len(caplog.records) == 1
    assert "2 of 3 sentences" in caplog.text and "dropped" in caplog.text
    caplog.clear()
    cut, _ = TextPreprocessor(overflow="truncate", **options).encode_corpus(
        texts
    )
    assert cut.tolist() == [[4, 5, 6, 2], [4, 5, 2, 0], [4, 5, 6, 2]]
    assert len(caplog.records) == 1 and "truncated" in caplog.text
    with pytest.raises(ValueError, match="max_length=3.*Received: 1 sent"):
        TextPreprocessor(**options).encode_corpus(texts[:1])


def test_share_of_unknown_words_is_reported(caplog):
    preprocessor = TextPreprocessor(["a", "b"], max_length=4)
    ids, _ = preprocessor.encode_corpus(["a b x", "y"])
    assert preprocessor.unknown_share(ids) == 0.5
    assert "50.00% of all tokens are unknown" in caplog.text


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: TextPreprocessor(), "`vocabulary`.*or a `tokenizer`"),
        (lambda: TextPreprocessor(["a"], max_length=0), "max_length=0"),
        (lambda: TextPreprocessor(["a"], overflow="cut"), "overflow='cut'"),
        (lambda: TextPreprocessor(["a"])("a b"), "not one string"),
        (lambda: TextPreprocessor(["a"])([3]), "element 3 of type int"),
        (lambda: TextPreprocessor.from_corpus([]), "holds no words"),
        (lambda: TextPreprocessor.from_corpus(["", " "]), "holds no words"),
    ],
)
def test_errors_say_what_came(call, message):
    with pytest.raises(ValueError, match=f"(?s){message}") as caught:
        call()
    assert "Received: " in str(caught.value)


def test_config_round_trip():
    preprocessor = TextPreprocessor.from_corpus(
        CORPUS, max_length=4, lowercase=False, overflow="truncate"
    )
    config = keras.saving.serialize_keras_object(preprocessor)
    copy = keras.saving.deserialize_keras_object(config)
    assert copy.get_config() == preprocessor.get_config()
    assert (copy(CORPUS) == preprocessor(CORPUS)).all()


def test_bytes_tokenizer_of_keras_nlp():
    import keras_nlp

    tokenizer = keras_nlp.tokenizers.ByteTokenizer()
    preprocessor = TextPreprocessor(tokenizer=tokenizer, max_length=8)
    assert preprocessor.vocabulary_size == 256 + 4
    ids = preprocessor(["é b"])
    expected = [byte + 4 for byte in "é b".encode()]
    assert ids[0].tolist() == [*expected, 2, 0, 0, 0, 0]
    assert preprocessor.decode(ids) == ["é b"]


def test_sub_words_are_saved_with_the_model(tmp_path):
    import keras_nlp

    pieces = ["[PAD]", "[UNK]", "a", "s", "##lee", "##ps", "man", "c", "##at"]
    tokenizer = keras_nlp.tokenizers.WordPieceTokenizer(
        vocabulary=pieces, lowercase=True
    )
    preprocessor = TextPreprocessor(tokenizer=tokenizer, max_length=6)
    model = keras_arae.TextARAE(
        preprocessor,
        embedding_dim=4,
        code_dim=6,
        prior=keras_arae.priors.AdversarialPrior(hidden_dims=(5,), noise_dim=3),
    )
    model.compile()
    model.fit(["a man sleeps", "a cat sleeps"] * 8, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    ids = loaded.codec(["A cat sleeps"])
    assert ids.tolist() == [[6, 11, 12, 7, 8, 9, 2]]
    assert loaded.codec.decode(ids) == ["a cat sleeps"]
    assert loaded.generate(3, seed=1) == model.generate(3, seed=1)


def test_rows_without_an_end_are_read_whole():
    preprocessor = TextPreprocessor(["a", "b"])
    assert preprocessor.decode(np.array([[4, 5], [0, 4]])) == ["a b", ""]
