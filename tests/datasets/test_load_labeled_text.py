"""Sentences by class, from files and from the packaged corpus."""

import pytest

from keras_arae import datasets

pytestmark = pytest.mark.once


def write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_the_packaged_tenses_are_apart():
    train, held_out = datasets.load_labeled_train_and_held_out()
    assert list(train) == list(held_out) == ["past", "future"]
    assert min(len(text) for text in train.values()) > 6000
    assert not any("will" in text.split() for text in train["past"])
    assert all({"will", "shall"} & set(t.split()) for t in train["future"][:99])
    known = set(datasets.flatten(train)[0])
    assert not known & set(datasets.flatten(held_out)[0])


def test_yelps_layout_has_its_names(tmp_path):
    write(tmp_path, sentiment_dev_1="good .\n", sentiment_dev_0="bad .\nno .\n")
    found = datasets.load_labeled_text(tmp_path, "dev")
    assert found == {"negative": ["bad .", "no ."], "positive": ["good ."]}
    write(tmp_path, news_dev_0="a\n", news_dev_1="b\n", news_dev_2="c\n")
    (tmp_path / "sentiment.dev.0").unlink()
    (tmp_path / "sentiment.dev.1").unlink()
    found = datasets.load_labeled_text(tmp_path, "dev")
    assert found == {"0": ["a"], "1": ["b"], "2": ["c"]}


def test_a_file_a_class_with_splits_or_without(tmp_path):
    lines = "".join(f"line {i}\n" for i in range(40))
    write(tmp_path, sport_txt=lines, news_txt=lines, arts_txt=lines)
    train, held_out = datasets.load_labeled_train_and_held_out(tmp_path)
    assert list(train) == ["arts", "news", "sport"]
    assert [len(text) for text in train.values()] == [38] * 3
    assert [len(text) for text in held_out.values()] == [2] * 3
    write(
        tmp_path, train__a_txt="x\n", train__b_txt="y\n",
        test__a_txt="z\n", test__b_txt="w\n",
    )  # fmt: skip
    train, held_out = datasets.load_labeled_train_and_held_out(tmp_path)
    assert train == {"a": ["x"], "b": ["y"]}
    assert held_out == {"a": ["z"], "b": ["w"]}


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="file for each class"):
        datasets.load_labeled_text(tmp_path / "nowhere")
    write(tmp_path, only_txt="x\n")
    with pytest.raises(ValueError, match="at least two classes.*'only.txt'"):
        datasets.load_labeled_text(tmp_path)


def test_a_table_with_a_column_of_classes(tmp_path):
    rows = "label,text\nsad,a .\nglad,b .\nsad,\nsad,c .\n"
    path = tmp_path / "train.csv"
    path.write_text(rows)
    columns = {"column": "text", "label_column": "label"}
    expected = {"glad": ["b ."], "sad": ["a .", "c ."]}
    assert datasets.load_labeled_text(path, **columns) == expected
    assert datasets.load_labeled_text(tmp_path, **columns) == expected
    (tmp_path / "test.csv").write_text("text,label\nx .,glad\ny .,sad\n")
    train, held_out = datasets.load_labeled_train_and_held_out(
        tmp_path, **columns
    )
    assert train == expected
    assert held_out == {"glad": ["x ."], "sad": ["y ."]}


def test_a_table_without_its_columns_says_which_there_are(tmp_path):
    path = tmp_path / "train.csv"
    path.write_text("label,text\nsad,a .\nsad,b .\n")
    for columns in ((), ("text",), ("text", "mood")):
        with pytest.raises(ValueError, match=r"\['label', 'text'\]"):
            datasets.load_labeled_text(path, "train", *columns)
    with pytest.raises(ValueError, match=r"\{'sad': 2\}"):
        datasets.load_labeled_text(path, "train", "text", "label")
    with pytest.raises(ValueError, match="no splits"):
        datasets.load_labeled_text(path, "test", "text", "label")


def test_splits_are_no_classes(tmp_path):
    write(tmp_path, train_txt="x\n", test_txt="y\n")
    with pytest.raises(ValueError, match="'test.txt', 'train.txt'"):
        datasets.load_labeled_text(tmp_path)
