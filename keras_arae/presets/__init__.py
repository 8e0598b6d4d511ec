"""Presets: trained models by name, from a folder or from a hub."""

from keras_arae.presets.card import ModelCard
from keras_arae.presets.hub import upload_preset
from keras_arae.presets.listing import list_presets

__all__ = ["ModelCard", "list_presets", "upload_preset"]
