"""How good reconstructions and samples are: functions of arrays."""

from keras_arae.metrics.frechet_distance import frechet_distance
from keras_arae.metrics.likelihood import negative_log_likelihood
from keras_arae.metrics.nearest_neighbors import nearest_neighbor_accuracy
from keras_arae.metrics.nearest_neighbors import precision_recall
from keras_arae.metrics.predictions import class_entropy
from keras_arae.metrics.predictions import mean_confidence

__all__ = [
    "class_entropy",
    "frechet_distance",
    "mean_confidence",
    "nearest_neighbor_accuracy",
    "negative_log_likelihood",
    "precision_recall",
]
