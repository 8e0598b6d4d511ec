"""Shows what a model can say or draw, as it learns."""

from __future__ import annotations

import importlib.util
import os
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_arae.arguments import COUNT
from keras_arae.arguments import FLAG
from keras_arae.arguments import NATURAL
from keras_arae.arguments import NOT_NEGATIVE
from keras_arae.arguments import PATH
from keras_arae.arguments import SEED
from keras_arae.arguments import checked
from keras_arae.arguments import optional
from keras_arae.arguments import whole
from keras_arae.atomic_file import append_text
from keras_arae.data.text import check_sentences
from keras_arae.extras import require
from keras_arae.sampling.samplers import SAMPLING_RULES
from keras_arae.training import WritingCallback
from keras_arae.visualization import image_grid
from keras_arae.visualization import paired_image_grid
from keras_arae.visualization import save_image

DECODE_OPTIONS = [
    *SAMPLING_RULES, "batch_size", "code_noise", "num_refinements"
]  # fmt: skip


class TextSampler(WritingCallback):
    """Prints samples, reconstructions and interpolations every few epochs.

    Samples come from the same noise each time, so that one can watch them
    change. With `path` all goes to a file as well, with `log_dir` to
    TensorBoard as text (which needs tensorflow, on any backend).

    Args:
        sentences: list of str. Shown beside their reconstructions; the first
            and the second are ends of an interpolation. Defaults to `()`.
        labels: the condition of each of `sentences`, such as an int array of
            labels, in a model with a condition. Defaults to `None`.
        num_samples: int. Sentences to generate. Defaults to `8`.
        every: int. Epochs between two looks. Defaults to `1`.
        steps: int. Points on an interpolation. Defaults to `5`.
        path: str or path, or `None`. A file to append to. Defaults to `None`.
        log_dir: str or path, or `None`. TensorBoard's folder. Defaults to
            `None`.
        verbose: bool. Whether to print to the screen. Defaults to `True`.
        seed: int. Seed of the noise. Defaults to `0`.
        **options: the arguments of `ARAE.decode`: `sampler`, `temperature`
            and so on.

    Raises:
        ImportError: `log_dir` is given and TensorFlow is not installed.

    Example:

    ```python
    text = ["a man sleeps .", "two men talk ."] * 20
    preprocessor = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    model = keras_arae.TextARAE(preprocessor, embedding_dim=8, code_dim=8)
    model.compile()
    sampler = keras_arae.callbacks.TextSampler(text[:2], num_samples=3)
    model.fit(text, batch_size=20, callbacks=[sampler], verbose=0)
    ```
    """

    @checked(
        num_samples=COUNT,
        every=COUNT,
        steps=whole(2, 2**16),
        path=optional(PATH),
        log_dir=optional(PATH),
        verbose=FLAG,
        seed=SEED,
        batch_size=COUNT,
        code_noise=NOT_NEGATIVE,
        num_refinements=NATURAL,
        **SAMPLING_RULES,
    )
    def __init__(
        self,
        sentences: Sequence[str] = (),
        labels: Any = None,
        num_samples: int = 8,
        every: int = 1,
        steps: int = 5,
        path: str | os.PathLike | None = None,
        log_dir: str | os.PathLike | None = None,
        verbose: bool = True,
        seed: int = 0,
        **options: Any,
    ) -> None:
        super().__init__()
        _check_log_dir(log_dir)  # Before an epoch is trained.
        unknown = set(options) - set(DECODE_OPTIONS)
        if unknown:
            raise ValueError(
                f"Beside its own arguments it takes those of `ARAE.decode`, "
                f"{DECODE_OPTIONS}. Received: {sorted(unknown)}"
            )
        self.sentences = check_sentences(sentences)
        self.labels = labels
        self.num_samples = num_samples
        self.every = every
        self.steps = steps
        self.path = path
        self.log_dir = log_dir
        self.verbose = verbose
        self.seed = seed
        self.options = options

    def on_epoch_end(
        self, epoch: int, logs: dict[str, Any] | None = None
    ) -> None:
        """Shows what the model says, where it is time to."""
        if (epoch + 1) % self.every:
            return
        sections = self.look()
        text = f"Epoch {epoch + 1}\n" + "".join(
            f"  {title}\n" + "".join(f"    {line}\n" for line in lines)
            for title, lines in sections.items()
        )
        if self.verbose:
            print(f"\n{text}", flush=True)
        if self.path is not None:
            append_text(self.path, text)
        if self.log_dir is not None:
            # Two spaces before a line's end break it in Markdown.
            paragraphs = {
                title: "  \n".join(lines) for title, lines in sections.items()
            }
            _write_summaries("text", paragraphs, self.log_dir, epoch)

    def look(self) -> dict[str, list[str]]:
        """What the model says now.

        Returns:
            A dict of title to list of lines.
        """
        model, options = self.model, {"seed": self.seed, **self.options}
        if not model.code_dim:
            return {"samples": model.generate(self.num_samples, **options)}
        sections = {}
        if model.prior is not None:
            sections["samples"] = model.generate(self.num_samples, **options)
            sections["between two samples"] = model.interpolate(
                label=_conditions_in_turn(model, 1),
                steps=self.steps,
                **options,
            )
        if self.sentences:
            copies = model.reconstruct(
                self.sentences, label=self.labels, **options
            )
            sections["sentences -> reconstructions"] = [
                f"{sentence} -> {copy}"
                for sentence, copy in zip(self.sentences, copies)
            ]
        if len(self.sentences) > 1:
            sections["between the first two sentences"] = model.interpolate(
                *self.sentences[:2],
                label=_row(self.labels, 0),
                end_label=_row(self.labels, 1),
                steps=self.steps,
                **options,
            )
        return sections


