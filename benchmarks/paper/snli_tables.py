"""Title: The paper's tables of generated text
Description: A language model, a plain autoencoder and an ARAE of one size.
Accelerator: none needed for smoke and cpu; a GPU for paper.

    python benchmarks/paper/snli_tables.py --scale=smoke    # a minute, no data
    python benchmarks/paper/snli_tables.py --scale=cpu --data=sentences/
    python benchmarks/paper/snli_tables.py --scale=paper    # downloads SNLI

Trains the models on the same sentences for as many epochs, and prints
two tables beside the paper's numbers: forward and reverse perplexity of
samples, and how unlikely sentences are given codes of versions whose words
are out of order. Each run's samples and numbers are kept in --output_dir; a
run that is there already is not repeated, so that an interrupted command goes
on, and `--seeds=0` and `--seeds=1` may run beside each other.
"""

import json
import pathlib
import time

import common
import keras
import numpy as np
from absl import flags

import keras_arae
from keras_arae import evaluation
from keras_arae import visualization
from keras_arae.atomic_file import write_text

SCALES = {
    "smoke": dict(
        data="web_clauses", num_train=2000, num_test=300, max_length=10,
        vocabulary_size=500, units=32, epochs=2, num_samples=500,
    ),
    "cpu": dict(
        data="snli", num_train=50000, num_test=5000, max_length=12,
        vocabulary_size=3000, units=128, epochs=6, num_samples=10000,
    ),
    "paper": dict(
        data="snli", num_train=None, num_test=None, max_length=15,
        vocabulary_size=11000, units=300, epochs=15, num_samples=100000,
    ),
}  # fmt: skip

# Perplexities of Table 3 and nats of Table 4 of the paper (real SNLI, other
# sizes and judges: their order can be compared, not their values).
PAPER = {
    "real": {"paper's reverse": 27.4},
    "LM, sampled": {"paper's reverse": 90.6, "paper's forward": 18.8},
    "AE, greedy": {"paper's reverse": 97.3, "paper's forward": 87.8},
    "ARAE, greedy": {"paper's reverse": 82.2, "paper's forward": 44.3},
}
PAPER_SWAPS = {
    "AE": [1.06, 4.51, 6.61, 9.14, 9.97],
    "ARAE": [2.19, 4.07, 5.39, 6.86, 7.47],
}
# Flags that all runs of a folder must share.
SHARED = [
    *SCALES["cpu"], "batch_size", "learning_rate", "code_noise", "judge",
    "temperatures", "refinements", "test", "priors", "word_dropout",
    "standardize_codes", "encoder", "bandwidth", "num_codes",
    "sample_noise", "word_shift",
]  # fmt: skip
# Fitted to codes afterwards. The flow is about as large as the networks.
PRIORS = {
    "gaussian": keras_arae.priors.GaussianPrior,
    "mixture": keras_arae.priors.MixturePrior,
    "kernel": lambda: keras_arae.priors.KernelPrior(
        FLAGS.bandwidth, FLAGS.num_codes
    ),
    "flow": lambda: keras_arae.priors.FlowMatchingPrior(
        keras_arae.layers.VelocityNetwork(256), num_updates=4000
    ),
}
MODELS = ["LM", "AE", "AE without noise", "ARAE"]
DENOISING = ["DAE", "DAAE"]  # An AE and an ARAE that read noisy sentences.
ADVERSARIAL = ["ARAE", "DAAE"]

