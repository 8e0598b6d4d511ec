"""The networks of an ARAE as reusable Keras layers."""

from keras_arae.layers.class_lstm_decoder import ClassLSTMDecoder
from keras_arae.layers.classifier import Classifier
from keras_arae.layers.code_noise import CodeNoise
from keras_arae.layers.convolutional_decoder import ConvolutionalDecoder
from keras_arae.layers.convolutional_encoder import ConvolutionalEncoder
from keras_arae.layers.critic import Critic
from keras_arae.layers.dense_decoder import DenseDecoder
from keras_arae.layers.dense_encoder import DenseEncoder
from keras_arae.layers.generator import Generator
from keras_arae.layers.lstm_decoder import LSTMDecoder
from keras_arae.layers.lstm_encoder import LSTMEncoder

__all__ = [
    "ClassLSTMDecoder",
    "Classifier",
    "CodeNoise",
    "ConvolutionalDecoder",
    "ConvolutionalEncoder",
    "Critic",
    "DenseDecoder",
    "DenseEncoder",
    "Generator",
    "LSTMDecoder",
    "LSTMEncoder",
]
