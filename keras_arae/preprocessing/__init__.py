"""From users' data to arrays of integers and back."""

from keras_arae.preprocessing.array_batches import ArrayBatches
from keras_arae.preprocessing.ids_on_disk import ids_on_disk
from keras_arae.preprocessing.image_preprocessor import ImagePreprocessor
from keras_arae.preprocessing.text_preprocessor import TextPreprocessor
from keras_arae.preprocessing.zipped_batches import ZippedBatches

__all__ = [
    "ArrayBatches",
    "ImagePreprocessor",
    "TextPreprocessor",
    "ZippedBatches",
    "ids_on_disk",
]