flags.DEFINE_enum("scale", "cpu", sorted(SCALES), "Fills in other flags.")
flags.DEFINE_string(
    "data", None, "A folder with train.txt and test.txt, or a corpus by name."
)
flags.DEFINE_string("test", None, "Test sentences, where --data is a file.")
flags.DEFINE_integer("num_train", None, "Sentences to learn from, the most.")
flags.DEFINE_integer("num_test", None, "Sentences held out, the most.")
flags.DEFINE_integer("max_length", None, "Tokens of the longest sentence.")
flags.DEFINE_integer("vocabulary_size", None, "Words, special ones included.")
flags.DEFINE_integer("units", None, "Width of LSTMs, embeddings and codes.")
flags.DEFINE_integer("epochs", None, "Times through the data, each model.")
flags.DEFINE_integer("num_samples", None, "Sentences to draw and to judge.")
flags.DEFINE_integer("batch_size", 64, "Sentences a step.")
flags.DEFINE_float("learning_rate", 4e-3, "Of all LSTMs; falls to 0 (cosine).")
flags.DEFINE_list(
    "code_noise",
    ["0.06"],
    "Standard deviation, of autoencoders; or the lowest and the highest, and "
    "between them the highest that the encoder learns from.",
)
flags.DEFINE_list(
    "temperatures", ["1.0"], "Of samples, beside the likeliest words."
)
flags.DEFINE_list(
    "refinements", ["0"],
    "How often samples of autoencoders are encoded and decoded again.",
)  # fmt: skip
flags.DEFINE_list(
    "sample_noise", ["0"],
    "Standard deviation of noise on codes of samples before they are decoded.",
)  # fmt: skip
flags.DEFINE_list(
    "priors", [],
    f"Of {[*PRIORS]}: fitted to codes of AE and DAE, a row each.",
)  # fmt: skip
flags.DEFINE_float("bandwidth", 0.5, "Of the kernel prior.")
flags.DEFINE_integer("num_codes", 10000, "That the kernel prior keeps.")
flags.DEFINE_float("word_dropout", 0.3, "Of the denoising DAE and DAAE.")
flags.DEFINE_integer(
    "word_shift", 0, "How far words move, of the denoising DAE and DAAE."
)
flags.DEFINE_bool("standardize_codes", False, "Of all autoencoders.")
flags.DEFINE_enum(
    "encoder", "lstm", ["lstm", "bidirectional_lstm"], "Of all autoencoders."
)
flags.DEFINE_bool(
    "real_codes", False, "Judge decoded codes of training sentences as well."
)
flags.DEFINE_list("seeds", ["0", "1", "2"], "Random seeds, one run for each.")
flags.DEFINE_list(
    "models", MODELS, f"Models to train, of {[*MODELS, *DENOISING]}."
)
flags.register_validator(
    "priors",
    lambda names: set(names) <= set(PRIORS),
    f"must be some of {[*PRIORS]}",
)
flags.register_validator(
    "models",
    lambda names: set(names) <= {*MODELS, *DENOISING},
    f"must be some of {[*MODELS, *DENOISING]}",
)
flags.DEFINE_bool(
    "draw_only", False,
    "Stop when models are trained and samples drawn: the same command without "
    "it, on another machine perhaps, judges them.",
)  # fmt: skip
flags.DEFINE_string("output_dir", "output/paper_snli_tables", "For results.")
common.define_judge_flags()

FLAGS = flags.FLAGS


def main(_):
    common.fill_in(SCALES[FLAGS.scale])
    output_dir = pathlib.Path(FLAGS.output_dir)
    common.check_settings(output_dir / "flags.json", SHARED)
    train, test, codec = load_sentences()
    print(
        f"{len(train)} sentences to learn from, {len(test)} held out, "
        f"{codec.vocabulary_size} words, {keras.config.backend()}."
    )
    for seed in map(int, FLAGS.seeds):
        for name in FLAGS.models:
            path = output_dir / f"{name}-{seed}.drawn"
            common.run_once(path, draw, name, seed, train, test, codec)
    if FLAGS.draw_only:
        return
    report = evaluation.TextReport(
        train,
        test,
        num_samples=FLAGS.num_samples,
        vocabulary_size=FLAGS.vocabulary_size,
        judge=FLAGS.judge,
        **common.judge_options(),
    )
    for seed in map(int, FLAGS.seeds):
        common.run_once(
            output_dir / f"real-{seed}.json", real_row, report, seed
        )
        for name in FLAGS.models:
            path = output_dir / f"{name}-{seed}.json"
            common.run_once(path, judge, name, seed, report)
    print_tables(output_dir)


