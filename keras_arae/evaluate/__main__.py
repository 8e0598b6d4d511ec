"""A table of metrics for text generators, from files or saved models.

    python -m keras_arae.evaluate --train=train.txt --test=test.txt \\
        --samples=a.txt --samples=b.txt
    python -m keras_arae.evaluate --train=snli --model=arae.keras \\
        --temperatures=0.5,0.7,1.0

Files hold one sentence a line. All text is lower-cased and split into words
in one way (not with --nolowercase, --nosplit_punctuation). Prints a table,
real text first, and writes it to --output_dir as JSON, with a picture of
forward against reverse perplexity. For models with an encoder and without
classes a second table looks at reconstruction and codes.
"""

import json
import pathlib
import sys

import keras
from absl import app
from absl import flags
from absl import logging

import keras_arae
from keras_arae import evaluate

flags.DEFINE_string(
    "train", None,
    "What generators learned from: a file, a folder with train.txt and "
    "test.txt, or a corpus by name.",
    required=True,
)  # fmt: skip
flags.DEFINE_string(
    "test", None, "Real text held out. Default: the test split of --train."
)
flags.DEFINE_multi_string("samples", [], "A file of samples; may be repeated.")
flags.DEFINE_multi_string("model", [], "A saved .keras model; likewise.")
flags.DEFINE_list(
    "temperatures", [],
    "Temperatures at which models draw words; a curve for each model.",
)  # fmt: skip
flags.DEFINE_integer("num_samples", 10000, "Sentences of each set.")
flags.DEFINE_enum("judge", "lstm", ["lstm", "kenlm"], "Of perplexities.")
flags.DEFINE_string("kenlm_directory", None, "Where KenLM's programs are.")
flags.DEFINE_integer("vocabulary_size", 10000, "Words that the judge knows.")
flags.DEFINE_integer("judge_units", 128, "Width of the LSTM judge.")
flags.DEFINE_integer("max_length", None, "Leave longer real sentences out.")
flags.DEFINE_bool("lowercase", True, "Whether to lower-case all text.")
flags.DEFINE_bool("split_punctuation", True, "Whether signs are words.")
flags.DEFINE_integer("seed", 0, "Random seed.")
flags.DEFINE_string("output_dir", "output/evaluation", "For the results.")
flags.DEFINE_bool("overwrite", False, "Replace earlier results.")

FLAGS = flags.FLAGS


def main(_):
    if not FLAGS.samples and not FLAGS.model:
        raise app.UsageError("Nothing to judge: pass --samples or --model.")
    output_dir = pathlib.Path(FLAGS.output_dir)
    results_path = output_dir / "evaluation.json"
    if results_path.exists() and not FLAGS.overwrite:
        raise app.UsageError(
            f"{results_path} exists. Pass --overwrite to replace it, or "
            "another --output_dir."
        )
    train, test = load_real_text()
    load = keras_arae.datasets.load_text
    sets = {path: tokenized(load(path)) for path in FLAGS.samples}
    models = {path: keras.saving.load_model(path) for path in FLAGS.model}
    report = evaluate.TextReport(
        train,
        test,
        num_samples=FLAGS.num_samples,
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
        if hasattr(model, "encode") and not model.conditional:
            codes[path] = look_at_codes(model, test)
    print(evaluate.markdown_table(rows))
    if codes:
        print(evaluate.markdown_table(codes, first="model"))
    output_dir.mkdir(parents=True, exist_ok=True)
    values = {
        flag.name: flag.value
        for flag in FLAGS.get_flags_for_module(sys.argv[0])
    }
    results_path.write_text(
        json.dumps({"flags": values, "rows": rows, "codes": codes}, indent=1)
    )
    picture = output_dir / "quality_diversity.png"
    evaluate.plot_quality_diversity(rows, picture, curves)
    print(f"Wrote {results_path} and {picture}.")


def load_real_text():
    """Training and test sentences, tokenised; too long ones left out."""
    train = keras_arae.datasets.load_text(FLAGS.train)
    test = (
        keras_arae.datasets.load_text(FLAGS.test)
        if FLAGS.test
        else keras_arae.datasets.load_text(FLAGS.train, "test")
    )
    return short_enough(train, "training"), short_enough(test, "test")


def short_enough(sentences, name):
    sentences = tokenized(sentences)
    if FLAGS.max_length is None:
        return sentences
    kept = [line for line in sentences if len(line.split()) <= FLAGS.max_length]
    logging.warning(
        "%d of %d %s sentences have more than %d words and were left out.",
        len(sentences) - len(kept), len(sentences), name, FLAGS.max_length,
    )  # fmt: skip
    return kept


def tokenized(sentences):
    """Sentences with single blanks between words."""
    split = keras_arae.TextPreprocessor(
        [],
        lowercase=FLAGS.lowercase,
        split_punctuation=FLAGS.split_punctuation,
    ).split
    return [" ".join(split(sentence)) for sentence in sentences]


def judge_options():
    if FLAGS.judge == "kenlm":
        return {"directory": FLAGS.kenlm_directory}
    return {"units": FLAGS.judge_units, "embedding_dim": FLAGS.judge_units}


def describe(report):
    judge = f"LSTM of {FLAGS.judge_units} units, early stopping"
    if FLAGS.judge == "kenlm":
        judge = "KenLM, 5-grams"
    return (
        f"{len(report.train_text)} training and {len(report.test_text)} test "
        f"sentences; {report.num_samples} of each set are judged.\n"
        f"Judge: {judge}; {len(report.vocabulary)} most frequent words of the "
        "training text, others count as one; ends of sentences count.\n"
    )


def warn_of_equal_sets(sets):
    seen = {}
    for path, samples in sets.items():
        other = seen.setdefault(tuple(samples), path)
        if other != path:
            logging.warning("%s and %s hold the same sentences.", other, path)


def model_samples(path, model, train, num_samples):
    """Samples of a model by name, at each temperature asked for."""
    name = str(pathlib.Path(path).with_suffix(""))
    settings = {name: {}}
    if FLAGS.temperatures:
        settings = {
            f"{name}, T = {temperature}": {"temperature": float(temperature)}
            for temperature in FLAGS.temperatures
        }
    return {
        key: tokenized(
            evaluate.draw_samples(
                model, num_samples, train, seed=FLAGS.seed, **options
            )
        )
        for key, options in settings.items()
    }


def look_at_codes(model, test):
    """Reconstruction, swaps and codes of a model with an encoder."""
    nats = evaluate.swap_nats(model, test)
    found = {
        **evaluate.reconstruction_report(model, test),
        **{f"nats, {count} swaps": value for count, value in nats.items()},
        "cosine of neighbours": evaluate.neighbor_cosine(model, test[:10000]),
    }
    if model.adversarial:
        found.update(evaluate.code_moments(model, test))
    return found


if __name__ == "__main__":
    app.run(main)
