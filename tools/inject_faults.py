"""Stops runs at every moment, and looks whether they go on as if never stopped.

    python tools/inject_faults.py --runs=50
    python tools/inject_faults.py --faults=kill_at_write --runs=0  # each write

A small model learns in a `RunFolder`, in a process of its own. A fault stops
it: it is killed before a certain write, or at a random time; Ctrl-C comes; the
disk is full; its last checkpoint is damaged afterwards. Then the same command
goes on with `resume`, and all that it leaves, byte for byte, must be what a run
that nothing stopped leaves. Prints a table; exits with 1 if any run fails.
Not for Windows.
"""

import hashlib
import os
import pathlib
import random
import resource
import signal
import sys
import tempfile
import time
import zipfile

os.environ.setdefault("KERAS_BACKEND", "torch")  # It compiles nothing.

import keras
from absl import app
from absl import flags

import keras_arae
from keras_arae.callbacks import learning_curves

TITLES = {
    "kill_at_write": "kill before a write",
    "kill": "kill at a random time",
    "interrupt": "Ctrl-C at a random time",
    "disk_full": "no room from a write on",
    "damage": "last checkpoint damaged",
}
FAULTS = list(TITLES)
flags.DEFINE_multi_enum("faults", FAULTS, FAULTS, "Which; may be repeated.")
flags.DEFINE_integer("runs", 10, "Of each fault; 0 kills before each write.")
flags.DEFINE_integer("epochs", 3, "Of each run.")
flags.DEFINE_integer("seed", 0, "Random seed of the moments.")

FLAGS = flags.FLAGS

WORDS = ("he", "she", "slept", "ran", "there", "again", "and", ".")
# What Python does with files, each of which may be the last thing that is done.
WRITES = ("open", "os.rename", "os.truncate", "os.remove", "os.mkdir")


def main(_):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        random.seed(FLAGS.seed)
        learning_curves.plot_learning_curves = draw_quickly
        train(folder / "imports", epochs=0)  # What is imported on the way.
        start = time.time()
        run_apart(folder / "whole")
        seconds = time.time() - start
        expected = contents(folder / "whole")
        writes = run_apart(folder / "counted", count_writes)
        print(f"{len(expected)} files, {writes} writes, {seconds:.1f} s a run.")
        print(
            "| fault | runs | not as one that nothing stopped |\n|---|---|---|"
        )
        failed = 0
        for fault in FLAGS.faults:
            moments = moments_of(fault, writes, seconds)
            problems = [
                problem
                for index, moment in enumerate(moments)
                if (
                    problem := stop_and_resume(
                        folder / f"{fault}-{index}", fault, moment, expected
                    )
                )
            ]
            failed += len(problems)
            name = TITLES[fault]
            print(f"| {name} | {len(moments)} | {len(problems)} |", flush=True)
            print(*problems, sep="\n", end="\n" if problems else "")
    sys.exit(bool(failed))


def moments_of(fault, writes, seconds):
    """When to stop runs: numbers of writes, seconds, or kinds of damage."""
    if fault == "damage":
        return [list(DAMAGES)[i % len(DAMAGES)] for i in range(FLAGS.runs or 4)]
    if fault in ("kill", "interrupt"):
        return [random.uniform(0.0, seconds) for _ in range(FLAGS.runs or 10)]
    if not FLAGS.runs:
        return list(range(1, writes + 1))
    return sorted(random.choices(range(1, writes + 1), k=FLAGS.runs))


def stop_and_resume(folder, fault, moment, expected):
    """What was wrong with a run that was stopped and resumed; or `None`."""
    where = f"{fault} at {moment}"
    status = FAULT[fault](folder, moment)
    if status is not None:
        return f"{where}: ended with {status}"
    status = run_apart(folder, resume=True)
    if status:
        return f"{where}: resumed, ended with {status}"
    found = contents(folder)
    differing = [
        name
        for name in sorted({*expected, *found})
        if expected.get(name) != found.get(name)
    ]
    return f"{where}: {differing} differ" if differing else None


# Faults: each stops a run and returns how it ended, if not as it should.


def kill_at_write(folder, number):
    return expect(run_apart(folder, kill_before(number)), -signal.SIGKILL)


def kill(folder, seconds):
    status = run_apart(folder, stop_after=(seconds, signal.SIGKILL))
    return expect(status, -signal.SIGKILL, 0)


