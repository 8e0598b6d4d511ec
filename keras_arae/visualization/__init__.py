"""Pictures: grids of images, learning curves, the quality-diversity plane.

Functions of arrays and dicts. Writing a picture needs matplotlib
(`pip install "keras-arae[plot]"`).
"""

from keras_arae.visualization.image_grid import image_grid
from keras_arae.visualization.image_grid import paired_image_grid
from keras_arae.visualization.image_grid import save_image
from keras_arae.visualization.learning_curves import plot_learning_curves
from keras_arae.visualization.learning_curves import read_log
from keras_arae.visualization.quality_diversity import plot_quality_diversity

__all__ = [
    "image_grid",
    "paired_image_grid",
    "plot_learning_curves",
    "plot_quality_diversity",
    "read_log",
    "save_image",
]
