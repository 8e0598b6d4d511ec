"""Evaluation of text generators: tables, curves and looks at code spaces.

`python -m keras_arae.evaluate --help` says how to use it on files.
"""

from keras_arae.evaluate.code_space import code_moments
from keras_arae.evaluate.code_space import neighbor_cosine
from keras_arae.evaluate.code_space import reconstruction_report
from keras_arae.evaluate.code_space import swap_nats
from keras_arae.evaluate.drawing import draw_samples
from keras_arae.evaluate.drawing import gaussian_codes
from keras_arae.evaluate.quality_diversity import plot_quality_diversity
from keras_arae.evaluate.text_report import TextReport
from keras_arae.evaluate.text_report import markdown_table
from keras_arae.evaluate.text_report import spread
from keras_arae.evaluate.transfer_report import TransferReport

__all__ = [
    "TextReport",
    "TransferReport",
    "code_moments",
    "draw_samples",
    "gaussian_codes",
    "markdown_table",
    "neighbor_cosine",
    "plot_quality_diversity",
    "reconstruction_report",
    "spread",
    "swap_nats",
]
