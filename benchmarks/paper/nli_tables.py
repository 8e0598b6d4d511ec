"""Title: Few labels beside many sentences
Description: A classifier on the encoder of an ARAE: the paper's third table.
Accelerator: none needed for smoke and cpu.

    python benchmarks/paper/nli_tables.py --scale=smoke    # minutes, no data
    python benchmarks/paper/nli_tables.py --data=snli_1.0/ --unlabeled=s.txt

Trains a classifier on labels alone, and two that know sentences without labels
too, through a plain autoencoder and through an ARAE; for several numbers of
labels, with as many updates on labelled batches for all. An autoencoder may
learn the sentences first (--pretrain_epochs), so that the classifier begins
with its encoder, or beside the labels (--reconstruction_weight), or both. The
moment to stop is chosen on development examples, the accuracy is that on test
examples. Prints a table beside the paper's numbers, mean and spread over seeds,
and draws the accuracy against the number of labels.

--data is a folder with the official files of SNLI (snli_1.0_train.jsonl and so
on) or tables train*.tsv, dev.tsv and test.tsv. Without it the task is made
from the packaged clauses, without their last punctuation: does one ask?

Each run's numbers are kept in --output_dir; a run that is there already is not
repeated, so that an interrupted command goes on. So are the autoencoders of a
first stage, one for each seed: all numbers of labels begin with the same.
"""

import json
import pathlib
import time

import common
import keras
import nli_models
import nli_tasks
import numpy as np
from absl import flags

from keras_arae import evaluation
from keras_arae import script

SCALES = {
    "smoke": dict(
        num_labeled=["400", "200", "100"], num_unlabeled=None, max_length=15,
        vocabulary_size=2000, units=64, updates=200, batch_size=32,
        learning_rate=1e-2, pretrain_epochs=2, reconstruction_weight=0.0,
        encoder_gradient_scale=0.1,
    ),
    "cpu": dict(
        num_labeled=["100%", "50%", "25%"], num_unlabeled=None, max_length=16,
        vocabulary_size=3000, units=128, updates=400, batch_size=64,
        learning_rate=5e-3, pretrain_epochs=3, reconstruction_weight=0.0,
        encoder_gradient_scale=0.02,
    ),
}  # fmt: skip

# Accuracies of the paper on SNLI with 120k, 59k and 28k labelled pairs.
PAPER = {
    "supervised": [65.9, 62.5, 57.9],
    "AE": [68.5, 64.6, 59.9],
    "ARAE": [70.9, 66.8, 62.5],
}
# Flags that all runs of a folder must share.
SETTINGS = [
    "max_length", "vocabulary_size", "num_unlabeled", "data", "unlabeled",
    "num_checks", *nli_models.SETTINGS,
]  # fmt: skip
PAPER_COLUMNS = ["paper, 120k", "paper, 59k", "paper, 28k"]

flags.DEFINE_enum("scale", "cpu", sorted(SCALES), "Fills in other flags.")
flags.DEFINE_list("num_labeled", None, "Labels to learn from: counts or %.")
flags.DEFINE_integer("num_checks", 4, "Times that the examples of dev judge.")
flags.DEFINE_list("seeds", ["0", "1", "2"], "Random seeds, one run for each.")
flags.DEFINE_list("models", list(PAPER), "Models to train.")
flags.DEFINE_string("output_dir", "output/paper_nli_tables", "For results.")
flags.adopt_module_key_flags(nli_tasks)
flags.adopt_module_key_flags(nli_models)

FLAGS = flags.FLAGS


def main(_):
    common.fill_in(SCALES[FLAGS.scale])
    nli_models.check_flags()
    output_dir = pathlib.Path(FLAGS.output_dir)
    common.check_settings(output_dir / "flags.json", SETTINGS)
    task = nli_tasks.load_task()
    print(
        f"{len(task['train'][1])} labelled examples of {task['labels']}, "
        f"{len(task['dev'][1])} for development, {len(task['test'][1])} to "
        f"test; {len(task['pool'])} sentences without labels after "
        f"{task['num_removed']} were removed that the test holds; "
        f"{keras.config.backend()}."
    )
    for seed in map(int, FLAGS.seeds):
        for name in FLAGS.models:
            for number in numbers_of_labels(len(task["train"][1])):
                path = output_dir / f"{name}-{number}-{seed}.json"
                common.run_once(path, run, name, number, seed, task, output_dir)
    results = read_results(output_dir)
    print_table(results)
    draw(results, output_dir / "learning_curves.png")


