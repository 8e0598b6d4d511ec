"""Wrong inputs are refused where they enter, with what came."""

import keras
import numpy as np
import pytest
from conftest import with_prior

import keras_arae

IDS = np.array([[5, 6, 7, 2, 0, 0, 0, 0, 0]])


@pytest.fixture(scope="module")
def model(make_model):
    return make_model()


CASES = {
    "ids outside the vocabulary": (
        lambda model: model.encode(IDS + 500),
        "from 0 to 199. Received: values from 500 to 507",
    ),
    "negative ids": (
        lambda model: model.fit(-IDS, verbose=0),
        "Received: values from -7 to 0",
    ),
    "floats": (
        lambda model: model.encode(IDS.astype("float32")),
        "Expected integers.*Received: an array of dtype float32",
    ),
    "wrong rank": (
        lambda model: model.encode(IDS[0]),
        r"\('num_rows', 9\). Received: shape \(9,\)",
    ),
    "wrong width": (
        lambda model: model.evaluate(IDS[:, :5], verbose=0),
        r"Received: shape \(1, 5\)",
    ),
    "one string": (
        lambda model: model.encode("a man"),
        "not one string",
    ),
    "no sentence": (
        lambda model: model.fit([], verbose=0),
        "Received: 0 sentences",
    ),
    "code of the wrong width": (
        lambda model: model.decode(np.zeros((2, 5))),
        r"\(num_codes, 16\). Received: codes=.* shape \(2, 5\)",
    ),
    "code of the wrong rank": (
        lambda model: model.decode(np.zeros(16)),
        r"Received: codes=.* shape \(16,\)",
    ),
    "code that is no number": (
        lambda model: model.decode(np.full((3, 16), [[np.nan]] * 3)),
        "NaN or infinity in 3 of 3 rows, first in 0",
    ),
    **{
        f"{name}={value}": (
            lambda model, name=name, value=value: model.generate(
                2, **{name: value}
            ),
            f"Received: {name}={value}",
        )
        for name, value in [
            ("top_p", 1.5),
            ("top_p", 0.0),
            ("top_k", 0),
            ("top_k", 10**6),
            ("top_k", 2.5),
            ("num_beams", -1),
            ("temperature", float("inf")),
            ("temperature", 0.0),
            ("code_noise", -0.1),
            ("num_refinements", -1),
        ]
    },
    "noise of the wrong width": (
        lambda model: model.generate_codes(np.zeros((2, 5))),
        r"\(num_samples, 6\). Received: noise=.* shape \(2, 5\)",
    ),
    "one point is no path": (
        lambda model: model.interpolate("a", "b", steps=1),
        "from 2 to 65536. Received: steps=1",
    ),
    "only one end": (
        lambda model: model.interpolate("a"),
        "Received: start='a', end=None",
    ),
    "more starts than ends": (
        lambda model: model.interpolate(["a", "b"], ["c"]),
        "Received: 2 starts and 1 ends",
    ),
    "unknown path": (
        lambda model: model.interpolate("a", "b", method="cubic"),
        "Received: method='cubic'",
    ),
    "no samples": (
        lambda model: model.generate(0),
        "Received: num_samples=0",
    ),
    "no rows a batch": (
        lambda model: model.fit(IDS, batch_size=0, verbose=0),
        "Received: batch_size=0",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_refused(model, case):
    call, message = CASES[case]
    with pytest.raises(ValueError, match=f"(?s){message}"):
        call(model)


def dense(**options):
    layers = keras_arae.layers
    networks = {
        "encoder": layers.DenseEncoder(4, (5,)),
        "decoder": layers.DenseDecoder((3,), 2, (5,)),
        "generator": layers.Generator(4, (5,)),
        "critic": layers.Critic((5,)),
        "noise_dim": 2,
    }
    return keras_arae.ARAE(**with_prior({**networks, **options}))


def built(**options):
    dense(**options).build((None, 3))


MISFITS = {
    "unknown schedule": (
        lambda: dense(critic_data="both"),
        "Received: critic_data='both'",
    ),
    "unknown regulariser": (
        lambda: dense(critic_regularizer="spectral"),
        "Received: critic_regularizer='spectral'",
    ),
    "generator of another width": (
        lambda: built(generator=keras_arae.layers.Generator(7, (5,))),
        "encoder's, 4. Received: 7",
    ),
    "decoder of another shape": (
        lambda: built(decoder=keras_arae.layers.DenseDecoder((6,), 2, (5,))),
        r"Received: \(2, 6, 2\)",
    ),
    "codes with a time axis": (
        lambda: built(encoder=keras.layers.Embedding(2, 4)),
        r"\(batch, code_dim\). Received: \(2, 3, 4\)",
    ),
    "verbs before fit": (
        lambda: dense().generate(2),
        "seen no data yet",
    ),
    "noise of another kind": (
        lambda: dense(code_noise=keras.layers.GaussianNoise(0.1)),
        "CodeNoise.*Received: code_noise=<GaussianNoise",
    ),
    "one optimizer for two": (
        lambda: dense().compile(*[keras.optimizers.Adam()] * 3),
        "an optimizer object of its own",
    ),
}


@pytest.mark.once
@pytest.mark.parametrize("case", MISFITS)
def test_networks_that_do_not_fit(case):
    call, message = MISFITS[case]
    with pytest.raises(ValueError, match=f"(?s){message}"):
        call()


def test_half_an_adversary_gets_a_default_critic():
    model = dense(critic=None)
    model.build((None, 3))
    assert isinstance(model.prior.critic, keras_arae.layers.Critic)


def test_a_dense_decoder_knows_no_sampler():
    model = dense()
    model.build((None, 3))
    with pytest.raises(ValueError, match="Received: .*'top_k': 3"):
        model.generate(2, top_k=3)


def test_float16_is_refused_with_a_reason(preprocessor):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        with pytest.raises(ValueError, match="mixed_bfloat16.*Received"):
            keras_arae.TextARAE(preprocessor)
    finally:
        keras.config.set_dtype_policy("float32")


def test_bfloat16_trains(make_model, clauses):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = make_model()
        history = model.fit(clauses, epochs=3, batch_size=40, verbose=0)
        losses = history.history["reconstruction_loss"]
        assert losses[-1] < losses[0] - 0.3
        assert model.encode(clauses[:3]).dtype == "float32"
        assert len(model.generate(3)) == 3
    finally:
        keras.config.set_dtype_policy("float32")


def test_long_and_unknown_words_in_verbs(model, caplog):
    long = "and yahweh said to the king of the land of the people ."
    (copy,) = model.reconstruct([long])
    assert len(copy.split()) <= 8
    assert "1 of 1 sentences have more than max_length=8" in caplog.text
