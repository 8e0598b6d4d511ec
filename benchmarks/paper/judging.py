"""The judge of text that examples share: its flags and its options."""

from absl import flags

flags.DEFINE_enum("judge", "lstm", ["lstm", "kenlm"], "Of perplexities.")
flags.DEFINE_string("kenlm_directory", None, "Of KenLM's binaries.")

FLAGS = flags.FLAGS


def judge_options():
    """What the judge named by --judge takes."""
    if FLAGS.judge == "kenlm":
        return {"directory": FLAGS.kenlm_directory}
    return {"units": FLAGS.units, "embedding_dim": FLAGS.units}
