"""Encoders, decoders, generator and critic."""

import keras
import numpy as np
import pytest
from conftest import make_gradient
from conftest import same
from conftest import weights_of
from keras import ops

from keras_arae import layers
from keras_arae.layers.codes import on_unit_sphere

SENTENCES = np.array([[5, 6, 2, 0, 0], [7, 8, 9, 4, 2]])
CODES = np.random.default_rng(0).normal(size=(2, 6)).astype("float32")
PIXELS = np.random.default_rng(0).integers(2, size=(2, 3, 4))
UNIFORM = keras.initializers.RandomUniform(-0.1, 0.1)
LAYERS = {
    "lstm_encoder": (layers.LSTMEncoder(12, 4, 6), (SENTENCES,)),
    "lstm_encoder, released": (
        layers.LSTMEncoder(12, 4, 6, kernel_initializer=UNIFORM),
        (SENTENCES,),
    ),
    "lstm_encoder, bidirectional": (
        layers.LSTMEncoder(12, 4, 6, bidirectional=True),
        (SENTENCES,),
    ),
    "lstm_decoder": (layers.LSTMDecoder(12, 4, 6), (CODES, SENTENCES)),
    "lstm_decoder, released": (
        layers.LSTMDecoder(12, 4, 6, kernel_initializer=UNIFORM),
        (CODES, SENTENCES),
    ),
    "dense_encoder": (layers.DenseEncoder(6, (5,)), (PIXELS,)),
    "dense_decoder": (
        layers.DenseDecoder((3, 4), 3, (5,), batch_normalization=False),
        (CODES,),
    ),
    "generator": (
        layers.Generator(6, (5, 4), "tanh", batch_normalization=True),
        (CODES,),
    ),
    "generator, linear path on the sphere": (
        layers.Generator(6, (5,), skip_connection=True, normalize=True),
        (CODES,),
    ),
    "critic": (
        layers.Critic((5,), negative_slope=0.1, input_scale=3.0),
        (CODES,),
    ),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_made_from_its_config_computes_the_same(name):
    layer, inputs = LAYERS[name]
    output = ops.convert_to_numpy(layer(*inputs))
    config = keras.saving.serialize_keras_object(layer)
    copy = keras.saving.deserialize_keras_object(config)
    shapes = [np.shape(value) for value in inputs]
    assert copy.compute_output_shape(*shapes) == output.shape
    copy(*inputs)
    copy.set_weights(weights_of(layer))
    np.testing.assert_allclose(
        ops.convert_to_numpy(copy(*inputs)), output, atol=1e-6
    )


def test_generator_on_the_sphere():
    noise = np.random.default_rng(0).normal(size=(50, 4)).astype("float32")
    codes = ops.convert_to_numpy(layers.Generator(6, normalize=True)(noise))
    np.testing.assert_allclose(np.linalg.norm(codes, axis=1), 1.0, atol=1e-5)


def test_a_code_of_zeros_has_a_finite_gradient():
    layer = keras.layers.Embedding(2, 3)
    layer.build((2,))
    layer.set_weights([np.array([[0.0, 0.0, 0.0], [3.0, 0.0, 4.0]])])
    codes = on_unit_sphere(layer(np.arange(2)))
    np.testing.assert_allclose(
        ops.convert_to_numpy(codes), [[0, 0, 0], [0.6, 0, 0.8]], atol=1e-6
    )
    rows = ops.arange(2)
    (gradient,) = make_gradient(
        lambda: ops.sum(on_unit_sphere(layer(rows))), layer
    )
    # Across a unit vector (0.6, 0, 0.8) of a code five times as long.
    expected = [[1, 1, 1], [0.032, 0.2, -0.024]]
    np.testing.assert_allclose(gradient, expected, atol=1e-5)


def test_linear_path_of_the_generator():
    """Without hidden layers' share, codes are linear in the noise."""
    generator = layers.Generator(6, (5,), skip_connection=True)
    generator(CODES)
    for weight in generator.network.weights:
        weight.assign(np.zeros(weight.shape))
    once, twice = (
        ops.convert_to_numpy(generator(scale * CODES)) for scale in (1, 2)
    )
    assert np.abs(once).max() > 0.1
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-5, atol=1e-6)


def test_the_critic_scales_its_inputs():
    critic = layers.Critic((5,), input_scale=3.0)
    scaled = ops.convert_to_numpy(critic(CODES))
    plain = layers.Critic((5,))
    plain(CODES)
    plain.set_weights(weights_of(critic))
    np.testing.assert_allclose(
        ops.convert_to_numpy(plain(3 * CODES)), scaled, rtol=1e-5, atol=1e-6
    )


def test_released_initial_weights():
    layer = layers.LSTMEncoder(12, 4, 6, kernel_initializer=UNIFORM)
    layer.build((None, 5))
    for weight in weights_of(layer):
        assert 0.05 < np.abs(weight).max() <= 0.1


