"""Presets of the examples: values of flags that were not given."""

from absl import flags

FLAGS = flags.FLAGS


def fill_in(preset):
    """Gives each flag that was not set the value of a preset.

    Args:
        preset: dict of flag name to value.
    """
    for name, value in preset.items():
        if not FLAGS[name].present:
            FLAGS[name].value = value
