"""Nothing imports upwards, and one room asks which backend runs.

The rules read imports from the source, those inside functions too.
"""

import ast
import pathlib

import pytest

pytestmark = pytest.mark.once
PACKAGE = pathlib.Path(__file__).parents[1] / "keras_arae"
FILES = sorted(
    path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")
)

# What users import and run: may import any room.
DOORS = ("__init__", "evaluate", "explore")

# A room may import itself and the rooms of lower floors; from the top.
FLOORS = (
    ("callbacks", "explorer"),
    ("evaluation",),
    ("visualization",),
    ("models",),
    ("presets",),
    ("priors",),
    ("layers",),
    ("sampling",),
    ("training",),
    ("backend", "datasets"),
    ("data",),
    (
        "arguments",
        "atomic_file",
        "export",
        "extras",
        "script",
        "version",
    ),
)
FLOOR_OF = {room: i for i, rooms in enumerate(FLOORS) for room in rooms}

# Rooms that know nothing of each other, though one is on a lower floor:
# pictures are drawn from arrays and dicts.
INDEPENDENT = {("backend", "data"), ("visualization", "models")}

# Functions that import the module that their first argument names.
IMPORTERS = ("__import__", "import_module", "require")

# Files outside `backend` that may import TensorFlow, and what for.
TENSORFLOW_FILES = {
    "data/user_datasets.py": "a user's tf.data.Dataset is mapped by its own",
    "callbacks/samplers.py": "TensorBoard's files of pictures",
}


def room_of(file):
    """The room of a file, given relative to the package."""
    return file.split("/")[0].removesuffix(".py")


