"""Pages of the files in examples/: what they say, their code, what it gave."""

import ast
import re

from pages.links import block

SECTION = re.compile(r"^## `(\w+)`\n", re.MULTILINE)


def tutorial(program, outputs):
    """The page of an example.

    Args:
        program: str. The text of its file: a docstring with a title and a
            description, imports and flags, functions.
        outputs: str. Markdown: a heading, how the outputs were made, then
            sections, "## `function`", with what a function gave.

    Raises:
        ValueError: a section names no function of the program.
    """
    tree, lines = ast.parse(program), program.split("\n")
    title, description, *rest = ast.get_docstring(tree).split("\n")
    functions = [x for x in tree.body if isinstance(x, ast.FunctionDef)]
    introduction, given = split(outputs)
    unknown = set(given) - {function.name for function in functions}
    if unknown:
        raise ValueError(
            "Expected sections that are named after functions of "
            f"{title!r}. Received: {sorted(unknown)}"
        )
    settings = lines[tree.body[0].end_lineno : functions[0].lineno - 1]
    parts = [
        f"# {title.removeprefix('Title: ')}",
        description.removeprefix("Description: "),
        as_markdown(rest),
        introduction,
        folded("Imports and flags", block("\n".join(settings).strip(), "py")),
    ]
    for function in functions:
        code = lines[function.lineno - 1 : function.end_lineno]
        parts += [
            f"## {heading(function, code)}",
            block("\n".join(code), "py"),
            given.get(function.name, ""),
        ]
    return "\n\n".join(part for part in parts if part) + "\n"


def split(outputs):
    """What stands before the sections, and the sections by function."""
    _, text = outputs.split("\n", 1)  # without the heading
    introduction, *parts = SECTION.split(text)
    texts = [part.strip() for part in parts[1::2]]
    return introduction.strip(), dict(zip(parts[::2], texts))


def heading(function, code):
    """What a function says of itself: by its docstring, or a comment."""
    text = ast.get_docstring(function)
    if text is None:
        comments = (line.strip() for line in code)
        text = next(
            (line[2:] for line in comments if line.startswith("# ")),
            f"`{function.name}`",
        )
    return text.split("\n")[0].rstrip(".")


def as_markdown(lines):
    """A docstring's text; what is indented in it are commands."""
    text = "\n".join(lines).strip("\n")
    return re.sub(
        r"(^ {4}.*\n?)+",
        lambda match: (
            block(re.sub("^ {4}", "", match.group(), flags=re.MULTILINE), "sh")
            + "\n"
        ),
        text,
        flags=re.MULTILINE,
    )


def folded(title, text):
    """A part that opens on a click."""
    lines = "\n".join(f"    {line}".rstrip() for line in text.split("\n"))
    return f'??? note "{title}"\n\n{lines}'
