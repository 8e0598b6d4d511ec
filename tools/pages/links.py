"""Links of Markdown files, as they are in the repository and on the site."""

import os
import pathlib
import re

LINK = re.compile(r"\]\(([^()\s#]+)(#[^()\s]*)?\)")
FENCE = re.compile(r"^ *```")


class Links:
    """Which file of the repository is which page, and links among pages.

    A link to a file that is no page makes it one: its text, in a block.

    Args:
        root: pathlib.Path. Of the repository.
        pages: dict of the path of a file to that of its page, both below
            their roots.
    """

    def __init__(self, root, pages):
        self.root = root
        self.pages = pages
        self.sources = {}

    def rewritten(self, text, source):
        """The text of a file with links as they are on its page.

        Args:
            text: str. Markdown.
            source: str. The path of the file that it is of.

        Raises:
            ValueError: a link leads nowhere.
        """
        lines, fenced = text.split("\n"), False
        for index, line in enumerate(lines):
            if FENCE.match(line):
                fenced = not fenced
            elif not fenced:
                lines[index] = LINK.sub(
                    lambda match: self._link(source, match), line
                )
        return "\n".join(lines)

    def _link(self, source, match):
        target, anchor = match.group(1), match.group(2) or ""
        if ":" in target:  # https:, mailto:
            return match.group()
        path = os.path.normpath(f"{os.path.dirname(source)}/{target}")
        path = path.lstrip("/")
        page = os.path.relpath(
            self._page(path, source), os.path.dirname(self.pages[source])
        )
        return f"]({page}{anchor})"

    def _page(self, path, source):
        if path in self.pages:
            return self.pages[path]
        if not (self.root / path).is_file():
            raise ValueError(
                f"Expected a link to a file. Received: {path!r} in {source}"
            )
        return self.sources.setdefault(path, f"source/{path}.md")

    def source_pages(self):
        """Pairs of the path and the text of each file that became a page."""
        for path, page in self.sources.items():
            text = (self.root / path).read_text(encoding="utf-8")
            kind = pathlib.PurePath(path).suffix.lstrip(".")
            yield page, f"# {path}\n\n{block(text, kind)}\n"


def block(text, kind=""):
    """Text in a block of code, whatever it holds."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 0)
    kind = {"py": "python", "txt": "text", "": "text"}.get(kind, kind)
    return f"{fence}{kind}\n{text.rstrip()}\n{fence}"
