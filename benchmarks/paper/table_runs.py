"""What the examples that print tables share: settings, and runs to keep."""

import json
import time

from absl import app
from absl import flags

FLAGS = flags.FLAGS


def check_settings(path, names):
    """Refuses to mix runs of different settings in one folder.

    Args:
        path: `pathlib.Path`. A file in the folder, made if it is not there.
        names: list of str. Flags that all runs must share.
    """
    values = {name: FLAGS[name].value for name in names}
    if path.exists() and json.loads(path.read_text()) != values:
        raise app.UsageError(
            f"{path.parent} holds runs with other settings ({path.name} "
            "there). Pass another --output_dir."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values, indent=1))


def run_once(path, function, *args):
    """Keeps a function's result as JSON, unless it is there already."""
    if not path.exists():
        start = time.time()
        result = function(*args)
        path.write_text(json.dumps(result, indent=1))
        name = path.relative_to(path.parents[1])
        shown = {k: v for k, v in result.items() if k != "history"}
        print(f"{name}: {time.time() - start:.0f} s", shown, flush=True)
