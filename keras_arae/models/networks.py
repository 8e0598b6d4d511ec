"""What the networks of an ARAE compute: codes, logits and scores."""

import keras
from keras import ops


class Networks:
    """Mixin of `ARAE`: calls encoder, decoder, generator and critic."""

    def call(self, x, label=None, training=False):
        """Logits of `x` given its own code, of shape `(*x.shape, values)`."""
        code = self.code(x, training=training)
        code = self.code_noise(code, training=training)
        return self.logits(code, x, label, training=training)

    def code(self, x, training=False):
        """Codes of `x`, of shape `(batch, code_dim)`, without noise."""
        code = self.encoder(x, training=training)
        code = ops.cast(code, "float32")
        if self.normalize_codes:
            code = ops.normalize(code, axis=-1, order=2, epsilon=1e-12)
        return code

    def generated_code(self, num_codes, label=None, training=False):
        """Codes made from fresh noise, of shape `(num_codes, code_dim)`."""
        noise = self.sample_noise(num_codes)
        if self.conditional_prior:
            noise = self.with_labels(noise, label)
        code = self.generator(noise, training=training)
        return ops.cast(code, "float32")

    def sample_noise(self, num_samples):
        """Noise s ~ N(0, I), of shape `(num_samples, noise_dim)`."""
        return keras.random.normal(
            (num_samples, self.noise_dim), seed=self.seed_generator
        )

    def scores(self, code, label=None):
        """The critic's scores of codes, of shape `(batch, 1)`."""
        if self.conditional_prior:
            code = self.with_labels(code, label)
        return ops.cast(self.critic(code), "float32")

    def mean_score(self, code, label=None):
        """Mean of the critic's scores, a scalar."""
        return ops.mean(self.scores(code, label))
