"""The command behind `python -m keras_arae.explore`: flags and `main`."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence

from absl import app
from absl import flags
from absl import logging

from keras_arae.explorer.opening import open_space
from keras_arae.extras import require
from keras_arae.presets import list_presets

flags.DEFINE_string(
    "data", None,
    "What to compare with: a file, a table, a folder or a corpus by name. "
    "Default: packaged data of the model's kind, if they fit.",
)  # fmt: skip
flags.DEFINE_string("column", None, "Of tables: the column of the data.")
flags.DEFINE_string("label_column", None, "Of tables: that of the classes.")
flags.DEFINE_bool(
    "by_class", False, "Whether --data are sentences by class, a file each."
)
flags.DEFINE_integer("num_pieces", 2000, "The most pieces of data.", 5, 20000)
flags.DEFINE_string("host", "127.0.0.1", "The address to listen at.")
flags.DEFINE_integer(
    "port", 8017, "The port to listen at; 0 takes a free one.", 0, 65535
)
flags.DEFINE_integer("seed", 0, "Of the choice of data.", 0, 2**32 - 1)

FLAGS = flags.FLAGS
PRESET = "tatoeba_small"  # Where no model is named.


def main(argv: Sequence[str]) -> None:
    """Opens a model and shows it to browsers until Ctrl-C."""
    uvicorn = require("uvicorn", "explore")
    require("starlette", "explore")
    from keras_arae.explorer.server import make_app

    listening = listen(FLAGS.host, FLAGS.port)  # Before minutes of work.
    if len(argv) < 2:
        names = ", ".join(list_presets())
        print(f"No model is named: {PRESET} it is, of the presets {names}.")
    space = open_space(
        argv[1] if len(argv) > 1 else PRESET,
        FLAGS.data,
        FLAGS.num_pieces,
        FLAGS.seed,
        column=FLAGS.column,
        label_column=FLAGS.label_column,
        by_class=FLAGS.by_class,
    )
    space.warm_up()
    for sentence in dict.fromkeys(space.cannot().values()):
        logging.warning("%s", sentence)
    host, port = listening.getsockname()[:2]
    warn_of_network(host)
    shown = f"[{host}]" if ":" in host else host
    print(f"Explore at http://{shown}:{port}/ (Ctrl-C ends it).", flush=True)
    config = uvicorn.Config(
        make_app(space, (FLAGS.host, socket.gethostname())),
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        http="h11",
        limit_concurrency=100,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens, or the reason why there is none."""
    try:
        family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()  # Who comes too early waits.
    except OSError as error:
        raise app.UsageError(
            f"Expected a --host and a --port that are free. "
            f"Received: --host={host} --port={port}: {error}"
        ) from error
    return listening


def warn_of_network(host: str) -> None:
    """Says who can reach the page, where that is more than this machine."""
    if not ipaddress.ip_address(host).is_loopback:
        logging.warning(
            "Whoever reaches %s can use the model: the page asks for no "
            "password and encrypts nothing.", host,
        )  # fmt: skip