def interrupt(folder, seconds):
    status = run_apart(folder, stop_after=(seconds, signal.SIGINT))
    # Before the run begins Python ends as it always does.
    return expect(status, 130, 0, *([1] if not folder.exists() else []))


def disk_full(folder, number):
    return expect(run_apart(folder, fill_disk_before(number)), 1, 0)


def damage(folder, kind):
    run_apart(folder)
    path, _ = keras_arae.callbacks.ResumableCheckpoint.latest(
        folder / "checkpoints"
    )
    path.write_bytes(DAMAGES[kind](path.read_bytes()))
    return None


def expect(status, *statuses):
    return None if status in statuses else status


FAULT = {
    function.__name__: function
    for function in (kill_at_write, kill, interrupt, disk_full, damage)
}
DAMAGES = {
    "empty": lambda content: b"",
    "truncated": lambda content: content[: len(content) // 2],
    "flipped": lambda content: (
        content[: len(content) // 2]
        + bytes(byte ^ 255 for byte in content[len(content) // 2 :][:16])
        + content[len(content) // 2 + 16 :]
    ),
    "text": lambda content: b"This is no model.\n",
}


# Processes.


def run_apart(folder, prepare=None, resume=False, stop_after=None):
    """Trains in a process of its own; returns how it ended."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            sys.stdout = sys.stderr = open(os.devnull, "w")
            signal.signal(signal.SIGINT, signal.default_int_handler)
            report = prepare(folder) if prepare else lambda: 0
            train(folder, resume)
            status = report()
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else 1
        finally:
            os._exit(status)
    if stop_after is not None:
        seconds, number = stop_after
        time.sleep(seconds)
        os.kill(child, number)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def count_writes(folder):
    """Counts writes in a folder; they are the status of the process."""
    counter = on_writes(folder, lambda number: None)
    return lambda: counter[0]


def kill_before(number):
    def at(count):
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return lambda folder: on_writes(folder, at) and (lambda: 0)


def fill_disk_before(number):
    def at(count):
        if count == number:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    return lambda folder: on_writes(folder, at) and (lambda: 0)


def on_writes(folder, function):
    """Calls a function with the number of each write, before it is done."""
    counter = [0]

    def hook(event, arguments):
        if event not in WRITES or not str(arguments[0]).startswith(str(folder)):
            return
        if event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR):
            return
        counter[0] += 1
        function(counter[0])

    sys.addaudithook(hook)
    return counter


def train(folder, resume=False, epochs=None):
    """What a script does: a model, its samples, its numbers."""
    sentences = [
        " ".join(random.Random(i).choices(WORDS, k=4)) for i in range(60)
    ]
    run = keras_arae.callbacks.RunFolder(
        folder, resume=resume, appended=["training_samples.txt"]
    )
    run.save_flags({"epochs": FLAGS.epochs}, data=sentences)
    with run.running():
        keras.utils.set_random_seed(1)
        model, epoch = run.restore()
        if model is None:
            codec = keras_arae.TextPreprocessor(WORDS, max_length=5)
            model = keras_arae.TextARAE(codec, embedding_dim=8, code_dim=8)
            model.compile()
        sampler = keras_arae.callbacks.TextSampler(
            sentences[:2], path=run / "training_samples.txt"
        )
        model.fit(
            sentences, batch_size=20, verbose=0, initial_epoch=epoch,
            epochs=FLAGS.epochs if epochs is None else epochs,
            callbacks=run.callbacks(sampler),
        )  # fmt: skip
        model.save(run / "model.keras")
        run.write_lines("samples.txt", model.generate(20, seed=1))


def draw_quickly(log, path):
    """A picture of the losses: real ones take most of the time of a run."""
    keras_arae.visualization.save_image(
        [[[0.1 * x] * 3 for x in log["loss"]]], path
    )


def contents(folder):
    """Hashes of what a run leaves; of models those of their weights."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            continue
        content = path.read_bytes()
        if path.suffix == ".keras":
            # An archive holds the time at which it was made.
            with zipfile.ZipFile(path) as archive:
                content = archive.read("model.weights.h5")
        name = path.relative_to(folder).as_posix()
        found[name] = hashlib.sha256(content).hexdigest()
    return found


if __name__ == "__main__":
    app.run(main)
