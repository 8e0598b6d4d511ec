"""Pages of public names: docs/api's tables, and what the code says of each."""

import re

ROW = re.compile(r"^\| \[`(\w+)`\]\([^)]*\) \|", re.MULTILINE)
PREFIX = re.compile(r"`(keras_arae[\w.]*)\.NAME`")


def reference(text):
    """A page of docs/api with the reference of its names behind it.

    Args:
        text: str. Markdown: "Import as `keras_arae.layers.NAME`", then a
            table whose rows begin with a name, a link to its file.
    """
    names, prefix = [], None
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if found := PREFIX.search(line):
            prefix = found.group(1)
        elif row := ROW.match(line):
            name = f"{prefix}.{row.group(1)}"
            names.append(name)
            cell = f"| [`{row.group(1)}`](#{name}) |"
            lines[index] = cell + line[row.end() :]
    entries = "\n".join(f"::: {name}\n" for name in names)
    return "\n".join(lines) + f"\n## Reference\n\n{entries}"
