"""Model files that are damaged, hostile, or of another kind."""

import zipfile

import keras
import pytest
from conftest import same
from conftest import weights_of
from limited_memory import limited_memory

import keras_arae
from keras_arae.training import load_model

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    codec = keras_arae.TextPreprocessor(["a", "b"], max_length=4)
    model = keras_arae.TextARAE(codec, embedding_dim=8, code_dim=8)
    model.compile()
    model.fit(["a b", "b"], verbose=0)
    path = tmp_path_factory.mktemp("model") / "model.keras"
    model.save(path)
    return path


def rewritten(path, folder, change):
    """The same archive with another config."""
    target = folder / "hostile.keras"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as new:
        for name in source.namelist():
            content = source.read(name)
            if name == "config.json":
                before = content.decode()
                content = change(before).encode()
                assert content != before.encode()
            new.writestr(name, content)
    return target


def test_a_good_file_is_loaded_as_keras_does(path):
    model = load_model(path, keras_arae.TextARAE)
    expected = keras.saving.load_model(path)
    assert model.generate(5, seed=1) == expected.generate(5, seed=1)
    assert model.compiled
    # Outside of it layers are free again.
    keras.layers.Dense(2000).build((None, 2000))


@keras.saving.register_keras_serializable("tests")
class Counted(keras.initializers.RandomNormal):
    calls = 0

    def __call__(self, shape, dtype=None):
        Counted.calls += 1
        return super().__call__(shape, dtype)


def test_what_the_file_replaces_is_not_drawn(tmp_path):
    model = keras_arae.ImageARAE(
        (2, 2),
        prior=keras_arae.priors.AdversarialPrior(
            keras_arae.layers.Generator(100, (4,), kernel_initializer=Counted())
        ),
    )
    drawn = Counted.calls
    assert drawn >= 2
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert Counted.calls == drawn
    assert same(weights_of(model), weights_of(loaded))
    keras.layers.Dense(2, kernel_initializer=Counted()).build((None, 2))
    assert Counted.calls == drawn + 1


@pytest.mark.parametrize(
    "before, after",
    [
        ('"code_dim": 8', '"code_dim": 20000'),
        ('"units": 8', '"units": 20000'),
        ('"embedding_dim": 8', '"embedding_dim": 400000000'),
        ('"hidden_dims": [300, 300]', '"hidden_dims": [900000, 900000]'),
        ('"noise_dim": 8', '"noise_dim": 50000000'),
        ('"input_shape": [2, 8]', '"input_shape": [2, 800000000]'),
        ('"max_length": 4', '"max_length": 400000000'),
    ],
)
def test_sizes_are_refused_before_memory_is_taken(
    path, tmp_path, before, after
):
    hostile = rewritten(path, tmp_path, lambda c: c.replace(before, after))
    with limited_memory(), pytest.raises(ValueError) as error:
        load_model(hostile)
    message = str(error.value)
    # Than the file holds; or a width that no network has.
    assert "more than" in message or "must be" in message
    assert str(hostile) in message


@pytest.fixture
def damages(path):
    content = path.read_bytes()
    middle = len(content) // 2
    return {
        "empty": b"",
        "truncated": content[:middle],
        "flipped": content[:middle] + b"\xff\x00" * 9 + content[middle + 18 :],
        "text": b"This is no model.",
    }


@pytest.mark.parametrize("kind", ["empty", "truncated", "flipped", "text"])
def test_a_damaged_file_is_a_sentence(damages, tmp_path, kind):
    damaged = tmp_path / "model.keras"
    damaged.write_bytes(damages[kind])
    with pytest.raises(ValueError, match="cannot be read.*Received: "):
        load_model(damaged)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="Expected a saved model"):
        load_model(tmp_path / "model.keras")


def test_another_kind_of_model(path):
    with pytest.raises(ValueError, match="saved ImageARAE.*a TextARAE"):
        load_model(path, keras_arae.ImageARAE)
