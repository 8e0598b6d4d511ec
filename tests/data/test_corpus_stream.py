"""Corpora read as they are needed: each piece once a pass, and resumption."""

import gzip
import itertools
import json

import datasets
import grain
import keras
import numpy as np
import pytest
from backports import zstd
from conftest import few_steps
from conftest import quick_optimizers
from conftest import same
from conftest import weights_of

import keras_arae
from keras_arae.callbacks import ResumableCheckpoint
from keras_arae.data import CorpusStream
from keras_arae.datasets import TextFiles

NUMBERS = [f"n{index}" for index in range(50)]


@pytest.fixture(scope="module")
def codec():
    return keras_arae.TextPreprocessor(NUMBERS, max_length=2)


@pytest.fixture
def shards(tmp_path):
    """The numbers in five files, of each kind that is text."""
    parts = [NUMBERS[start : start + 10] for start in range(0, 50, 10)]
    texts = ["".join(f"{line}\n" for line in part) for part in parts]
    (tmp_path / "0.txt").write_text(texts[0] + "\n \n")
    (tmp_path / "1.txt").write_bytes(b"\xef\xbb\xbf" + texts[1].encode())
    (tmp_path / "2.txt").write_text(texts[2].replace("\n", "\r\n"))
    (tmp_path / "3.txt.gz").write_bytes(gzip.compress(texts[3].encode()))
    packed = zstd.compress(texts[4].encode())
    (tmp_path / "4.txt.zst").write_bytes(packed)
    return tmp_path / "*.txt*"


def words_of(codec, batches):
    return [word for batch in batches for word in codec.decode(batch)]


def taken(stream, number):
    return list(itertools.islice(stream, number))


@pytest.mark.once
def test_each_piece_comes_once_a_pass(codec, shards):
    stream = CorpusStream(TextFiles(shards), codec, batch_size=5, window=20)
    batches = iter(stream)
    first = words_of(codec, taken(batches, 10))
    second = words_of(codec, taken(batches, 10))
    assert sorted(first) == sorted(second) == sorted(NUMBERS)
    assert first != second  # Windows and files come in a new order.
    assert first != NUMBERS


@pytest.mark.once
def test_what_fills_no_batch_goes_into_the_next_window(codec):
    """Batches have one size, and nothing is lost."""
    stream = CorpusStream(NUMBERS, codec, batch_size=7, window=9)
    words = words_of(codec, taken(stream, 100))
    counts = {words.count(number) for number in NUMBERS}
    assert len(words) == 700 and counts <= {13, 14, 15}


@pytest.mark.once
def test_workers_change_nothing(codec):
    lines = [*NUMBERS, "n1 n2 n3 n4"] * 4  # One of them is too long.
    given = {
        workers: taken(
            CorpusStream(lines, codec, 8, window=64, workers=workers), 30
        )
        for workers in (0, 2)
    }
    assert np.array_equal(given[0], given[2])


def huggingface(tmp_path):
    for start in (0, 25):
        rows = [{"text": word} for word in NUMBERS[start : start + 25]]
        text = "\n".join(map(json.dumps, rows))
        (tmp_path / f"{start}.jsonl").write_text(text)
    files = [str(path) for path in sorted(tmp_path.glob("*.jsonl"))]
    return datasets.load_dataset(
        "json",
        data_files=files,
        streaming=True,
        split="train",
        cache_dir=str(tmp_path / "cache"),
    )


def grains(tmp_path):
    return grain.MapDataset.source(NUMBERS).shuffle(seed=3).to_iter_dataset()


def text_files(tmp_path):
    for start in (0, 25):
        text = "\n".join(NUMBERS[start : start + 25])
        (tmp_path / f"{start}.txt").write_text(text)
    return TextFiles(tmp_path / "*.txt")


def tf_data(tmp_path):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices({"text": NUMBERS})


def data_loader(tmp_path):
    import torch

    return torch.utils.data.DataLoader(NUMBERS, batch_size=None)


SOURCES = {
    "list": (lambda folder: NUMBERS, None),
    "files": (text_files, None),
    "huggingface": (huggingface, "text"),
    "grain": (grains, None),
    "tf.data": (tf_data, "text"),
    "DataLoader": (data_loader, None),
}


@pytest.mark.once
@pytest.mark.parametrize("name", SOURCES)
def test_goes_on_where_it_stood(codec, tmp_path, name):
    """After any batch, also in the middle of a window or of a pass."""
    make, column = SOURCES[name]

    def stream():
        return CorpusStream(
            make(tmp_path), codec, 4, window=15, column=column, seed=2
        )

    whole = stream()
    batches = taken(whole, 40)
    assert {*words_of(codec, batches[:12])} < {*NUMBERS}
    for stop in (0, 1, 3, 11, 12, 13, 26):
        # As JSON, and although it was read further.
        state = json.loads(json.dumps(whole.state_dict(stop)))
        resumed = stream()
        resumed.load_state_dict(state)
        assert np.array_equal(taken(resumed, 5), batches[stop : stop + 5])


