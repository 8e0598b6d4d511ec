"""Pictures: grids of images and molecules, curves, distributions, planes.

Functions of arrays, dicts and strings. Writing a picture needs matplotlib
(`pip install "keras-arae[plot]"`), drawing molecules rdkit
(`keras-arae[molecules]`).
"""

from keras_arae.visualization.image_grid import image_grid
from keras_arae.visualization.image_grid import paired_image_grid
from keras_arae.visualization.image_grid import save_image
from keras_arae.visualization.learning_curves import plot_learning_curves
from keras_arae.visualization.learning_curves import read_log
from keras_arae.visualization.molecules import molecule_svg
from keras_arae.visualization.molecules import plot_asked_properties
from keras_arae.visualization.molecules import plot_molecule_paths
from keras_arae.visualization.molecules import plot_molecules
from keras_arae.visualization.molecules import plot_properties
from keras_arae.visualization.quality_diversity import plot_quality_diversity

__all__ = [
    "image_grid",
    "molecule_svg",
    "paired_image_grid",
    "plot_asked_properties",
    "plot_learning_curves",
    "plot_molecule_paths",
    "plot_molecules",
    "plot_properties",
    "plot_quality_diversity",
    "read_log",
    "save_image",
]
