"""One training step of an ARAE: Algorithm 1 of the paper, phase by phase."""

import keras
from keras import ops

from keras_arae.models.moments import mean_norm
from keras_arae.models.moments import trace_of_covariance
from keras_arae.trainers import Phase
from keras_arae.trainers import SharedPass


class Algorithm:
    """Mixin of `ARAE`: the phases of a step and the loss of each.

    Real codes score high and generated ones low: the critic raises the
    difference of their means, an estimate of the Wasserstein-1 distance, and
    encoder and generator lower it from either side. (The released code
    mirrors all signs.)

    A batch is a pair `(x, label)`; `label` is `None` where there are none.
    Where codes are made before the phase, it is a pair `(code, label)`.

    Attributes:
        logged: tuple of str. Names of all numbers that the phases log.
    """

    logged = (
        "reconstruction_loss",
        "accuracy",
        "critic_loss",
        "wasserstein_distance",
        "gradient_penalty",
        "encoder_loss",
        "generator_loss",
        "code_norm",
        "generated_code_norm",
        "code_trace",
        "generated_code_trace",
    )

    def batch_of(self, x, y):
        return x, y if self.conditional else None

    def phases(self):
        """The phases of one step, in order; without critic only the first."""

        def rows(batch):
            return self.parts(batch)[:1]

        networks = [self.encoder, self.decoder]
        reconstruction = Phase(
            "reconstruction",
            self.reconstruction_loss,
            networks,
            "autoencoder",
            inputs=rows,
        )
        if not self.adversarial:
            return [reconstruction]
        # The critic learns from codes that the encoder then moves: one pass.
        encoding = SharedPass(self.record, self.first_code, [self.encoder])
        clips = self.critic_regularizer == "weight_clipping"
        return [
            reconstruction,
            Phase(
                "critic",
                self.critic_loss,
                [self.critic],
                "critic",
                inputs=lambda batch: self.critic_codes(batch, encoding),
                after=self.clip_critic if clips else None,
            ),
            Phase(
                "encoder",
                self.encoder_loss,
                [self.encoder],
                "autoencoder",
                inputs=lambda batch: [
                    (encoding(batch), self.parts(batch)[0][1])
                ],
                through=encoding,
            ),
            Phase(
                "generator",
                self.generator_loss,
                [self.generator],
                "generator",
                inputs=rows,
            ),
        ]

    def parts(self, batch):
        """The batch; where the critic gets fresh data, its equal parts.

        The first part is for the autoencoder and the generator, the others
        for one critic step each.
        """
        if self.critic_data == "reuse" or not self.adversarial:
            return [batch]
        num_parts = self.critic_steps + 1
        num_rows = batch[0].shape[0]
        if num_rows is not None and num_rows % num_parts:
            raise ValueError(
                'With critic_data="fresh" a batch must hold critic_steps + 1 '
                f"= {num_parts} parts of equal size. "
                f"Received: a batch of {num_rows} rows"
            )
        return split_rows(batch, num_parts)

    def first_code(self, batch):
        """Codes of the part of a batch that the autoencoder takes."""
        return self.code(self.parts(batch)[0][0], training=True)

    def critic_codes(self, batch, encoding):
        """Real codes for each critic step, all encoded in one pass."""
        first, *others = self.parts(batch)
        if not others:
            code = ops.stop_gradient(encoding(batch))
            return [(code, first[1])] * self.critic_steps
        x = ops.concatenate([part[0] for part in others])
        code = ops.stop_gradient(self.code(x, training=True))
        codes = split_rows((code, None), self.critic_steps)
        return [(code, part[1]) for (code, _), part in zip(codes, others)]

    def reconstruction_loss(self, batch):
        """Mean negative log-likelihood of `x` given its noisy code (nats)."""
        x, label = batch
        code = self.code_noise(self.code(x, training=True), training=True)
        loss, accuracy = self.prediction(code, x, label, training=True)
        logs = {"reconstruction_loss": loss, "accuracy": accuracy}
        return loss[0], logs

    def critic_loss(self, batch):
        """Mean generated score minus mean real score, plus the penalty."""
        code, label = batch
        generated = ops.stop_gradient(
            self.generated_code(ops.shape(code)[0], label, training=True)
        )
        distance = self.distance(code, generated, label)
        loss, logs = -distance, {"wasserstein_distance": distance}
        if self.critic_regularizer == "gradient_penalty":
            penalty = self.gradient_penalty(code, generated, label)
            logs["gradient_penalty"] = penalty
            loss = loss + self.gradient_penalty_weight * penalty
        return loss, {"critic_loss": loss, **logs}

    def distance(self, code, generated, label=None, weights=None):
        """Mean real score minus mean generated score, from one pass.

        Args:
            code: tensor of shape `(batch, code_dim)`. Real codes.
            generated: tensor of the same shape. Generated codes.
            label: int tensor of shape `(batch,)` or `None`: of both.
            weights: tensor of shape `(batch,)` or `None`.

        Returns:
            A scalar.
        """
        if label is not None:
            label = ops.concatenate([label, label])
        scores = self.scores(ops.concatenate([code, generated]), label)
        real, generated = ops.split(scores[:, 0], 2)
        return ops.average(real - generated, weights=weights)

    def gradient_penalty(self, code, generated, label=None):
        """How far the critic's slope between the two kinds of codes is from 1.

        Source: "Improved Training of Wasserstein GANs"
        (https://arxiv.org/abs/1704.00028), Algorithm 1.

        Args:
            code: tensor of shape `(batch, code_dim)`. Real codes.
            generated: tensor of the same shape. Generated codes.
            label: int tensor of shape `(batch,)` or `None`.

        Returns:
            A scalar, the mean of `(|gradient| - 1)^2`.
        """
        share = self.sample_shares(ops.shape(code)[0])
        between = share * code + (1.0 - share) * generated
        gradient = self.input_gradient(
            lambda between: self.scores(between, label), between
        )
        norm = ops.sqrt(ops.sum(ops.square(gradient), axis=-1) + 1e-12)
        return ops.mean(ops.square(norm - 1.0))

    def sample_shares(self, num_samples):
        """Uniform shares between 0 and 1, of shape `(num_samples, 1)`."""
        return keras.random.uniform((num_samples, 1), seed=self.seed_generator)

    def clip_critic(self):
        """Bounds the critic's weights, as in the paper."""
        for variable in self.critic.trainable_variables:
            variable.assign(
                ops.clip(variable, -self.weight_clip, self.weight_clip)
            )

    def encoder_loss(self, batch):
        """Scaled mean score of real codes, which the encoder lowers."""
        code, label = batch
        loss = self.encoder_gradient_scale * self.mean_score(code, label)
        return loss, {"encoder_loss": loss, **_moments(code, "code")}

    def generator_loss(self, batch):
        """Minus the mean score of generated codes, which it raises."""
        x, label = batch
        code = self.generated_code(ops.shape(x)[0], label, training=True)
        loss = -self.mean_score(code, label)
        logs = {"generator_loss": loss, **_moments(code, "generated_code")}
        return loss, logs

    def evaluate_batch(self, batch, row_weights):
        x, label = batch
        if row_weights is None:
            row_weights = ops.ones(ops.shape(x)[:1], "float32")
        count = ops.sum(row_weights)
        code = self.code(x)
        loss, accuracy = self.prediction(code, x, label, row_weights)
        logs = {"reconstruction_loss": loss, "accuracy": accuracy}
        moments = _moments(code, "code", row_weights)
        if self.adversarial:
            generated = self.generated_code(ops.shape(x)[0], label)
            moments.update(_moments(generated, "generated_code", row_weights))
            moments["wasserstein_distance"] = self.distance(
                code, generated, label, row_weights
            )
        logs.update({key: (value, count) for key, value in moments.items()})
        return logs

    def objective(self, results):
        """The paper's objective: reconstruction + lambda 1 * distance."""
        loss = results["reconstruction_loss"]
        if self.adversarial:
            distance = results["wasserstein_distance"]
            loss = loss + self.encoder_gradient_scale * distance
        return loss


def _moments(code, name, row_weights=None):
    return {
        f"{name}_norm": mean_norm(code, row_weights),
        f"{name}_trace": trace_of_covariance(code, row_weights),
    }


def split_rows(batch, num_parts):
    """Equal parts of a pair of tensors, cut along their first axes."""
    rows = ops.shape(batch[0])[0] // num_parts
    return [
        tuple(
            None if part is None else part[i * rows : (i + 1) * rows]
            for part in batch
        )
        for i in range(num_parts)
    ]