def imported_names(tree):
    """Full names of what a module imports: `keras_arae.data.Batch`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args:
            function = ast.unparse(node.func).split(".")[-1]
            name = getattr(node.args[0], "value", None)
            if function in IMPORTERS and isinstance(name, str):
                yield name


def upward_imports(file, source):
    """What is wrong with the rooms that a file imports."""
    room = room_of(file)
    if room in DOORS:
        return []
    if room not in FLOOR_OF:
        return [f"{room} is in none of the FLOORS"]
    problems = []
    for name in imported_names(ast.parse(source)):
        package, _, rest = name.partition(".")
        target = rest.split(".")[0]
        if name.startswith("."):
            problems.append(f"{name}: a relative import hides the room")
        elif package != "keras_arae" or target == room:
            continue
        elif target not in FLOOR_OF:
            problems.append(f"{name}: {target or 'all'} is above {room}")
        elif FLOOR_OF[target] <= FLOOR_OF[room]:
            problems.append(f"{name}: {target} is not below {room}")
        elif (room, target) in INDEPENDENT:
            problems.append(f"{name}: {room} knows nothing of {target}")
    return problems


def backend_questions(file, source):
    """Where a file outside `backend` asks which backend runs."""
    if room_of(file) == "backend":
        return []
    tree = ast.parse(source)
    problems = []
    for name in imported_names(tree):
        package, *parts = name.split(".")
        if package in ("jax", "jaxlib", "torch"):
            problems.append(f"imports {name}")
        elif package == "tensorflow" and file not in TENSORFLOW_FILES:
            problems.append(f"imports {name}")
        elif package == "keras" and "backend" in parts:
            problems.append(f"imports {name}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            if name.endswith(("config.backend", "backend.backend")):
                problems.append(f"asks {name}")
        elif isinstance(node, ast.Constant) and node.value == "KERAS_BACKEND":
            problems.append("asks KERAS_BACKEND")
    return problems


@pytest.mark.parametrize("file", FILES)
def test_no_file_imports_upwards(file):
    source = (PACKAGE / file).read_text(encoding="utf-8")
    assert upward_imports(file, source) == []


@pytest.mark.parametrize("file", FILES)
def test_only_the_backend_room_asks_which_backend_runs(file):
    source = (PACKAGE / file).read_text(encoding="utf-8")
    assert backend_questions(file, source) == []


@pytest.mark.parametrize("file", TENSORFLOW_FILES)
def test_each_exception_is_needed(file):
    tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
    names = imported_names(tree)
    assert any(name.split(".")[0] == "tensorflow" for name in names)


# The rules themselves, on sources made up for them.


@pytest.mark.parametrize(
    "file, source",
    [
        ("models/arae.py", "from keras_arae.layers import Critic"),
        ("models/arae.py", "from keras_arae.models.text import Text"),
        ("models/arae.py", "from keras_arae import backend, data"),
        ("callbacks/a.py", "import keras_arae.evaluation.texts"),
        ("datasets/a.py", "from keras_arae.data import Codec"),
        ("backend/jax.py", "from keras_arae.export import export"),
        ("__init__.py", "from keras_arae import callbacks"),
        ("evaluate.py", "import keras_arae"),
        ("data/a.py", "import numpy as np\nfrom keras import ops"),
    ],
)
def test_downward_imports_are_allowed(file, source):
    assert upward_imports(file, source) == []


@pytest.mark.parametrize(
    "file, source, problem",
    [
        ("layers/a.py", "from keras_arae.models import ARAE", "models is not"),
        ("layers/a.py", "from keras_arae import models", "models is not"),
        ("layers/a.py", "import keras_arae.priors.prior", "priors is not"),
        ("layers/a.py", "import keras_arae", "all is above layers"),
        ("data/a.py", "from keras_arae.evaluate import main", "evaluate is"),
        ("data/a.py", "from keras_arae import TextARAE", "TextARAE is above"),
        (
            "data/a.py",
            "def f():\n    from keras_arae.training import Phase",
            "training is not below data",
        ),
        (
            "layers/a.py",
            "importlib.import_module('keras_arae.models.arae')",
            "models is not below layers",
        ),
        ("backend/a.py", "from keras_arae.data import Batch", "knows nothing"),
        (
            "visualization/a.py",
            "from keras_arae.models import ARAE",
            "visualization knows nothing of models",
        ),
        ("data/a.py", "from keras_arae import backend", "backend is not"),
        ("datasets/a.py", "from keras_arae import backend", "backend is not"),
        ("layers/a.py", "from .mlp import MLP", "relative import"),
        ("export.py", "from keras_arae import data", "data is not below"),
        ("metrics/a.py", "", "metrics is in none of the FLOORS"),
    ],
)
def test_other_imports_are_not(file, source, problem):
    (found,) = upward_imports(file, source)
    assert problem in found


@pytest.mark.parametrize(
    "source, problem",
    [
        ("if keras.config.backend() == 'jax': pass", "keras.config.backend"),
        ("keras.backend.backend()", "keras.backend.backend"),
        ("from keras.config import backend", "keras.config.backend"),
        ("from keras import backend as K", "keras.backend"),
        ("import jax.numpy as jnp", "jax.numpy"),
        ("def f():\n    import torch", "torch"),
        ("from torch.nn import LSTM", "torch.nn.LSTM"),
        ("import tensorflow as tf", "tensorflow"),
        ("importlib.import_module('jax')", "jax"),
        ("require('torch.nn', 'torch')", "torch.nn"),
        ("os.environ['KERAS_BACKEND']", "KERAS_BACKEND"),
    ],
)
def test_questions_about_the_backend_are_found(source, problem):
    (found,) = backend_questions("layers/a.py", source)
    assert found.endswith(problem)
    assert backend_questions("backend/a.py", source) == []


@pytest.mark.parametrize(
    "file, source",
    [
        ("layers/a.py", "from keras_arae import backend\nbackend.dense(x)"),
        ("data/user_datasets.py", "import tensorflow as tf"),
        ("layers/a.py", "import tensorboard"),
        ("datasets/a.py", "require('sklearn.datasets', 'images')"),
        ("layers/a.py", "require(name, 'eval')"),
    ],
)
def test_what_asks_nothing_is_allowed(file, source):
    assert backend_questions(file, source) == []
