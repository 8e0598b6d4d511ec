"""Transformer encoder and decoder."""

import sys

import keras
import numpy as np
import pytest
from conftest import weights_of
from keras import ops

import keras_arae
from keras_arae import layers

LENGTH = 6
SENTENCES = np.array([[5, 6, 7, 8, 9, 2], [7, 8, 2, 0, 0, 0]])
CODES = np.random.default_rng(0).normal(size=(2, 5)).astype("float32")
SIZES = {"max_length": LENGTH, "units": 8, "num_heads": 2}


def array(tensor):
    return ops.convert_to_numpy(ops.cast(tensor, "float32"))


def make_encoder(**options):
    return layers.TransformerEncoder(12, **{**SIZES, **options})


def make_decoder(**options):
    decoder = layers.TransformerDecoder(12, **{**SIZES, **options})
    decoder.build(CODES.shape, SENTENCES.shape)
    return decoder


def compiled(function):
    """A function of tensors as the backend compiles it; PyTorch's is not."""
    if keras.config.backend() == "jax":
        import jax

        return jax.jit(function)
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        return tf.function(function)
    return function


def gradient(function, values):
    """The gradient of a scalar function, as a numpy array."""
    values = ops.convert_to_tensor(values)
    if keras.config.backend() == "jax":
        import jax

        return np.asarray(jax.grad(function)(values))
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(values)
            result = function(values)
        return tape.gradient(result, values).numpy()
    values = values.detach().requires_grad_()
    function(values).backward()
    return ops.convert_to_numpy(values.grad)


def step_by_step(decoder, codes, sentences):
    """Logits as `hidden` gives them, but token by token."""
    tokens = array(decoder.previous_tokens(sentences)).astype("int32")
    state = decoder.initial_state(codes, sentences.shape[1])
    logits = []
    for position in range(sentences.shape[1]):
        index = ops.full((len(codes),), position, "int32")
        token = ops.convert_to_tensor(tokens[:, position])
        output, state = decoder.step(token, state, index)
        logits.append(array(output))
    return np.stack(logits, axis=1)


def test_token_by_token_gives_the_logits_of_the_whole_sentence():
    decoder = make_decoder(num_layers=3)
    whole = array(decoder(CODES, SENTENCES))
    assert whole.shape == (2, LENGTH, 12)
    np.testing.assert_allclose(
        step_by_step(decoder, CODES, SENTENCES), whole, atol=1e-5
    )


def test_a_shorter_loop_than_the_longest_sentence():
    decoder = make_decoder()
    whole = array(decoder(CODES, SENTENCES))
    np.testing.assert_allclose(
        step_by_step(decoder, CODES, SENTENCES[:, :4]), whole[:, :4], atol=1e-5
    )


@pytest.mark.parametrize("clears_cache", [True, False])
def test_rows_at_different_positions(clears_cache):
    """The second row begins anew, with another code, at the fourth token.

    What an earlier sentence left in the cache is out of sight, so that a
    loop may clear it or not.
    """
    decoder = make_decoder()
    codes = np.concatenate([CODES, -CODES[:1]])
    sentences = np.concatenate([SENTENCES, [[4, 3, 5, 2, 0, 0]]])
    whole = array(decoder(codes, sentences))
    tokens = array(decoder.previous_tokens(sentences)).astype("int32")
    fresh = decoder.initial_state(codes, LENGTH)
    state = keras.tree.map_structure(lambda leaf: leaf[:2], fresh)
    step = compiled(decoder.step)
    for time in range(LENGTH):
        rows = np.array([0, 1 if time < 3 else 2])
        index = np.array([time, time % 3], "int32")
        if time == 3:
            new = fresh if clears_cache else {**state, "code": fresh["code"]}
            state = keras.tree.map_structure(
                lambda old, new: ops.concatenate([old[:1], new[-1:]]),
                state,
                new,
            )
        token = ops.convert_to_tensor(tokens[rows, index])
        logits, state = step(token, state, ops.convert_to_tensor(index))
        np.testing.assert_allclose(array(logits), whole[rows, index], atol=1e-5)


def test_the_decoder_sees_the_code_and_only_earlier_tokens():
    decoder = make_decoder()
    logits = array(decoder(CODES, SENTENCES))
    changed = SENTENCES.copy()
    changed[:, 2] = 11
    later = array(decoder(CODES, changed))
    np.testing.assert_allclose(later[:, :3], logits[:, :3], atol=1e-6)
    assert np.abs(later[:, 3] - logits[:, 3]).max(axis=-1).min() > 1e-4
    other = array(decoder(CODES[::-1].copy(), SENTENCES))
    assert np.abs(other - logits).max(axis=-1).min() > 1e-4


def test_a_gradient_reaches_the_code_at_every_position():
    decoder = make_decoder()
    for position in range(LENGTH):
        slopes = gradient(
            lambda code, at=position: ops.sum(
                ops.log_softmax(decoder(code, SENTENCES))[:, at, 3]
            ),
            CODES,
        )
        assert np.isfinite(slopes).all()
        assert np.abs(slopes).max(axis=1).min() > 1e-6


def test_more_padding_changes_no_code():
    encoder = make_encoder(code_dim=5)
    codes = array(encoder(SENTENCES))
    assert codes.shape == (2, 5)
    np.testing.assert_allclose(
        array(encoder(SENTENCES[1:, :3])), codes[1:], atol=1e-6
    )


