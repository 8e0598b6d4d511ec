"""How good reconstructions and samples are: functions of arrays and texts."""

from keras_arae.metrics.bleu import bleu
from keras_arae.metrics.bleu import self_bleu
from keras_arae.metrics.diversity import distinct_n
from keras_arae.metrics.diversity import distinct_sentences
from keras_arae.metrics.diversity import length_statistics
from keras_arae.metrics.diversity import ngram_entropy
from keras_arae.metrics.frechet_distance import frechet_distance
from keras_arae.metrics.judges import KenLMJudge
from keras_arae.metrics.judges import LSTMJudge
from keras_arae.metrics.judges import Perplexity
from keras_arae.metrics.likelihood import negative_log_likelihood
from keras_arae.metrics.memorization import copied_share
from keras_arae.metrics.memorization import nearest_training_sentences
from keras_arae.metrics.memorization import ngram_overlap
from keras_arae.metrics.nearest_neighbors import nearest_neighbor_accuracy
from keras_arae.metrics.nearest_neighbors import precision_recall
from keras_arae.metrics.perplexity import forward_perplexity
from keras_arae.metrics.perplexity import reverse_perplexity
from keras_arae.metrics.predictions import class_entropy
from keras_arae.metrics.predictions import mean_confidence
from keras_arae.metrics.reconstruction import exact_match
from keras_arae.metrics.reconstruction import token_accuracy
from keras_arae.metrics.swaps import swap_words
from keras_arae.metrics.text_distances import mauve
from keras_arae.metrics.text_distances import text_frechet_distance
from keras_arae.metrics.text_features import text_features
from keras_arae.metrics.transfer import TextClassifier
from keras_arae.metrics.transfer import code_leakage

__all__ = [
    "KenLMJudge",
    "LSTMJudge",
    "Perplexity",
    "TextClassifier",
    "bleu",
    "class_entropy",
    "code_leakage",
    "copied_share",
    "distinct_n",
    "distinct_sentences",
    "exact_match",
    "forward_perplexity",
    "frechet_distance",
    "length_statistics",
    "mauve",
    "mean_confidence",
    "nearest_neighbor_accuracy",
    "nearest_training_sentences",
    "negative_log_likelihood",
    "ngram_entropy",
    "ngram_overlap",
    "precision_recall",
    "reverse_perplexity",
    "self_bleu",
    "swap_words",
    "text_features",
    "text_frechet_distance",
    "token_accuracy",
]
