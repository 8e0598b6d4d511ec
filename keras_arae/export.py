"""Registration of the library's classes for saving and loading."""

from typing import TypeVar

import keras

AnyClass = TypeVar("AnyClass", bound=type)


def export(cls: AnyClass) -> AnyClass:
    """Registers a class so that `keras.saving` finds it by name.

    Args:
        cls: class. Any class with `get_config`.

    Returns:
        The same class, registered as `"keras_arae>ClassName"`.
    """
    return keras.saving.register_keras_serializable(package="keras_arae")(cls)
