"""Title: Sentences from an ARAE, with every setting
Description: A TextARAE of sentences, with the released code's presets.
Accelerator: none needed; a GPU is used where there is one.

    python benchmarks/paper/text.py                     # packaged clauses
    python benchmarks/paper/text.py --data=my_file.txt  # your sentences
    python benchmarks/paper/text.py --preset=snli       # released settings

Everything goes to --output_dir: the model, samples, reconstructions and
interpolations, the training log, its learning curves and the flags used.
"""

import time

import common
import keras
from absl import app
from absl import flags

import keras_arae

# Values of a preset stand where a flag is not given. "demo" learns the
# packaged clauses in minutes on two CPU cores; the others are the released
# code's settings (docs/results.md says what was tried).
PRESETS = {
    "demo": dict(
        data="web_clauses", vocabulary_size=3000, max_length=15,
        embedding_dim=128, code_dim=128, noise_dim=128,
        generator_dims=[300, 300], critic_dims=[300, 300],
        epochs=7, batch_size=64, autoencoder_optimizer="adam",
        autoencoder_lr=4e-3, generator_lr=1e-3, critic_lr=1e-3,
        decay_lr=True, code_noise=0.06, gradient_penalty=1.0,
        encoder_gradient_scale=0.1, critic_data="reuse",
    ),
    "snli": dict(
        data="snli", vocabulary_size=11000, max_length=15,
        embedding_dim=300, code_dim=300, noise_dim=100,
        generator_dims=[300, 300], critic_dims=[300, 300],
        epochs=15, batch_size=64, autoencoder_optimizer="sgd",
        autoencoder_lr=1.0, generator_lr=1e-4, critic_lr=1e-4,
        decay_lr=False, code_noise=0.05, gradient_penalty=1.0,
        encoder_gradient_scale=0.1, critic_data="fresh",
        released_networks=True,
    ),
    "one_billion_word": dict(
        data=None, vocabulary_size=30000, max_length=20,
        embedding_dim=500, code_dim=500, noise_dim=100,
        generator_dims=[500, 500], critic_dims=[500, 500],
        epochs=15, batch_size=128, autoencoder_optimizer="sgd",
        autoencoder_lr=1.0, generator_lr=1e-4, critic_lr=1e-4,
        decay_lr=False, code_noise=0.1, gradient_penalty=10.0,
        encoder_gradient_scale=1.0, critic_data="fresh",
        released_networks=True,
    ),
}  # fmt: skip

