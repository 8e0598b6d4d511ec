"""How good are molecules by the measures of MOSES?

    KERAS_BACKEND=jax python benchmarks/molecules.py --data=moses \\
        --test=moses --output_dir=output/moses --epochs=3

Trains an autoencoder of molecules and, for each prior that is fitted to its
codes afterwards, draws samples and prints their row of MOSES' table; an
adversarial prior learns beside the autoencoder. With --properties it asks for
the first of them, with --num_calls it searches for a high QED. Model, samples
and numbers go to --output_dir; an interrupted run goes on with --resume, and a
finished one with other priors. A line of progress comes every --steps steps.

    python benchmarks/molecules.py --model=molecules --data=moses --test=moses \
        --temperature=0,0.5 --num_calls=2000 --output_dir=output/preset

judges a preset, or a model in a file, with the prior that it has.
"""

import json
import pathlib
import time

import keras
import numpy as np
from absl import flags

import keras_arae
from keras_arae import evaluation
from keras_arae.data import chemistry

flags.DEFINE_string(
    "data", "moses_sample", "What `load_molecules` takes: a corpus or a file."
)
flags.DEFINE_enum(
    "test", "moses_sample", ["moses_sample", "moses"],
    "Judge by 5,000 test molecules and as many of other scaffolds, or by the "
    "statistics of MOSES' own test sets.",
)  # fmt: skip
flags.DEFINE_integer("num_test", 5000, "Of the sample's test molecules.")
flags.DEFINE_bool("fcd", True, "Whether to measure the FCD: 10 ms a molecule.")
flags.DEFINE_integer("num_train", None, "Of so many molecules. None: all.")
flags.DEFINE_integer("num_held_out", 2000, "Of the end, to measure codes by.")
flags.DEFINE_enum(
    "representation", "smiles", ["selfies", "smiles"], "What models write."
)
flags.DEFINE_bool("randomize", False, "New spellings of SMILES each epoch.")
flags.DEFINE_integer(
    "max_length", None, "Tokens of the longest molecule. None: of the data."
)
flags.DEFINE_integer("units", 256, "Of the decoder's LSTM.")
flags.DEFINE_integer("code_dim", 128, "Width of codes.")
flags.DEFINE_list(
    "code_noise", ["0.05"],
    "Standard deviation of noise on codes; or the lowest and the highest, and "
    "between them the highest that the encoder learns from.",
)  # fmt: skip
flags.DEFINE_integer("epochs", 3, "Times through the data.")
flags.DEFINE_integer("batch_size", 128, "Molecules a step.")
flags.DEFINE_float("learning_rate", 4e-3, "Of Adam; falls to 0, as a cosine.")
flags.DEFINE_integer("steps", 500, "Between two lines and two checkpoints.")
flags.DEFINE_list(
    "prior", ["gaussian", "mixture", "flow"],
    "adversarial, gaussian, mixture, kernel, flow; empty trains and no more. "
    "With --model also own, which is what it has, and the default there.",
)  # fmt: skip
flags.DEFINE_float("bandwidth", 0.5, "Of the kernel prior.")
flags.DEFINE_string(
    "model", None, "A preset or a file: judged in place of training."
)
flags.DEFINE_list(
    "temperature", ["0"], "Of samples; 0 takes the likeliest tokens."
)
flags.DEFINE_integer("num_beams", None, "Of samples: beam search.")
flags.DEFINE_integer("num_refinements", 0, "Of samples: decoded once more.")
flags.DEFINE_integer(
    "num_candidates", 1, "Made for each sample that is kept, the likeliest."
)
flags.DEFINE_list(
    "sample_noise", ["0"],
    "Standard deviation of noise on codes of samples before they are decoded.",
)  # fmt: skip
flags.DEFINE_integer("num_codes", 100000, "Codes that priors are fitted to.")
flags.DEFINE_integer("num_samples", 30000, "Of each prior and draw.")
flags.DEFINE_integer("draws", 1, "Sets of samples of each prior.")
flags.DEFINE_list("properties", [], "Of rdkit, to ask for.")
flags.DEFINE_integer("num_calls", 0, "Molecules that a search may score.")
flags.DEFINE_string("output_dir", "output/moses", "For the results.")
flags.DEFINE_integer("seed", 0, "Random seed.")
flags.DEFINE_bool("resume", False, "Continue an interrupted run.")
flags.DEFINE_bool("overwrite", False, "Replace earlier results.")
# Names are wrong before a training of hours, not behind it.
flags.register_multi_flags_validator(
    ["prior", "model"],
    lambda given: (
        {*given["prior"]} <= {*keras_arae.priors.PRIORS}
        if given["model"] is None
        else {*given["prior"]}
        <= {*keras_arae.priors.PRIORS, "own"} - {"adversarial"}
    ),
    f"--prior must be some of {[*keras_arae.priors.PRIORS]}; with --model also "
    "own, and not adversarial, which learns in training",
)
FLAGS = flags.FLAGS
# What a finished run may be resumed with.
AFTERWARDS = (
    "bandwidth", "draws", "fcd", "num_beams", "num_calls", "num_candidates",
    "num_codes", "num_refinements", "num_test", "prior", "sample_noise",
    "temperature", "test",
)  # fmt: skip


