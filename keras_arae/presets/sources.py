"""Where presets are found: in the package, in a folder, in a hub."""

from __future__ import annotations

import difflib
import os
import pathlib

from keras_arae.presets import hub
from keras_arae.presets import layout

PACKAGED = pathlib.Path(__file__).parent


def packaged() -> dict[str, pathlib.Path]:
    """The folders of the presets that come with the library, by name."""
    return {
        folder.name: folder
        for folder in sorted(PACKAGED.iterdir())
        if layout.is_preset(folder)
    }


def find_preset(
    preset: str | os.PathLike, revision: str | None = None
) -> pathlib.Path:
    """The folder of a preset, whose files are as they were saved.

    Args:
        preset: str or path. The name of a packaged preset, a folder, or a
            preset in a hub.
        revision: str or `None`. Of one on Hugging Face.

    Returns:
        A path.

    Raises:
        ConnectionError: It could not be downloaded.
        FileNotFoundError: There is no such folder.
        ValueError: There is no preset of that name, or it is damaged.
    """
    if isinstance(preset, str) and "://" in preset:
        return hub.download(preset, revision)
    if revision is not None:
        raise ValueError(
            "Only presets on Hugging Face, 'hf://user/repo', have a revision. "
            f"Received: revision={revision!r} with {os.fspath(preset)!r}"
        )
    folder = _local(preset)
    layout.check_files(folder)
    return folder


def _local(preset: str | os.PathLike) -> pathlib.Path:
    known = packaged()
    if isinstance(preset, str) and preset in known:
        return known[preset]
    folder = pathlib.Path(preset).expanduser()
    if layout.is_preset(folder):
        return folder
    if os.path.isdir(folder):
        raise ValueError(
            f"Expected the folder of a preset, with {layout.CONFIG}, "
            f"{layout.METADATA} and {layout.WEIGHTS}, as `save_to_preset` "
            f"writes it. Received: preset={os.fspath(preset)!r}, a folder "
            "without them"
        )
    if os.sep in os.fspath(preset) or isinstance(preset, os.PathLike):
        raise FileNotFoundError(
            "Expected the folder of a preset. "
            f"Received: preset={os.fspath(preset)!r}, where there is none"
        )
    nearest = difflib.get_close_matches(preset, known, n=1, cutoff=0.0)
    meant = f"The nearest is {nearest[0]!r}. " if nearest else ""
    raise ValueError(
        "There is no preset of this name, nor such a folder. "
        f"{meant}The packaged presets are {list(known)}; others are folders "
        "or stand in a hub, as 'hf://user/repo' or "
        f"'kaggle://user/model/keras/variation'. Received: preset={preset!r}"
    )
