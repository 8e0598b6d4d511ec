"""The phases that a classifier adds: Algorithm 2 of the paper."""

import keras
from keras import ops

from keras_arae.models.algorithm import Algorithm
from keras_arae.models.likelihood import share_of_hits
from keras_arae.trainers import Phase

CONFUSIONS = ("flip", "uniform")


class TransferAlgorithm:
    """Mixin of `TransferARAE`: a classifier, and the encoder against it.

    Both phases weigh classes alike, however rare they are in a batch.
    """

    logged = (
        *Algorithm.logged,
        "classifier_loss",
        "classifier_accuracy",
        "confusion_loss",
    )

    @property
    def has_classifier(self):
        """Whether a classifier learns, and the encoder against it."""
        return self.adversarial and self.confusion_weight > 0

    def phases(self):
        """Those of `ARAE`, the classifier's and the encoder's against it."""
        phases = super().phases()
        if not self.has_classifier:
            return phases
        names = [phase.name for phase in phases]
        encoder = phases[names.index("encoder")]

        def constant_codes(batch):
            return [
                (ops.stop_gradient(code), label)
                for code, label in encoder.inputs(batch)
            ]

        classifier = Phase(
            "classifier",
            self.classifier_loss,
            [self.classifier],
            "classifier",
            inputs=constant_codes,
        )
        confusion = Phase(
            "confusion",
            self.confusion_loss,
            [self.encoder],
            "autoencoder",
            inputs=lambda batch: self.parts(batch)[:1],
        )
        phases.insert(names.index("critic") + 1, classifier)
        return [*phases, confusion]

    def classifier_loss(self, batch):
        """Mean nats of codes' labels, which the classifier lowers."""
        code, label = batch
        logits = self.class_logits(code)
        loss = self.classifier_weight * self.mean_nats(logits, label, label)
        accuracy = share_of_hits(logits, label)
        return loss, {"classifier_loss": loss, "classifier_accuracy": accuracy}

    def confusion_loss(self, batch):
        """Mean nats of wrong labels, or of all, which the encoder lowers."""
        x, label = batch
        logits = self.class_logits(self.code(x, training=True))
        if self.confusion == "flip":
            nats = self.mean_nats(logits, self.other_label(label), label)
        else:
            nats = sum(
                self.mean_nats(logits, ops.full_like(label, wanted), label)
                for wanted in range(self.num_classes)
            )
            nats = nats / self.num_classes
        loss = self.confusion_weight * nats
        return loss, {"confusion_loss": loss}

    def class_logits(self, code):
        """The classifier's logits, of shape `(batch, num_classes)`."""
        return ops.cast(self.classifier(code), "float32")

    def other_label(self, label):
        """For each label one of the others, each as likely."""
        steps = keras.random.randint(
            ops.shape(label), 1, self.num_classes, seed=self.seed_generator
        )
        return (label + ops.cast(steps, label.dtype)) % self.num_classes

    def mean_nats(self, logits, wanted, label, row_weights=None):
        """Mean nats of `wanted`, each class of `label` counting as much."""
        nats = ops.sparse_categorical_crossentropy(
            wanted, logits, from_logits=True
        )
        members = ops.one_hot(label, self.num_classes, dtype="float32")
        if row_weights is not None:
            members = row_weights[:, None] * members
        counts = ops.sum(members, axis=0)
        sums = ops.sum(members * nats[:, None], axis=0)
        num_present = ops.sum(ops.cast(counts > 0, "float32"))
        return ops.sum(sums / ops.maximum(counts, 1.0)) / num_present

    def evaluate_batch(self, batch, row_weights):
        logs = super().evaluate_batch(batch, row_weights)
        if self.has_classifier:
            x, label = batch
            logits = self.class_logits(self.code(x))
            nats = self.mean_nats(logits, label, label, row_weights)
            accuracy, count = share_of_hits(logits, label, row_weights)
            logs["classifier_loss"] = self.classifier_weight * nats, count
            logs["classifier_accuracy"] = accuracy, count
        return logs