def code_noise():
    least, *most = map(float, FLAGS.code_noise)
    return (least, *most) if most else least


def main(_):
    molecules = keras_arae.datasets.load_molecules(FLAGS.data)
    order = np.random.default_rng(FLAGS.seed).permutation(len(molecules))
    molecules = [molecules[index] for index in order]
    held_out = molecules[-FLAGS.num_held_out :]
    train = molecules[: -FLAGS.num_held_out][: FLAGS.num_train]
    folder = keras_arae.callbacks.RunFolder(
        FLAGS.output_dir, resume=FLAGS.resume, overwrite=FLAGS.overwrite
    )
    folder.save_flags(FLAGS, data=(train, held_out), free=AFTERWARDS)
    with folder.running():
        keras.utils.set_random_seed(FLAGS.seed)
        if FLAGS.model is not None:
            folder.begin()
            judge_model(folder, load_model(FLAGS.model), train, held_out)
        else:
            run(folder, train, held_out)


def load_model(name):
    if name.endswith(".keras"):
        return keras_arae.training.load_model(name, keras_arae.MoleculeARAE)
    return keras_arae.MoleculeARAE.from_preset(name)


def run(folder, train, held_out):
    """Trains a model, and judges it with each prior."""
    model, epoch = folder.restore(keras_arae.MoleculeARAE)
    start = time.time()
    if model is None:
        model = make_model(train)
    # Read once: ids and properties, which `fit` takes too.
    encoded = model.feed(train).arrays(train)
    num_molecules = len(encoded.rows)
    print(
        f"{num_molecules} molecules to learn from, "
        f"{model.codec.vocabulary_size} ids, "
        f"{model.count_params()} weights, {keras.config.backend()} backend; "
        f"read in {time.time() - start:.0f} s.",
        flush=True,
    )
    num_steps = FLAGS.epochs * -(-num_molecules // FLAGS.batch_size)
    model.fit(
        encoded,
        batch_size=FLAGS.batch_size,
        epochs=-(-num_steps // FLAGS.steps),
        initial_epoch=epoch,
        steps_per_epoch=FLAGS.steps,
        verbose=2,
        validation_data=held_out,
        callbacks=folder.callbacks(),
    )
    model.save(folder / "model.keras")
    judge_model(folder, model, train, held_out, encoded)
    model.save(folder / "model.keras")  # With the last prior.


def judge_model(folder, model, train, held_out, encoded=None):
    """Judges a model with priors fitted to codes of data, or with its own."""
    numbers = {"codes": judge_codes(model, held_out)}
    print(numbers, flush=True)
    report = evaluation.MoleculeReport(train, *test_sets(), fcd=FLAGS.fcd)
    rows = {}
    for name in prior_names():
        if name not in ("adversarial", "own"):
            if encoded is None:
                some = train[: FLAGS.num_codes]
                encoded = model.feed(some).arrays(some)
            model.prior = make_prior(name)
            start = time.time()
            model.fit_prior(encoded, num_codes=FLAGS.num_codes, verbose=2)
            numbers[f"{name}: seconds to fit"] = time.time() - start
        for way, options in ways_to_draw().items():
            for seed in range(FLAGS.seed, FLAGS.seed + FLAGS.draws):
                row = f"{name}, {way}, draw {seed}"
                rows[row] = judge(
                    model, report, folder, row, seed=seed, **options
                )
                print(f"{row}: {rows[row]}", flush=True)
        if model.condition is not None:
            numbers[f"{name}: asked for"] = judge_asked(model)
        if FLAGS.num_calls:
            numbers[f"{name}: search"] = judge_search(model, train)
    print(report.table(rows))
    print(json.dumps(numbers, indent=1))
    text = json.dumps({**numbers, "rows": rows}, indent=1) + "\n"
    (pathlib.Path(folder) / "numbers.json").write_text(text)


def prior_names():
    """What is judged: of a model that was given, its own prior unless asked."""
    if FLAGS.model is None or FLAGS["prior"].present:
        return FLAGS.prior
    return ["own"]


def ways_to_draw():
    """Options of `generate`, by name."""
    shared = {
        "num_refinements": FLAGS.num_refinements,
        "num_candidates": FLAGS.num_candidates,
    }
    if FLAGS.num_beams is not None:
        shared["num_beams"] = FLAGS.num_beams
    ways = {}
    for temperature in map(float, FLAGS.temperature):
        for noise in map(float, FLAGS.sample_noise):
            way = f"temperature {temperature:g}"
            ways[f"{way}, noise {noise:g}" if noise else way] = {
                **shared,
                **({"temperature": temperature} if temperature else {}),
                "code_noise": noise,
            }
    return ways


def make_prior(name):
    if name != "kernel":
        return keras_arae.priors.get(name)
    return keras_arae.priors.KernelPrior(FLAGS.bandwidth, FLAGS.num_codes)


def test_sets():
    """What samples are compared with: test molecules, and other scaffolds."""
    splits = ("test", "test_scaffolds")
    if FLAGS.test == "moses":
        return [evaluation.MoleculeStatistics.of_moses(s) for s in splits]
    sets = [keras_arae.datasets.load_molecules(split=s) for s in splits]
    return [molecules[: FLAGS.num_test] for molecules in sets]


def make_model(train):
    codec = keras_arae.MoleculePreprocessor.from_corpus(
        train[:200000],
        FLAGS.max_length,
        representation=FLAGS.representation,
        randomize=FLAGS.randomize,
    )
    model = keras_arae.MoleculeARAE(
        codec,
        units=FLAGS.units,
        code_dim=FLAGS.code_dim,
        code_noise=code_noise(),
        properties=FLAGS.properties or None,
        prior="adversarial" if "adversarial" in FLAGS.prior else None,
        seed=FLAGS.seed,
    )
    num_steps = FLAGS.epochs * -(-len(train) // FLAGS.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(
        FLAGS.learning_rate, num_steps
    )
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0))
    return model


