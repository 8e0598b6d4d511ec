"""Registration of the library's classes for saving and loading."""

import keras


def export(cls):
    """Registers a class so that `keras.saving` finds it by name.

    Args:
        cls: class. Any class with `get_config`.

    Returns:
        The same class, registered as `"keras_arae>ClassName"`.
    """
    return keras.saving.register_keras_serializable(package="keras_arae")(cls)
