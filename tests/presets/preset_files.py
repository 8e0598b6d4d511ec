"""Changes in the files of a preset, by someone who signs them anew."""

import contextlib
import json

import h5py

from keras_arae.presets import layout


def with_json(folder, name, **changes):
    """Changes values in a JSON file of a preset."""
    path = folder / name
    content = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps(content))
    layout.write_checksums(folder)


def with_config(folder, **changes):
    """Changes arguments of the model."""
    config = json.loads((folder / layout.CONFIG).read_text())["config"]
    with_json(folder, layout.CONFIG, config={**config, **changes})


@contextlib.contextmanager
def changing_weights(folder):
    """A context in which the file of weights is open for changes."""
    with h5py.File(folder / layout.WEIGHTS, "a") as file:
        yield file
    layout.write_checksums(folder)