@pytest.mark.once
def test_tables_bring_labels(tmp_path, codec):
    for kind, comma in (("csv", ","), ("tsv", "\t")):
        lines = [f"{word}{comma}{i % 2}" for i, word in enumerate(NUMBERS)]
        text = "\n".join([f"text{comma}odd", *lines])
        (tmp_path / f"0.{kind}").write_text(text)
        files = TextFiles(tmp_path / f"0.{kind}", "text", "odd")
        stream = CorpusStream(files, codec, batch_size=50)
        ((rows, labels),) = taken(stream, 1)
        numbers = [int(word[1:]) for word in codec.decode(rows)]
        assert [number % 2 for number in numbers] == list(map(int, labels))


@pytest.mark.once
@pytest.mark.parametrize(
    "content, said",
    [
        (b"n1\n\xff\n", "after piece 0.*UnicodeDecodeError"),
        (gzip.compress(b"n1\n" * 9999)[:-9], "after piece .*EOFError"),
    ],
)
def test_damaged_files_are_named(tmp_path, content, said):
    name = "a.txt.gz" if content.startswith(b"\x1f") else "a.txt"
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=rf"Received.*{name}, {said}"):
        list(TextFiles(tmp_path / name))


@pytest.mark.once
def test_refuses_what_cannot_work(tmp_path, codec, shards):
    with pytest.raises(FileNotFoundError, match="pattern"):
        TextFiles(tmp_path / "*.text")
    (tmp_path / "a.csv").write_text("text\nn1\n")
    with pytest.raises(ValueError, match="need `column`"):
        TextFiles(tmp_path / "a.csv")
    with pytest.raises(ValueError, match=r"columns \['words'"):
        list(TextFiles(tmp_path / "a.csv", column="words"))
    once = (word for word in NUMBERS)
    with pytest.raises(ValueError, match="read once only"):
        taken(CorpusStream(once, codec, 8), 9)
    with pytest.raises(ValueError, match="`column`"):
        next(iter(CorpusStream([{"text": "n1"}], codec)))
    with pytest.raises(ValueError, match="No sentence is left"):
        next(iter(CorpusStream(["n1 n2 n3"], codec)))
    stream = CorpusStream(TextFiles(shards), codec)
    with pytest.raises(ValueError, match="state_dict"):
        stream.load_state_dict({"pass": 3})
    with pytest.raises(ValueError, match="num_batches=3"):
        stream.state_dict(3)
    state = CorpusStream(TextFiles(shards), codec, seed=1).state_dict()
    with pytest.raises(ValueError, match="other rows come.*'seed': 1"):
        stream.load_state_dict(state)
    state = stream.pieces.pieces.state_dict()
    with pytest.raises(ValueError, match="same names"):
        TextFiles(tmp_path / "0.txt").load_state_dict(state)


@pytest.fixture
def make_text_model(make_model):
    def make(**options):
        model = make_model(compiled=False, prior=None, seed=1, **options)
        model.compile(quick_optimizers()["autoencoder_optimizer"])
        return few_steps(model)

    return make


def test_fit_goes_on_in_the_middle_of_a_pass(
    make_text_model, preprocessor, clauses, tmp_path
):
    """A run that was stopped ends with the weights of one that was not."""

    def stream():
        return CorpusStream(clauses[:90], preprocessor, 16, window=40)

    def fit(name, model, stream, epochs, first=0):
        folder = tmp_path / name
        checkpoint = ResumableCheckpoint(folder, stream=stream)
        model.fit(
            stream,
            steps_per_epoch=4,
            epochs=epochs,
            initial_epoch=first,
            callbacks=[checkpoint],
            verbose=0,
        )

    keras.utils.set_random_seed(0)
    model = make_text_model()
    fit("whole", model, stream(), epochs=3)
    keras.utils.set_random_seed(0)
    stopped = make_text_model()
    fit("stopped", stopped, stream(), epochs=1)
    again = stream()
    resumed, epoch, _ = ResumableCheckpoint.restore(
        tmp_path / "stopped", stream=again
    )
    assert epoch == 1
    fit("stopped", few_steps(resumed), again, epochs=3, first=epoch)
    assert same(weights_of(model), weights_of(resumed))


@pytest.mark.once
def test_a_checkpoint_without_a_place_is_named(
    make_text_model, preprocessor, clauses, tmp_path
):
    checkpoint = ResumableCheckpoint(tmp_path)
    make_text_model().fit(clauses[:16], callbacks=[checkpoint], verbose=0)
    stream = CorpusStream(clauses, preprocessor, 16)
    with pytest.raises(ValueError, match="without a stream.*epoch-0001"):
        ResumableCheckpoint.restore(tmp_path, stream=stream)


def test_fit_learns_labels_of_a_stream(make_text_model, preprocessor, clauses):
    pairs = [(clause, index % 2) for index, clause in enumerate(clauses[:64])]
    stream = CorpusStream(pairs, preprocessor, 16, window=64)
    model = make_text_model(condition=2)
    history = model.fit(stream, steps_per_epoch=2, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
