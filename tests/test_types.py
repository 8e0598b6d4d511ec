"""Type hints on everything public."""

import ast
import pathlib

import pytest

pytestmark = pytest.mark.once
PACKAGE = pathlib.Path(__file__).parents[1] / "keras_arae"
MODULES = sorted(PACKAGE.rglob("*.py"))


def public_functions(body):
    """Public functions, and the methods of all classes, of a body."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from public_functions(node.body)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if not node.name.startswith("_"):
                yield node
        elif isinstance(node, (ast.If, ast.Try)):
            yield from public_functions(node.body + node.orelse)


def missing_hints(source):
    """What has no hint in a module, as `function: parameter`."""
    missing = []
    for function in public_functions(ast.parse(source).body):
        arguments = function.args
        parameters = [
            *arguments.posonlyargs,
            *arguments.args,
            arguments.vararg,
            *arguments.kwonlyargs,
            arguments.kwarg,
        ]
        missing += [
            f"{function.name}: {parameter.arg}"
            for parameter in parameters
            if parameter is not None
            and parameter.annotation is None
            and parameter.arg not in ("self", "cls")
        ]
        if function.returns is None:
            missing.append(f"{function.name}: return")
    return missing


@pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_public_functions_have_type_hints(path):
    assert missing_hints(path.read_text(encoding="utf-8")) == []


def test_a_missing_hint_is_found():
    source = (
        "def whole(a: int, *rest: int, b: int = 0, **more: int) -> int: ...\n"
        "def half(a, *rest: int, b=0, **more): ...\n"
        "def _private(a): ...\n"
        "class A:\n"
        "    def __init__(self, a): ...\n"
        "    def method(self, a: int): ...\n"
        "    @classmethod\n"
        "    def make(cls, a: int) -> None: ...\n"
    )
    assert missing_hints(source) == [
        "half: a",
        "half: b",
        "half: more",
        "half: return",
        "method: return",
    ]


def test_users_get_the_types():
    assert (PACKAGE / "py.typed").is_file()