@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_encoder_reads_up_to_the_end_and_no_further(bidirectional):
    encoder = layers.LSTMEncoder(12, 4, 6, bidirectional=bidirectional)
    first = ops.convert_to_numpy(encoder(SENTENCES))
    cut = ops.convert_to_numpy(encoder(SENTENCES[:1, :3]))
    np.testing.assert_allclose(first[:1], cut, atol=1e-6)
    changed = SENTENCES.copy()
    changed[0, 2] = 3
    assert np.abs(ops.convert_to_numpy(encoder(changed)) - first).max() > 1e-4


def test_a_bidirectional_encoder_reads_from_both_ends():
    encoder = layers.LSTMEncoder(12, 4, 6, code_dim=12, bidirectional=True)
    encoder.build((None, 5))
    encoder.backward_lstm.set_weights(encoder.lstm.get_weights())
    encoder.projection.set_weights([np.eye(12), np.zeros(12)])
    backwards = np.array([[2, 6, 5, 0, 0], [2, 4, 9, 8, 7]])
    there = ops.convert_to_numpy(encoder(SENTENCES))
    back = ops.convert_to_numpy(encoder(backwards))
    np.testing.assert_allclose(there[:, :6], back[:, 6:], atol=1e-6)
    np.testing.assert_allclose(there[:, 6:], back[:, :6], atol=1e-6)
    assert np.abs(there - back).max() > 1e-3


def test_the_decoder_sees_the_code_and_only_earlier_tokens():
    decoder = layers.LSTMDecoder(12, 4, 6)
    logits = ops.convert_to_numpy(decoder(CODES, SENTENCES))
    changed = SENTENCES.copy()
    changed[:, 2] = 11
    later = ops.convert_to_numpy(decoder(CODES, changed))
    np.testing.assert_allclose(later[:, :3], logits[:, :3], atol=1e-6)
    assert np.abs(later[:, 3:] - logits[:, 3:]).max() > 1e-4
    other = ops.convert_to_numpy(decoder(CODES[::-1].copy(), SENTENCES))
    assert np.abs(other - logits).reshape(2, 5, -1).max(-1).min() > 1e-5


def test_steps_of_the_decoder_equal_the_whole():
    decoder = layers.LSTMDecoder(12, 4, 6)
    logits = ops.convert_to_numpy(decoder(CODES, SENTENCES))
    code = ops.convert_to_tensor(CODES)
    state = decoder.initial_state(code, 5)
    previous = np.full(2, decoder.start_id)
    for index in range(5):
        step, state = decoder.step(
            ops.convert_to_tensor(previous),
            state,
            ops.full((2,), index, "int32"),
        )
        np.testing.assert_allclose(
            ops.convert_to_numpy(step), logits[:, index], atol=1e-5
        )
        previous = SENTENCES[:, index]


def test_batch_normalisation_uses_the_batch_only_in_training():
    encoder = layers.DenseEncoder(6, (5,))
    alone = ops.convert_to_numpy(encoder(PIXELS[:1], training=False))
    both = ops.convert_to_numpy(encoder(PIXELS, training=False))
    np.testing.assert_allclose(both[:1], alone, atol=1e-6)
    before = weights_of(encoder)
    encoder(PIXELS, training=True)
    assert not same(before, weights_of(encoder))


def test_tanh_bounds_generated_codes():
    noise = 100.0 * CODES
    bounded = layers.Generator(6, (50,), output_activation="tanh")(noise)
    linear = layers.Generator(6, (50,))(noise)
    assert np.abs(ops.convert_to_numpy(bounded)).max() <= 1.0
    assert np.abs(ops.convert_to_numpy(linear)).max() > 1.0


@pytest.mark.parametrize(
    "options", [{}, {"center": False, "epsilon": 1e-5}, {"scale": False}]
)
def test_batch_normalization_is_that_of_keras(options):
    """Values, averages and gradients, wherever a backend has its own."""
    generator = np.random.default_rng(0)
    x = generator.normal([3.0, -1.0, 0.0], [2.0, 0.1, 1.0], size=(50, 3))
    factors = generator.normal(size=(50, 3))
    x, factors = (ops.convert_to_tensor(y, "float32") for y in (x, factors))
    found = []
    for kind in (keras.layers.BatchNormalization, layers.BatchNormalization):
        layer = kind(momentum=0.8, **options)
        outputs = [layer(x, training=True) for _ in "ab"]
        gradients = make_gradient(
            lambda layer=layer: ops.sum(factors * layer(x, training=True)),
            layer,
        )
        found.append([*outputs, *weights_of(layer), *gradients])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(
            *map(ops.convert_to_numpy, (ours, theirs)), rtol=1e-4, atol=1e-5
        )
