"""What is measured and how it is judged: text, codes, images, molecules.

Functions of texts and arrays, and reports that put their numbers beside those
of real data. `python -m keras_arae.evaluate --help` says how to use them on
files.
"""

from keras_arae.evaluation.bleu import bleu
from keras_arae.evaluation.bleu import self_bleu
from keras_arae.evaluation.code_space import code_moments
from keras_arae.evaluation.code_space import draw_samples
from keras_arae.evaluation.code_space import gaussian_codes
from keras_arae.evaluation.code_space import neighbor_cosine
from keras_arae.evaluation.diversity import distinct_n
from keras_arae.evaluation.diversity import distinct_sentences
from keras_arae.evaluation.diversity import length_statistics
from keras_arae.evaluation.diversity import ngram_entropy
from keras_arae.evaluation.features import class_entropy
from keras_arae.evaluation.features import frechet_distance
from keras_arae.evaluation.features import mean_confidence
from keras_arae.evaluation.features import nearest_neighbor_accuracy
from keras_arae.evaluation.features import precision_recall
from keras_arae.evaluation.judges import KenLMJudge
from keras_arae.evaluation.judges import LSTMJudge
from keras_arae.evaluation.judges import Perplexity
from keras_arae.evaluation.memorization import copied_share
from keras_arae.evaluation.memorization import nearest_training_sentences
from keras_arae.evaluation.memorization import ngram_overlap
from keras_arae.evaluation.molecules import MoleculeReport
from keras_arae.evaluation.molecules import MoleculeStatistics
from keras_arae.evaluation.molecules import frechet_chemnet_distance
from keras_arae.evaluation.molecules import internal_diversity
from keras_arae.evaluation.molecules import moses_rows
from keras_arae.evaluation.molecules import nearest_similarity
from keras_arae.evaluation.molecules import passes_filters
from keras_arae.evaluation.perplexity import forward_perplexity
from keras_arae.evaluation.perplexity import reverse_perplexity
from keras_arae.evaluation.reconstruction import exact_match
from keras_arae.evaluation.reconstruction import negative_log_likelihood
from keras_arae.evaluation.reconstruction import reconstruction_report
from keras_arae.evaluation.reconstruction import swap_nats
from keras_arae.evaluation.reconstruction import swap_words
from keras_arae.evaluation.reconstruction import token_accuracy
from keras_arae.evaluation.text_distances import mauve
from keras_arae.evaluation.text_distances import text_features
from keras_arae.evaluation.text_distances import text_frechet_distance
from keras_arae.evaluation.text_report import TextReport
from keras_arae.evaluation.text_report import markdown_table
from keras_arae.evaluation.text_report import spread
from keras_arae.evaluation.transfer import TextClassifier
from keras_arae.evaluation.transfer import code_leakage
from keras_arae.evaluation.transfer_report import TransferReport

__all__ = [
    "KenLMJudge",
    "LSTMJudge",
    "MoleculeReport",
    "MoleculeStatistics",
    "Perplexity",
    "TextClassifier",
    "TextReport",
    "TransferReport",
    "bleu",
    "class_entropy",
    "code_leakage",
    "code_moments",
    "copied_share",
    "distinct_n",
    "distinct_sentences",
    "draw_samples",
    "exact_match",
    "forward_perplexity",
    "frechet_chemnet_distance",
    "frechet_distance",
    "gaussian_codes",
    "internal_diversity",
    "length_statistics",
    "markdown_table",
    "mauve",
    "mean_confidence",
    "moses_rows",
    "nearest_neighbor_accuracy",
    "nearest_similarity",
    "nearest_training_sentences",
    "negative_log_likelihood",
    "neighbor_cosine",
    "ngram_entropy",
    "ngram_overlap",
    "passes_filters",
    "precision_recall",
    "reconstruction_report",
    "reverse_perplexity",
    "self_bleu",
    "spread",
    "swap_nats",
    "swap_words",
    "text_features",
    "text_frechet_distance",
    "token_accuracy",
]
