"""Run by test_replicas.py: the same training, by one device or by several.

    python tests/replicas.py FOLDER HOW COUNT PORT NAME...

HOW is `devices`, COUNT of them in one process; `forks`, as many processes
that meet at PORT; or `launched`, a process of those that a launcher started.
For each NAME, a training that is defined here, the (first) process writes
`FOLDER/NAME-HOW-COUNT.npz`.
"""

import contextlib
import os
import pathlib
import sys
import traceback

HOW, COUNT, PORT = sys.argv[2], int(sys.argv[3]), sys.argv[4]
CHILDREN = []


def become_several():
    """Has this process, and forks of it, what a launcher gives them."""
    os.environ.update(
        RANK="0",
        WORLD_SIZE=str(COUNT),
        MASTER_ADDR="127.0.0.1",
        MASTER_PORT=PORT,
    )
    for rank in range(1, COUNT):
        child = os.fork()
        if not child:
            os.environ["RANK"] = str(rank)
            CHILDREN.clear()
            return
        CHILDREN.append(child)


if HOW == "forks":  # Before JAX starts threads.
    become_several()
elif HOW == "devices":  # Before JAX looks.
    flag = f"--xla_force_host_platform_device_count={COUNT}"
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {flag}"

import keras  # noqa: E402
import numpy as np  # noqa: E402

import keras_arae  # noqa: E402
from keras_arae import backend  # noqa: E402

SENTENCES = [
    "a man sleeps .", "two men talk in a large old house .", "cats run .",
    "the sun rises over a small town by the sea .", "it was good .",
] * 8  # fmt: skip


def sgd(rate, **options):
    """Adam would blow up the rounding of gradients that are zero."""
    return keras.optimizers.SGD(rate, **options)


# TensorFlow's tracing takes longer than these few steps: one training has it.
EAGER = keras.config.backend() == "tensorflow"


def make_codec():
    return keras_arae.TextPreprocessor.from_corpus(SENTENCES, max_length=11)


def make_prior(**options):
    return keras_arae.priors.AdversarialPrior(
        hidden_dims=(12,), critic_steps=2, **options
    )


def make_text(kind=keras_arae.TextARAE, **options):
    codec = make_codec()
    options = {"embedding_dim": 8, "code_dim": 10, "seed": 1, **options}
    if "prior" not in options:
        options["prior"] = make_prior()
    return kind(codec, **options)


def text(folder):
    """Unequal lengths, noise of many levels, words left out, a game."""
    model = make_text(
        code_noise=(0.03, 0.3), corruption=keras_arae.layers.WordNoise()
    )
    model.compile(sgd(0.5, global_clipnorm=1.0), sgd(0.1), sgd(0.1))
    history = model.fit(
        SENTENCES,
        batch_size=8,
        epochs=2,
        validation_data=SENTENCES[:16],
        verbose=0,
    )
    model.save(folder / "model.keras")
    found = model.evaluate(SENTENCES[:12], verbose=0)
    if backend.replicas.writes:  # What a model is asked needs no other.
        assert len(model.generate(2)) == 2
        found = [*found, *model.encode(SENTENCES[:3]).ravel()]
    return model, history.history, found


def weighted(folder):
    """Weights of rows, fresh data for the critic, standardized codes."""
    model = make_text(
        standardize_codes=True, prior=make_prior(critic_data="fresh")
    )
    model.compile(
        sgd(0.5, global_clipnorm=1.0), sgd(0.1), sgd(0.1), run_eagerly=EAGER
    )
    history = model.fit(
        SENTENCES[:20],
        batch_size=10,
        sample_weight=np.linspace(0.0, 2.0, 20),
        verbose=0,
    )
    return model, history.history, []


def images(folder):
    """Batch normalization, weights that are clipped, classes."""
    generator = np.random.default_rng(0)
    x = generator.integers(2, size=(16, 5, 5))
    model = keras_arae.ImageARAE(
        (5, 5),
        condition=3,
        code_dim=6,
        prior=make_prior(critic_regularizer="weight_clipping"),
        seed=1,
    )
    model.compile(sgd(0.1), sgd(0.1), sgd(0.1), run_eagerly=EAGER)
    history = model.fit(
        x, np.arange(16) % 3, batch_size=6, validation_split=0.25, verbose=0
    )
    return model, history.history, []


def transfer(folder):
    """A loss by classes, each of which counts as much."""
    model = make_text(
        keras_arae.TransferARAE, condition=["a", "b", "c"], prior=None
    )
    model.compile(sgd(0.5), sgd(0.1))
    labels = np.arange(len(SENTENCES)) % 7 % 3
    history = model.fit(SENTENCES, labels, batch_size=10, verbose=0)
    return model, history.history, []


def labeled(folder):
    """Two sets of data side by side."""
    model = make_text(
        keras_arae.SemiSupervisedARAE, labels=["a", "b"], prior=None
    )
    model.compile(sgd(0.5))
    examples = SENTENCES[:12], [i % 2 for i in range(12)], np.arange(12.0)
    history = model.fit(SENTENCES[:24], examples, batch_size=6, verbose=0)
    return model, history.history, []


