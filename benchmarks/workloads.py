"""The work that benchmarks time: models of stated sizes and data for them."""

import dataclasses

import keras
import numpy as np

import keras_arae


@dataclasses.dataclass(frozen=True)
class Text:
    """Sentences of real lengths; which words they hold costs nothing."""

    vocabulary_size: int
    max_length: int
    units: int
    noise_dim: int
    batch_size: int
    critic_steps: int = 5
    num_sampled: int | None = None

    def rows(self, num_rows, seed=0):
        """Rows of ids, as long as clauses of the packaged corpus.

        Where longer ones fit, two or more neighbours are joined.
        """
        clauses = keras_arae.datasets.load_text("web_clauses")
        words = [len(clause.split()) for clause in clauses]
        joined = max(1, self.max_length // 12)
        lengths = np.convolve(words, np.ones(joined, int), "valid")
        lengths = lengths[lengths <= self.max_length]
        generator = np.random.default_rng(seed)
        lengths = generator.choice(lengths, num_rows)
        shape = (num_rows, self.max_length + 1)
        ids = generator.integers(4, self.vocabulary_size, shape, "int32")
        indices = np.arange(self.max_length + 1)
        ids[indices == lengths[:, None]] = 2
        ids[indices > lengths[:, None]] = 0
        return ids

    def model(self, critic_data="reuse", **options):
        """The `TextARAE` of this size with released networks, not compiled."""
        words = [f"w{i}" for i in range(self.vocabulary_size - 4)]
        hidden_dims = (self.units, self.units)
        return keras_arae.TextARAE(
            keras_arae.TextPreprocessor(words, max_length=self.max_length),
            embedding_dim=self.units,
            code_dim=self.units,
            prior=keras_arae.priors.AdversarialPrior(
                keras_arae.layers.Generator(self.units, hidden_dims),
                keras_arae.layers.Critic(hidden_dims),
                noise_dim=self.noise_dim,
                critic_steps=self.critic_steps,
                critic_data=critic_data,
            ),
            num_sampled=self.num_sampled,
            seed=0,
            **options,
        )

    def floating_point_operations(self, rows, fresh=False):
        """Operations that the matrix products of one step on `rows` need.

        A product of the forward pass costs two in the backward pass. Padding
        costs nothing; the encoder runs once for reconstruction and once for
        critic and encoder phase together.
        """
        batch, units = self.batch_size, self.units
        num_tokens = np.sum(rows > 0) * batch / len(rows)
        encode = 2 * num_tokens * (2 * units) * 4 * units
        decode = 2 * num_tokens * (3 * units) * 4 * units
        logits = 2 * num_tokens * units * self.vocabulary_size
        critic = 2 * batch * (2 * units * units + units)
        generate = 2 * batch * (self.noise_dim + 2 * units) * units
        # Real, generated and, for the penalty, mixed codes, whose gradient
        # is differentiated again.
        critic_step = 3 * 2 * critic + 6 * critic + generate
        return (
            3 * (encode + decode + logits)
            + self.critic_steps * (critic_step + (encode if fresh else 0))
            + 3 * encode
            + 2 * critic
            + 3 * generate
            + 2 * critic
        )

    def optimizers(self):
        """The autoencoder's, the critic's and the generator's, as released."""
        adam = [keras.optimizers.Adam(1e-4, beta_1=0.5) for _ in range(2)]
        sgd = keras.optimizers.SGD(1.0, global_clipnorm=1.0)
        return sgd, *adam


@dataclasses.dataclass(frozen=True)
class Images:
    """Binary images and dense networks of the released sizes."""

    height: int = 28
    width: int = 28
    batch_size: int = 100
    critic_steps: int = 10
    encoder_dims: tuple = (800, 400)
    code_dim: int = 100
    decoder_dims: tuple = (400, 800, 1000)
    noise_dim: int = 32
    generator_dims: tuple = (64, 100, 150)
    critic_dims: tuple = (100, 60, 20)

    def rows(self, num_rows, seed=0):
        generator = np.random.default_rng(seed)
        shape = (num_rows, self.height, self.width)
        return generator.integers(2, size=shape, dtype="int32")

    def model(self, critic_data="reuse", **options):
        """The `ImageARAE` of this size, not compiled."""
        return keras_arae.ImageARAE(
            (self.height, self.width),
            code_dim=self.code_dim,
            prior=keras_arae.priors.AdversarialPrior(
                keras_arae.layers.Generator(self.code_dim, self.generator_dims),
                keras_arae.layers.Critic(self.critic_dims),
                noise_dim=self.noise_dim,
                critic_steps=self.critic_steps,
                critic_data=critic_data,
                critic_regularizer="weight_clipping",
                weight_clip=0.05,
                critic_learning_rate=5e-5,
                generator_learning_rate=5e-4,
            ),
            seed=0,
            **options,
        )

    def optimizers(self):
        """As of `Text`; here the model's own are those released."""
        return ()

    def floating_point_operations(self, rows, fresh=False):
        """As of `Text`; the critic is clipped and needs no penalty."""
        pixels = self.height * self.width

        def product(*widths):
            pairs = zip(widths, widths[1:])
            return 2 * self.batch_size * sum(a * b for a, b in pairs)

        encode = product(pixels, *self.encoder_dims, self.code_dim)
        decode = product(self.code_dim, *self.decoder_dims, 2 * pixels)
        critic = product(self.code_dim, *self.critic_dims, 1)
        generate = product(self.noise_dim, *self.generator_dims, self.code_dim)
        critic_step = 6 * critic + generate + (encode if fresh else 0)
        return (
            3 * (encode + decode)
            + self.critic_steps * critic_step
            + 3 * encode
            + 3 * generate
            + 4 * critic
        )


SIZES = {
    "demo": Text(3000, 15, units=128, noise_dim=100, batch_size=64),
    "snli": Text(11000, 15, units=300, noise_dim=100, batch_size=64),
    "yelp": Text(30000, 25, units=128, noise_dim=32, batch_size=64),
    "mnist": Images(),
}


def resized(name, **changes):
    """A size by name, with the changes that are not `None`."""
    changes = {key: value for key, value in changes.items() if value}
    return dataclasses.replace(SIZES[name], **changes)