def load_sentences():
    """Tokenised sentences that are short enough, and their codec."""
    datasets = keras_arae.datasets
    train = datasets.load_text(FLAGS.data)
    test = (
        datasets.load_text(FLAGS.test)
        if FLAGS.test
        else datasets.load_text(FLAGS.data, "test")
    )
    split = keras_arae.TextPreprocessor([]).split
    train, test = (
        [
            " ".join(words)
            for words in map(split, sentences)
            if 0 < len(words) <= FLAGS.max_length
        ]
        for sentences in (train, test)
    )
    test = some(test, FLAGS.num_test)
    known = set(test)
    train = some([line for line in train if line not in known], FLAGS.num_train)
    codec = keras_arae.TextPreprocessor.from_corpus(
        train,
        vocabulary_size=FLAGS.vocabulary_size,
        max_length=FLAGS.max_length,
    )
    return train, test, codec


def some(sentences, number):
    indices = np.random.default_rng(0).permutation(len(sentences))
    return [sentences[index] for index in indices[:number]]


def real_row(report, seed):
    return {"rows": {"real": report.real(seed)}}


def draw(name, seed, train, test, codec):
    """Trains a model, draws samples and measures its codes."""
    start = time.time()
    model = train_model(name, seed, train, codec)
    result = {"seconds of training": time.time() - start}
    folder = pathlib.Path(FLAGS.output_dir)
    model.save(folder / f"{name}-{seed}.keras")
    for setting, options in settings(name).items():
        samples = evaluation.draw_samples(
            model, FLAGS.num_samples, train, seed=seed, **options
        )
        write_samples(name, setting, seed, samples)
        if FLAGS.real_codes and name != "LM":
            # What a generator would bring that draws codes as real as these.
            samples = model.reconstruct(
                train[: FLAGS.num_samples], seed=seed, **options
            )
            write_samples(f"{name}, real codes", setting, seed, samples)
    if name != "LM":
        result["swaps"] = list(evaluation.swap_nats(model, test).values())
        result["codes"] = {
            **evaluation.reconstruction_report(model, test),
            "cosine of neighbours": evaluation.neighbor_cosine(model, test),
        }
    if name in ADVERSARIAL:
        result["codes"].update(evaluation.code_moments(model, test))
    for prior in priors_of(name):
        start = time.time()
        model.prior = PRIORS[prior]()
        model.fit_prior(train)
        result[f"seconds of fitting {prior}"] = time.time() - start
        for setting, options in settings(name).items():
            samples = model.generate(FLAGS.num_samples, seed=seed, **options)
            write_samples(f"{name} with {prior}", setting, seed, samples)
    return result


def write_samples(source, setting, seed, samples):
    path = samples_path(source, setting, seed)
    write_text(path, "".join(line + "\n" for line in samples))


def samples_path(source, setting, seed):
    folder = pathlib.Path(FLAGS.output_dir)
    return folder / f"{source}-{seed}-{setting}.txt"


def judge(name, seed, report):
    """Judges all samples of a model."""
    drawn = pathlib.Path(FLAGS.output_dir) / f"{name}-{seed}.drawn"
    result = {"rows": {}, **json.loads(drawn.read_text())}
    sources = [name, *(f"{name} with {prior}" for prior in priors_of(name))]
    if FLAGS.real_codes and name != "LM":
        sources.insert(1, f"{name}, real codes")
    for source in sources:
        for setting in settings(name):
            path = samples_path(source, setting, seed)
            samples = path.read_text().splitlines()
            result["rows"][f"{source}, {setting}"] = report.row(samples, seed)
    return result


def priors_of(name):
    """What is fitted to a model's codes afterwards."""
    return FLAGS.priors if name in ("AE", "DAE") else []


def settings(name):
    """Ways to draw samples of a model, by name."""
    temperatures = {
        "sampled" if float(value) == 1 else f"temperature {value}": {
            "temperature": float(value)
        }
        for value in FLAGS.temperatures
    }
    if name == "LM":  # Greedy is one sentence, the likeliest.
        return temperatures
    ways = {"greedy": {}, **temperatures}
    ways = varied(
        ways, "refined", "num_refinements", map(int, FLAGS.refinements)
    )
    return varied(ways, "noise", "code_noise", map(float, FLAGS.sample_noise))