def numbers_of_labels(total):
    """What --num_labeled says, as counts."""
    return [
        round(total * float(text[:-1]) / 100)
        if text.endswith("%")
        else int(text)
        for text in FLAGS.num_labeled
    ]


def draw_labeled(task, number, seed):
    """Labelled examples drawn at random."""
    examples, labels = task["train"]
    indices = np.random.default_rng(seed).permutation(len(labels))[:number]
    parts = [
        [part[index] for index in indices]
        for part in (*(examples if task["pairs"] else [examples]), labels)
    ]
    return (tuple(parts[:2]) if task["pairs"] else parts[0]), parts[-1]


# One run.


def run(name, number, seed, task, output_dir):
    """Trains a classifier on some labels; its accuracy at the best moment."""
    start = time.time()
    model = nli_models.make_classifier(name, seed, task, output_dir)
    best = keras.callbacks.EarlyStopping(
        "val_classification_accuracy",
        mode="max",
        patience=FLAGS.num_checks,
        restore_best_weights=True,
    )
    history = model.fit(
        task["pool"] if nli_models.learns_from_sentences(name) else None,
        draw_labeled(task, number, seed),
        batch_size=FLAGS.batch_size,
        epochs=FLAGS.num_checks,
        steps_per_epoch=FLAGS.updates // FLAGS.num_checks,
        validation_data=task["dev"],
        callbacks=[best],
        verbose=0,
    ).history
    found = model.evaluate(
        *task["test"], batch_size=256, verbose=0, return_dict=True
    )
    return {
        "test accuracy": 100 * found["classification_accuracy"],
        "dev accuracy": 100 * max(history["val_classification_accuracy"]),
        "best check": best.best_epoch + 1,
        "seconds": time.time() - start,
        "history": history,
    }


# What the runs say together.


def read_results(output_dir):
    """Test accuracies of all runs in the folder, by model and number."""
    results = {}
    for path in sorted(output_dir.glob("*-*-*.json")):
        name, number, _ = path.stem.rsplit("-", 2)
        accuracy = json.loads(path.read_text())["test accuracy"]
        by_number = results.setdefault(name, {})
        by_number.setdefault(int(number), []).append(accuracy)
    return {name: results[name] for name in PAPER if name in results}


def print_table(results):
    """Accuracies, mean and standard deviation over seeds."""
    table = {}
    for name, by_number in results.items():
        label = name if name == "supervised" else f"+ {name}"
        table[label] = {
            f"{number} labels": f"{np.mean(runs):.1f} ± {np.std(runs):.1f}"
            for number, runs in sorted(by_number.items(), reverse=True)
        }
        if FLAGS.data:
            table[label].update(zip(PAPER_COLUMNS, PAPER[name]))
    print(evaluation.markdown_table(table, first="model"))


def draw(results, path):
    """Accuracy against the number of labels, a curve for each model."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.0, 4.0), layout="constrained")
    axis = figure.subplots()
    for name, by_number in results.items():
        numbers = sorted(by_number)
        axis.errorbar(
            numbers,
            [np.mean(by_number[number]) for number in numbers],
            [np.std(by_number[number]) for number in numbers],
            marker="o",
            capsize=3,
            label=name if name == "supervised" else f"+ {name}",
        )
    axis.set_xscale("log")
    axis.set_xticks(numbers, [str(number) for number in numbers])
    axis.minorticks_off()
    axis.set_xlabel("labelled examples")
    axis.set_ylabel("test accuracy (%), mean and spread over seeds")
    axis.grid(alpha=0.3)
    axis.legend()
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    script.run(main)
