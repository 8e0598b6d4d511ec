"""The networks of an ARAE as reusable Keras layers."""

from keras_arae.layers.batch_normalization import BatchNormalization
from keras_arae.layers.classifier import Classifier
from keras_arae.layers.codes import CodeNoise
from keras_arae.layers.codes import on_unit_sphere
from keras_arae.layers.convolutional import ConvolutionalDecoder
from keras_arae.layers.convolutional import ConvolutionalEncoder
from keras_arae.layers.critic import Critic
from keras_arae.layers.decoder import AutoregressiveDecoder
from keras_arae.layers.decoder import Decoder
from keras_arae.layers.dense import DenseDecoder
from keras_arae.layers.dense import DenseEncoder
from keras_arae.layers.generator import Generator
from keras_arae.layers.lstm import ClassLSTMDecoder
from keras_arae.layers.lstm import LSTMDecoder
from keras_arae.layers.lstm import LSTMEncoder
from keras_arae.layers.sampled_dense import SampledDense
from keras_arae.layers.sequences import ConvolutionalSequenceEncoder
from keras_arae.layers.transformer import TransformerDecoder
from keras_arae.layers.transformer import TransformerEncoder
from keras_arae.layers.velocity import VelocityNetwork
from keras_arae.layers.word_noise import WordNoise

__all__ = [
    "AutoregressiveDecoder",
    "BatchNormalization",
    "ClassLSTMDecoder",
    "Classifier",
    "CodeNoise",
    "ConvolutionalDecoder",
    "ConvolutionalEncoder",
    "ConvolutionalSequenceEncoder",
    "Critic",
    "Decoder",
    "DenseDecoder",
    "DenseEncoder",
    "Generator",
    "LSTMDecoder",
    "LSTMEncoder",
    "SampledDense",
    "TransformerDecoder",
    "TransformerEncoder",
    "VelocityNetwork",
    "WordNoise",
    "on_unit_sphere",
]
