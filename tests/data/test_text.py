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


SMILES = ["C[C@@H](Cl)c1ccccc1Br", "[nH]1cccc1", "C%12CC%12"]
PROSE = ["A man's well-known Café .", "it costs 3,50 €"]


@pytest.mark.parametrize(
    "pattern, lowercase, joiner, texts, expected",
    [
        (
            "words",
            True,
            " ",
            PROSE,
            ["a man's well-known café .", "it costs 3 , 50 €"],
        ),
        ("whitespace", True, " ", PROSE, [text.lower() for text in PROSE]),
        ("characters", False, "", [*PROSE, "a\n  b"], [*PROSE, "a\n  b"]),
        ("smiles", False, "", SMILES, SMILES),
        (
            r"\w+",
            True,
            " ",
            PROSE,
            ["a man s well known café", "it costs 3 50"],
        ),
    ],
)
def test_round_trips(pattern, lowercase, joiner, texts, expected):
    options = {"pattern": pattern, "max_length": 30}
    codec = TextPreprocessor.from_corpus(texts, **options)
    assert (codec.lowercase, codec.joiner) == (lowercase, joiner)
    ids = codec.encode(texts)
    assert codec.decode(ids) == expected
    # What was decoded is read as the same ids again.
    np.testing.assert_array_equal(codec.encode(expected), ids)
    config = keras.saving.serialize_keras_object(codec)
    copy = keras.saving.deserialize_keras_object(config)
    assert copy.get_config() == codec.get_config()
    assert copy.decode(copy.encode(texts)) == expected


@pytest.mark.parametrize(
    "pattern", ["words", "whitespace", "characters", "smiles"]
)
@pytest.mark.parametrize("lowercase", [True, False])
def test_case_and_joiner_are_properties_of_a_codec(pattern, lowercase):
    options = {"pattern": pattern, "lowercase": lowercase, "joiner": "|"}
    codec = TextPreprocessor.from_corpus(["Ab Cd"], **options)
    found = codec.decode(codec.encode(["Ab Cd"]))
    text = "ab cd" if lowercase else "Ab Cd"
    tokens = {"characters": list(text), "smiles": list(text.replace(" ", ""))}
    assert found == ["|".join(tokens.get(pattern, text.split()))]
    assert TextPreprocessor.from_config(codec.get_config()).joiner == "|"


@pytest.mark.parametrize(
    "pattern", ["words", "whitespace", "characters", "smiles"]
)
def test_an_unknown_token_survives_a_round_trip(pattern):
    codec = TextPreprocessor(["a", " "], max_length=3, pattern=pattern)
    ids = np.array([[4, 3, 4, 2]])
    np.testing.assert_array_equal(codec.encode(codec.decode(ids)), ids)


def test_atoms_of_smiles_are_whole():
    codec = TextPreprocessor([], pattern="smiles")
    assert codec.split(SMILES[0]) == [
        *("C", "[C@@H]", "(", "Cl", ")"),
        *("c", "1", "c", "c", "c", "c", "c", "1", "Br"),
    ]
    assert codec.split("C%12Cn") == ["C", "%12", "C", "n"]


def test_groups_in_a_pattern_do_not_split_tokens():
    codec = TextPreprocessor([], pattern=r"(\d)(\d)|[a-z]+")
    assert codec.split("AB 12 34") == ["ab", "12", "34"]


@pytest.mark.parametrize(
    "pattern, message",
    [
        ("[", "does not compile"),
        ("a*", "at least one"),
        ("word", "one of .*'words'"),
    ],
)
def test_patterns_that_find_no_tokens_are_refused(pattern, message):
    with pytest.raises(ValueError, match=message) as caught:
        TextPreprocessor(["a"], pattern=pattern)
    assert f"Received: pattern={pattern!r}" in str(caught.value)


def test_round_trip_of_sub_words(tmp_path):
    import keras_nlp

    pieces = ["[PAD]", "[UNK]", "a", "s", "##lee", "##ps", "man", "c", "##at"]
    tokenizer = keras_nlp.tokenizers.WordPieceTokenizer(
        vocabulary=pieces, lowercase=True
    )
    codec = TextPreprocessor(tokenizer=tokenizer, max_length=6)
    assert codec.num_values == len(pieces) + 4
    ids = codec.encode(["A man sleeps", "a cat"])
    assert ids.tolist() == [[6, 10, 7, 8, 9, 2, 0], [6, 11, 12, 2, 0, 0, 0]]
    assert codec.decode(ids) == ["a man sleeps", "a cat"]
    np.testing.assert_array_equal(codec.encode(codec.decode(ids)), ids)
    codec.save_assets(tmp_path)
    config = keras.saving.serialize_keras_object(codec)
    copy = keras.saving.deserialize_keras_object(config)
    assert copy.num_values == codec.num_values  # Before its vocabulary comes.
    copy.load_assets(tmp_path)
    np.testing.assert_array_equal(copy.encode(["A man sleeps", "a cat"]), ids)
    assert copy.decode(ids) == codec.decode(ids)


