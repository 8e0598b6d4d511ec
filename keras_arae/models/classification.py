"""A head on codes and the phase that trains it."""

import keras
from keras import ops

from keras_arae.models.likelihood import share_of_hits
from keras_arae.trainers import Phase


class Classification:
    """Mixin of `SemiSupervisedARAE`: one phase beside those of an ARAE.

    A batch is a pair `(sentences, labeled)`, either of which may be `None`;
    `labeled` is a pair `(examples, labels)`. Examples are ids of shape
    `(batch, 1, length)`, or `(batch, 2, length)` for pairs of sentences.
    """

    def features(self, code):
        """What the head takes, from codes of shape `(batch, code_dim)`.

        The codes of a pair stand one after the other.
        """
        if self.normalize_codes:  # Products of small numbers would vanish.
            code = self.code_dim**0.5 * code
        if not self.pairs:
            return code
        u, v = code[::2], code[1::2]
        return ops.concatenate([u, v, ops.abs(u - v), u * v], axis=-1)

    def class_logits(self, examples, training=False):
        """Logits of the classes, of shape `(batch, len(label_names))`.

        Args:
            examples: int tensor of shape `(batch, 1 or 2, length)`.
            training: bool. Defaults to `False`.
        """
        sentences = ops.reshape(examples, (-1, examples.shape[-1]))
        code = self.code(sentences, training=training)
        logits = self.head(self.features(code), training=training)
        return ops.cast(logits, "float32")

    def probabilities(self, examples):
        """Probabilities of the classes, as `class_logits`."""
        return ops.softmax(self.class_logits(examples), axis=-1)

    def batch_of(self, x, y):
        """A pair: sentences, and examples with labels; `None` for neither."""
        if isinstance(x, dict):
            return None, (x["examples"], y)
        if isinstance(y, (tuple, list)):
            return x, (y[0]["examples"], y[1])
        return x, None

    def parts(self, batch):
        """The part of a batch that the phases of the ARAE take."""
        sentences, _ = batch
        return super().parts((sentences, None))

    def phases(self):
        """The phases of one step, in order; those of weight zero are not."""
        phases = super().phases() if self.reconstruction_weight else []
        if self.classification_weight:
            phases.append(
                Phase(
                    "classification",
                    self.classification_loss,
                    [self.encoder, self.head],
                    "autoencoder",
                )
            )
        return phases

    def reconstruction_loss(self, batch):
        loss, logs = super().reconstruction_loss(batch)
        return self.reconstruction_weight * loss, logs

    def classification_loss(self, batch):
        """Mean negative log-likelihood of the labels (nats), weighted."""
        _, labeled = batch
        logs = self.classification(*labeled, training=True)
        return self.classification_weight * logs["classification_loss"][0], logs

    def classification(self, examples, labels, weights=None, training=False):
        """Loss and accuracy of the head, each a pair `(mean, weight)`."""
        logits = self.class_logits(examples, training=training)
        losses = keras.losses.sparse_categorical_crossentropy(
            labels, logits, from_logits=True
        )
        accuracy, count = share_of_hits(logits, labels, weights)
        if weights is None:
            weights = ops.ones_like(losses)
        return {
            "classification_loss": (ops.sum(weights * losses) / count, count),
            "classification_accuracy": (accuracy, count),
        }

    def evaluate_batch(self, batch, row_weights):
        sentences, labeled = batch
        if labeled is None:
            return super().evaluate_batch((sentences, None), row_weights)
        return self.classification(*labeled, row_weights)

    def objective(self, results):
        """The weighted sum of what was logged of the parts' losses."""
        loss = self.classification_weight * results.get(
            "classification_loss", 0.0
        )
        if "reconstruction_loss" not in results:
            return loss
        reconstruction = results["reconstruction_loss"]
        return loss + super().objective(
            {
                **results,
                "reconstruction_loss": self.reconstruction_weight
                * reconstruction,
            }
        )
