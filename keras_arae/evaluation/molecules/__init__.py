"""Generated molecules, judged as the benchmark MOSES judges them."""

from keras_arae.evaluation.molecules.chemnet import frechet_chemnet_distance
from keras_arae.evaluation.molecules.filters import passes_filters
from keras_arae.evaluation.molecules.molecule_report import MoleculeReport
from keras_arae.evaluation.molecules.published import moses_rows
from keras_arae.evaluation.molecules.similarity import internal_diversity
from keras_arae.evaluation.molecules.similarity import nearest_similarity
from keras_arae.evaluation.molecules.statistics import MoleculeStatistics

__all__ = [
    "MoleculeReport",
    "MoleculeStatistics",
    "frechet_chemnet_distance",
    "internal_diversity",
    "moses_rows",
    "nearest_similarity",
    "passes_filters",
]