def test_what_models_ask_of_the_codec():
    codec = TextPreprocessor(["a", "b"], max_length=4)
    assert codec.x_shape == (5,) and codec.sequence_length == 5
    assert codec.num_values == codec.vocabulary_size == 6
    special = codec.pad_id, codec.start_id, codec.end_id, codec.unknown_id
    assert special == (0, 1, 2, 3)


@pytest.mark.parametrize("dtype", ["U", "S", "O"])
def test_arrays_of_strings(dtype):
    codec = TextPreprocessor(["a", "b"], max_length=2)
    sentences = np.array(["a b", "b"]).astype(dtype)
    rows = [[4, 5, 2], [5, 2, 0]]
    assert codec.encode(sentences).tolist() == rows
    assert codec.encode_corpus(sentences)[0].tolist() == rows
    assert codec.as_batch(sentences) == (sentences, True)


def test_rows_of_ids_pass():
    codec = TextPreprocessor(["a", "b"], max_length=2)
    rows = np.array([[4, 5, 2], [5, 2, 0]], "int64")
    for data in (rows, keras.ops.convert_to_tensor(rows)):
        ids = codec.encode(data)
        assert ids.dtype == "int32" and ids.tolist() == rows.tolist()
    ids, kept = codec.encode_corpus(rows)
    assert ids.tolist() == rows.tolist() and kept.tolist() == [0, 1]


@pytest.mark.parametrize("method", ["encode", "encode_corpus"])
@pytest.mark.parametrize(
    "rows, message",
    [
        (np.zeros((1, 2), int), r"\('num_rows', 3\).*shape \(1, 2\)"),
        (np.zeros(3, int), r"shape \(3,\)"),
        (np.zeros((1, 3)), "Expected integers.*dtype float64"),
        (np.full((1, 3), 6), "from 0 to 5.*from 6 to 6"),
        (np.full((1, 3), -1), "from -1 to -1"),
    ],
)
def test_wrong_rows_are_refused(rows, message, method):
    codec = TextPreprocessor(["a", "b"], max_length=2)
    with pytest.raises(ValueError, match=f"(?s){message}"):
        getattr(codec, method)(rows)


def test_one_becomes_a_batch_of_one():
    codec = TextPreprocessor(["a", "b"], max_length=2)
    assert codec.as_batch("a b") == (["a b"], False)
    assert codec.as_batch(["a b"]) == (["a b"], True)
    row = np.array([4, 5, 2])
    for data in (row, keras.ops.convert_to_tensor(row)):
        batch, several = codec.as_batch(data)
        assert not several and codec.encode(batch).tolist() == [[4, 5, 2]]
    rows = row[None]
    assert codec.as_batch(rows) == (rows, True)


