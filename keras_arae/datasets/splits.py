"""Which file of a folder is which split, by customary names."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Sequence

# Words for a split in the names of files.
SPLITS = {
    "train": ("train",),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test",),
}
SUFFIXES = ("txt", "tokens", "raw", "csv", "tsv")


def held_out_split(path: pathlib.Path) -> str | None:
    """The split of a folder that is for testing; `None` for a file."""
    for split in ("test", "validation"):
        if path.is_dir() and files_of_split(path, split):
            return split
    return None


def file_of_split(
    folder: pathlib.Path, split: str, suffixes: Sequence[str] = SUFFIXES
) -> pathlib.Path:
    """The one file of a split in a folder; refuses to guess."""
    files = files_of_split(folder, split, suffixes)
    if len(files) > 1:
        raise ValueError(
            f"Expected one file for the split {split!r}. Move the others to "
            "another folder, or name the file itself. "
            f"Received: {str(folder)!r} with {[file.name for file in files]}"
        )
    if not files:
        names = [f"{word}.{suffixes[0]}" for word in words_of(split)]
        raise FileNotFoundError(
            f"The folder has no file for the split {split!r}. Add one of "
            f"{names} (NAME.{names[0]} will do), or make one with `hold_out`. "
            f"Received: source={str(folder)!r}"
        )
    return files[0]


def words_of(split: str) -> Sequence[str]:
    """Words for a split in the names of files; of some, their own name."""
    return SPLITS.get(split, (split,))


def files_of_split(
    folder: pathlib.Path, split: str, suffixes: Sequence[str] = SUFFIXES
) -> list[pathlib.Path]:
    """Files such as `train.txt` or `ptb.train.txt`, by name.

    Of a file that is there packed and unpacked, the latter.
    """
    words, ends = "|".join(words_of(split)), "|".join(suffixes)
    pattern = re.compile(rf"(.+[._-])?({words})\.({ends})(\.gz)?", re.I)
    found = {
        path.name: path
        for path in sorted(folder.iterdir())
        if pattern.fullmatch(path.name) and path.is_file()
    }
    return [
        path
        for name, path in found.items()
        if name.removesuffix(".gz") == name or name[:-3] not in found
    ]
