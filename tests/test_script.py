"""The command lines of all scripts: `--help`, and mistakes."""

import re
import subprocess
import sys

import pytest
from scripts import ROOT
from scripts import run_python

pytestmark = pytest.mark.once
SCRIPTS = [
    path.relative_to(ROOT).as_posix()
    for folder in ("examples", "benchmarks/paper")
    for path in sorted((ROOT / folder).glob("*.py"))
    if "__main__" in path.read_text(encoding="utf-8")
]
SMALL = """
import pathlib
from absl import app, flags, logging
import keras_arae

flags.DEFINE_integer("zeal", 3, "How much.")
flags.DEFINE_integer("seed", 0, "Random seed.")
flags.DEFINE_enum(
    "mode", "add", ["add", "fail", "read", "refuse", "stop", "use"], "To do."
)
flags.DEFINE_bool("again", False, "Once more.")

def main(_):
    mode = flags.FLAGS.mode
    if mode == "fail":
        raise ValueError("an error of the program")
    if mode == "read":
        pathlib.Path("nowhere.txt").read_text()
    if mode == "refuse":
        keras_arae.datasets.load_text("nowhere.txt")
    if mode == "stop":
        raise KeyboardInterrupt
    if mode == "use":
        raise app.UsageError("Pass --again too.")
    print(flags.FLAGS.zeal + 1)
    logging.warning("It is late.")

if __name__ == "__main__":
    keras_arae.script.run(main)
"""


def run(*command):
    return run_python(*command, backend="torch", folder=ROOT)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("script") / "small.py"
    path.write_text(SMALL)
    return path


def flags_of(path):
    """Names of the flags that a script's file defines."""
    pattern = r'DEFINE_\w+\(\s*"(\w+)"'
    return re.findall(pattern, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_shows_every_flag(script):
    process = run(script, "--help")
    assert process.returncode == 0, process.stderr
    shown = re.findall(r"^  --(?:\[no\])?(\w+)", process.stdout, re.MULTILINE)
    paths = [ROOT / script]
    if "define_run_flags()" in paths[0].read_text():
        shown_too = {"seed", "resume", "overwrite", "tensorboard"}
        assert shown_too <= set(shown)
    if script.endswith("/nli_tables.py"):
        paths += [ROOT / "benchmarks/paper/nli_models.py"]
        paths += [ROOT / "benchmarks/paper/nli_tasks.py"]
    defined = [name for path in paths for name in flags_of(path)]
    assert set(defined) <= set(shown)
    # The usual ones first, as in the file; those of every run last.
    assert shown[0] == defined[0]
    last = process.stdout.split("Where and how it runs:")[-1]
    assert "--seed" in last or "--output_dir" in last
    lines = process.stdout.splitlines()
    assert max(map(len, lines)) <= 80 and lines[0].startswith("Title:")


def test_a_script_runs_and_shows_its_flags(small):
    # By the shell's way, what the others come close to: `run_python`.
    command = [sys.executable, small, "--zeal=4"]
    process = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert process.stdout == "5\n"
    assert process.stderr == "WARNING: It is late.\n"
    shown = run(small, "-h")
    assert shown.returncode == 0 and shown.stderr == ""
    assert shown.stdout.splitlines()[2:] == [
        "What it does:",
        "  --zeal=3                  How much.",
        "  --mode=add                <add|fail|read|refuse|stop|use>: To do.",
        "  --[no]again               Once more.",
        "",
        "Where and how it runs:",
        "  --seed=0                  Random seed.",
        "",
        "--helpfull lists the flags of absl too.",
    ]


@pytest.mark.parametrize(
    "option, sentence",
    [
        ("--zaal=3", "--help lists, perhaps --zeal. Received: --zaal"),
        ("--zeal=lots", "Expected an integer. Received: --zeal=lots"),
        (
            "--mode=x",
            "one of <add|fail|read|refuse|stop|use>. Received: --mode=x",
        ),
        ("--again=so", "Expected true or false. Received: --again=so"),
        ("zeal=3", "Expected flags only, --name=value. Received: 'zeal=3'"),
        ("--mode=read", "No such file or directory: 'nowhere.txt'"),
        ("--mode=refuse", "Received: source='nowhere.txt'"),
        ("--mode=use", "small.py: Pass --again too."),
    ],
)
def test_a_mistake_is_one_sentence(small, option, sentence):
    process = run(small, option)
    assert process.returncode == 1 and process.stdout == ""
    assert process.stderr.startswith("small.py: ")
    assert process.stderr.endswith(f"{sentence}\n")
    assert process.stderr.count("\n") == 1


def test_an_error_of_the_program_keeps_its_traceback(small):
    process = run(small, "--mode=fail")
    assert process.returncode == 1 and "Traceback" in process.stderr
    told = run(small, "--mode=refuse", "--verbosity=1")
    assert "Traceback" in told.stderr and "load_text" in told.stderr


def test_ctrl_c_is_one_line(small):
    process = run(small, "--mode=stop")
    assert process.returncode == 130
    assert process.stderr.endswith("\nInterrupted.\n")
    assert "Traceback" not in process.stderr


def test_the_evaluation_command_is_as_short():
    process = run("-m", "keras_arae.evaluate")
    assert process.returncode == 1
    assert process.stderr == (
        "evaluate.py: Nothing to judge: pass --samples or --model.\n"
    )
    process = run("-m", "keras_arae.evaluate", "--samples=a.txt")
    assert process.returncode == 1
    assert process.stderr == (
        "evaluate.py: Nothing to compare with: pass --train.\n"
    )
    shown = run("-m", "keras_arae.evaluate", "--help").stdout
    assert "--train" in shown and "--[no]overwrite" in shown
