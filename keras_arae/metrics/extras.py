"""Packages that only some metrics need."""

import importlib


def require(module_name):
    """Imports a module of the extra `eval`, or says how to install it."""
    try:
        return importlib.import_module(module_name)
    except ImportError as error:
        raise ImportError(
            f"This metric needs the module {module_name!r}, which cannot be "
            'imported. Install it with `pip install "keras-arae[eval]"`. '
            f"Received: {error}"
        ) from error