def uneven(folder):
    """Batches, and an evaluation, that no number of devices divides."""
    model = make_text(prior=None, code_noise=0.0)
    model.compile(sgd(0.5), run_eagerly=EAGER)
    parts = [SENTENCES[:7], SENTENCES[7:14], SENTENCES[14:17]]
    history = model.fit(Parts(parts), shuffle=False, verbose=0)
    evaluation = model.evaluate(
        SENTENCES[:17], batch_size=7, return_dict=True, verbose=0
    )
    del evaluation["code_gain"]  # By the code of another row.
    return model, history.history, list(evaluation.values())


def streamed(folder):
    """A corpus without an end; a loss that compares with some words."""
    model = make_text(prior=None, num_sampled=10)
    model.compile(sgd(0.5))
    stream = keras_arae.data.CorpusStream(SENTENCES, model.codec, 8, window=20)
    history = model.fit(stream, steps_per_epoch=3, epochs=2, verbose=0)
    return model, history.history, []


def sharded(folder):
    """A vocabulary whose vectors and logits devices share."""
    mesh = keras.distribution.DeviceMesh((1, COUNT), ("batch", "words"))
    layouts = keras.distribution.LayoutMap(mesh)
    layouts[".*embeddings"] = ("words", None)
    layouts[".*output_layer.*kernel"] = (None, "words")
    layouts[".*output_layer.*bias"] = ("words",)
    with keras.distribution.ModelParallel(layout_map=layouts).scope():
        return text(folder)


class Parts(keras.utils.PyDataset):
    """A user's own batches."""

    def __init__(self, parts):
        super().__init__()
        self.parts = parts

    def __len__(self):
        return len(self.parts)

    def __getitem__(self, index):
        return self.parts[index]


def resumed(folder):
    """Three epochs in a folder; a process dies in the second, once."""
    run_folder = keras_arae.callbacks.RunFolder(folder / "run", resume=True)
    run_folder.save_flags({"epochs": 3}, data=SENTENCES)
    with run_folder.running():
        model, epoch = run_folder.restore()
        if model is None:
            model = make_text(prior=None)
            model.compile(run_eagerly=EAGER)
        history = model.fit(
            SENTENCES,
            batch_size=8,
            epochs=3,
            initial_epoch=epoch,
            verbose=0,
            callbacks=run_folder.callbacks(Accident(folder / "accident")),
        )
    return model, history.history, [epoch]


def different(folder):
    """Processes that do not see the same data."""
    sentences = SENTENCES[backend.replicas.reader :]
    model = make_text(prior=None)
    model.compile()
    model.fit(sentences, batch_size=8, verbose=0)
    return model, {}, []


class Accident(keras.callbacks.Callback):
    """Kills one of the processes, where a file asks for it."""

    def __init__(self, path):
        super().__init__()
        self.path = path

    def on_train_batch_end(self, batch, logs=None):
        steps = int(keras.ops.convert_to_numpy(self.model.optimizer.iterations))
        is_last = backend.replicas.reader == backend.replicas.readers - 1
        if steps == 7 and is_last and self.path.exists():
            self.path.unlink()
            os.kill(os.getpid(), 9)


def run(name, folder, where):
    """Trains, and writes all that several devices must have in common."""
    keras.utils.set_random_seed(0)
    model, history, others = globals()[name](folder)
    if not backend.replicas.writes:
        return
    found = {f"history {key}": values for key, values in history.items()}
    for index, variable in enumerate(model.weights):
        key = f"weight {index}"
        found[key] = keras.ops.convert_to_numpy(variable)
    np.savez(folder / f"{name}-{where}.npz", others=others, **found)


@contextlib.contextmanager
def several_devices():
    """Has all in it run on several devices, where the backend can."""
    is_jax = keras.config.backend() == "jax"
    if COUNT == 1 or (HOW == "forks" and not is_jax) or HOW == "launched":
        yield
    elif is_jax:
        if HOW == "forks":
            rank = int(os.environ["RANK"])
            keras.distribution.initialize(f"127.0.0.1:{PORT}", COUNT, rank)
        with keras.distribution.DataParallel().scope():
            yield
        if HOW == "forks":  # All wait for each other.
            import jax

            jax.distributed.shutdown()
    else:
        import tensorflow as tf

        (cpu,) = tf.config.list_physical_devices("CPU")
        parts = [tf.config.LogicalDeviceConfiguration()] * COUNT
        tf.config.set_logical_device_configuration(cpu, parts)
        devices = tf.config.list_logical_devices("CPU")
        with tf.distribute.MirroredStrategy(devices).scope():
            yield


def main(folder, *names):
    with several_devices():
        for name in names:
            run(name, pathlib.Path(folder), f"{HOW}-{COUNT}")
    for child in CHILDREN:
        os.waitpid(child, 0)


if __name__ == "__main__":
    try:
        main(sys.argv[1], *sys.argv[5:])
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # Without a word to processes that may have died.