def varied(ways, word, option, values):
    """Each way with each value of an option of `generate`, named by it."""
    return {
        f"{word} {value:g}, {way}" if value else way: {option: value, **options}
        for value in values
        for way, options in ways.items()
    }


def train_model(name, seed, train, codec):
    keras.utils.set_random_seed(seed)
    units = FLAGS.units
    steps = FLAGS.epochs * -(-len(train) // FLAGS.batch_size)
    if name == "LM":
        model = keras_arae.LanguageModel(codec, units, units, seed=seed)
        model.compile(optimizer(steps))
    else:
        model = keras_arae.TextARAE(
            codec,
            embedding_dim=units,
            code_dim=units,
            prior="adversarial" if name in ADVERSARIAL else None,
            code_noise=0.0 if "without" in name else code_noise(),
            encoder=FLAGS.encoder,
            standardize_codes=FLAGS.standardize_codes,
            corruption=word_noise(seed) if name in DENOISING else None,
            seed=seed,
        )
        adversaries = []
        if model.prior is not None:
            adversaries = [adversary(steps), adversary(steps)]
        model.compile(optimizer(steps), *adversaries)
    model.fit(
        train, epochs=FLAGS.epochs, batch_size=FLAGS.batch_size, verbose=2
    )
    return model


def code_noise():
    least, *most = map(float, FLAGS.code_noise)
    return (least, *most) if most else least


def word_noise(seed):
    return keras_arae.layers.WordNoise(
        FLAGS.word_dropout, FLAGS.word_shift, seed=seed
    )


def optimizer(steps):
    rate = keras.optimizers.schedules.CosineDecay(FLAGS.learning_rate, steps)
    return keras.optimizers.Adam(rate, global_clipnorm=1.0)


def adversary(steps):
    rate = keras.optimizers.schedules.CosineDecay(1e-3, steps, alpha=0.1)
    return keras.optimizers.Adam(rate, beta_1=0.5)


def print_tables(output_dir):
    """The tables of all runs in the folder, mean and spread over seeds."""
    rows, swaps, codes = {}, {}, {}
    for path in sorted(output_dir.glob("*-*.json")):
        result = json.loads(path.read_text())
        name = path.stem.rsplit("-", 1)[0]
        for row, numbers in result["rows"].items():
            rows.setdefault(row, []).append(numbers)
        if "swaps" in result:
            nats = {f"k = {k}": n for k, n in enumerate(result["swaps"])}
            swaps.setdefault(name, []).append(nats)
            codes.setdefault(name, []).append(result["codes"])
    draw_plane(rows, output_dir / "quality_diversity.png")
    table = {
        name: {**evaluation.spread(rows[name]), **PAPER.get(name, {})}
        for name in sorted(rows, key=list(rows).index)
    }
    print(evaluation.markdown_table(table))
    table = {
        f"{name}, nats": evaluation.spread(runs) for name, runs in swaps.items()
    }
    for name, nats in PAPER_SWAPS.items():
        table[f"{name} of the paper"] = {
            f"k = {k}": value for k, value in enumerate(nats)
        }
    print(evaluation.markdown_table(table, first="model"))
    table = {name: evaluation.spread(runs) for name, runs in codes.items()}
    print(evaluation.markdown_table(table, first="model"))


def draw_plane(rows, path):
    """The plane of quality and diversity, means over seeds."""
    means = {
        name: {
            key: np.mean([run[key] for run in runs])
            for key in ("forward PPL", "reverse PPL")
        }
        for name, runs in rows.items()
    }
    curves = {}
    for row in means:
        curves.setdefault(row.rsplit(", ", 1)[0], []).append(row)
    visualization.plot_quality_diversity(means, path, list(curves.values()))


if __name__ == "__main__":
    keras_arae.script.run(main)
