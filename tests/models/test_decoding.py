"""Decoding through keras_nlp's samplers."""

import numpy as np
import pytest
from keras import ops

from keras_arae.sampling import SequenceDecoder
from keras_arae.sampling.samplers import make_sampler


@pytest.fixture(scope="module")
def trained(as_new, clauses):
    model = as_new()  # Nothing else in this file asks for it.
    model.fit(clauses, epochs=43, verbose=0)
    return model


def sequence_decoder(model):
    """Ids from codes, as `decode` makes them."""
    return SequenceDecoder(
        model.decoder, model.x_shape[0], model.compile_function
    )


def greedy_by_hand(model, codes):
    """The likeliest token at each position, found with whole forward passes."""
    length = model.x_shape[0]
    ids = np.zeros((len(codes), length), "int32")
    ended = np.zeros(len(codes), bool)
    for index in range(length):
        logits = model.logits(
            ops.convert_to_tensor(codes), ops.convert_to_tensor(ids)
        )
        logits = ops.convert_to_numpy(logits)[:, index].copy()
        logits[:, :2] = -np.inf  # Neither padding nor start.
        chosen = logits.argmax(-1) if index < length - 1 else 2
        ids[:, index] = np.where(ended, 0, chosen)
        ended |= ids[:, index] == 2
    return ids


def test_greedy_equals_a_step_by_step_loop(trained, clauses):
    codes = trained.encode(clauses[:20])
    expected = greedy_by_hand(trained, codes)
    assert trained.decode(codes) == trained.codec.decode(expected)


def test_a_row_goes_to_the_next_code_when_it_is_free(trained, clauses):
    codes = trained.encode(clauses[:100])
    decoder = sequence_decoder(trained)
    expected = greedy_by_hand(trained, codes)
    assert len(set((expected > 0).sum(axis=1))) > 2
    for batch_size in (1, 4, 64):
        found = decoder(codes, batch_size)
        np.testing.assert_array_equal(found, expected)


def test_stops_when_every_sentence_has_ended(make_model, clauses):
    # Counted outside compiled code: the sampler's loop runs eagerly here.
    model = make_model()
    decoder, calls = model.decoder, []
    step = decoder.step
    decoder.output_layer.bias.assign(
        ops.convert_to_tensor(
            np.where(np.arange(decoder.vocabulary_size) == 2, 50.0, 0.0)
        )
    )

    def counting_step(*args):
        calls.append(1)
        return step(*args)

    decoder.step = counting_step
    model.run_eagerly = True
    assert model.decode(model.encode(clauses[:3])) == ["", "", ""]
    assert len(calls) == 1


def log_probability(model, codes, ids):
    logits = model.logits(
        ops.convert_to_tensor(codes), ops.convert_to_tensor(ids)
    )
    logits = ops.convert_to_numpy(logits).astype("float64")
    logits[..., :2] = -np.inf
    logits -= np.log(np.exp(logits).sum(-1, keepdims=True))
    chosen = np.take_along_axis(logits, ids[..., None], -1)[..., 0]
    return np.where(ids != 0, chosen, 0.0).sum(-1)


def test_beam_search_finds_likelier_sentences(trained, clauses):
    codes = trained.encode(clauses[:20])
    decoder = sequence_decoder(trained)
    found = {}
    for name, options in {"greedy": {}, "beam": {"num_beams": 6}}.items():
        ids = decoder(codes, 20, **options)
        found[name] = log_probability(trained, codes, ids)
    assert found["beam"].mean() > found["greedy"].mean() + 0.01


def test_one_choice_left_is_greedy(trained, clauses):
    codes = trained.encode(clauses[:10])
    greedy = trained.decode(codes)
    assert trained.decode(codes, top_k=1) == greedy
    assert trained.decode(codes, top_p=1e-6) == greedy
    assert trained.decode(codes, temperature=1e-6) == greedy
    assert trained.decode(codes, temperature=3.0, seed=0) != greedy


def test_a_seed_repeats_samples_and_another_does_not(trained):
    first = trained.generate(20, sampler="random", seed=5)
    assert trained.generate(20, sampler="random", seed=5) == first
    assert trained.generate(20, sampler="random", seed=6) != first
    assert trained.generate(20, seed=5) == trained.generate(20, seed=5)


