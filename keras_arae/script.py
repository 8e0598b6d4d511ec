"""Runs a script: its flags, its `--help`, and what it says of mistakes."""

from __future__ import annotations

import difflib
import functools
import pathlib
import sys
import textwrap
from collections.abc import Callable
from logging import Formatter as PlainFormatter
from typing import Any
from typing import NoReturn

from absl import app
from absl import flags
from absl import logging

FLAGS = flags.FLAGS

# Flags that mean the same in every script: the last group of `--help`.
RUN_FLAGS = (
    "output_dir", "overwrite", "resume", "seed", "tensorboard", "verbose",
)  # fmt: skip
HELP = {"-h", "-?", "-help", "--help", "--helpshort"}


def run(main: Callable[[list[str]], Any], num_arguments: int = 0) -> NoReturn:
    """Runs the `main` of a script with the flags of the command line.

    Does what `absl.app.run` does, and is kinder to those who type:

    *   `--help` lists the script's flags in the order of their definitions.
        Those of another module are the script's if it adopts them
        (`flags.adopt_module_key_flags`), or if that module disclaims them
        (`flags.disclaim_key_flags`).
    *   A mistake is one sentence on standard error, and exit status 1: a flag
        that does not exist, a value that does not fit, `absl.app.UsageError`,
        a file that cannot be read, and what the library refuses, in messages
        that end in "Received: ...". `--verbosity=1` shows the traceback too.

    *   A warning is a line without date and thread.
    *   Ctrl-C ends with a line and exit status 130.

    Other exceptions keep their traceback.

    Args:
        main: function. Takes the command line without its flags, a list that
            holds the script's name. What it returns is the exit status.
        num_arguments: int. How many words without a name may stand beside
            flags, such as a file's path; `main` gets them behind the script's
            name. Defaults to `0`.

    Example of a script:

        flags.DEFINE_integer("epochs", 7, "Times through the data.")

        def main(_):
            print(flags.FLAGS.epochs)

        if __name__ == "__main__":
            keras_arae.script.run(main)
    """
    app.run(
        functools.partial(_explained, main),
        flags_parser=functools.partial(_parsed, num_arguments),
    )


def _explained(main: Callable[[list[str]], Any], argv: list[str]) -> Any:
    """Runs `main`; a mistake of the user's becomes a sentence."""
    plain = PlainFormatter("%(levelname)s: %(message)s")
    logging.get_absl_handler().setFormatter(plain)
    try:
        return main(argv)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        sys.exit(130)
    except Exception as error:
        is_refusal = isinstance(error, (app.UsageError, OSError))
        if not is_refusal and "Received:" not in str(error):
            raise
        logging.debug("The traceback:", exc_info=True)
        _refuse(str(error))


def _parsed(num_arguments: int, argv: list[str]) -> list[str]:
    """Parses flags; returns what is left, the script's name first."""
    if HELP.intersection(argv):
        print(_help())
        sys.exit()
    try:
        rest = FLAGS(argv)
    except flags.UnrecognizedFlagError as error:
        known = [flag.name for flag in _flags()]
        near = difflib.get_close_matches(error.flagname, known, 1)
        perhaps = f", perhaps --{near[0]}" if near else ""
        _refuse(
            f"Expected a flag that --help lists{perhaps}. "
            f"Received: --{error.flagname}"
        )
    except flags.Error as error:
        _refuse(_what_was_expected(str(error)))
    if len(rest) > 1 + num_arguments:
        allowed = "flags only"
        if num_arguments:
            allowed = f"flags and at most {num_arguments} other word(s)"
        _refuse(
            f"Expected {allowed}, --name=value. "
            f"Received: {rest[1 + num_arguments]!r}"
        )
    return rest


def _refuse(message: str) -> NoReturn:
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {message}")


def _what_was_expected(message: str) -> str:
    """What absl says of a value, `flag --NAME=VALUE: REASON`, in our words."""
    received, _, reason = message.removeprefix("flag ").partition(": ")
    name = received.removeprefix("--").partition("=")[0]
    if name not in FLAGS:
        return message
    if received.endswith("=None"):
        return f"Expected a value for --{name}. Received: none"
    if FLAGS[name].boolean:
        reason = "Expected true or false"
    elif FLAGS[name].parser.syntactic_help:
        reason = f"Expected {FLAGS[name].parser.syntactic_help}"
    return f"{reason[0].upper()}{reason[1:]}. Received: {received}"


def _flags() -> list[flags.Flag]:
    """The script's flags, in the order of their definitions."""
    return FLAGS.get_key_flags_for_module(sys.argv[0])


def _help() -> str:
    """What the script does, and its flags in two groups."""
    own = [flag for flag in _flags() if flag.name not in RUN_FLAGS]
    of_runs = [flag for flag in _flags() if flag.name in RUN_FLAGS]
    groups = {"What it does": own, "Where and how it runs": of_runs}
    sections = [(sys.modules["__main__"].__doc__ or "").strip()]
    sections += [
        "\n".join([f"{title}:", *map(_line, group)])
        for title, group in groups.items()
        if group
    ]
    return "\n\n".join([*sections, "--helpfull lists the flags of absl too."])


def _line(flag: flags.Flag) -> str:
    """A flag with its default, and what it is for."""
    name, default = f"--{flag.name}", flag.default
    meaning = flag.help.partition(";\n")[0]  # What absl adds to lists.
    if flag.boolean:
        name = f"--[no]{flag.name}"
        meaning += " True by default." if default else ""
    elif isinstance(default, list):
        name += f"={','.join(map(str, default))}" if default else ""
    elif default is not None:
        name += f"={default}"
    lines = textwrap.wrap(meaning, 50)
    head = f"  {name:<26}"
    if len(head) > 28:  # No room beside it.
        lines.insert(0, "")
    lines = [head + lines[0], *(" " * 28 + line for line in lines[1:])]
    return "\n".join(line.rstrip() for line in lines)
