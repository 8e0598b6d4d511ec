"""Learning curves as a picture, with the paper's moment-matching panels."""

import csv
import math
import pathlib

import keras

PANELS = {
    "reconstruction loss (nats a position)": ("reconstruction_loss",),
    "accuracy": ("accuracy",),
    "Wasserstein distance": ("wasserstein_distance",),
    "norm of codes": ("code_norm", "generated_code_norm"),
    "trace of the covariance of codes": ("code_trace", "generated_code_trace"),
    "critic, encoder and generator losses": (
        "critic_loss",
        "encoder_loss",
        "generator_loss",
    ),
}


class LearningCurves(keras.callbacks.Callback):
    """Draws a run's CSV log to a PNG after each epoch.

    The panels "norm" and "trace" show whether the moments of generated codes
    meet those of real ones (Figure 2 of the paper). Needs matplotlib. Give it
    after the `CSVLogger` whose file it reads.

    Args:
        log_path: str or path. File of a `keras.callbacks.CSVLogger`.
        path: str or path. The PNG.

    Example:

    ```python
    folder = tempfile.mkdtemp()
    x = np.random.default_rng(0).integers(2, size=(64, 6, 6))
    layers = keras_arae.layers
    model = keras_arae.ARAE(
        layers.DenseEncoder(8), layers.DenseDecoder((6, 6))
    )
    model.compile()
    model.fit(x, epochs=2, verbose=0, callbacks=[
        keras.callbacks.CSVLogger(f"{folder}/log.csv"),
        keras_arae.callbacks.LearningCurves(
            f"{folder}/log.csv", f"{folder}/curves.png"
        ),
    ])
    ```
    """

    def __init__(self, log_path, path):
        super().__init__()
        self.log_path = log_path
        self.path = path

    def on_epoch_end(self, epoch, logs=None):
        plot_learning_curves(read_log(self.log_path), self.path)


def read_log(path):
    """Columns of a CSV log by name, as lists of float.

    Args:
        path: str or path. File of a `keras.callbacks.CSVLogger`.

    Returns:
        A dict of name to list of float.
    """
    with pathlib.Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        key: [_number(row[key]) for row in rows]
        for key in (rows[0] if rows else {})
    }


def trim_log(path, num_epochs):
    """Cuts a CSV log to its first epochs, so that a resumed run appends.

    A run killed between log and checkpoint has logged an epoch that the
    checkpoint does not know. A missing file is left missing.

    Args:
        path: str or path. File of a `keras.callbacks.CSVLogger`.
        num_epochs: int. Epochs to keep.
    """
    path = pathlib.Path(path)
    if path.is_file():
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = lines[: num_epochs + 1] if num_epochs else []
        path.write_text("".join(kept), encoding="utf-8")


def plot_learning_curves(log, path):
    """Draws training and held-out curves, one panel for each quantity.

    Args:
        log: dict of name to list of float, one number an epoch;
            `History.history` is one.
        path: str or path. The PNG to write.
    """
    from matplotlib.figure import Figure

    panels = {
        title: [name for name in names if name in log]
        for title, names in PANELS.items()
    }
    panels = {title: names for title, names in panels.items() if names}
    num_columns = min(3, len(panels))
    num_rows = math.ceil(len(panels) / num_columns)
    figure = Figure(
        figsize=(4.2 * num_columns, 3.2 * num_rows), layout="constrained"
    )
    axes = figure.subplots(num_rows, num_columns, squeeze=False).ravel()
    for axis, (title, names) in zip(axes, panels.items()):
        for color, name in enumerate(names):
            epochs = range(1, len(log[name]) + 1)
            label = name.replace("_", " ")
            axis.plot(epochs, log[name], f"C{color}o-", ms=3, label=label)
            if f"val_{name}" in log:
                axis.plot(
                    epochs, log[f"val_{name}"], f"C{color}s--", ms=3,
                    label=f"{label}, held out",
                )  # fmt: skip
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("epoch")
        axis.grid(alpha=0.3)
        axis.legend(fontsize=7)
    for axis in axes[len(panels) :]:
        axis.set_visible(False)
    figure.savefig(path, dpi=120)


def _number(text):
    try:
        return float(text)
    except ValueError:
        return math.nan
