"""Small models and texts that the tests share."""

import contextlib
import gc
import importlib.metadata
import inspect
import os
import pathlib
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Equal models are compiled once, not in each test, and their parts likewise.
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", tempfile.mkdtemp())
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
# Most of a suite is compilation, and small models are quick in any case.
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
# Half of it makes code of fusions, by a way whose elder is quicker; and in many
# modules, each of which takes its time. XLA ends at a flag that is not known:
# these are known to the version tried here.
with contextlib.suppress(importlib.metadata.PackageNotFoundError):
    if importlib.metadata.version("jaxlib").startswith("0.10."):
        os.environ.setdefault(
            "XLA_FLAGS",
            "--xla_cpu_use_fusion_emitters=false "
            "--xla_cpu_parallel_codegen_split_count=1",
        )

import keras  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402

import keras_arae  # noqa: E402

ROOT = pathlib.Path(__file__).parents[1]

# Tracing makes many objects, few of them garbage: Python looks less often.
gc.set_threshold(20_000, 20, 20)


def pytest_collection_finish(session):
    """Has Python look no more through what was imported."""
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Seeds what fixtures of a whole module draw: they come before others."""
    keras.utils.set_random_seed(0)


@pytest.fixture(autouse=True)
def fixed_seed():
    keras.utils.set_random_seed(0)


MOST_BYTES = 2.5e9


@pytest.fixture(scope="module", autouse=True)
def little_memory():
    """Has JAX forget what it compiled where that has become much."""
    yield
    if keras.config.backend() == "jax" and bytes_in_use() > MOST_BYTES:
        import jax

        jax.clear_caches()


def bytes_in_use():
    """Memory of this process, where Linux says it."""
    numbers = pathlib.Path("/proc/self/statm")
    pages = int(numbers.read_text().split()[1]) if numbers.exists() else 0
    return pages * os.sysconf("SC_PAGESIZE")


@pytest.fixture(scope="session")
def clauses():
    """Real clauses of at most eight tokens from the packaged corpus."""
    sentences = keras_arae.datasets.load_text("web_clauses")
    return [line for line in sentences if len(line.split()) <= 8][:400]


@pytest.fixture(scope="session")
def preprocessor(clauses):
    return keras_arae.TextPreprocessor.from_corpus(
        clauses, vocabulary_size=200, max_length=8
    )


@pytest.fixture(scope="session")
def make_model(preprocessor):
    """Makes small text models; `compiled` with quick optimizers."""

    def make(compiled=True, **options):
        options = {
            "embedding_dim": 12,
            "code_dim": 16,
            "noise_dim": 6,
            "hidden_dims": (20,),
            "critic_steps": 1,
            "seed": 3,
            **options,
        }
        model = keras_arae.TextARAE(preprocessor, **with_prior(options))
        if compiled:
            compile_quickly(model)
        return model

    return make


@pytest.fixture(scope="session")
def as_new(make_model):
    """Gives one model again and again, each time as new: it compiles once.

    For what only trains and calls it; what an earlier call gave has changed.
    """
    model = make_model()
    variables = [*model.variables, *model.optimizer.variables]
    values = [keras.ops.convert_to_numpy(variable) for variable in variables]

    def give():
        model.stop_training = False
        for variable, value in zip(variables, values):
            variable.assign(value)
        return model

    return give


def start_alike(model, other):
    """Gives a model the weights and random states of another one."""
    for variable, value in zip(other.variables, model.variables, strict=True):
        # Copies: JAX's steps consume what a variable holds.
        variable.assign(keras.ops.convert_to_numpy(value))


def few_steps(model):
    """A compiled model, for a fit of few steps: the soonest done.

    TensorFlow traces a step as long as it runs ten eagerly; JAX compiles an
    eager step operation by operation.
    """
    if keras.config.backend() == "tensorflow":
        model.run_eagerly = True
        model.train_function = model.test_function = None
    return model


GAME = inspect.signature(keras_arae.priors.AdversarialPrior).parameters


def with_prior(options):
    """Options of a model: those of the game become its adversarial prior.

    Where a prior is given, or none is wanted, those of the game are left out.
    """
    game = {key: value for key, value in options.items() if key in GAME}
    rest = {key: value for key, value in options.items() if key not in GAME}
    if "prior" not in rest:
        rest["prior"] = keras_arae.priors.AdversarialPrior(**game)
    return rest


def compile_quickly(model, **options):
    if keras.config.backend() == "tensorflow":
        # XLA's compilation takes longer than a test's steps.
        options.setdefault("jit_compile", False)
    model.compile(**quick_optimizers(), **options)


def quick_optimizers():
    Adam = keras.optimizers.Adam
    return {
        "autoencoder_optimizer": Adam(5e-3, global_clipnorm=1.0),
        "critic_optimizer": Adam(1e-3, beta_1=0.5),
        "generator_optimizer": Adam(1e-3, beta_1=0.5),
    }


NETWORKS = ("encoder", "decoder", "generator", "critic")


def network(model, name):
    """A network of a model or of its prior."""
    holder = model.prior if name in ("generator", "critic") else model
    return getattr(holder, name)


def weights_of(*layers):
    """Copies of all weights of layers, as numpy arrays."""
    return [
        keras.ops.convert_to_numpy(weight)
        for layer in layers
        for weight in layer.weights
    ]


def same(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second))


def number(tensor):
    """A scalar tensor of any backend as a float."""
    return float(keras.ops.convert_to_numpy(tensor))


def trainer_of(layer):
    """What takes gradients, of a layer instead of a model."""

    class Trainer(keras_arae.backend.Trainer):
        trainable_variables = layer.trainable_variables
        non_trainable_variables = layer.non_trainable_variables

    return Trainer()


def in_a_step():
    """Where a step runs: TensorFlow lets shapes depend on values there."""
    if keras.config.backend() != "tensorflow":
        return contextlib.nullcontext()
    from keras_arae.backend.tensorflow_lstm import shapes_of_values

    return shapes_of_values(True)


def make_gradient(loss, layer):
    """Gradients of `loss()` by the weights of a layer, as numpy arrays."""
    value, _, pullback = trainer_of(layer).record(
        lambda: (loss(), {}), layer.trainable_variables
    )
    gradients = pullback(keras.ops.ones_like(value))
    return [keras.ops.convert_to_numpy(gradient) for gradient in gradients]
