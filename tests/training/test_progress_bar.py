"""What `fit` and `evaluate` print on a terminal, and into a file."""

import contextlib
import os
import re
import sys
import threading

import keras
import numpy as np
import pytest

import keras_arae

SENTENCES = ["a man sleeps .", "two men talk .", "a cat runs ."] * 20
LABELS = [0, 1, 0] * 20


@contextlib.contextmanager
def terminal(monkeypatch, columns=80):
    """Makes standard output a terminal; gives a list of what it was sent."""
    monkeypatch.setenv("COLUMNS", str(columns))
    parent, child = os.openpty()
    sent = []

    def read():
        with contextlib.suppress(OSError):  # When the child is closed.
            while data := os.read(parent, 4096):
                sent.append(data)

    reader = threading.Thread(target=read)
    reader.start()
    with open(child, "w", encoding="utf-8") as stream:
        with monkeypatch.context() as patch:
            patch.setattr("sys.stdout", stream)
            yield sent
    reader.join()
    os.close(parent)
    sent[:] = [b"".join(sent).decode()]


def drawn_lines(sent):
    """Lines of a terminal, each with all that was drawn over one another."""
    text = sent[0].replace("\r\n", "\n")
    return [line.split("\r") for line in text.removesuffix("\n").split("\n")]


def text_model(kind, **options):
    codec = keras_arae.TextPreprocessor.from_corpus(SENTENCES, max_length=5)
    model = kind(codec, embedding_dim=8, **options)
    model.compile()
    return model


def text_arae():
    model = text_model(keras_arae.TextARAE, code_dim=8)
    return model, (SENTENCES,), SENTENCES[:6]


def language_model():
    model = text_model(keras_arae.LanguageModel, units=8)
    return model, (SENTENCES,), SENTENCES[:6]


def transfer_arae():
    options = {"condition": ["a", "b"], "code_dim": 8}
    model = text_model(keras_arae.TransferARAE, **options)
    return model, (SENTENCES, LABELS), (SENTENCES[:6], LABELS[:6])


def semi_supervised_arae():
    options = {"labels": ["a", "b"], "code_dim": 8}
    model = text_model(keras_arae.SemiSupervisedARAE, **options)
    labeled = SENTENCES, LABELS
    return model, (SENTENCES, labeled), (SENTENCES[:6], LABELS[:6])


def image_arae():
    model = keras_arae.ImageARAE((6, 6), code_dim=8)
    model.compile()
    images = np.random.default_rng(0).integers(2, size=(60, 6, 6))
    return model, (images,), images[:6]


MODELS = {
    text_arae: ["accuracy", "wasserstein_distance", "val_accuracy"],
    image_arae: ["accuracy", "wasserstein_distance", "val_accuracy"],
    transfer_arae: ["accuracy", "wasserstein_distance", "classifier_accuracy"],
    semi_supervised_arae: ["accuracy", "val_classification_accuracy"],
    language_model: ["accuracy", "val_accuracy"],
}


@pytest.mark.once
@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_a_terminal_shows_few_numbers(make, monkeypatch):
    model, data, held_out = make()
    with terminal(monkeypatch) as sent:
        history = model.fit(
            *data, batch_size=5, epochs=2, validation_data=held_out
        )
    lines = drawn_lines(sent)
    assert "\x1b" not in sent[0] and "\b" not in sent[0]
    assert max(len(text) for line in lines for text in line) < 80
    assert len(lines) <= 2 * 4
    assert lines[0] == ["Epoch 1/2"]
    assert lines[1][-1].lstrip().startswith("12/12 ━━━━━━━━ ")
    names = re.findall(r"[a-z_]{3,}", sent[0])
    assert {"loss", "val_loss", *MODELS[make]} <= set(names)
    # The other numbers go where they went.
    assert "learning_rate" not in sent[0]
    assert len(history.history) > len(set(names))


@pytest.mark.once
def test_the_bar_moves_as_steps_are_done(monkeypatch):
    monkeypatch.setattr("keras_arae.training.progress_bar.SECONDS_BETWEEN", 0.0)
    model, data, _ = text_arae()
    with terminal(monkeypatch) as sent:
        model.fit(*data, batch_size=5)
    (line,) = drawn_lines(sent)  # One epoch needs no heading.
    counts = [int(text.split("/")[0]) for text in line if text]
    assert counts[-1] == 12 and len(set(counts)) > 3
    assert "─" in line[1] and "─" not in line[-1]


