"""What each packaged preset learns from, and with which settings.

Each is under 4 MB in half precision: at most 2 million weights.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

import keras_arae
from keras_arae import datasets
from keras_arae import priors
from keras_arae.data import chemistry
from keras_arae.datasets.load_labeled_text import TENSES
from keras_arae.datasets.load_labeled_text import tenses


@dataclasses.dataclass
class Recipe:
    """How a preset is made.

    Attributes:
        load: callable. Returns data to learn from and held-out data, each a
            list or a tuple of data and their labels.
        make: callable. From data to learn from and a seed to a model.
        epochs: int. Times through the data.
        batch_size: int.
        learning_rate: float. Of Adam; falls to 0, as a cosine.
        measure: callable. From a model and held-out arrays to numbers by name
            and a list of samples.
        about: dict. What the model card says besides.
    """

    load: Callable
    make: Callable
    epochs: int
    batch_size: int
    learning_rate: float
    measure: Callable
    about: dict


def adversarial(**options):
    """The paper's prior, with small networks."""
    return priors.AdversarialPrior(
        hidden_dims=(128, 128), noise_dim=64, **options
    )


def tatoeba():
    return datasets.load_train_and_held_out("tatoeba")


def tatoeba_small(sentences, seed):
    codec = keras_arae.TextPreprocessor.from_corpus(
        sentences, vocabulary_size=5000, max_length=15
    )
    return keras_arae.TextARAE(
        codec,
        embedding_dim=48,
        code_dim=128,
        units=176,
        prior=adversarial(),
        code_noise=(0.03, 0.3),
        seed=seed,
    )


def tatoeba_by_tense():
    train, held_out = datasets.load_labeled_train_and_held_out("tatoeba_tense")
    return datasets.flatten(train), datasets.flatten(held_out)


def tatoeba_tense(data, seed):
    sentences, labels = data
    codec = keras_arae.TextPreprocessor.from_corpus(
        sentences, vocabulary_size=5000, max_length=15
    )
    return keras_arae.TransferARAE(
        codec,
        sorted(set(labels)),
        embedding_dim=48,
        code_dim=128,
        units=176,
        prior=adversarial(conditional=False, encoder_gradient_scale=0.1),
        code_noise=0.02,
        confusion_weight=0.3,
        seed=seed,
    )


def moses():
    """Molecules in random order; the last 2,000 are held out."""
    molecules = datasets.load_molecules("moses")
    order = np.random.default_rng(0).permutation(len(molecules))
    molecules = [molecules[index] for index in order]
    return molecules[:1000000], molecules[-2000:]


def molecules(data, seed):
    codec = keras_arae.MoleculePreprocessor.from_corpus(
        data[:200000], max_length=54, representation="smiles"
    )
    return keras_arae.MoleculeARAE(
        codec,
        units=512,
        prior="gaussian",
        properties=["logP", "QED"],
        code_noise=(0.01, 0.1, 0.4),
        seed=seed,
    )


def mnist_images():
    return datasets.load_images("mnist")


def mnist(data, seed):
    images, _ = data
    prior = priors.AdversarialPrior(
        keras_arae.layers.Generator(100),
        keras_arae.layers.Critic(),
        noise_dim=32,
    )
    return keras_arae.ImageARAE(
        images.shape[1:],
        encoder=keras_arae.layers.DenseEncoder(100, hidden_dims=(500, 250)),
        decoder=keras_arae.layers.DenseDecoder(
            images.shape[1:], hidden_dims=(250, 500)
        ),
        prior=prior,
        condition=10,
        code_noise=0.1,
        seed=seed,
    )


def on_held_out(model, held_out):
    """What every preset is measured by."""
    numbers = model.evaluate(held_out, verbose=0, return_dict=True)
    return {
        "held-out accuracy": numbers["accuracy"],
        "held-out nats": numbers["reconstruction_loss"],
    }


def measure_text(model, held_out, num_refinements=1):
    samples = model.generate(
        1000, seed=0, num_beams=4, num_refinements=num_refinements
    )
    known = set(datasets.load_text("tatoeba"))
    numbers = {
        **on_held_out(model, held_out),
        "distinct of 1,000 samples": len(set(samples)) / 1000,
        "of 1,000 samples in the training text": np.mean(
            [sample in known for sample in samples]
        ),
    }
    return numbers, samples[:12]


def measure_tense(model, held_out):
    """Held-out sentences in another tense; the rule of labels judges."""
    numbers, _ = measure_text(model, held_out, num_refinements=0)
    held_out = datasets.load_labeled_text("tatoeba_tense", "test")
    shown, hits = [], []
    for tense, sentences in held_out.items():
        for other in held_out:
            if other == tense:
                continue
            short = [s for s in sentences if len(s.split()) <= 12][:200]
            rewritten = model.transfer(short, to=other)
            found = tenses(rewritten, TENSES["tatoeba_tense"])[other]
            hits.append(len(found) / len(rewritten))
            pairs = zip(short[:2], rewritten)
            shown += [f"{a} -> {other}: {b}" for a, b in pairs]
    numbers["rewritten with a word of the wanted tense"] = np.mean(hits)
    return numbers, shown


# The decoder learned how far to trust a code: words drawn from what it says.
LIKELY = {"temperature": 1.0, "code_noise": 0.3, "num_candidates": 2}


