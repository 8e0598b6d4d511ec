"""Presets: trained models by name, from a folder or from a hub."""
