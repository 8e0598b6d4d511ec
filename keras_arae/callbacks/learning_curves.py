"""Learning curves as training goes on."""

from __future__ import annotations

import os
from typing import Any

from keras_arae.arguments import PATH
from keras_arae.arguments import checked
from keras_arae.extras import require
from keras_arae.training import WritingCallback
from keras_arae.visualization import plot_learning_curves
from keras_arae.visualization import read_log


class LearningCurves(WritingCallback):
    """Draws a run's CSV log to a PNG after each epoch.

    Give it after the `CSVLogger` whose file it reads. What it draws says
    `keras_arae.visualization.plot_learning_curves`.

    Args:
        log_path: str or path. File of a `keras.callbacks.CSVLogger`.
        path: str or path. The PNG.

    Raises:
        ImportError: matplotlib is not installed.

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

    @checked(log_path=PATH, path=PATH)
    def __init__(
        self, log_path: str | os.PathLike, path: str | os.PathLike
    ) -> None:
        super().__init__()
        require("matplotlib", "plot")  # Before an epoch is trained.
        self.log_path = log_path
        self.path = path

    def on_epoch_end(
        self, epoch: int, logs: dict[str, Any] | None = None
    ) -> None:
        """Draws the log anew."""
        plot_learning_curves(read_log(self.log_path), self.path)