def judge_codes(model, held_out):
    """How many molecules that the model never saw come back as they were."""
    start = time.time()
    rows, _ = model.codec.encode_corpus(held_out)
    copies = np.array(model.reconstruct(rows))
    exact = np.mean(copies == np.array(model.codec.decode(rows)))
    return {"exact": float(exact), "seconds": time.time() - start}


def judge(model, report, folder, row, **options):
    """Samples of a prior, written to the folder, and what they are worth."""
    start = time.time()
    samples = model.generate(FLAGS.num_samples, **options)
    seconds = time.time() - start
    folder.write_lines(
        f"{row.replace(', ', '_').replace(' ', '_')}.smi", samples
    )
    return {**report.row(samples), "seconds to draw": seconds}


def judge_asked(model):
    """How far molecules are from the first property that was asked for.

    Over the range from the 5th to the 95th percentile of the data, which is
    that of a normal distribution of its mean and deviation, nearly.
    """
    name, statistics = model.condition.names[0], model.condition.statistics
    standard = np.linspace(-1.645, 1.645, 10)
    values = standard * statistics["stddev"][0] + statistics["mean"][0]
    count = min(FLAGS.num_samples, 100)
    asked = np.repeat(values, count)
    samples = model.generate(
        len(asked), condition={name: asked}, seed=FLAGS.seed, only_valid=True
    )
    errors = chemistry.properties(samples, [name])[:, 0] - asked
    return {
        "property": name,
        "values": values.tolist(),
        "mean error": float(np.abs(errors).mean()),
        "of each": np.abs(errors).reshape(-1, count).mean(axis=1).tolist(),
    }


def judge_search(model, train):
    """The best 100 by QED: of a search, of samples, of training molecules."""
    count = FLAGS.num_calls
    found = model.optimize("QED", num_molecules=100, num_calls=count, seed=1)
    samples = model.generate(count, seed=1, only_valid=True)
    return {
        name: best_by_qed(molecules)
        for name, molecules in (
            ("search", found.molecules),
            ("samples", samples),
            ("training", train[:count]),
        )
    }


def best_by_qed(molecules):
    molecules = np.array(sorted({chemistry.canonical(m) for m in molecules}))
    scores = chemistry.properties(molecules.tolist(), ["QED"])[:, 0]
    best = np.argsort(-scores)[:100]
    chosen = molecules[best].tolist()
    return {
        "mean QED": float(scores[best].mean()),
        "best QED": float(scores[best].max()),
        "internal diversity": evaluation.internal_diversity(chosen),
    }


if __name__ == "__main__":
    keras_arae.script.run(main)