@pytest.mark.once
def test_a_narrow_terminal_is_not_overrun(monkeypatch):
    model, data, held_out = text_arae()
    with terminal(monkeypatch, columns=50) as sent:
        model.fit(*data, epochs=2, validation_data=held_out)
    widths = [len(text) for line in drawn_lines(sent) for text in line]
    assert max(widths) < 50
    assert "val_accuracy" in sent[0]


@pytest.mark.once
@pytest.mark.parametrize("verbose", ["auto", 1, 2, "2"])
def test_a_file_has_a_line_an_epoch(verbose, capsys):
    model, data, held_out = text_arae()
    model.fit(*data, epochs=3, validation_data=held_out, verbose=verbose)
    written = capsys.readouterr().out
    lines = written.splitlines()
    assert [line[:9] for line in lines] == [f"Epoch {i}/3" for i in (1, 2, 3)]
    for name in ("loss", "accuracy", "wasserstein_distance", "val_loss"):
        assert f"  {name} " in lines[0]
    assert not {"\x1b", "\b", "\r"} & set(written)


@pytest.mark.once
@pytest.mark.parametrize("verbose", [0, "0"])
def test_silence(verbose, monkeypatch):
    model, data, held_out = text_arae()
    with terminal(monkeypatch) as sent:
        model.fit(*data, validation_data=held_out, verbose=verbose)
        model.evaluate(held_out, verbose=verbose)
    assert sent == [""]


@pytest.mark.once
def test_another_verbosity_is_refused():
    model, data, held_out = text_arae()
    with pytest.raises(ValueError, match="Received: verbose='loud'"):
        model.fit(*data, verbose="loud")
    with pytest.raises(ValueError, match="Received: verbose=3"):
        model.evaluate(held_out, verbose=3)


def test_evaluate_shows_the_same_numbers(monkeypatch, capsys):
    model, data, held_out = text_arae()
    with terminal(monkeypatch) as sent:
        model.evaluate(held_out)
    (line,) = drawn_lines(sent)
    assert re.search(r"1/1 ━+ \d+s  loss \d.*  accuracy 0", line[-1])
    model.evaluate(held_out)
    assert re.fullmatch(
        r"1/1  \d+s  loss [\d.]+  accuracy [\d.]+  "
        r"wasserstein_distance [-\d.e]+\n",
        capsys.readouterr().out,
    )


@pytest.mark.once
def test_a_bar_of_ones_own_takes_its_place(capsys):
    model, data, held_out = text_arae()
    bar = keras.callbacks.ProgbarLogger()
    model.fit(*data, callbacks=bar, verbose=2)
    shown = capsys.readouterr().out
    assert "generator_loss: " in shown and "Epoch" not in shown
    model.evaluate(held_out, callbacks=keras.callbacks.ProgbarLogger())
    assert "reconstruction_loss: " in capsys.readouterr().out


class Fails(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch:
            raise RuntimeError

    def on_train_batch_end(self, batch, logs=None):
        if batch == 3:
            raise RuntimeError


@pytest.mark.once
def test_an_exception_begins_a_line_of_its_own(monkeypatch):
    model, data, _ = text_arae()
    with terminal(monkeypatch) as sent:
        with pytest.raises(RuntimeError):
            model.fit(*data, batch_size=5, callbacks=[Fails()])
        print("what happened")
    assert drawn_lines(sent)[-1] == ["what happened"]


@pytest.mark.once
def test_a_stream_of_unknown_length_is_counted(monkeypatch):
    tf = pytest.importorskip("tensorflow")
    model, _, _ = text_arae()
    dataset = tf.data.Dataset.from_generator(
        lambda: iter([np.array(SENTENCES[:6])] * 4),
        output_signature=tf.TensorSpec((6,), tf.string),
    )
    with terminal(monkeypatch) as sent:
        model.fit(dataset, epochs=2)
    lines = drawn_lines(sent)
    assert "4/4 ━━━━━━━━ " in lines[1][-1] and "4/4 ━" in lines[3][-1]


@pytest.mark.once
def test_ascii_where_the_terminal_knows_no_other(monkeypatch):
    model, data, _ = text_arae()
    with terminal(monkeypatch) as sent:
        sys.stdout.reconfigure(encoding="ascii")
        model.fit(*data, epochs=2)
    assert "########" in sent[0] and sent[0].isascii()


@pytest.mark.once
def test_a_phase_shows_only_what_it_logs():
    with pytest.raises(ValueError, match=r"Received: shown=\['val_eror'\]"):
        keras_arae.training.Phase(
            "scale", len, [], "scale", logs=["error"], shown=["val_eror"]
        )