flags.DEFINE_enum("preset", "demo", sorted(PRESETS), "Fills in other flags.")
flags.DEFINE_string(
    "data", None,
    "A text file with one sentence a line, a folder with train.txt and "
    "test.txt, or a corpus: tatoeba, web_clauses, snli.",
)  # fmt: skip
flags.DEFINE_integer("vocabulary_size", None, "Words, special ones included.")
flags.DEFINE_integer("max_length", None, "Tokens of the longest sentence.")
flags.DEFINE_enum(
    "overflow", "drop", ["drop", "truncate"], "What befalls longer sentences."
)
flags.DEFINE_bool("lowercase", True, "Whether to lower-case words.")
flags.DEFINE_integer("embedding_dim", None, "Width of a word's vector.")
flags.DEFINE_integer("code_dim", None, "Width of a code; units of the LSTMs.")
flags.DEFINE_integer("noise_dim", None, "Width of the generator's noise.")
flags.DEFINE_list("generator_dims", None, "Hidden widths, such as 300,300.")
flags.DEFINE_list("critic_dims", None, "Hidden widths, such as 300,300.")
flags.DEFINE_bool(
    "released_networks", False,
    "Generator and critic as released: batch normalisation in the generator, "
    "initial weights, no skip connection, no unit sphere, no input scale.",
)  # fmt: skip
flags.DEFINE_bool("adversarial", True, "Without: a plain autoencoder.")
flags.DEFINE_integer("epochs", None, "Times through the data.")
flags.DEFINE_integer("batch_size", None, "Sentences a step.")
flags.DEFINE_enum(
    "autoencoder_optimizer", None, ["adam", "sgd"],
    "For encoder and decoder; gradients are clipped to norm 1.",
)  # fmt: skip
flags.DEFINE_float("autoencoder_lr", None, "Learning rate.")
flags.DEFINE_float("generator_lr", None, "Learning rate.")
flags.DEFINE_float("critic_lr", None, "Learning rate.")
flags.DEFINE_bool(
    "decay_lr", None, "Whether the autoencoder's rate falls to 0 (cosine)."
)
flags.DEFINE_float("code_noise", None, "Standard deviation at the start.")
flags.DEFINE_integer("critic_steps", 5, "Critic updates a step.")
flags.DEFINE_enum(
    "critic_data", None, ["reuse", "fresh"],
    "Real codes for the critic: the batch's, or of sentences drawn anew.",
)  # fmt: skip
flags.DEFINE_float("gradient_penalty", None, "Weight of the penalty.")
flags.DEFINE_float(
    "weight_clip", None, "Clip the critic's weights to this instead."
)
flags.DEFINE_float(
    "encoder_gradient_scale", None, "Of the critic's gradient (lambda 1)."
)
flags.DEFINE_enum(
    "sampler", None, ["greedy", "random", "top_k", "top_p", "beam"],
    "How to pick words; chosen from the flags below if not given.",
)  # fmt: skip
flags.DEFINE_float("temperature", None, "Of random, top-k, top-p, beam.")
flags.DEFINE_integer("top_k", None, "Likeliest words to choose from.")
flags.DEFINE_float("top_p", None, "Joint probability to choose from.")
flags.DEFINE_integer("num_beams", None, "Of beam search.")
flags.DEFINE_integer("num_samples", 1000, "Sentences to generate at the end.")
flags.DEFINE_string("output_dir", "output/paper_text", "For the results.")
common.define_run_flags()

FLAGS = flags.FLAGS


def main(_):
    start_time = time.time()
    common.fill_in(PRESETS[FLAGS.preset])
    if FLAGS.data is None:
        raise app.UsageError(
            f"Preset {FLAGS.preset} has no corpus of its own: pass --data."
        )
    train, held_out = keras_arae.datasets.load_train_and_held_out(
        FLAGS.data, seed=FLAGS.seed
    )
    output_dir = common.run_folder(
        "training_samples.txt",
        data=(train, held_out),
        free=("sampler", "temperature", "top_k", "top_p", "num_beams"),
    )
    with output_dir.running():
        run(output_dir, train, held_out)
    print(f"Done in {time.time() - start_time:.0f} s; see {FLAGS.output_dir}/.")


def run(output_dir, train, held_out):
    """Trains a model, or goes on to, and writes what it says."""
    keras.utils.set_random_seed(FLAGS.seed)
    model, epoch = output_dir.restore()
    if model is None:
        model = make_model(train)
    print(
        f"{len(train)} sentences to learn from, {len(held_out)} held out, "
        f"{model.codec.vocabulary_size} words, "
        f"{model.count_params()} weights, {keras.config.backend()} backend."
    )
    sampler = keras_arae.callbacks.TextSampler(
        held_out[:4],
        path=output_dir / "training_samples.txt",
        log_dir=common.tensorboard_dir(output_dir),
        **decoding_options(),
    )
    model.fit(
        train,
        batch_size=FLAGS.batch_size,
        epochs=FLAGS.epochs,
        initial_epoch=epoch,
        validation_data=held_out,
        callbacks=common.make_callbacks(output_dir, sampler),
    )
    write_results(model, output_dir, train, held_out)


def make_model(train):
    """A compiled model with a vocabulary from the training sentences."""
    codec = keras_arae.TextPreprocessor.from_corpus(
        train,
        vocabulary_size=FLAGS.vocabulary_size,
        max_length=FLAGS.max_length,
        overflow=FLAGS.overflow,
        lowercase=FLAGS.lowercase,
    )
    networks = {}
    if FLAGS.released_networks:
        networks = {
            "kernel_initializer": keras.initializers.RandomNormal(stddev=0.02)
        }
    layers = keras_arae.layers
    size = codec.vocabulary_size
    lstm = (size, FLAGS.embedding_dim, FLAGS.code_dim)
    lstm_options = {}
    if FLAGS.released_networks:
        lstm_options["kernel_initializer"] = keras.initializers.RandomUniform(
            -0.1, 0.1
        )
    encoder = layers.LSTMEncoder(*lstm, **lstm_options)
    decoder = layers.LSTMDecoder(*lstm, **lstm_options)
    model = keras_arae.TextARAE(
        codec,
        encoder=encoder,
        decoder=decoder,
        prior=make_prior(networks) if FLAGS.adversarial else None,
        code_noise=FLAGS.code_noise,
        seed=FLAGS.seed,
    )
    model.compile(**make_optimizers(len(train)))
    return model