def test_the_encoder_reads_each_token_and_their_order():
    encoder = make_encoder()
    code = array(encoder(SENTENCES[:1]))
    for position in range(LENGTH):
        changed = SENTENCES[:1].copy()
        changed[0, position] = 11
        assert np.abs(array(encoder(changed)) - code).max() > 1e-4
    swapped = SENTENCES[:1][:, [1, 0, 2, 3, 4, 5]]
    assert np.abs(array(encoder(swapped)) - code).max() > 1e-4


def test_a_sentence_of_nothing_but_padding_has_a_finite_code():
    assert np.isfinite(array(make_encoder()(0 * SENTENCES))).all()


@pytest.mark.parametrize("name", ["encoder", "decoder", "hidden"])
def test_dropout_in_training_only(name):
    if name == "encoder":
        layer, inputs = make_encoder(dropout=0.5), (SENTENCES,)
    else:
        layer, inputs = make_decoder(dropout=0.5), (CODES, SENTENCES)
    call = layer.hidden if name == "hidden" else layer
    first, second = (array(call(*inputs)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    first, second = (array(call(*inputs, training=True)) for _ in range(2))
    assert np.abs(first - second).max() > 1e-3


def test_output_layer_makes_logits_of_hidden():
    decoder = make_decoder()
    hidden = decoder.hidden(CODES, SENTENCES)
    assert tuple(hidden.shape) == (2, LENGTH, 8)
    np.testing.assert_allclose(
        array(decoder.output_layer(hidden)),
        array(decoder(CODES, SENTENCES)),
        atol=1e-6,
    )


@pytest.mark.parametrize("name", ["encoder", "decoder"])
def test_a_layer_made_from_its_config_computes_the_same(name):
    options = {"num_layers": 1, "intermediate_dim": 7, "dropout": 0.1}
    if name == "encoder":
        layer = make_encoder(code_dim=5, pad_id=3, **options)
        inputs = (SENTENCES,)
    else:
        layer = make_decoder(pad_id=3, start_id=4, end_id=5, **options)
        inputs = (CODES, SENTENCES)
    output = array(layer(*inputs))
    config = keras.saving.serialize_keras_object(layer)
    copy = keras.saving.deserialize_keras_object(config)
    assert copy.get_config() == layer.get_config()
    shapes = [value.shape for value in inputs]
    assert copy.compute_output_shape(*shapes) == output.shape
    copy(*inputs)
    copy.set_weights(weights_of(layer))
    np.testing.assert_allclose(array(copy(*inputs)), output, atol=1e-6)


def test_saved_and_loaded(tmp_path):
    x = keras.Input((LENGTH,), dtype="int32")
    encoder, decoder = make_encoder(), layers.TransformerDecoder(12, **SIZES)
    model = keras.Model(x, decoder(encoder(x), x))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(
        array(loaded(SENTENCES)), array(model(SENTENCES)), atol=1e-6
    )


def test_an_autoencoder_learns_its_sentences():
    sentences = np.random.default_rng(0).integers(3, 12, (32, LENGTH))
    x = keras.Input((LENGTH,), dtype="int32")
    sizes = {**SIZES, "units": 32}
    encoder = layers.TransformerEncoder(12, **sizes)
    decoder = layers.TransformerDecoder(12, **sizes)
    model = keras.Model(x, decoder(encoder(x), x))
    model.compile(
        keras.optimizers.Adam(3e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    repeated = np.tile(sentences, (120, 1))
    model.fit(repeated, repeated, batch_size=32, shuffle=False, verbose=0)
    predicted = array(model(sentences)).argmax(axis=-1)
    assert np.mean(predicted == sentences) > 0.9


def test_mixed_bfloat16():
    encoder = make_encoder(dtype="mixed_bfloat16")
    decoder = make_decoder(dtype="mixed_bfloat16")
    for layer in (encoder, decoder):
        for part in (layer.embedding, *layer.blocks, layer.final_norm):
            assert part.compute_dtype == "bfloat16", part.path
    codes = encoder(SENTENCES)
    assert keras.backend.standardize_dtype(codes.dtype) == "bfloat16"
    logits = decoder(CODES, SENTENCES)
    assert keras.backend.standardize_dtype(logits.dtype) == "bfloat16"
    np.testing.assert_allclose(
        step_by_step(decoder, CODES, SENTENCES), array(logits), atol=0.05
    )


def test_sizes_that_do_not_fit_are_refused():
    for layer in (layers.TransformerEncoder, layers.TransformerDecoder):
        with pytest.raises(ValueError, match="multiple of `num_heads`"):
            layer(12, LENGTH, units=9, num_heads=2)
    longer = np.full((2, LENGTH + 1), 5)
    decoder = make_decoder()
    with pytest.raises(ValueError, match="at most `max_length` tokens"):
        make_encoder()(longer)
    with pytest.raises(ValueError, match="at most `max_length` tokens"):
        decoder(CODES, longer)
    with pytest.raises(ValueError, match="at most `max_length` tokens"):
        decoder.initial_state(CODES, LENGTH + 1)


def test_without_keras_nlp_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras_nlp", None)
    with pytest.raises(ImportError, match="pip install keras-nlp"):
        make_encoder()


@pytest.mark.once
def test_transformers_learn_more_slowly_by_name_or_as_layers():
    codec = keras_arae.TextPreprocessor(list("abcd"), max_length=4)
    layer = layers.TransformerEncoder(
        codec.vocabulary_size, codec.sequence_length, 8
    )
    for encoder, rate in (("lstm", 4e-3), ("transformer", 1e-3), (layer, 1e-3)):
        model = keras_arae.TextARAE(codec, 4, 8, encoder=encoder)
        assert model.learning_rate == rate
