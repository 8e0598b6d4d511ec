"""How long generating takes: each backend beside a PyTorch loop.

    python benchmarks/generate.py --size=snli --samples=10000
    python benchmarks/generate.py --top_p=0.9 --top_k=100

Programs take turns on the same machine. Models are not trained; a bias on the
end of sentence is set such that sentences are, in the mean, as long as those
of the packaged corpus. Times are of ids, from drawing noise to arrays in
memory, without turning ids into words; compilation is left out and printed
beside.
"""

import json
import pathlib
import time

import interleaved
import numpy as np
import workloads
from absl import flags

import keras_arae

flags.DEFINE_enum("size", "snli", ["demo", "snli", "yelp"], "Sizes.")
flags.DEFINE_list(
    "programs",
    ["pytorch", "tensorflow", "jax", "torch"],
    "Backends, and pytorch: the loop.",
)
flags.DEFINE_string("device", "cpu", "Of the loop: cpu or cuda.")
flags.DEFINE_integer("samples", 10000, "Sentences to generate.")
flags.DEFINE_integer("batch_size", 256, "Sentences at once.")
flags.DEFINE_float("top_p", None, "Draw from the likeliest. Default: greedy.")
flags.DEFINE_integer("top_k", None, "With top_p: among this many only.")
flags.DEFINE_integer("turns", 3, "Turns of each program.")
flags.DEFINE_string("json", None, "A file for the numbers.")
flags.DEFINE_string("worker", None, "Serve as this program (used inside).")
FLAGS = flags.FLAGS


def main(_):
    if FLAGS.worker:
        serve(FLAGS.worker)
        return
    workers = {name: start_worker(name) for name in FLAGS.programs}
    answers = {name: [] for name in workers}
    for _ in range(FLAGS.turns):
        for name, worker in workers.items():
            answers[name].append(worker.ask())
    for worker in workers.values():
        worker.close()
    results = {
        name: {
            "seconds": np.median([answer["seconds"] for answer in found]),
            "first": workers[name].ready["first"],
            "tokens": found[0]["tokens"],
        }
        for name, found in answers.items()
    }
    print_table(results)
    if FLAGS.json:
        pathlib.Path(FLAGS.json).write_text(json.dumps(results, indent=1))


def start_worker(name):
    names = ("size", "device", "samples", "batch_size", "top_p", "top_k")
    arguments = [
        f"--{key}={FLAGS[key].value}"
        for key in names
        if FLAGS[key].value is not None
    ]
    backend = "torch" if name == "pytorch" else name
    return interleaved.Worker(
        __file__, [f"--worker={name}", *arguments], backend
    )


def print_table(results):
    how = "greedy"
    if FLAGS.top_p:
        how = f"top-p {FLAGS.top_p} of {FLAGS.top_k or 'all'} tokens"
    print(f"{FLAGS.samples} sentences, {FLAGS.size}, {how}")
    loop = results.get("pytorch", {}).get("seconds", float("nan"))
    print(
        "| program | seconds | sentences/s | times the loop's speed |", end=""
    )
    print(" tokens a sentence | first call, s |")
    print("|---|---|---|---|---|---|")
    for name, found in results.items():
        seconds = found["seconds"]
        print(
            f"| {name} | {seconds:.2f} | {FLAGS.samples / seconds:.0f} | "
            f"{loop / seconds:.2f} | {found['tokens'] / FLAGS.samples:.2f} | "
            f"{found['first']:.1f} |"
        )


def serve(name):
    """Builds a program's model, compiles, then generates when asked."""
    import torch  # noqa: F401  (before tensorflow, whichever is used)

    size = workloads.SIZES[FLAGS.size]
    make = loop_generator if name == "pytorch" else model_generator
    generate = make(size)
    start = time.perf_counter()
    generate(17 * FLAGS.batch_size)
    first = time.perf_counter() - start

    def answer():
        start = time.perf_counter()
        num_tokens = generate(FLAGS.samples)
        return {"seconds": time.perf_counter() - start, "tokens": num_tokens}

    interleaved.serve(answer, first=first)


def model_generator(size):
    import keras

    model = size.model()
    kernel, bias = model.decoder.output_layer.weights
    kernel.assign(louder_end(keras.ops.convert_to_numpy(kernel)))

    def generate(num_samples):
        codes = model.generate_codes(num_samples)
        ids = model._decode_sequences(
            codes, FLAGS.batch_size, seed=0, **sampling()
        )
        return int(np.sum(ids > 0))

    set_lengths(size, generate, bias.assign)
    return generate


def loop_generator(size):
    import pytorch_baseline
    import torch

    baseline = pytorch_baseline.Baseline(size, FLAGS.device)
    output = baseline.networks.output

    @torch.no_grad()
    def set_bias(bias):
        output.bias.copy_(torch.as_tensor(bias))

    def generate(num_samples):
        batches = baseline.generate(num_samples, FLAGS.batch_size, **sampling())
        return int(sum((batch > 0).sum() for batch in batches))

    with torch.no_grad():
        kernel = output.weight.cpu().numpy().T.copy()
        output.weight.copy_(torch.as_tensor(louder_end(kernel).T))
    set_lengths(size, generate, set_bias)
    return generate


def sampling():
    return {"top_p": FLAGS.top_p, "top_k": FLAGS.top_k}


def louder_end(kernel):
    """Logits of the end that differ from state to state."""
    kernel = np.array(kernel)
    kernel[:, 2] = np.random.default_rng(0).normal(size=len(kernel))
    return kernel


def set_lengths(size, generate, set_bias):
    """Finds the bias of the end that makes sentences as long as real ones."""
    rows = size.rows(2000)
    goal = np.sum(rows > 0) / len(rows)
    low, high = -20.0, 20.0
    for _ in range(12):
        bias = np.zeros(size.vocabulary_size, "float32")
        bias[2] = (low + high) / 2
        set_bias(bias)
        if generate(FLAGS.batch_size) / FLAGS.batch_size > goal:
            low = bias[2]
        else:
            high = bias[2]


if __name__ == "__main__":
    keras_arae.script.run(main)
