"""The command behind `python -m keras_arae.evaluate`: flags and `main`.

That for molecules (`--molecules`) is in molecules/command.py.
"""

from __future__ import annotations

import json
import pathlib
import tempfile
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import keras
from absl import app
from absl import flags
from absl import logging

from keras_arae.atomic_file import write_text
from keras_arae.data import TextPreprocessor
from keras_arae.datasets import load_text
from keras_arae.evaluation.code_space import code_moments
from keras_arae.evaluation.code_space import draw_samples
from keras_arae.evaluation.code_space import neighbor_cosine
from keras_arae.evaluation.reconstruction import reconstruction_report
from keras_arae.evaluation.reconstruction import swap_nats
from keras_arae.evaluation.text_report import TextReport
from keras_arae.evaluation.text_report import markdown_table
from keras_arae.extras import require
from keras_arae.training.load_model import load_model
from keras_arae.visualization import plot_quality_diversity

flags.DEFINE_string(
    "train", None,
    "What generators learned from: a file, a table (.csv, .tsv), a folder with "
    "train.txt and test.txt, or a corpus by name. Needed, but for molecules.",
)  # fmt: skip
flags.DEFINE_string(
    "test", None, "Real text held out. Default: the test split of --train."
)
flags.DEFINE_string("column", None, "Of tables: the column of real text.")
flags.DEFINE_multi_string("samples", [], "A file of samples; may be repeated.")
flags.DEFINE_multi_string("model", [], "A saved .keras model; likewise.")
flags.DEFINE_list(
    "temperatures", [],
    "Temperatures at which models draw words; a curve for each model.",
)  # fmt: skip
flags.DEFINE_integer(
    "num_samples", None,
    "Samples of each set to judge. Default: 10000, of molecules 30000.",
    lower_bound=1,
)  # fmt: skip
flags.DEFINE_enum("judge", "lstm", ["lstm", "kenlm"], "Of perplexities.")
flags.DEFINE_string("kenlm_directory", None, "Where KenLM's programs are.")
flags.DEFINE_integer("vocabulary_size", 10000, "Words that the judge knows.")
flags.DEFINE_integer("judge_units", 128, "Width of the LSTM judge.")
flags.DEFINE_integer("max_length", None, "Leave longer real sentences out.")
flags.DEFINE_bool("lowercase", True, "Whether to lower-case all text.")
flags.DEFINE_bool(
    "split_punctuation", True, "Whether punctuation marks are words."
)
flags.DEFINE_integer("seed", 0, "Random seed.")
flags.DEFINE_string("output_dir", "output/evaluation", "For the results.")
flags.DEFINE_bool("overwrite", False, "Replace earlier results.")

FLAGS = flags.FLAGS

RESULTS = "evaluation.json"
NUM_SAMPLES = 10000


def main(argv: Sequence[str]) -> None:
    """Judges what the flags name, prints tables and writes the results."""
    check_flags()
    if not FLAGS.train:
        raise app.UsageError("Nothing to compare with: pass --train.")
    require("matplotlib.figure", "plot")  # Before samples are judged.
    train, test = load_real_text()
    sets = {path: tokenized(load_text(path)) for path in FLAGS.samples}
    models = {path: load_model(path) for path in FLAGS.model}
    output_dir = made_output_dir()
    report = TextReport(
        train,
        test,
        num_samples=FLAGS.num_samples or NUM_SAMPLES,
        judge=FLAGS.judge,
        vocabulary_size=FLAGS.vocabulary_size,
        seed=FLAGS.seed,
        **judge_options(),
    )
    print(describe(report), flush=True)
    rows, curves, codes = {"real": report.real()}, [], {}
    warn_of_equal_sets(sets)
    for path, samples in sets.items():
        rows[path] = report.row(samples)
    for path, model in models.items():
        drawn = model_samples(path, model, train, report.num_samples)
        for name, samples in drawn.items():
            rows[name] = report.row(samples)
        curves.append(list(drawn))
        if model.code_dim and model.condition is None:
            codes[path] = look_at_codes(model, test)
    print(markdown_table(rows))
    if codes:
        print(markdown_table(codes, first="model"))
    write_results(output_dir, rows, codes, curves)


def check_flags() -> None:
    """Refuses flags that would waste the work."""
    if not FLAGS.samples and not FLAGS.model:
        raise app.UsageError("Nothing to judge: pass --samples or --model.")
    output_dir = pathlib.Path(FLAGS.output_dir)
    if (output_dir / RESULTS).exists() and not FLAGS.overwrite:
        raise app.UsageError(
            f"{output_dir / RESULTS} exists. Pass --overwrite to replace it, "
            "or another --output_dir."
        )


