"""The files of a preset, and their checksums."""

from __future__ import annotations

import hashlib
import os
import pathlib
import re

# As Keras names them in a folder, and as keras_hub's `upload_preset` expects.
CONFIG = "config.json"
METADATA = "metadata.json"
WEIGHTS = "model.weights.h5"
ASSETS = "assets"
CARD = "README.md"

# In the form of `sha256sum --check`. The card is not in it: people edit it.
CHECKSUMS = "SHA256SUMS"

REQUIRED = (CONFIG, METADATA, WEIGHTS)

# All files of a preset, as hubs' libraries match names.
PATTERNS = (*REQUIRED, CARD, CHECKSUMS, f"{ASSETS}/*")
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def is_preset(folder: pathlib.Path) -> bool:
    """Whether a folder looks like a preset, whole or not."""
    # Of a name that no file can have, too.
    return all(os.path.isfile(folder / name) for name in (CONFIG, METADATA))


def write_checksums(folder: pathlib.Path) -> None:
    """Writes the SHA-256 of each file that loading reads."""
    lines = [f"{_sum_of(folder / name)}  {name}\n" for name in _read_by(folder)]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")


def check_files(folder: pathlib.Path) -> None:
    """Refuses a preset that is not as it was when it was saved.

    Args:
        folder: path.

    Raises:
        ValueError: A file is missing, is another one than was saved, or was
            not saved with the preset.
    """
    try:
        text = (folder / CHECKSUMS).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise _damaged(
            folder, f"{CHECKSUMS}, its checksums, cannot be read"
        ) from None
    known = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            raise _damaged(folder, f"{CHECKSUMS} has a line of another form")
        known[match.group(2)] = match.group(1)
    found = _read_by(folder)
    for name in REQUIRED:
        if name not in known:
            raise _damaged(folder, f"{CHECKSUMS} has no checksum of {name}")
    for name in known:
        if name not in found:
            raise _damaged(folder, f"{name} is missing")
    for name in found:
        if name not in known:
            raise _damaged(folder, f"{CHECKSUMS} has no checksum of {name}")
        if _sum_of(folder / name) != known[name]:
            raise _damaged(folder, f"the checksum of {name} is another one")


def _damaged(folder: pathlib.Path, problem: str) -> ValueError:
    return ValueError(
        "The preset is not as it was saved: it was cut short, damaged or "
        "changed. Download or copy it again; to change a model, load it and "
        f"save it anew by `save_to_preset`. Received: {folder}, where {problem}"
    )


def _read_by(folder: pathlib.Path) -> list[str]:
    """Names of the files that loading reads, relative to the folder."""
    assets = (folder / ASSETS).rglob("*")
    return sorted(
        path.relative_to(folder).as_posix()
        for path in (*(folder / name for name in REQUIRED), *assets)
        if path.is_file()
    )


def _sum_of(path: pathlib.Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
