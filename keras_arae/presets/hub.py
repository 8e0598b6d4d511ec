"""Presets in hubs: downloaded whole and checked, or not kept; uploaded."""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import shutil
from collections.abc import Callable
from typing import Any

from keras_arae.arguments import FLAG
from keras_arae.arguments import PATH
from keras_arae.arguments import TEXT
from keras_arae.arguments import checked
from keras_arae.arguments import optional
from keras_arae.extras import require
from keras_arae.presets import layout
from keras_arae.version import __version__

HUGGING_FACE = "hf://"
KAGGLE = "kaggle://"
FORMS = {
    HUGGING_FACE: (r"[\w.-]+/[\w.-]+", "hf://user/repo"),
    KAGGLE: (
        r"[\w.-]+/[\w.-]+/\w+/[\w.-]+(/\d+)?",
        "kaggle://user/model/framework/variation[/version]",
    ),
}


def download(uri: str, revision: str | None) -> pathlib.Path:
    """The folder of a preset in a hub, whose files are checked.

    It lies in the cache of the hub's library. A preset that is damaged does
    not stay there.

    Args:
        uri: str. `"hf://user/repo"` or
            `"kaggle://user/model/framework/variation[/version]"`.
        revision: str or `None`. Of Hugging Face: a branch, a tag or a commit.

    Raises:
        ConnectionError: It could not be downloaded.
        ValueError: It is damaged, or such a preset cannot be.
    """
    name = _name_in(uri)
    if uri.startswith(KAGGLE):
        if revision is not None:
            raise ValueError(
                "Kaggle's versions stand in the name, "
                f"{FORMS[KAGGLE][1]!r}: leave `revision` out. "
                f"Received: revision={revision!r} with {uri!r}"
            )
        folder, forget = _from_kaggle(uri, name), _forget_kaggle
    else:
        folder, forget = _from_hugging_face(uri, name, revision), _forget_hf
    try:
        layout.check_files(folder)
    except ValueError:
        with contextlib.suppress(OSError):  # Of a cache that is not ours.
            forget(folder)
        raise
    return folder


@checked(
    uri=TEXT,
    folder=PATH,
    private=FLAG,
    revision=optional(TEXT),
    message=TEXT,
)
def upload_preset(
    uri: str,
    folder: str | os.PathLike,
    private: bool = False,
    revision: str | None = None,
    message: str = "Upload a preset of keras-arae",
) -> str:
    """Uploads a preset to Hugging Face.

    Only the files of a preset go there, after a look at their checksums. Log
    in first (`hf auth login`), or set the variable `HF_TOKEN`.
    `keras_hub.upload_preset` takes the same folder, to Kaggle too.

    Args:
        uri: str. `"hf://user/repo"`; the repository is made if need be.
        folder: str or path. What `save_to_preset` wrote.
        private: bool. Whether a new repository is hidden from others.
            Defaults to `False`.
        revision: str or `None`. The branch to upload to. Defaults to `None`:
            the main one.
        message: str. Of the commit. Defaults to words that say what it is.

    Returns:
        The address of the commit.

    Raises:
        ConnectionError: The hub cannot be reached, or takes nothing.
        ImportError: `huggingface_hub` is not installed.
        ValueError: The folder holds no whole preset, or the uri is another.
    """
    if not uri.startswith(HUGGING_FACE):
        raise ValueError(
            f"Expected a place on Hugging Face, {FORMS[HUGGING_FACE][1]!r}; "
            "for Kaggle use `keras_hub.upload_preset`. "
            f"Received: uri={uri!r}"
        )
    name = _name_in(uri)
    folder = pathlib.Path(folder)
    layout.check_files(folder)
    api = _hugging_face()

    def upload() -> Any:
        repo = api.create_repo(name, exist_ok=True, private=private)
        return api.upload_folder(
            repo_id=repo.repo_id,
            folder_path=folder,
            revision=revision,
            commit_message=message,
            allow_patterns=list(layout.PATTERNS),
        )

    return str(_asking(uri, upload, "Log in, or ask for the right to write."))


def _name_in(uri: str) -> str:
    """What stands behind the scheme; refuses other forms."""
    scheme = next((s for s in FORMS if uri.startswith(s)), None)
    if scheme is None:
        raise ValueError(
            f"Expected one of {[example for _, example in FORMS.values()]}. "
            f"Received: {uri!r}"
        )
    pattern, example = FORMS[scheme]
    name = uri.removeprefix(scheme)
    if re.fullmatch(pattern, name) is None:
        raise ValueError(f"Expected {example!r}. Received: {uri!r}")
    return name


def _hugging_face() -> Any:
    hub = require("huggingface_hub", "hub")
    return hub.HfApi(library_name="keras-arae", library_version=__version__)


def _from_hugging_face(
    uri: str, name: str, revision: str | None
) -> pathlib.Path:
    api = _hugging_face()
    cache = pathlib.Path(
        require("huggingface_hub.constants", "hub").HF_HUB_CACHE
    )
    repo = cache / f"models--{name.replace('/', '--')}"
    known = repo.exists()
    try:
        return pathlib.Path(
            _asking(
                uri,
                lambda: api.snapshot_download(
                    name,
                    revision=revision,
                    cache_dir=cache,
                    allow_patterns=list(layout.PATTERNS),
                ),
                _elsewhere(),
            )
        )
    except BaseException:
        if not known:
            shutil.rmtree(repo, ignore_errors=True)
        raise


def _forget_hf(folder: pathlib.Path) -> None:
    """Removes a revision from the library's cache."""
    hub = require("huggingface_hub", "hub")
    cache = hub.scan_cache_dir(folder.parents[2])
    cache.delete_revisions(folder.name).execute()


def _from_kaggle(uri: str, name: str) -> pathlib.Path:
    hub = require("kagglehub", "hub")
    return pathlib.Path(
        _asking(uri, lambda: hub.model_download(name), _elsewhere())
    )


def _forget_kaggle(folder: pathlib.Path) -> None:
    """Removes a version, and the mark that it is complete, from the cache."""
    shutil.rmtree(folder)
    folder.with_name(f"{folder.name}.complete").unlink(missing_ok=True)


def _asking(uri: str, ask: Callable[[], Any], advice: str) -> Any:
    """What a hub's library answers; its errors become a sentence."""
    try:
        return ask()
    except Exception as error:  # Each library has kinds of its own.
        reason = " ".join(str(error).split())
        raise ConnectionError(
            f"The hub did not do what it was asked for. {advice} "
            f"Received: {uri!r}: {type(error).__name__}: {reason[:300]}"
        ) from error


def _elsewhere() -> str:
    files = ", ".join((*layout.REQUIRED, layout.CHECKSUMS))
    return (
        "Look for a slip in the name. Where there is no connection, download "
        f"the preset's files ({files} and, if there is one, the folder "
        f"{layout.ASSETS}) elsewhere, put them into one folder, and give "
        "`from_preset` the path of that folder."
    )
