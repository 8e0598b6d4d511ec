import gzip
import re
import shutil
import subprocess

import pytest
from backports import zstd

from keras_arae.datasets import TextFiles
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


@pytest.mark.parametrize("kind", [gzip, zstd])
def test_packed_files_are_unpacked(tmp_path, kind):
    name = "text.tsv.gz" if kind is gzip else "text.TSV.zst"
    content = kind.compress(b'text\tn\n"a" b .\t1\nc .\t2\n')
    path = write(tmp_path, content, name)
    expected = ['"a" b .', "c ."]  # In .tsv quotation marks are text.
    assert text_files.read_sentences(path, "text") == expected
    assert list(TextFiles(path, "text")) == expected


@pytest.mark.parametrize("damage", [lambda x: x[:-9], lambda x: b"no" + x])
@pytest.mark.parametrize("kind", [gzip, zstd])
def test_damaged_files_are_named(tmp_path, damage, kind):
    content = damage(kind.compress(b"some text .\n" * 9))
    name = "text.txt.gz" if kind is gzip else "text.txt.zst"
    path = write(tmp_path, content, name)
    with pytest.raises(ValueError, match="complete gzip file") as caught:
        text_files.read_sentences(path)
    assert str(path) in str(caught.value)
    with pytest.raises(ValueError, match="Expected a complete") as caught:
        list(TextFiles(path))
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


SENTENCES = ["Der Hund schläft .", "Zwei Männer reden ."]
TEXT = "\n".join([*SENTENCES, ""])


@pytest.mark.parametrize("name", ["my text.txt", "text.txt.gz"])
@pytest.mark.parametrize(
    "encoding, found",
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16LE"),
        ("utf-16-be", "UTF-16BE"),
        ("utf-32", "UTF-32"),
        ("latin-1", "WINDOWS-1252"),
    ],
)
def test_the_advice_converts_the_file(tmp_path, encoding, found, name):
    content = TEXT.encode(encoding)
    if name.endswith(".gz"):
        content = gzip.compress(content)
    path = write(tmp_path, content, name)
    with pytest.raises(ValueError, match="must be UTF-8") as caught:
        text_files.read_sentences(path)
    assert f"iconv -f {found} -t UTF-8" in str(caught.value)
    (command,) = re.findall("`(.*)`", str(caught.value))
    new = tmp_path / f"utf8-{name.removesuffix('.gz')}"
    if shutil.which("iconv"):
        subprocess.run(command, shell=True, check=True)
    else:
        new.write_text(TEXT.encode(encoding).decode(found), encoding="utf-8")
    assert text_files.read_sentences(new) == SENTENCES


def test_nul_characters_are_named_and_can_be_taken_out(tmp_path):
    path = write(tmp_path, b"a man sleeps .\na dog\0 runs .\n")
    with pytest.raises(ValueError, match="with 1 of them") as caught:
        text_files.read_sentences(path)
    (command,) = re.findall("`(.*)`", str(caught.value))
    subprocess.run(command, shell=True, check=True)
    found = text_files.read_sentences(tmp_path / "utf8-text.txt")
    assert found == ["a man sleeps .", "a dog runs ."]


@pytest.mark.parametrize(
    "content, advice",
    [
        (gzip.compress(b"a .\n"), "rename it to text.txt.gz"),
        (b"PK\x03\x04rest", "unpack it"),
        (b"%PDF-1.7 rest", "save its text"),
        (bytes(range(256)) * 4, "the file is damaged, or no text"),
    ],
)
def test_what_is_no_text_is_said(tmp_path, content, advice):
    path = write(tmp_path, content)
    with pytest.raises(ValueError, match=advice) as caught:
        text_files.read_sentences(path)
    assert str(path) in str(caught.value)


CSV = b'id,sentence\r\n1,"He said ""hi"", twice."\r\n2,"two\r\nlines"\r\n3,\r\n'
TSV = b'id\tsentence\n1\tHe said "hi , twice .\n\n2\ttwo lines\n3\t\n'


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    "name, content, first",
    [
        ("text.csv", CSV, 'He said "hi", twice.'),
        ("text.tsv", TSV, 'He said "hi , twice .'),
    ],
)
def test_a_column_of_a_table(tmp_path, caplog, name, content, first, packed):
    if packed:
        name, content = f"{name}.gz", gzip.compress(content)
    path = write(tmp_path, content, name)
    found = text_files.read_sentences(path, "sentence")
    assert found == [first, "two lines"]
    assert "1 blank rows of 3" in caplog.text


@pytest.mark.parametrize("column", [None, "text"])
def test_columns_that_are_there_are_named(tmp_path, column):
    path = write(tmp_path, CSV, "text.csv")
    message = r"\['id', 'sentence'\].*--column.*text.csv"
    with pytest.raises(ValueError, match=message):
        text_files.read_sentences(path, column)


def test_a_column_of_no_table_is_refused(tmp_path):
    path = write(tmp_path, b"a .\n")
    with pytest.raises(ValueError, match="Only tables have columns"):
        text_files.read_sentences(path, "sentence")


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("a.tsv", b"id\ts\n1\tx\n2 y\n", "row 3 has 1, beginning '2 y'"),
        ("a.csv", b'id,s\n1,"x\n2,y\n', "quotation mark"),
        ("a.csv", b"id,s\n", "with 0 rows, all blank"),
    ],
)
def test_a_damaged_table_is_said(tmp_path, name, content, message):
    path = write(tmp_path, content, name)
    with pytest.raises(ValueError, match=message):
        text_files.read_sentences(path, "s")
