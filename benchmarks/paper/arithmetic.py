"""Title: The paper's arithmetic of features
Description: Words that sentences are moved to, by the mean of noise or codes.
Accelerator: none needed.

    python benchmarks/paper/arithmetic.py --model=tatoeba_small

A feature is a word in a slot: a subject, a verb, a modifier. What moves a
sentence there is the mean of samples that have the word, less the mean of
those that have the sentence's own word of that slot: of the noise that they
were made of, as in the paper, or of the codes of training sentences. A moved
sentence is decoded many times, words drawn at random; it counts as a match if
any of these has the word (the paper's measure), and beside it stands how many
sentences match that were not moved. Precision is the share of a match's words
that are words of the original; "unmoved" of all decodings of what was not
moved.

The paper had a parser find the slots in a million samples of SNLI; here they
are lists of words. Results are kept in --output_dir and not repeated.
"""

import json
import pathlib

import common
import numpy as np
from absl import flags

import keras_arae
from keras_arae import evaluation

# The words of each slot; the subject is a sentence's first word.
SLOTS = {
    "subject": ["i", "you", "he", "she", "we", "they"],
    "verb": ["is", "was", "will", "can", "has", "had"],
    "modifier": ["the", "a", "my", "his", "her", "your", "this"],
}
TRANSFORMS = {
    "she": "subject", "we": "subject", "was": "verb", "will": "verb",
    "my": "modifier", "this": "modifier",
}  # fmt: skip
SHARED = ["model", "data", "num_samples", "num_moved", "num_decoded"]

flags.DEFINE_string(
    "model", "tatoeba_small", "A TextARAE: a preset, a folder, a .keras file."
)
flags.DEFINE_string("data", "tatoeba", "Sentences whose codes are averaged.")
flags.DEFINE_integer("num_samples", 20000, "Of which means are taken.")
flags.DEFINE_integer("num_moved", 100, "Sentences to move, each transform.")
flags.DEFINE_integer("num_decoded", 100, "Decodings of each moved sentence.")
flags.DEFINE_list("spaces", ["noise", "code"], "In which to move.")
flags.DEFINE_list("seeds", ["0"], "Random seeds, one run for each.")
flags.DEFINE_string("output_dir", "output/paper_arithmetic", "For results.")

FLAGS = flags.FLAGS


def main(_):
    output_dir = pathlib.Path(FLAGS.output_dir)
    model = load(FLAGS.model)
    common.check_settings(output_dir / "flags.json", SHARED)
    for space in FLAGS.spaces:
        rows = {}
        for seed in map(int, FLAGS.seeds):
            path = output_dir / f"{space}-{seed}.json"
            common.run_once(path, run, model, space, seed)
            for name, numbers in json.loads(path.read_text()).items():
                rows.setdefault(name, []).append(numbers)
        table = {name: evaluation.spread(runs) for name, runs in rows.items()}
        print(f"\nMoved in {space} space:\n")
        print(evaluation.markdown_table(table, first="to"))


def load(name):
    if name.endswith(".keras"):
        return keras_arae.training.load_model(name, keras_arae.TextARAE)
    return keras_arae.TextARAE.from_preset(name)


def run(model, space, seed):
    """A row of numbers for each transform."""
    means, moved = points_and_sentences(model, space, seed)
    return {
        word: transform(model, word, slot, means, moved, space, seed)
        for word, slot in TRANSFORMS.items()
    }


def points_and_sentences(model, space, seed):
    """Pairs of points and sentences: to take means of, and to move.

    A point is what `feature_direction` takes: noise, or the sentence itself.
    """
    if space == "code":
        parts = keras_arae.datasets.load_train_and_held_out(FLAGS.data)
        generator = np.random.default_rng(seed)
        parts = [generator.permutation(np.array(part)) for part in parts]
        sentences = parts[0][: FLAGS.num_samples].tolist(), parts[1].tolist()
        return [(np.array(part), part) for part in sentences]
    noise = np.random.default_rng(seed).standard_normal(
        (2, FLAGS.num_samples, model.prior.noise_dim)
    )
    return [(part, model.decode(model.generate_codes(part))) for part in noise]


def transform(model, word, slot, means, moved, space, seed):
    """How often a word appears in sentences that are moved towards it."""
    points, own = means[0], np.array([word_of(s, slot) for s in means[1]])
    originals = [
        (index, sentence, word_of(sentence, slot))
        for index, sentence in enumerate(moved[1])
        if word_of(sentence, slot) in {*SLOTS[slot]} & {*own}
        and word not in sentence.split()
    ][: FLAGS.num_moved]
    numbers = []
    if word not in own:
        originals = []  # No sample has it: nothing says where it lies.
    for old in sorted({old for _, _, old in originals} - {word}):
        direction = model.feature_direction(
            points[own == word], points[own == old], space=space
        )
        chosen = [(i, sentence) for i, sentence, o in originals if o == old]
        indices, sentences = zip(*chosen)
        numbers += outcomes(
            model, moved[0][list(indices)], sentences, direction, word, slot,
            seed,
        )  # fmt: skip
    return {"sentences": len(numbers), **mean_of(numbers)}


def outcomes(model, points, sentences, direction, word, slot, seed):
    """A dict of numbers for each sentence."""

    def has_word(decoded):
        end = 1 if slot == "subject" else None
        return [word in sentence.split()[:end] for sentence in decoded]

    numbers = [{} for _ in sentences]
    many = np.repeat(points, FLAGS.num_decoded, axis=0)
    for strength, suffix in ((1.0, ""), (0.0, ", unmoved")):
        decoded = model.move(
            many, direction, strength, temperature=1.0, seed=seed
        )
        for index, original in enumerate(sentences):
            start = index * FLAGS.num_decoded
            own = decoded[start : start + FLAGS.num_decoded]
            matches = [s for s, found in zip(own, has_word(own)) if found]
            numbers[index][f"match %{suffix}"] = 100.0 * bool(matches)
            share = 100.0 * len(matches) / len(own)
            numbers[index][f"of decodings %{suffix}"] = share
            # Of what was not moved all count: how loose decoding is.
            counted = own if suffix else matches
            kept = [word_precision(each, original) for each in counted]
            if kept:
                numbers[index][f"precision{suffix}"] = np.mean(kept)
    # Word by word the likeliest, step by step until the word appears.
    stepped = model.move(points, direction, until=has_word)
    for number, found, sentence, original in zip(
        numbers, has_word(stepped), stepped, sentences
    ):
        number["in 10 steps %"] = 100.0 * found
        if found:
            number["its precision"] = word_precision(sentence, original)
    return numbers


def mean_of(numbers):
    """Means of each number, over the sentences that have it."""
    keys = dict.fromkeys(key for number in numbers for key in number)
    return {
        key: float(np.mean([n[key] for n in numbers if key in n]))
        for key in keys
    }


def word_of(sentence, slot):
    """The word in a slot of a sentence, "" for none."""
    words = sentence.split()[:1] if slot == "subject" else sentence.split()
    return next((word for word in words if word in SLOTS[slot]), "")


def word_precision(sentence, original):
    """The share (%) of a sentence's words that the original has, too."""
    words, left = sentence.split(), original.split()
    kept = 0
    for word in words:
        if word in left:
            left.remove(word)
            kept += 1
    return 100.0 * kept / len(words)


if __name__ == "__main__":
    keras_arae.script.run(main)
