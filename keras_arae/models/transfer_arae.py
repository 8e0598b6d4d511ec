"""An ARAE whose codes leave an attribute out: Algorithm 2 of the paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_arae import backend
from keras_arae.arguments import COUNT
from keras_arae.arguments import FLAG
from keras_arae.arguments import LAYER
from keras_arae.arguments import NOT_NEGATIVE
from keras_arae.arguments import checked
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.arguments import shown
from keras_arae.data import ArrayBatches
from keras_arae.data import Batch
from keras_arae.data import Classes
from keras_arae.data import TextPreprocessor
from keras_arae.export import export
from keras_arae.layers import Classifier
from keras_arae.layers import ClassLSTMDecoder
from keras_arae.layers.classifier import weighted_accuracy
from keras_arae.models.text_arae import TEXT_RULES
from keras_arae.models.text_arae import TextARAE
from keras_arae.priors import PRIOR
from keras_arae.priors import AdversarialPrior
from keras_arae.sampling import in_batches
from keras_arae.training import Phase

CONFUSIONS = ("flip", "uniform")


@export
class TransferARAE(TextARAE):
    """Rewrites sentences with another label, learned without parallel data.

    The decoder sees a sentence's code and its label. A classifier learns to
    read the label from codes, and the encoder learns to mislead it: what
    codes leave out, the decoder must take from the label. Afterwards
    `transfer` encodes a sentence and decodes it with another label.

    Source: "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223), Section 3 and Algorithm 2. To the
    phases of `ARAE` it adds, after the critic's, that of the classifier, and
    at the end that of the encoder against it. Every class reaches every
    phase, and in these two each counts as much as any other, however rare.

    Args:
        codec: `keras_arae.TextPreprocessor`. Saved with the model.
        condition: sequence of str. Names of two classes or more. Sentences'
            labels are these names or their indices in this list.
        embedding_dim: int. As in `keras_arae.TextARAE`. Defaults to `300`.
        code_dim: int. As in `keras_arae.TextARAE`. Defaults to `300`.
        units: int or `None`. As in `keras_arae.TextARAE`. Defaults to `None`.
        prior: as in `keras_arae.TextARAE`. Defaults to `"adversarial"`: one
            without the condition, as released.
        decoder: as in `keras_arae.TextARAE`. Defaults to `"lstm"`.
        decoder_per_class: bool. Whether each class has an LSTM of its own
            (`keras_arae.layers.ClassLSTMDecoder`), as in the released code;
            otherwise the label is joined to the code. Defaults to `False`.
        classifier: Keras layer or `None`. Maps codes to logits of shape
            `(batch, num_classes)`. Defaults to `None`: a
            `keras_arae.layers.Classifier`.
        classifier_weight: float. Factor on the classifier's loss. Defaults
            to `1.0`.
        confusion_weight: float. Factor on the loss by which the encoder
            misleads the classifier; zero leaves the classifier out: a
            conditional autoencoder. Defaults to `0.1`, with which codes of
            Yelp kept more of a sentence than with 0.3. The paper's lambda 2
            is 1.
        confusion: `"flip"` or `"uniform"`: whether the encoder makes the
            classifier see another class, one drawn anew at each step, or
            all classes alike. Defaults to `None`: `"flip"`, as in the paper,
            for two classes, `"uniform"` for more.
        **options: the other arguments of `keras_arae.TextARAE`.

    Example:

    ```python
    text = ["it was good .", "it was bad ."] * 20
    labels = ["positive", "negative"] * 20
    codec = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    model = keras_arae.TransferARAE(
        codec, ["negative", "positive"], embedding_dim=8, code_dim=8
    )
    model.compile()
    model.fit(text, labels, batch_size=20, verbose=0)
    assert len(model.transfer(["it was good ."], to="negative")) == 1
    assert len(model.generate(3, label="positive")) == 3
    ```
    """

    @checked(
        **TEXT_RULES,
        prior=PRIOR,
        decoder_per_class=FLAG,
        classifier=optional(LAYER),
        classifier_weight=NOT_NEGATIVE,
        confusion_weight=NOT_NEGATIVE,
        confusion=optional(one_of(*CONFUSIONS)),
    )
    def __init__(
        self,
        codec: TextPreprocessor,
        condition: Sequence[str] | Classes,
        embedding_dim: int = 300,
        code_dim: int = 300,
        units: int | None = None,
        prior: Any = "adversarial",
        decoder: Any = "lstm",
        decoder_per_class: bool = False,
        classifier: keras.layers.Layer | None = None,
        classifier_weight: float = 1.0,
        confusion_weight: float = 0.1,
        confusion: str | None = None,
        **options: Any,
    ) -> None:
        classes = condition
        if not isinstance(classes, Classes):
            classes = Classes(classes)
        if classifier is not None and not confusion_weight:
            raise ValueError(
                "With `confusion_weight=0` there is no classifier: leave "
                f"`classifier` out. Received: classifier={shown(classifier)}"
            )
        if confusion is None:
            confusion = "flip" if classes.num_classes == 2 else "uniform"
        if decoder_per_class and decoder == "lstm":
            decoder = ClassLSTMDecoder(
                classes.num_classes,
                codec.vocabulary_size,
                embedding_dim,
                code_dim if units is None else units,
                pad_id=codec.pad_id,
                start_id=codec.start_id,
                end_id=codec.end_id,
            )
        if prior == "adversarial":
            prior = AdversarialPrior(conditional=False)
        super().__init__(
            codec,
            embedding_dim,
            code_dim,
            units,
            prior,
            decoder=decoder,
            condition=classes,
            **options,
        )
        self.classifier_weight = classifier_weight
        self.confusion_weight = confusion_weight
        self.confusion = confusion
        self.classifier: Any = None
        if confusion_weight > 0:
            self.attach("classifier", self._built_classifier(classifier))

    def _built_classifier(
        self, classifier: keras.layers.Layer | None
    ) -> keras.layers.Layer:
        """The classifier, built for the model's codes; refuses others."""
        num_classes = self.condition.num_classes
        if classifier is None:
            scale = self.code_dim**0.5 if self.normalize_codes else 1.0
            classifier = Classifier(num_classes, input_scale=scale)
        logits = classifier(ops.zeros((2, self.code_dim)))
        if logits.shape[-1] != num_classes:
            raise ValueError(
                "The classifier must return logits of shape (batch, "
                f"{num_classes}). Received: {tuple(logits.shape)}"
            )
        return classifier

    # Algorithm 2: what it adds to the phases of Algorithm 1.

    def phases(self) -> list[Phase]:
        """Those of `ARAE`, the classifier's and the encoder's against it."""
        phases = super().phases()
        if self.classifier is None:
            return phases
        names = [phase.name for phase in phases]
        classifier = Phase(
            "classifier",
            self.classifier_loss,
            [self.classifier],
            "classifier",
            default_optimizer=lambda: keras.optimizers.Adam(1e-3, beta_1=0.5),
            logs=("classifier_loss", "classifier_accuracy"),
            shown=("classifier_accuracy",),
            inputs=self._constant_codes(phases),
            evaluate=self.evaluate_classifier,
        )
        confusion = Phase(
            "confusion",
            self.confusion_loss,
            [self.encoder],
            "autoencoder",
            logs=("confusion_loss",),
            inputs=lambda batch: self.parts(batch)[:1],
        )
        after = names.index("critic") if "critic" in names else 0
        phases.insert(after + 1, classifier)
        return [*phases, confusion]

    def _constant_codes(self, phases: list[Phase]) -> Any:
        """Codes for the classifier: of the encoder phase, if there is one."""
        for phase in phases:
            if phase.through is not None:
                encoding: Any = phase.through
                break
        else:
            encoding = self._first_code

        def inputs(batch: Batch) -> list[tuple]:
            code = ops.stop_gradient(encoding(batch))
            return [(code, self.parts(batch)[0])]

        return inputs

    def _first_code(self, batch: Batch) -> Any:
        return self.code(self.parts(batch)[0].x, training=True)

    def classifier_loss(self, codes: tuple) -> tuple[Any, dict[str, Any]]:
        """Mean nats of codes' labels, which the classifier lowers."""
        code, batch = codes
        logs = self._classification(code, batch, training=True)
        return logs["classifier_loss"][0], logs

    def evaluate_classifier(self, batch: Batch) -> dict[str, Any]:
        """The same of held-out codes."""
        return self._classification(batch.code, batch)

    def _classification(
        self, code: Any, batch: Batch, training: bool = False
    ) -> dict[str, Any]:
        logits = self.class_logits(code, training=training)
        members = batch.condition
        nats = self.mean_nats(logits, members, members, batch.weights)
        accuracy, count = weighted_accuracy(
            logits, ops.argmax(members, axis=-1), batch.weights
        )
        of_all = backend.replicas.mean(count)
        return {
            "classifier_loss": (self.classifier_weight * nats, of_all),
            "classifier_accuracy": (accuracy, count),
        }

    def confusion_loss(self, batch: Batch) -> tuple[Any, dict[str, Any]]:
        """Mean nats of wrong labels, or of all, which the encoder lowers."""
        members = batch.condition
        code = self.code(batch.x, training=True)
        logits = self.class_logits(code, training=True)
        if self.confusion == "flip":
            wanted = self.other_classes(members)
        else:
            wanted = ops.ones_like(members) / self.condition.num_classes
        nats = self.mean_nats(logits, wanted, members, batch.weights)
        loss = self.confusion_weight * nats
        return loss, {"confusion_loss": loss}

    def class_logits(self, code: Any, training: bool = False) -> Any:
        """The classifier's logits, of shape `(batch, num_classes)`."""
        return ops.cast(self.classifier(code, training=training), "float32")

    def other_classes(self, members: Any) -> Any:
        """For each row one of the other classes, each as likely, one-hot."""
        num_classes = self.condition.num_classes
        label = ops.argmax(members, axis=-1)
        steps = backend.replicas.draw(
            keras.random.randint,
            ops.shape(label),
            minval=1,
            maxval=num_classes,
            seed=self.seed_generator,
        )
        other = (label + ops.cast(steps, label.dtype)) % num_classes
        return ops.one_hot(other, num_classes, dtype="float32")

    def mean_nats(
        self, logits: Any, wanted: Any, members: Any, weights: Any = None
    ) -> Any:
        """Mean nats of wanted classes, each class of rows counting as much.

        Args:
            logits: float tensor of shape `(batch, num_classes)`.
            wanted: float tensor of that shape. Shares of the wanted classes.
            members: float tensor of that shape. The classes of rows, one-hot.
            weights: float tensor of shape `(batch,)` or `None`.

        Returns:
            A scalar; the mean over replicas is that of the global batch.
        """
        nats = -ops.sum(wanted * ops.log_softmax(logits, axis=-1), axis=-1)
        if weights is not None:
            members = weights[:, None] * members
        # Of the global batch; of the sums a replica has its part.
        counts = backend.replicas.mean(ops.sum(members, axis=0))
        sums = ops.sum(members * nats[:, None], axis=0)
        num_present = ops.sum(ops.cast(counts > 0, "float32"))
        means = sums / ops.maximum(counts, 1e-12)
        return ops.sum(means) / ops.maximum(num_present, 1.0)

    def fit_batches(
        self, batches: Any, *args: Any, **options: Any
    ) -> keras.callbacks.History:
        if isinstance(batches, ArrayBatches):
            num_classes = self.condition.num_classes
            counts = np.bincount(batches.labels, minlength=num_classes)
            if not counts.all():
                names = self.condition.names or range(num_classes)
                raise ValueError(
                    "Each class needs sentences to learn from. "
                    f"Received: {dict(zip(names, counts.tolist()))}"
                )
        return super().fit_batches(batches, *args, **options)

    # Verbs.

    def transfer(self, sentences: Any, to: Any, **options: Any) -> list[str]:
        """Sentences rewritten with another label.

        Args:
            sentences: list of str.
            to: str or int, the label of all, or a list of as many as there
                are sentences.
            **options: the arguments of `decode`: `temperature`, `num_beams`
                and so on. Defaults to greedy decoding, as in the paper.

        Returns:
            A list of str.
        """
        return self.reconstruct(sentences, to, **options)

    @checked(batch_size=COUNT)
    def classify_codes(
        self, codes: np.ndarray, batch_size: int = 256
    ) -> np.ndarray:
        """What the classifier reads from codes; little, after good training.

        Args:
            codes: float array of shape `(num_codes, code_dim)`.
            batch_size: int. Defaults to `256`.

        Returns:
            A float32 array of shape `(num_codes, num_classes)`: probabilities
            in the order of the condition's names.
        """
        if self.classifier is None:
            raise ValueError(
                "This model has no classifier: it needs a `confusion_weight` "
                f"above 0. Received: confusion_weight={self.confusion_weight}"
            )
        function = self._compiled("classify", self._class_probabilities)
        return in_batches(function, self._checked_codes(codes), batch_size)

    def _class_probabilities(self, code: Any) -> Any:
        return ops.softmax(self.class_logits(code), axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "classifier": keras.saving.serialize_keras_object(self.classifier),
            "classifier_weight": self.classifier_weight,
            "confusion_weight": self.confusion_weight,
            "confusion": self.confusion,
        }
