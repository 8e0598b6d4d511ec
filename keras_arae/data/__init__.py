"""From users' data to arrays of integers, and on to batches."""

from keras_arae.data import chemistry
from keras_arae.data.batches import ArrayBatches
from keras_arae.data.batches import Batch
from keras_arae.data.batches import ZippedBatches
from keras_arae.data.batches import row_weights
from keras_arae.data.batches import weighted_mean
from keras_arae.data.codec import ArrayCodec
from keras_arae.data.codec import Codec
from keras_arae.data.codec import check_integers
from keras_arae.data.condition import Classes
from keras_arae.data.condition import Condition
from keras_arae.data.condition import Numbers
from keras_arae.data.condition import encode_condition
from keras_arae.data.condition import get_condition
from keras_arae.data.corpus_stream import CorpusStream
from keras_arae.data.feed import Feed
from keras_arae.data.fingerprint import fingerprint
from keras_arae.data.ids_on_disk import ids_on_disk
from keras_arae.data.images import ImagePreprocessor
from keras_arae.data.molecular_properties import MolecularProperties
from keras_arae.data.molecules import MoleculePreprocessor
from keras_arae.data.sequences import SequenceCodec
from keras_arae.data.shared_batches import SharedBatches
from keras_arae.data.shared_batches import batch_hash
from keras_arae.data.shared_batches import shared
from keras_arae.data.subwords import train_tokenizer
from keras_arae.data.text import TextPreprocessor
from keras_arae.data.user_datasets import as_batches
from keras_arae.data.user_datasets import check_steps
from keras_arae.data.user_datasets import collect_rows
from keras_arae.data.user_datasets import encoded_dataset
from keras_arae.data.user_datasets import first_rows
from keras_arae.data.user_datasets import is_dataset

__all__ = [
    "ArrayBatches",
    "ArrayCodec",
    "Batch",
    "Classes",
    "Codec",
    "Condition",
    "CorpusStream",
    "Feed",
    "ImagePreprocessor",
    "MolecularProperties",
    "MoleculePreprocessor",
    "Numbers",
    "SequenceCodec",
    "SharedBatches",
    "TextPreprocessor",
    "ZippedBatches",
    "as_batches",
    "batch_hash",
    "check_integers",
    "check_steps",
    "chemistry",
    "collect_rows",
    "encode_condition",
    "encoded_dataset",
    "fingerprint",
    "first_rows",
    "get_condition",
    "ids_on_disk",
    "is_dataset",
    "row_weights",
    "shared",
    "train_tokenizer",
    "weighted_mean",
]
