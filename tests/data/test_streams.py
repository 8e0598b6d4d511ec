"""What can only be iterated: DataLoaders, generators, other libraries'."""

import keras
import numpy as np
import pytest
from conftest import few_steps
from conftest import quick_optimizers
from conftest import same
from conftest import weights_of

import keras_arae


@pytest.fixture(scope="module")
def rows(preprocessor, clauses):
    return preprocessor.encode_corpus(clauses[:48])[0]


@pytest.fixture
def make_plain(make_model):
    """Makes small text models, without a game: it reads no stream."""

    def make(prior=None, **options):
        model = make_model(compiled=False, prior=prior, **options)
        model.compile(quick_optimizers()["autoencoder_optimizer"])
        return few_steps(model)

    return make


def sized(batches):
    """What has a length and can be iterated again, as a DataLoader."""

    class Stream:
        passes = 0

        def __len__(self):
            return len(batches)

        def __iter__(self):
            self.passes += 1
            return iter(batches)

    return Stream()


def unsized(batches):
    class Stream:
        def __iter__(self):
            return iter(batches)

    return Stream()


def batches_of(rows, size=16):
    return [rows[i : i + size] for i in range(0, len(rows), size)]


def trained(give_model, data, **options):
    keras.utils.set_random_seed(0)
    model = give_model()
    options = {"verbose": 0, "shuffle": False, "batch_size": 16, **options}
    history = model.fit(data, **options).history
    return model, history


def test_streams_are_read_as_lists_are(as_new, rows):
    expected, history = trained(as_new, rows, epochs=2)
    expected = weights_of(expected)
    for stream, options in (
        (sized(batches_of(rows)), {}),
        (unsized(batches_of(rows)), {"steps_per_epoch": 3}),
        (iter(batches_of(rows) * 2), {"steps_per_epoch": 3}),
    ):
        model, found = trained(as_new, stream, epochs=2, **options)
        assert found["loss"] == pytest.approx(history["loss"], rel=1e-5)
        for a, b in zip(weights_of(model), expected, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5)


def test_a_data_loader_of_sentences(make_plain, clauses):
    torch = pytest.importorskip("torch")
    sentences = [line for line in clauses if len(line.split()) <= 8][:32]
    expected, history = trained(make_plain, sentences, batch_size=8)
    loader = torch.utils.data.DataLoader(sentences, batch_size=8)
    model, found = trained(make_plain, loader, validation_data=loader)
    assert found["loss"] == pytest.approx(history["loss"], rel=1e-5)
    held_out = expected.evaluate(
        sentences, batch_size=8, verbose=0, return_dict=True
    )
    assert found["val_loss"][0] == pytest.approx(held_out["loss"], rel=1e-4)


@pytest.mark.once
def test_a_data_loader_of_pairs(make_plain, rows):
    torch = pytest.importorskip("torch")
    labels = np.arange(len(rows)) % 2
    tensors = torch.utils.data.TensorDataset(
        torch.tensor(rows), torch.tensor(labels)
    )
    loader = torch.utils.data.DataLoader(tensors, batch_size=16)
    losses = []
    for data in ((rows, labels), (loader,)):
        keras.utils.set_random_seed(0)
        model = make_plain(condition=2)
        history = model.fit(*data, batch_size=16, shuffle=False, verbose=0)
        losses += history.history["loss"]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


@pytest.mark.once
def test_passes_through_a_stream_go_on(make_plain, rows):
    seen = []

    def stream():
        for index, batch in enumerate(batches_of(rows) * 3):
            seen.append(index)
            yield batch

    trained(make_plain, stream(), epochs=4, steps_per_epoch=2)
    assert seen[:8] == list(range(8))


def test_a_model_without_a_codec_loses_no_batch():
    x = np.random.default_rng(0).integers(2, size=(32, 6)).astype("int32")
    layers = keras_arae.layers
    found = []
    for data in (x, iter(batches_of(x)), sized(batches_of(x))):
        keras.utils.set_random_seed(0)
        model = keras_arae.ARAE(
            layers.DenseEncoder(4, (8,)), layers.DenseDecoder((6,), 2, (8,))
        )
        model.compile(run_eagerly=True)
        model.fit(
            data, batch_size=16, shuffle=False, verbose=0, steps_per_epoch=2
        )
        found.append(weights_of(model))
    assert same(found[0], found[1])
    assert same(found[0], found[2])


def test_a_stream_of_unknown_length_needs_steps(make_plain, rows):
    stream = unsized(batches_of(rows))
    model = make_plain()
    with pytest.raises(ValueError, match="give `steps_per_epoch`"):
        model.fit(stream, verbose=0)
    with pytest.raises(ValueError, match="give `validation_steps`"):
        model.fit(rows, validation_data=stream, verbose=0)
    with pytest.raises(ValueError, match="give `steps`"):
        model.evaluate(stream, verbose=0)
    expected = model.evaluate(rows, batch_size=16, verbose=0)[0]
    found = model.evaluate(stream, steps=3, verbose=0)[0]
    assert found == pytest.approx(expected, rel=1e-4)