def measure_molecules(model, held_out):
    samples = model.generate(2000, seed=0, **LIKELY)
    valid = [s for s in samples if chemistry.parse(s) is not None]
    greedy = model.generate(2000, seed=0)
    greedy = [chemistry.parse(s) is not None for s in greedy]
    copies = np.array(model.reconstruct(held_out.rows[:1000], seed=0))
    given = np.array(model.codec.decode(held_out.rows[:1000]))
    wanted = np.repeat(np.linspace(0.8, 3.9, 10), 50)
    asked = model.generate(
        500, condition={"logP": wanted}, seed=0, only_valid=True
    )
    found = chemistry.properties(asked, ["logP"])[:, 0]
    numbers = {
        **on_held_out(model, held_out),
        "valid of 2,000 samples": len(valid) / 2000,
        "valid of 2,000 greedy samples": np.mean(greedy),
        "distinct of the valid": len(set(valid)) / len(valid),
        "exact copies of 1,000 held-out molecules": np.mean(copies == given),
        "logP away from the wanted": np.abs(found - wanted).mean(),
    }
    return numbers, valid[:12]


def measure_images(model, held_out):
    nats = model.negative_log_likelihood(held_out.rows, held_out.labels)
    numbers = on_held_out(model, held_out)
    numbers["nats an image"] = nats.mean()
    asked = np.repeat(np.arange(10), 50)
    samples = model.generate(len(asked), condition=asked, seed=0)
    flat = samples.reshape(len(samples), -1)
    known = held_out.rows.reshape(len(held_out.rows), -1)
    # Of bits: pixels that differ, less what depends on the sample alone.
    distances = known.sum(axis=1) - 2.0 * flat @ known.T.astype("float32")
    nearest = held_out.labels.ravel()[distances.argmin(axis=1)]
    numbers["of 500 samples nearest to a held-out image of the class asked"] = (
        np.mean(nearest == asked)
    )
    return numbers, drawn_in_text(samples[[0, 150, 400]])


def drawn_in_text(images):
    """Binary images side by side, a str for each line of pixels."""
    lines = ["  ".join("".join(" #"[v] for v in line) for line in lines)
             for lines in zip(*images)]  # fmt: skip
    return [line.rstrip() for line in lines if line.strip()]


SENTENCES = {
    "data": (
        "90,000 everyday English sentences of Tatoeba (https://tatoeba.org), "
        "packaged as `tatoeba`"
    ),
    "license": "cc-by-2.0",
    "task": "text-generation",
}
LIMITS_OF_TEXT = [
    "Samples here are those of `generate(..., seed=0, num_beams=4, "
    "num_refinements=1)`; others are less often sentences.",
    "Knows 5,000 words and sentences of at most 15 tokens.",
    "About four in ten of its samples are no sentences that a person would "
    "say.",
]
RECIPES = {
    "tatoeba_small": Recipe(
        tatoeba, tatoeba_small, 8, 64, 4e-3, measure_text,
        {
            "description": "Says everyday English sentences, and walks "
            "between two.",
            "limits": [
                *LIMITS_OF_TEXT,
                "Its copies are loose: much noise on codes makes samples "
                "better and copies worse.",
            ],
            **SENTENCES,
        },
    ),
    "tatoeba_tense": Recipe(
        tatoeba_by_tense, tatoeba_tense, 18, 64, 4e-3, measure_tense,
        {
            "description": "Rewrites English sentences in the past, the "
            "present or the future, learned without pairs.",
            "limits": [
                *LIMITS_OF_TEXT[1:-1],
                "About half of what it says is no sentence that a person "
                "would say.",
                "Rewritten sentences take the tense, and most lose what was "
                "said.",
                "Labels come from a rule of some eighty words.",
            ],
            **SENTENCES,
            "data": "65,016 everyday English sentences of Tatoeba "
            "(https://tatoeba.org) of three tenses, packaged as "
            "`tatoeba_tense`",
        },
    ),
    "molecules": Recipe(
        moses, molecules, 3, 128, 3e-3, measure_molecules,
        {
            "description": "Writes SMILES of drug-like molecules, near a "
            "wanted logP or QED.",
            "data": "1,000,000 molecules of MOSES' training set "
            "(https://github.com/molecularsets/moses)",
            "license": "mit",
            "limits": [
                "Its weights are of 23,300 such steps, by a script on a GPU "
                "that stopped by the clock; the command above takes 23,438 "
                "and was not run to its end.",
                "Samples here are those of `generate(..., temperature=1.0, "
                "code_noise=0.3, num_candidates=2)`; greedy ones are less "
                "often molecules.",
                "Writes some strings that are no molecules: "
                "`only_valid=True` draws until there are enough.",
                "Knows MOSES' atoms: C, N, O, S, F, Cl, Br; no charges and no "
                "stereo.",
                "Misses a wanted logP by a third in the mean, and a wanted "
                "QED by about 0.1: low ones come too high.",
            ],
        },
    ),
    "mnist": Recipe(
        mnist_images, mnist, 20, 100, 1e-3, measure_images,
        {
            "description": "Draws binarised digits, of a class if asked.",
            "data": "MNIST's 60,000 training images, binarised at a half",
            "license": "cc-by-sa-3.0",
            "task": "unconditional-image-generation",
            "limits": [
                "Black and white, 28 by 28 pixels.",
                "Of 100 digits, ten a class, two or three cannot be read.",
                "The digits above were asked for: 0, 3, 8.",
            ],
        },
    ),
}  # fmt: skip
