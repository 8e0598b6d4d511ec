"""Shows what a text model can say, as it learns."""

import pathlib

import keras


class TextSampler(keras.callbacks.Callback):
    """Prints samples, reconstructions and interpolations every few epochs.

    Samples come from the same noise each time, so that one can watch them
    change. With `path` all goes to a file as well, with `log_dir` to
    TensorBoard as text (which needs tensorflow, on any backend).

    Args:
        sentences: list of str. Shown beside their reconstructions; the first
            and the second are ends of an interpolation. Defaults to `()`.
        labels: int array, the labels of `sentences` in a model with
            `num_classes`. Defaults to `None`.
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

    def __init__(
        self,
        sentences=(),
        labels=None,
        num_samples=8,
        every=1,
        steps=5,
        path=None,
        log_dir=None,
        verbose=True,
        seed=0,
        **options,
    ):
        super().__init__()
        self.sentences = list(sentences)
        self.labels = labels
        self.num_samples = num_samples
        self.every = every
        self.steps = steps
        self.path = path
        self.log_dir = log_dir
        self.verbose = verbose
        self.seed = seed
        self.options = options

    def on_epoch_end(self, epoch, logs=None):
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
            with pathlib.Path(self.path).open("a", encoding="utf-8") as file:
                file.write(text)
        if self.log_dir is not None:
            self._to_tensorboard(sections, epoch)

    def look(self):
        """What the model says now.

        Returns:
            A dict of title to list of lines.
        """
        model, options = self.model, {"seed": self.seed, **self.options}
        sections = {}
        if getattr(model, "adversarial", True):
            sections["samples"] = model.generate(self.num_samples, **options)
        if not hasattr(model, "encode"):
            return sections  # A language model has no codes.
        if model.adversarial:
            sections["between two samples"] = model.interpolate(
                label=0 if model.conditional else None,
                steps=self.steps,
                **options,
            )
        if self.sentences:
            copies = model.reconstruct(self.sentences, self.labels, **options)
            sections["sentences -> reconstructions"] = [
                f"{sentence} -> {copy}"
                for sentence, copy in zip(self.sentences, copies)
            ]
        if len(self.sentences) > 1:
            start, end = [None] * 2 if self.labels is None else self.labels[:2]
            sections["between the first two sentences"] = model.interpolate(
                *self.sentences[:2], start, end, steps=self.steps, **options
            )
        return sections

    def _to_tensorboard(self, sections, epoch):
        import tensorflow as tf

        writer = tf.summary.create_file_writer(str(self.log_dir))
        with writer.as_default():
            for title, lines in sections.items():
                # Two blanks before a line's end break it in Markdown.
                tf.summary.text(title, "  \n".join(lines), step=epoch)
        writer.close()
