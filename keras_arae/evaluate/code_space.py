"""What the paper looks at in the codes of an autoencoder of text."""

import numpy as np

from keras_arae import metrics
from keras_arae.metrics.extras import require


def reconstruction_report(model, sentences):
    """How much of sentences their codes hold.

    Args:
        model: `keras_arae.TextARAE`.
        sentences: list of str, tokenised as the model's output is.

    Returns:
        A dict of float: `"token accuracy"` and `"exact match"` (0 to 1),
        `"BLEU"` (0 to 100), all of greedy decoding, and `"nats"`, the
        negative log-likelihood of a sentence.

    Example:

    ```python
    text = ["a man sleeps .", "two men talk ."] * 20
    preprocessor = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    model = keras_arae.TextARAE(preprocessor, embedding_dim=8, code_dim=8)
    found = keras_arae.evaluate.reconstruction_report(model, text)
    assert 0 <= found["token accuracy"] <= 1
    nats = keras_arae.evaluate.swap_nats(model, text)
    assert abs(nats[0] - found["nats"]) < 1e-3
    moments = keras_arae.evaluate.code_moments(model, text)
    assert abs(moments["norm"] - 1) < 1e-3
    assert -1 <= keras_arae.evaluate.neighbor_cosine(model, text) <= 1
    ```
    """
    copies = model.reconstruct(sentences)
    return {
        "token accuracy": metrics.token_accuracy(sentences, copies),
        "exact match": metrics.exact_match(sentences, copies),
        "BLEU": metrics.bleu(copies, sentences),
        "nats": float(model.negative_log_likelihood(sentences).mean()),
    }


def swap_nats(model, sentences, num_swaps=(0, 1, 2, 3, 4), seed=0):
    """How unlikely sentences are given codes of damaged versions of them.

    In a smooth code space a sentence whose words are out of order has a code
    near that of the sentence itself.

    Source: "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223), the table of k-swaps.

    Args:
        model: `keras_arae.TextARAE`.
        sentences: list of str.
        num_swaps: sequence of int. Swaps of neighbouring words. Defaults to
            `(0, 1, 2, 3, 4)`.
        seed: int. Seed of the places. Defaults to `0`.

    Returns:
        A dict of number of swaps to nats a sentence.
    """
    nats = {}
    for count in num_swaps:
        damaged = metrics.swap_words(sentences, count, seed)
        codes = model.encode(damaged)
        nats[count] = float(
            model.negative_log_likelihood(sentences, codes=codes).mean()
        )
    return nats


def code_moments(model, sentences, seed=0):
    """Whether generated codes lie where those of sentences do.

    Args:
        model: `keras_arae.TextARAE` with a generator.
        sentences: list of str.
        seed: int. Seed of the noise. Defaults to `0`.

    Returns:
        A dict of float: `"norm"` and `"generated norm"` (means), `"trace"`
        and `"generated trace"` (of the covariance), `"Frechet"` (distance of
        Gaussians fitted to both).
    """
    real = model.encode(sentences)
    noise = np.random.default_rng(seed).standard_normal(
        (len(sentences), model.noise_dim)
    )
    generated = model.generate_codes(noise)
    found = {}
    for name, codes in (("", real), ("generated ", generated)):
        found[f"{name}norm"] = float(np.linalg.norm(codes, axis=1).mean())
        found[f"{name}trace"] = float(codes.var(axis=0, ddof=1).sum())
    found["Frechet"] = metrics.frechet_distance(real, generated)
    return found


def neighbor_cosine(model, sentences, max_distance=5, num_sentences=250):
    """Mean cosine of the codes of sentences that are alike.

    Source: "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223), which compares it with that of a plain
    autoencoder: higher in a smoother code space.

    Args:
        model: `keras_arae.TextARAE`.
        sentences: list of str. Neighbours are looked for among them.
        max_distance: int. Words to put in, leave out or replace, at most, to
            turn one sentence into the other. Defaults to `5`.
        num_sentences: int. Sentences, the first ones, whose neighbours are
            looked for. Defaults to `250`.

    Returns:
        A float from -1 to 1.
    """
    distances = require("rapidfuzz.process").cdist(
        [sentence.split() for sentence in sentences[:num_sentences]],
        [sentence.split() for sentence in sentences],
        scorer=require("rapidfuzz.distance").Levenshtein.distance,
        dtype=np.int32,
    )
    near = (distances > 0) & (distances <= max_distance)
    if not near.any():
        raise ValueError(
            "No sentence has a neighbour: give more of them. Received: "
            f"{len(sentences)} sentences, max_distance={max_distance}"
        )
    codes = model.encode(sentences)
    codes /= np.linalg.norm(codes, axis=1, keepdims=True)
    return float((codes[:num_sentences] @ codes.T)[near].mean())
