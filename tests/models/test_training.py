"""A real training run: the model learns a corner of the packaged corpus."""

import keras
import pytest

import keras_arae


# A step is the same on each backend: tests/test_cross_backend.py. A thousand
# take PyTorch three times as long.
@pytest.mark.skipif(
    keras.config.backend() != "tensorflow", reason="Soonest done there."
)
def test_learns_short_clauses():
    train, held_out = (
        [line for line in sentences if len(line.split()) <= 6]
        for sentences in keras_arae.datasets.load_train_and_held_out(
            "web_clauses"
        )
    )
    codec = keras_arae.TextPreprocessor.from_corpus(
        train, vocabulary_size=1000, max_length=6
    )
    model = keras_arae.TextARAE(
        codec,
        embedding_dim=64,
        code_dim=64,
        prior=keras_arae.priors.AdversarialPrior(
            noise_dim=32, hidden_dims=(128, 128)
        ),
        code_noise=0.06,
        seed=0,
    )
    epochs = 6
    rate = keras.optimizers.schedules.CosineDecay(
        8e-3, epochs * (len(train) // 64)
    )
    model.compile(
        keras.optimizers.Adam(rate, global_clipnorm=1.0),
        keras.optimizers.Adam(1e-3, beta_1=0.5),
        keras.optimizers.Adam(1e-3, beta_1=0.5),
    )
    model.fit(train, epochs=epochs, batch_size=64, verbose=0)
    found = model.evaluate(held_out, verbose=0, return_dict=True)
    samples = model.generate(1000, seed=0)
    distinct = len(set(samples)) / len(samples)
    # Measured: 0.72 on torch, norm 0.965, traces 0.927 and 0.976.
    assert found["accuracy"] > 0.68
    # The moments of generated codes meet those of real ones.
    assert found["generated_code_norm"] == pytest.approx(1.0, abs=0.1)
    assert found["generated_code_trace"] == pytest.approx(
        found["code_trace"], abs=0.15
    )
    assert distinct > 2 / 3