class ImageSampler(WritingCallback):
    """Draws samples, reconstructions and interpolations every few epochs.

    One PNG an epoch, `epoch-0001-samples.png` and so on. Samples come from
    the same noise each time, so that one can watch them change. With
    `log_dir` all goes to TensorBoard as well (which needs tensorflow, on any
    backend).

    Args:
        directory: str or path. Folder for the pictures; made if need be.
        images: array of images. Shown above their reconstructions. Defaults
            to `None`.
        labels: the condition of each of `images`, such as an int array of
            labels, in a model with a condition. Defaults to `None`.
        num_samples: int. Images to generate. Defaults to `100`.
        num_paths: int. Interpolations between samples. Defaults to `5`.
        steps: int. Points on an interpolation. Defaults to `10`.
        every: int. Epochs between two looks. Defaults to `1`.
        log_dir: str or path, or `None`. TensorBoard's folder. Defaults to
            `None`.
        seed: int. Seed of the noise. Defaults to `0`.

    Raises:
        ImportError: matplotlib is not installed, or `log_dir` is given and
            TensorFlow is not.

    Example:

    ```python
    images = np.random.default_rng(0).integers(2, size=(64, 6, 6))
    model = keras_arae.ImageARAE((6, 6), code_dim=8)
    model.compile()
    sampler = keras_arae.callbacks.ImageSampler(
        tempfile.mkdtemp(), images[:5], num_samples=20
    )
    model.fit(images, callbacks=[sampler], verbose=0)
    ```
    """

    @checked(
        directory=PATH,
        num_samples=COUNT,
        num_paths=COUNT,
        steps=whole(2, 2**16),
        every=COUNT,
        log_dir=optional(PATH),
        seed=SEED,
    )
    def __init__(
        self,
        directory: str | os.PathLike,
        images: np.ndarray | None = None,
        labels: Any = None,
        num_samples: int = 100,
        num_paths: int = 5,
        steps: int = 10,
        every: int = 1,
        log_dir: str | os.PathLike | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        require("matplotlib", "plot")  # Before an epoch is trained.
        _check_log_dir(log_dir)
        self.directory = pathlib.Path(directory)
        self.images = images
        self.labels = labels
        self.num_samples = num_samples
        self.num_paths = num_paths
        self.steps = steps
        self.every = every
        self.log_dir = log_dir
        self.seed = seed

    def on_epoch_end(
        self, epoch: int, logs: dict[str, Any] | None = None
    ) -> None:
        """Writes what the model draws, where it is time to."""
        if (epoch + 1) % self.every:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        pictures = self.look()
        for name, picture in pictures.items():
            path = self.directory / f"epoch-{epoch + 1:04d}-{name}.png"
            save_image(picture, path)
        if self.log_dir is not None:
            batches = {name: image[None] for name, image in pictures.items()}
            _write_summaries("image", batches, self.log_dir, epoch)

    def look(self) -> dict[str, np.ndarray]:
        """What the model draws now.

        Returns:
            A dict of name to picture: `"samples"` (a column for each class
            in a model with classes), `"interpolations"` (rows between two
            samples) and `"reconstructions"` (originals in one row, their
            reconstructions in the next).
        """
        model, pictures = self.model, {}
        if model.prior is not None:
            samples = model.generate(
                self.num_samples,
                label=_conditions_in_turn(model, self.num_samples),
                seed=self.seed,
            )
            num_columns = 10 if model.condition is None else model.condition.dim
            pictures["samples"] = image_grid(samples, num_columns)
            paths = model.interpolate(
                label=_conditions_in_turn(model, self.num_paths),
                num_paths=self.num_paths,
                steps=self.steps,
                seed=self.seed,
            )
            pictures["interpolations"] = image_grid(
                np.reshape(paths, (-1, *model.x_shape)), self.steps
            )
        if self.images is not None:
            pictures["reconstructions"] = paired_image_grid(
                model.codec.encode(self.images),
                model.reconstruct(self.images, label=self.labels),
            )
        return pictures


def _conditions_in_turn(model: keras.Model, num_rows: int) -> np.ndarray | None:
    """Vectors of conditions: class 0, 1, 2 and so on, again and again.

    Of numbers each in turn is one standard deviation above its mean. `None`
    for a model without a condition.
    """
    if model.condition is None:
        return None
    dim = model.condition.dim
    return np.eye(dim, dtype="float32")[np.arange(num_rows) % dim]


def _row(conditions: Any, index: int) -> Any:
    """One of several conditions; `None` where there are none."""
    if conditions is None:
        return None
    if isinstance(conditions, Mapping):
        return {name: values[index] for name, values in conditions.items()}
    return conditions[index]


def _check_log_dir(log_dir: str | os.PathLike | None) -> None:
    """Refuses to write for TensorBoard where nothing can."""
    if log_dir is None or importlib.util.find_spec("tensorflow"):
        return
    raise ImportError(
        "TensorFlow writes TensorBoard's files, on any backend: "
        "`pip install tensorflow`, or leave `log_dir` out. "
        f"Received: log_dir={log_dir!r}"
    )


def _write_summaries(
    kind: str,
    items: Mapping[str, Any],
    log_dir: str | os.PathLike,
    epoch: int,
) -> None:
    """Writes texts or batches of images for TensorBoard, by name."""
    import tensorflow as tf

    write = {"text": tf.summary.text, "image": tf.summary.image}[kind]
    writer = tf.summary.create_file_writer(str(log_dir))
    with writer.as_default():
        for name, item in items.items():
            write(name, item, step=epoch)
    writer.close()
