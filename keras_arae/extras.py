"""Packages that only some parts of the library need."""

import importlib
import types


def require(module_name: str, extra: str) -> types.ModuleType:
    """Imports a module of an optional package, or says how to install it.

    Args:
        module_name: str. The module, such as `"matplotlib.figure"`.
        extra: str. The extra of keras-arae that installs it, such as
            `"plot"`.

    Returns:
        The module.

    Raises:
        ImportError: The module cannot be imported.
    """
    try:
        return importlib.import_module(module_name)
    except ImportError as error:
        raise ImportError(
            f"This needs the module {module_name!r}, which cannot be "
            f'imported. Install it with `pip install "keras-arae[{extra}]"`. '
            f"Received: {error}"
        ) from error