def made_output_dir() -> pathlib.Path:
    """The folder for results, before samples are judged for minutes."""
    output_dir = pathlib.Path(FLAGS.output_dir)
    try:
        output_dir.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=output_dir).close()
    except OSError as error:
        raise app.UsageError(
            f"Expected an --output_dir that can be written to. Received: "
            f"{output_dir}: {error}"
        ) from error
    return output_dir


def write_results(
    output_dir: pathlib.Path,
    rows: Mapping[str, Mapping[str, float]],
    codes: Mapping[str, Mapping[str, float]],
    curves: Sequence[Sequence[str]],
) -> None:
    """Writes numbers and flags as JSON, and the plane as a picture."""
    results = {"flags": flag_values(__name__), "rows": rows, "codes": codes}
    write_text(output_dir / RESULTS, json.dumps(results, indent=1))
    picture = output_dir / "quality_diversity.png"
    plot_quality_diversity(rows, picture, curves)
    print(f"Wrote {output_dir / RESULTS} and {picture}.")


def flag_values(*modules: str) -> dict[str, Any]:
    """The flags that some modules define."""
    return {
        flag.name: flag.value
        for module in modules
        for flag in FLAGS.get_flags_for_module(module)
    }


def load_real_text() -> tuple[list[str], list[str]]:
    """Training and test sentences, tokenised; too long ones left out."""
    column = FLAGS.column
    train = load_text(FLAGS.train, column=column)
    if FLAGS.test:
        test = load_text(FLAGS.test, column=column)
    else:
        test = load_text(FLAGS.train, "test", column)
    return short_enough(train, "training"), short_enough(test, "test")


def short_enough(sentences: Sequence[str], name: str) -> list[str]:
    """Tokenised sentences of at most `--max_length` words."""
    sentences = tokenized(sentences)
    if FLAGS.max_length is None:
        return sentences
    kept = [line for line in sentences if len(line.split()) <= FLAGS.max_length]
    logging.warning(
        "%d of %d %s sentences have more than %d words and were left out.",
        len(sentences) - len(kept), len(sentences), name, FLAGS.max_length,
    )  # fmt: skip
    return kept


def tokenized(sentences: Sequence[str]) -> list[str]:
    """Sentences with single spaces between words."""
    split = TextPreprocessor(
        [],
        lowercase=FLAGS.lowercase,
        pattern="words" if FLAGS.split_punctuation else "whitespace",
    ).split
    return [" ".join(split(sentence)) for sentence in sentences]


def judge_options() -> dict[str, Any]:
    """What the judge named by `--judge` takes."""
    if FLAGS.judge == "kenlm":
        return {"directory": FLAGS.kenlm_directory}
    return {"units": FLAGS.judge_units, "embedding_dim": FLAGS.judge_units}


def describe(report: TextReport) -> str:
    """What is judged, and by what."""
    judge = f"LSTM of {FLAGS.judge_units} units, early stopping"
    if FLAGS.judge == "kenlm":
        judge = "KenLM, 5-grams"
    return (
        f"{len(report.train_text)} training and {len(report.test_text)} test "
        f"sentences; {report.num_samples} of each set are judged.\n"
        f"Judge: {judge}; {len(report.vocabulary)} most frequent words of the "
        "training text, others count as one; ends of sentences count.\n"
    )


def warn_of_equal_sets(sets: Mapping[str, Sequence[str]]) -> None:
    """Warns of files that hold the same samples."""
    seen: dict[tuple[str, ...], str] = {}
    for path, samples in sets.items():
        other = seen.setdefault(tuple(samples), path)
        if other != path:
            logging.warning("%s and %s hold the same samples.", other, path)


def model_samples(
    path: str, model: keras.Model, train: Sequence[str], num_samples: int
) -> dict[str, list[str]]:
    """Samples of a model, tokenised, by name; at each temperature."""
    return {
        key: tokenized(samples)
        for key, samples in drawn_samples(
            path, model, train, num_samples
        ).items()
    }


def drawn_samples(
    path: str, model: keras.Model, train: Sequence[str], num_samples: int
) -> dict[str, list[str]]:
    """Samples of a model by name, at each temperature asked for."""
    name = str(pathlib.Path(path).with_suffix(""))
    settings: dict[str, dict[str, float]] = {name: {}}
    if FLAGS.temperatures:
        settings = {
            f"{name}, T = {temperature}": {"temperature": float(temperature)}
            for temperature in FLAGS.temperatures
        }
    return {
        key: draw_samples(model, num_samples, train, seed=FLAGS.seed, **options)
        for key, options in settings.items()
    }


def look_at_codes(model: keras.Model, test: Sequence[str]) -> dict[str, float]:
    """Reconstruction, swaps and codes of a model with an encoder."""
    nats = swap_nats(model, test)
    found = {
        **reconstruction_report(model, test),
        **{f"nats, {count} swaps": value for count, value in nats.items()},
        "cosine of neighbours": neighbor_cosine(model, test[:10000]),
    }
    if model.prior is not None:
        found.update(code_moments(model, test))
    return found
