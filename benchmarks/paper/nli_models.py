"""The classifiers of benchmarks/paper/nli_tables.py, and their first stage."""

import keras
from absl import app
from absl import flags

import keras_arae

flags.DEFINE_integer("units", None, "Width of LSTMs, embeddings and codes.")
flags.DEFINE_integer("batch_size", None, "Sentences, or examples, a step.")
flags.DEFINE_integer("updates", None, "Batches of labelled examples.")
flags.DEFINE_float("learning_rate", None, "Of Adam; falls to 0 (cosine).")
flags.DEFINE_float("dropout", 0.5, "On what the head takes.")
flags.DEFINE_integer(
    "pretrain_epochs", None, "Of AE and ARAE on sentences alone, before labels."
)
flags.DEFINE_float("pretrain_learning_rate", 4e-3, "As --learning_rate.")
flags.DEFINE_float(
    "reconstruction_weight", None, "Of AE and ARAE beside labels."
)
flags.DEFINE_float("encoder_gradient_scale", None, "Of ARAE (lambda 1).")
flags.DEFINE_integer("critic_steps", 1, "Updates of the critic a step.")

FLAGS = flags.FLAGS
# Flags that all runs of a folder must share.
SETTINGS = [
    "units", "batch_size", "updates", "learning_rate", "dropout",
    "pretrain_epochs", "pretrain_learning_rate", "reconstruction_weight",
    "encoder_gradient_scale", "critic_steps",
]  # fmt: skip
NETWORKS = ["encoder", "decoder"]


def check_flags():
    """Refuses settings under which no model learns from sentences."""
    if not (FLAGS.pretrain_epochs or FLAGS.reconstruction_weight):
        raise app.UsageError(
            "Without --pretrain_epochs and --reconstruction_weight AE and ARAE "
            "see no sentence: give one of the two, or both."
        )


def learns_from_sentences(name):
    """Whether sentences stand beside the labels."""
    return name != "supervised" and FLAGS.reconstruction_weight > 0


def make_classifier(name, seed, task, folder):
    """A classifier to train, on the networks of the first stage if any."""
    networks, prior = {}, make_prior()
    if name != "supervised" and FLAGS.pretrain_epochs:
        autoencoder = pretrained(name, seed, task, folder)
        networks = {part: getattr(autoencoder, part) for part in NETWORKS}
        prior = autoencoder.prior
    keras.utils.set_random_seed(seed)
    head = keras.Sequential(
        [
            # The codes of an autoencoder may differ by little.
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(FLAGS.dropout, seed=seed),
            keras_arae.layers.Classifier(len(task["labels"])),
        ]
    )
    joint = learns_from_sentences(name)
    model = keras_arae.SemiSupervisedARAE(
        task["codec"],
        task["labels"],
        pairs=task["pairs"],
        head=head,
        reconstruction_weight=FLAGS.reconstruction_weight if joint else 0.0,
        prior=prior if joint and name == "ARAE" else None,
        **options(seed),
        **networks,
    )
    compile_for(model, FLAGS.learning_rate, FLAGS.updates)
    return model


def pretrained(name, seed, task, folder):
    """An autoencoder of the sentences, trained once and kept in the folder."""
    path = folder / f"pretrained-{name}-{seed}.keras"
    if path.exists():
        return keras.saving.load_model(path)
    keras.utils.set_random_seed(seed)
    model = keras_arae.TextARAE(
        task["codec"],
        prior=make_prior() if name == "ARAE" else None,
        **options(seed),
    )
    steps = -(-len(task["pool"]) // FLAGS.batch_size) * FLAGS.pretrain_epochs
    compile_for(model, FLAGS.pretrain_learning_rate, steps)
    model.fit(
        task["pool"],
        batch_size=FLAGS.batch_size,
        epochs=FLAGS.pretrain_epochs,
        verbose=0,
    )
    sentences = task["pool"][:1000]
    report = model.evaluate(sentences, verbose=0, return_dict=True)
    print(f"{path.stem}: {report['accuracy']:.1%} of their tokens come back.")
    model.save(path)
    return model


def make_prior():
    """The game of both stages."""
    return keras_arae.priors.AdversarialPrior(
        critic_steps=FLAGS.critic_steps,
        encoder_gradient_scale=FLAGS.encoder_gradient_scale,
    )


def options(seed):
    """What the models of both stages share."""
    return {
        "embedding_dim": FLAGS.units,
        "code_dim": FLAGS.units,
        "seed": seed,
    }


def compile_for(model, learning_rate, steps):
    """Adam whose rate falls to zero in so many steps of training."""
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0))