def make_prior(networks):
    """The game, with networks as released or the library's own."""
    options = {}
    if FLAGS.weight_clip is not None:
        options["critic_regularizer"] = "weight_clipping"
        options["weight_clip"] = FLAGS.weight_clip
    layers = keras_arae.layers
    return keras_arae.priors.AdversarialPrior(
        generator=layers.Generator(
            FLAGS.code_dim,
            [int(units) for units in FLAGS.generator_dims],
            batch_normalization=FLAGS.released_networks,
            skip_connection=not FLAGS.released_networks,
            normalize=not FLAGS.released_networks,
            **networks,
        ),
        critic=layers.Critic(
            [int(units) for units in FLAGS.critic_dims],
            input_scale=1 if FLAGS.released_networks else FLAGS.code_dim**0.5,
            **networks,
        ),
        noise_dim=FLAGS.noise_dim,
        critic_steps=FLAGS.critic_steps,
        critic_data=FLAGS.critic_data,
        gradient_penalty_weight=FLAGS.gradient_penalty,
        encoder_gradient_scale=FLAGS.encoder_gradient_scale,
        **options,
    )


def make_optimizers(num_sentences):
    rate = common.autoencoder_rate(num_sentences)
    optimizer = {
        "adam": keras.optimizers.Adam,
        "sgd": keras.optimizers.SGD,
    }[FLAGS.autoencoder_optimizer]
    autoencoder = optimizer(rate, global_clipnorm=1.0)
    if not FLAGS.adversarial:
        return {"autoencoder_optimizer": autoencoder}
    return {
        "autoencoder_optimizer": autoencoder,
        "critic_optimizer": keras.optimizers.Adam(FLAGS.critic_lr, beta_1=0.5),
        "generator_optimizer": keras.optimizers.Adam(
            FLAGS.generator_lr, beta_1=0.5
        ),
    }


def decoding_options():
    names = ("sampler", "temperature", "top_k", "top_p", "num_beams")
    return {name: FLAGS[name].value for name in names}


def write_results(model, output_dir, train, held_out):
    """The model, what it says, and a few numbers about it."""
    model.save(output_dir / "model.keras")
    options = {"seed": FLAGS.seed, **decoding_options()}
    pairs = held_out[:20]
    copies = model.reconstruct(pairs, **options)
    output_dir.write_lines(
        "reconstructions.txt",
        [f"{pair} -> {copy}" for pair, copy in zip(pairs, copies)],
    )
    ends = held_out[20:25], held_out[25:30]
    paths = model.interpolate(*ends, **options) if len(ends[1]) == 5 else []
    if model.prior is not None:
        samples = model.generate(FLAGS.num_samples, **options)
        output_dir.write_lines("samples.txt", samples)
        paths += model.interpolate(num_paths=5, **options)
        share = len(set(samples)) / len(samples)
        known = len(set(samples) & set(train)) / len(set(samples))
        print("\nSamples:", *samples[:20], sep="\n  ")
        print(f"{share:.1%} of {len(samples)} samples are distinct; "
              f"{known:.1%} of those stand in the training text.")  # fmt: skip
    for path in paths:
        print("\nOn the way:", *path, sep="\n  ")
    output_dir.write_lines(
        "interpolations.txt",
        [line for path in paths for line in (*path, "")],
    )
    numbers = model.evaluate(held_out, verbose=0, return_dict=True)
    lines = [f"{name} {value:.3f}" for name, value in numbers.items()]
    print("\nHeld out:", *lines, sep="\n  ")


if __name__ == "__main__":
    keras_arae.script.run(main)
