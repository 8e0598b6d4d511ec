import gzip

import pytest

from keras_arae.datasets import text_files

pytestmark = pytest.mark.once


def write(tmp_path, content, name="text.txt"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"one .\ntwo .\nthree .\n",
        b"one .\r\ntwo .\rthree .",
        b"\xef\xbb\xbfone .\r\n  two .\t\nthree .\r\n",
    ],
)
def test_line_ends_and_mark(tmp_path, content, caplog):
    path = write(tmp_path, content)
    assert text_files.read_sentences(path) == ["one .", "two .", "three ."]
    assert not caplog.records


def test_rare_separators_stay_in_a_sentence(tmp_path):
    path = write(tmp_path, "one\u2028two\x0bthree\x85four\n".encode())
    assert len(text_files.read_sentences(path)) == 1


def test_gzip_is_unpacked(tmp_path):
    path = write(tmp_path, gzip.compress(b"a b .\nc .\n"), "text.txt.gz")
    assert text_files.read_sentences(path) == ["a b .", "c ."]


@pytest.mark.parametrize("damage", [lambda x: x[:-9], lambda x: b"no" + x])
def test_damaged_gzip_is_named(tmp_path, damage):
    content = damage(gzip.compress(b"some text .\n" * 9))
    path = write(tmp_path, content, "text.txt.gz")
    with pytest.raises(ValueError, match="complete gzip file") as caught:
        text_files.read_sentences(path)
    assert str(path) in str(caught.value)


def test_blank_lines_are_counted_in_one_warning(tmp_path, caplog):
    path = write(tmp_path, b"\none .\n  \n\ntwo .\n\n")
    assert text_files.read_sentences(path) == ["one .", "two ."]
    (record,) = caplog.records
    assert "4 blank lines of 6" in record.getMessage()
    assert str(path) in record.getMessage()


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n \r\n\t\n"])
def test_no_sentence_is_an_error(tmp_path, content):
    path = write(tmp_path, content)
    with pytest.raises(ValueError, match="at least one sentence") as caught:
        text_files.read_sentences(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_wrong_encoding_is_located(tmp_path, mark):
    content = mark + b"one .\r\ntwo .\rcaf\xe9 .\n"
    path = write(tmp_path, content)
    with pytest.raises(ValueError, match="must be UTF-8") as caught:
        text_files.read_sentences(path)
    message = str(caught.value)
    assert str(path) in message
    assert "line 3" in message
    assert f"offset {content.index(0xE9)})" in message