SCRIPTS = {
    "Hindi": ("मैं हिन्दी में लिखता हूँ ।", 6),
    "Bengali": ("আমি বাংলায় লিখি ।", 4),
    "Tamil": ("தமிழ் மொழி இனிது .", 4),
    "Vietnamese": ("Việt Nam đẹp lắm .", 5),
    "Arabic with vowels": ("السَّلامُ عَلَيْكُمْ .", 3),
    "Hebrew with points": ("שָׁלוֹם עוֹלָם .", 3),
    "Persian": ("می\u200cخواهم بروم .", 3),
    "Russian": ("Я пишу по-русски .", 4),
    "Greek": ("Γράφω ελληνικά .", 3),
    "Korean": ("나는 한국어로 쓴다 .", 4),
    "Turkish": ("İstanbul'da ışık var .", 4),
    "emoji": ("👩\u200d👩\u200d👧 👍🏽 🇩🇪 ❤\ufe0f hello !", 6),
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_words_of_each_script_stay_whole_and_come_back(script):
    sentence, num_words = SCRIPTS[script]
    codec = TextPreprocessor.from_corpus([sentence], max_length=8)
    assert codec.split(sentence) == sentence.lower().split(" ")
    assert len(codec.split(sentence)) == num_words
    (back,) = codec.decode(codec.encode([sentence]))
    assert back == sentence.lower()
    assert codec.decode(codec.encode([back])) == [back]


@pytest.mark.parametrize("script", SCRIPTS)
def test_characters_of_each_script_come_back(script):
    sentence, _ = SCRIPTS[script]
    codec = TextPreprocessor.from_corpus(
        [sentence], pattern="characters", max_length=40
    )
    assert codec.decode(codec.encode([sentence])) == [sentence]
    assert codec.split("e\u0323n🇩🇪👍🏽") == ["ẹ", "n", "🇩🇪", "👍🏽"]


def test_two_ways_to_write_a_letter_are_one_word():
    both = ["caf\u00e9", "cafe\u0301"]
    assert len(TextPreprocessor.from_corpus(both).vocabulary) == 1
    codec = TextPreprocessor.from_corpus(both, unicode_form=None)
    assert sorted(codec.vocabulary) == sorted(both)
    config = TextPreprocessor.from_config(codec.get_config())
    assert config.unicode_form is None
    with pytest.raises(ValueError, match="Received: unicode_form='nfc'"):
        TextPreprocessor(["a"], unicode_form="nfc")


class Column:
    """What a column of a table is to us: pandas' Series, for one."""

    dtype = "str"

    def __init__(self, strings):
        self.strings = strings

    def __array__(self, dtype=None, copy=None):
        return np.array(self.strings, object)

    def __len__(self):
        return len(self.strings)


def test_columns_and_tensors_of_strings_are_sentences():
    tf = pytest.importorskip("tensorflow")
    sentences = ["a man sleeps", "a man runs"]
    expected = TextPreprocessor.from_corpus(sentences, max_length=4)
    for data in (
        Column(sentences),
        tf.constant(sentences),
        np.array(sentences),
    ):
        codec = TextPreprocessor.from_corpus(data, max_length=4)
        assert codec.vocabulary == expected.vocabulary
        np.testing.assert_array_equal(
            codec.encode(data), expected.encode(sentences)
        )
        rows, kept = codec.encode_corpus(data)
        assert kept.tolist() == [0, 1]
        assert codec.as_batch(data)[1]


class Table(Column):
    columns = ("text", "label")

    def __iter__(self):
        return iter(self.columns)


@pytest.mark.parametrize("table", [Table(["secret"]), {"text": ["secret"]}])
def test_tables_are_refused_without_their_data(table):
    codec = TextPreprocessor(["a"])
    for verb in (TextPreprocessor.from_corpus, codec.encode):
        with pytest.raises(ValueError, match="columns .*'text'") as caught:
            verb(table)
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("size", [-1, 0, 4])
def test_vocabularies_without_room_are_refused(size):
    with pytest.raises(ValueError, match=f"Received: vocabulary_size={size}"):
        TextPreprocessor.from_corpus(["a man"], vocabulary_size=size)


def test_a_file_name_is_no_vocabulary():
    with pytest.raises(ValueError, match="Received: vocabulary='words.txt'"):
        TextPreprocessor("words.txt")


@pytest.mark.parametrize(
    "ids, message",
    [([[-1]], "from -1 to -1"), ([[9]], "from 9 to 9"), ([[1.5]], "floats?")],
)
def test_ids_of_no_word_are_refused(ids, message):
    with pytest.raises(ValueError, match=f"Received: .*{message}"):
        TextPreprocessor(["a"]).decode(ids)


def test_text_for_a_tokenizer_is_normalised_too():
    class Letters:
        def __call__(self, sentence):
            return [ord(letter) for letter in sentence]

        def vocabulary_size(self):
            return 1000

    codec = TextPreprocessor(tokenizer=Letters(), max_length=4)
    one, other = codec.encode(["caf\u00e9", "cafe\u0301"])
    np.testing.assert_array_equal(one, other)


def test_a_row_of_joiners_takes_no_time():
    sentence = "!" + "\u200d" * 20000
    for pattern in ("words", "characters"):
        codec = TextPreprocessor(["a"], pattern=pattern)
        assert "".join(codec.split(sentence)) == sentence


@pytest.mark.once
@pytest.mark.parametrize("kind", ["unigram", "bpe"])
def test_parts_of_words_are_learned_from_a_corpus(clauses, kind, tmp_path):
    """Words that the corpus has not are written by parts, and come back."""
    tokenizer = keras_arae.data.train_tokenizer(clauses, 300, kind)
    codec = TextPreprocessor(tokenizer=tokenizer, max_length=40)
    assert codec.vocabulary_size <= 304
    sentences = ["and unheavenly sayings", "godhood"]
    rows = codec.encode(sentences)
    assert codec.decode(rows) == sentences
    assert len(tokenizer("unheavenly")) > 2
    codec.save_assets(str(tmp_path))
    loaded = TextPreprocessor.from_config(codec.get_config())
    loaded.load_assets(str(tmp_path))
    assert np.array_equal(loaded.encode(sentences), rows)


@pytest.mark.once
def test_refuses_a_corpus_without_words():
    with pytest.raises(ValueError, match="cannot learn a vocabulary"):
        keras_arae.data.train_tokenizer([])