def test_evaluations_begin_anew(make_plain, rows):
    model = make_plain()
    loader = sized(batches_of(rows))
    first = model.evaluate(rows[:16], batch_size=16, verbose=0)[0]
    found = model.fit(
        rows,
        epochs=2,
        batch_size=16,
        verbose=0,
        validation_data=loader,
        validation_steps=1,
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_epoch_begin=lambda epoch, logs: [
                    setattr(optimizer, "learning_rate", 0.0)
                    for optimizer in model.optimizer.optimizers
                ]
            )
        ],
    ).history["val_reconstruction_loss"]
    assert found == pytest.approx([first, first], rel=1e-4)


def test_semi_supervised_streams_need_steps_too(rows, preprocessor):
    model = keras_arae.SemiSupervisedARAE(
        preprocessor,
        ["a", "b"],
        embedding_dim=6,
        code_dim=8,
        classification_weight=0,
    )
    model.compile()
    with pytest.raises(ValueError, match="give `steps_per_epoch`"):
        model.fit(unsized(batches_of(rows)), verbose=0)


@pytest.mark.once
def test_a_stream_that_ends_too_soon_says_so(make_plain, rows):
    stream = iter(batches_of(rows))
    with pytest.raises(Exception, match="The stream has ended.*\n?.*Received"):
        make_plain().fit(stream, steps_per_epoch=2, epochs=2, verbose=0)


@pytest.mark.parametrize(
    "stream, message",
    [
        (iter(["a b", "c d"]), r"`list\(stream\)`"),
        (iter([{"text": ["a"], "label": [0]}]), r"\['text', 'label'\]"),
    ],
)
def test_what_is_no_batch_is_refused(make_plain, stream, message):
    with pytest.raises(ValueError, match=message):
        make_plain().fit(stream, steps_per_epoch=1, verbose=0)


def test_a_tensorflow_set_that_is_not_batched_is_refused(make_plain, clauses):
    tf = pytest.importorskip("tensorflow")
    dataset = tf.data.Dataset.from_tensor_slices(clauses[:8])
    with pytest.raises(ValueError, match="yields single ones"):
        make_plain().fit(dataset, verbose=0)
    make_plain().fit(dataset.batch(4), verbose=0)
    table = tf.data.Dataset.from_tensor_slices({"text": clauses[:8]}).batch(4)
    with pytest.raises(ValueError, match="columns, as.*'text'"):
        make_plain().fit(table, verbose=0)
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    dealt = strategy.experimental_distribute_dataset(dataset.batch(4))
    with pytest.raises(ValueError, match="as it is.*DistributedDataset"):
        make_plain().fit(dealt, verbose=0)


def test_a_table_of_another_library_is_refused_and_its_column_taken(
    make_plain, clauses
):
    class Column:  # As that of Hugging Face's datasets.
        def __len__(self):
            return 16

        def __getitem__(self, index):
            return clauses[:16][index]

        def __iter__(self):
            return iter(clauses[:16])

    class Table:
        column_names = ["text", "label"]

        def __len__(self):
            return 16

        def __getitem__(self, index):
            return Column() if index == "text" else {}

    class OneColumn(Table):
        column_names = ["text"]

    model = make_plain()
    with pytest.raises(ValueError, match=r"\['text', 'label'\]"):
        model.fit(Table(), verbose=0)
    model.fit(Table()["text"], verbose=0)
    model.fit(OneColumn(), verbose=0)


def test_a_prior_that_is_fitted_afterwards(make_plain, rows):
    model = make_plain(prior=keras_arae.priors.GaussianPrior())
    with pytest.raises(ValueError, match="can be read again"):
        model.fit(iter(batches_of(rows)), steps_per_epoch=2, verbose=0)
    model.fit(sized(batches_of(rows)), verbose=0)
    assert len(model.generate(2)) == 2


@pytest.mark.once
@pytest.mark.parametrize("shuffle", [True, False])
def test_steps_per_epoch_see_each_row_once_a_pass(
    rows, make_plain, shuffle, monkeypatch
):
    model = make_plain()
    seen = []

    class Codec(type(model.codec)):
        def draw(self, batch, generator):
            seen.extend(map(bytes, batch))
            return batch

    monkeypatch.setattr(model.codec, "__class__", Codec)
    model.fit(
        rows,
        batch_size=8,
        epochs=3,
        steps_per_epoch=2,
        verbose=0,
        shuffle=shuffle,
    )
    # Backends may look at a batch or two before they begin.
    last = seen[-48:]
    assert sorted(last) == sorted(map(bytes, rows))