def test_random_sampler_follows_the_logits(trained, clauses):
    # First tokens of many draws from one code, against their probabilities.
    code = np.repeat(trained.encode(clauses[:1]), 4000, axis=0)
    logits = trained.decoder.step(
        ops.full((1,), 1, "int32"),
        trained.decoder.initial_state(ops.convert_to_tensor(code[:1]), 9),
        ops.zeros(1, "int32"),
    )[0]
    logits = ops.convert_to_numpy(logits)[0].astype("float64")
    logits[:2] = -np.inf
    expected = np.exp(logits - logits.max())
    expected /= expected.sum()
    decoder = sequence_decoder(trained)
    ids = decoder(code, 512, sampler="random", seed=1)[:, 0]
    counts = np.bincount(ids, minlength=len(expected)) / len(ids)
    assert np.abs(counts - expected).max() < 0.04  # Five standard errors.


def test_nothing_follows_an_end(trained):
    codes = trained.generate_codes(64)
    ids = sequence_decoder(trained)(
        codes, 16, sampler="random", temperature=2.0, seed=1
    )
    ended = np.cumsum(ids == 2, axis=1) - (ids == 2) > 0
    assert (ids[ended] == 0).all()
    assert (ids[~ended] > 1).all()
    assert ((ids == 2).sum(axis=1) == 1).all()  # At the latest at last.


def test_noise_on_codes_before_they_are_decoded(trained, clauses):
    """Seen by its seed, and the more of it the less like without."""
    codes = trained.encode(clauses[:60])
    clear = trained.decode(codes)

    def share_kept(stddev):
        noisy = trained.decode(codes, code_noise=stddev, seed=3)
        assert noisy == trained.decode(codes, code_noise=stddev, seed=3)
        return np.mean([a == b for a, b in zip(noisy, clear)])

    assert share_kept(0.0) == 1.0
    assert share_kept(1e-4) > 0.9 > 0.4 > share_kept(1.0)
    noisy = [trained.generate(20, seed=s, code_noise=1.0) for s in (1, 1, 2)]
    assert noisy[0] == noisy[1] != noisy[2]


def test_refinements_encode_and_decode_again(trained):
    codes = trained.generate_codes(30)
    once, twice, thrice = (
        trained.decode(codes, num_refinements=number) for number in range(3)
    )
    assert once != twice == trained.reconstruct(once)
    assert thrice == trained.reconstruct(twice)
    drawn = [
        trained.decode(codes, temperature=1.0, seed=1, num_refinements=number)
        for number in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_of_candidates_the_likeliest_is_given(trained):
    options = {"seed": 4, "temperature": 2.0}
    best = trained.generate(20, num_candidates=3, **options)
    drawn = trained.generate(60, **options)
    nats = trained.negative_log_likelihood(drawn)
    lengths = np.sum(trained.codec.encode(drawn) != 0, axis=1)
    chosen = (nats / lengths).reshape(20, 3).argmin(axis=1)
    assert len(set(chosen)) == 3
    assert best == [drawn[3 * i + j] for i, j in enumerate(chosen)]
    again = trained.generate(20, num_candidates=3, num_beams=2, seed=4)
    assert again != best and len(again) == 20
    with pytest.raises(TypeError, match="num_candidate"):
        trained.generate(2, num_candidate=3)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"sampler": "nucleus"}, "'nucleus'"),
        ({"sampler": "greedy", "temperature": 0.5}, "takes no settings"),
        ({"top_p": 0.9, "num_beams": 3}, "top_p"),
        ({"temperature": 0.0, "sampler": "random"}, "above 0"),
    ],
)
def test_settings_that_do_not_fit_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        make_sampler(**options)


def test_a_keras_nlp_sampler_can_be_passed(trained, clauses):
    import keras_nlp

    codes = trained.encode(clauses[:5])
    sampler = keras_nlp.samplers.TopKSampler(k=1, seed=0)
    assert trained.decode(codes, sampler=sampler) == trained.decode(codes)
