"""What a user does first, with an installed package: no test packages needed.

    python -m venv new
    new/bin/pip install dist/keras_arae-*.whl
    new/bin/python tools/smoke_test.py

Run it where no folder `keras_arae` is in reach: `make smoke` does.
"""

import pathlib
import platform
import sys
import tempfile

import keras
import numpy as np

import keras_arae


def main():
    folder = pathlib.Path(keras_arae.__file__).parent
    if "site-packages" not in folder.parts:
        sys.exit(f"Expected an installed package. Received: {folder}")
    check_corpora()
    check_presets()
    check_model()
    print(
        f"keras-arae {keras_arae.__version__} works: Python "
        f"{platform.python_version()}, Keras {keras.__version__}, "
        f"{keras.config.backend()}."
    )


def check_corpora():
    """All packaged data are there."""
    for name in ("tatoeba", "web_clauses"):
        assert len(keras_arae.datasets.load_text(name)) > 10000, name
    assert len(keras_arae.datasets.load_molecules()) > 10000


def check_presets():
    """All packaged presets load."""
    for name, preset in keras_arae.presets.list_presets().items():
        model = getattr(keras_arae, preset["class_name"]).from_preset(name)
        assert model.count_params() == preset["num_weights"], name


def check_model():
    """A small model trains, speaks, is saved and loaded."""
    sentences = keras_arae.datasets.load_text()[:256]
    codec = keras_arae.TextPreprocessor.from_corpus(
        sentences, vocabulary_size=500, max_length=15
    )
    model = keras_arae.TextARAE(codec, embedding_dim=8, code_dim=8)
    model.compile()
    model.fit(sentences, batch_size=64, epochs=1, verbose=0)
    codes = model.encode(sentences[:3])
    assert codes.shape == (3, 8) and np.isfinite(codes).all()
    assert len(model.interpolate(steps=5)) == 5
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder) / "model.keras")
        model.save(path)
        loaded = keras.saving.load_model(path)
    assert loaded.generate(3, seed=0) == model.generate(3, seed=0)


if __name__ == "__main__":
    main()
