"""An ARAE of sentences whose codes a classifier of few labels shares."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from keras_arae.arguments import COUNT
from keras_arae.arguments import FLAG
from keras_arae.arguments import LAYER
from keras_arae.arguments import NOT_NEGATIVE
from keras_arae.arguments import checked
from keras_arae.arguments import optional
from keras_arae.arguments import shown
from keras_arae.data import ArrayBatches
from keras_arae.data import Batch
from keras_arae.data import Classes
from keras_arae.data import TextPreprocessor
from keras_arae.data import ZippedBatches
from keras_arae.data import is_dataset
from keras_arae.data import row_weights
from keras_arae.data.condition import check_names
from keras_arae.export import export
from keras_arae.layers import Classifier
from keras_arae.layers.classifier import weighted_accuracy
from keras_arae.models.text_arae import TextARAE
from keras_arae.sampling import in_batches
from keras_arae.training import Phase
from keras_arae.training.phased_model import FIT_RULES


class LabeledBatch(NamedTuple):
    """Sentences without labels beside examples with them.

    Attributes:
        sentences: `keras_arae.data.Batch` or `None`.
        examples: int tensor of shape `(batch, 1, length)`, `(batch, 2,
            length)` for pairs of sentences, or `None`.
        labels: int tensor of shape `(batch,)` or `None`.
        weights: float tensor of shape `(batch,)` or `None`. Of examples.
    """

    sentences: Batch | None
    examples: Any = None
    labels: Any = None
    weights: Any = None


@export
class SemiSupervisedARAE(TextARAE):
    """A classifier of sentences, or of pairs, beside an ARAE.

    Sentences without labels shape the encoder through the phases of
    `TextARAE`, examples with labels through one more phase: a head on codes
    that learns their classes. Whether that helps depends on the task, and on
    how well the ARAE knows the text: `docs/results.md` has runs in which it
    learned the text first and labels alone afterwards (the second example)
    that gained much, and runs of both at once that gained nothing. All that
    a `TextARAE` does goes on working.

    Source: "Adversarially Regularized Autoencoders"
    (https://arxiv.org/abs/1706.04223), semi-supervised experiments; the head,
    which the paper does not describe, is the usual one of sentence encoders.

    The encoder, the decoder and the head have one optimizer, "autoencoder",
    so that the weights below weigh: an Adam of its own for a part would undo
    that part's weight. A weight of zero leaves the part out.

    Args:
        codec: `keras_arae.TextPreprocessor`. Between sentences and
            ids; saved with the model.
        labels: sequence of str. The names of the classes.
        pairs: bool. Whether an example is a pair of sentences, such as a
            premise and a hypothesis. The head then takes
            `[u, v, |u - v|, u * v]`, where `u` and `v` are the two codes.
            Defaults to `False`.
        head: Keras layer. Maps codes, or the features of a pair, of shape
            `(batch, dim)` to logits of shape `(batch, len(labels))`. Codes
            on the unit sphere reach it times `sqrt(code_dim)`. Defaults to
            `None`: a `keras_arae.layers.Classifier`.
        classification_weight: float. Weight of the labelled phase. Defaults
            to `1.0`.
        reconstruction_weight: float. Weight of the reconstruction. With zero
            no phase takes sentences without labels: supervised learning
            only. Defaults to `1.0`.
        **options: the other arguments of `keras_arae.TextARAE`. The weight
            of the adversarial part is the `encoder_gradient_scale` of an
            `AdversarialPrior`.

    Example:

    ```python
    text = ["a man sleeps .", "two men talk .", "a cat runs ."] * 20
    codec = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    model = keras_arae.SemiSupervisedARAE(
        codec, ["animal", "human"], embedding_dim=8, code_dim=8
    )
    model.compile(autoencoder_optimizer=keras.optimizers.Adam(1e-2))
    labeled = ["a man talks .", "a cat sleeps ."], ["human", "animal"]
    model.fit(text, labeled_data=labeled, batch_size=20, verbose=0)
    assert model.classify(["a cat talks ."])[0] in ("animal", "human")
    assert model.predict(["a cat talks ."]).shape == (1, 2)
    ```

    The two-stage way: sentences first, with any `TextARAE`; then labels, for
    a classifier that begins with its encoder, or for any Keras model.

    ```python
    text = ["a man sleeps .", "two men talk .", "a cat runs ."] * 20
    codec = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    arae = keras_arae.TextARAE(codec, embedding_dim=8, code_dim=8)
    arae.compile()
    arae.fit(text, batch_size=20, verbose=0)
    model = keras_arae.SemiSupervisedARAE(
        codec,
        ["animal", "human"],
        encoder=arae.encoder,
        reconstruction_weight=0,
        prior=None,
        embedding_dim=8,
        code_dim=8,
    )
    model.compile(keras.optimizers.Adam(1e-3))
    labeled = ["a man talks .", "a cat sleeps ."], ["human", "animal"]
    model.fit(labeled_data=labeled, verbose=0)

    ids = keras.Input((codec.sequence_length,), dtype="int32")
    outputs = keras.layers.Dense(2, "softmax")(arae.encoder(ids))
    classifier = keras.Model(ids, outputs)
    classifier.compile("adam", "sparse_categorical_crossentropy")
    classifier.fit(codec.encode(labeled[0]), np.array([1, 0]), verbose=0)
    ```
    """

    @checked(
        pairs=FLAG,
        head=optional(LAYER),
        classification_weight=NOT_NEGATIVE,
        reconstruction_weight=NOT_NEGATIVE,
    )
    def __init__(
        self,
        codec: TextPreprocessor,
        labels: Sequence[str],
        pairs: bool = False,
        head: keras.layers.Layer | None = None,
        classification_weight: float = 1.0,
        reconstruction_weight: float = 1.0,
        **options: Any,
    ) -> None:
        classes = Classes(check_names(labels))
        if not classification_weight and not reconstruction_weight:
            raise ValueError(
                "`classification_weight` and `reconstruction_weight` must not "
                "both be zero. Received: "
                f"classification_weight={classification_weight}, "
                f"reconstruction_weight={reconstruction_weight}"
            )
        if options.get("condition") is not None:
            raise ValueError(
                "The decoder of a SemiSupervisedARAE knows no labels: name "
                "the classes with `labels`. "
                f"Received: condition={shown(options['condition'])}"
            )
        if options.get("standardize_codes"):
            raise ValueError(
                "Sentences and examples with labels are two sets of data, "
                "whose codes one mean cannot standardize: leave it out. "
                "Received: standardize_codes=True"
            )
        super().__init__(codec, **options)
        self.classes = classes
        self.pairs = pairs
        self.classification_weight = classification_weight
        self.reconstruction_weight = reconstruction_weight
        self.attach("head", self._built_head(head))

    @property
    def label_names(self) -> tuple[str, ...]:
        """The names of the classes."""
        return self.classes.names  # type: ignore[return-value]

    def _built_head(
        self, head: keras.layers.Layer | None
    ) -> keras.layers.Layer:
        """The head, built for the model's codes; refuses others."""
        num_classes = self.classes.num_classes
        head = Classifier(num_classes) if head is None else head
        logits = head(self.features(ops.zeros((2, self.code_dim))))
        num_rows = 1 if self.pairs else 2
        if tuple(logits.shape) != (num_rows, num_classes):
            raise ValueError(
                "The head must return logits of shape "
                f"(batch, {num_classes}), one for each label. "
                f"Received: {tuple(logits.shape)} for a batch of {num_rows}"
            )
        return head

    # What the head computes.

    def features(self, code: Any) -> Any:
        """What the head takes, from codes of shape `(batch, code_dim)`.

        The codes of a pair stand one after the other.
        """
        if self.normalize_codes:  # Products of small numbers would vanish.
            code = self.code_dim**0.5 * code
        if not self.pairs:
            return code
        u, v = code[::2], code[1::2]
        return ops.concatenate([u, v, ops.abs(u - v), u * v], axis=-1)

    def class_logits(self, examples: Any, training: bool = False) -> Any:
        """Logits of the classes, of shape `(batch, len(label_names))`.

        Args:
            examples: int tensor of shape `(batch, 1 or 2, length)`.
            training: bool. Defaults to `False`.
        """
        sentences = ops.reshape(examples, (-1, examples.shape[-1]))
        code = self.code(sentences, training=training)
        logits = self.head(self.features(code), training=training)
        return ops.cast(logits, "float32")

    # The phases of `ARAE`, and one more.

    def phases(self) -> list[Phase]:
        """The phases of one step, in order; those of weight zero are not."""
        phases = []
        if self.reconstruction_weight:
            phases = [self._of_sentences(phase) for phase in super().phases()]
        if self.classification_weight:
            phases.append(
                Phase(
                    "classification",
                    self.classification_loss,
                    [self.encoder, self.head],
                    "autoencoder",
                    default_optimizer=self.default_autoencoder_optimizer,
                    logs=("classification_loss", "classification_accuracy"),
                    objective={
                        "classification_loss": self.classification_weight
                    },
                    shown=(
                        "classification_accuracy",
                        "val_classification_accuracy",
                    ),
                    evaluate=self.evaluate_classification,
                )
            )
        return phases

    def _of_sentences(self, phase: Phase) -> Phase:
        """A phase of `ARAE` that takes the sentences of a batch."""
        inputs: Any = phase.inputs
        changes: dict[str, Any] = {
            "inputs": lambda batch: inputs(batch.sentences)
        }
        if phase.evaluate is not None:
            changes["evaluate"] = lambda batch: (
                {}
                if batch.sentences is None
                else phase.evaluate(batch.sentences)
            )
        if phase.name == "reconstruction":
            weight = self.reconstruction_weight
            changes["objective"] = {"reconstruction_loss": weight}
        return dataclasses.replace(phase, **changes)

    def reconstruction_loss(self, batch: Batch) -> tuple[Any, dict[str, Any]]:
        loss, logs = super().reconstruction_loss(batch)
        return self.reconstruction_weight * loss, logs

    def classification_loss(
        self, batch: LabeledBatch
    ) -> tuple[Any, dict[str, Any]]:
        """Mean negative log-likelihood of the labels (nats), weighted."""
        logs = self._classification(batch, training=True)
        return self.classification_weight * logs["classification_loss"][0], logs

    def evaluate_classification(self, batch: LabeledBatch) -> dict[str, Any]:
        """The same of held-out examples."""
        if batch.examples is None:
            return {}
        return self._classification(batch)

    def _classification(
        self, batch: LabeledBatch, training: bool = False
    ) -> dict[str, Any]:
        logits = self.class_logits(batch.examples, training=training)
        losses = keras.losses.sparse_categorical_crossentropy(
            batch.labels, logits, from_logits=True
        )
        weights = batch.weights
        accuracy, count = weighted_accuracy(logits, batch.labels, weights)
        if weights is None:
            weights = ops.ones_like(losses)
        return {
            "classification_loss": (ops.sum(weights * losses) / count, count),
            "classification_accuracy": (accuracy, count),
        }

    def batch_of(
        self, x: Any, y: Any, sample_weight: Any = None
    ) -> LabeledBatch:
        """Sentences, and examples with labels; `None` for neither."""
        if isinstance(x, dict):
            return LabeledBatch(None, x["examples"], y, sample_weight)
        sentences = Batch(x, None, sample_weight)
        if isinstance(y, (tuple, list)):
            examples, labels, *weights = y
            return LabeledBatch(
                sentences, examples["examples"], labels, *weights
            )
        return LabeledBatch(sentences)

    def held_out_batch(  # type: ignore[override]
        self, x: Any, y: Any, sample_weight: Any
    ) -> LabeledBatch:
        """A batch of evaluation: sentences or examples."""
        if isinstance(x, dict):
            return self.batch_of(x, y, sample_weight)
        if sample_weight is None:
            sample_weight = ops.ones(ops.shape(x)[:1], "float32")
        sentences = Batch(x, None, sample_weight, self.code(x))
        return LabeledBatch(sentences)

    # Training on two sets of data.

    def encode_examples(self, examples: Any) -> np.ndarray:
        """Turns examples into rows of ids, or refuses them.

        Args:
            examples: list of str; for pairs a tuple of two such lists.

        Returns:
            An int32 array of shape `(num_examples, 1 or 2, length)`.
        """
        if not self.pairs:
            return self.codec.encode(examples)[:, None]
        if not (isinstance(examples, tuple) and len(examples) == 2):
            raise ValueError(
                "Expected pairs as a tuple of two lists of sentences, such as "
                "(premises, hypotheses); `tuple(map(list, zip(*pairs)))` makes "
                "it from a list of pairs. "
                f"Received: an object of type {type(examples).__name__}"
            )
        first, second = map(self.codec.encode, examples)
        if len(first) != len(second):
            raise ValueError(
                "Expected pairs: as many first sentences as second ones. "
                f"Received: {len(first)} and {len(second)}"
            )
        return np.stack([first, second], axis=1)

    def _example_batches(
        self, labeled_data: Any, batch_size: int, **options: Any
    ) -> ArrayBatches:
        """Batches of examples with labels: none of these is left out."""
        if (
            not isinstance(labeled_data, tuple)
            or len(labeled_data) not in (2, 3)
            or labeled_data[1] is None
        ):
            raise ValueError(
                "Expected `labeled_data` as a tuple (examples, labels), or "
                "(examples, labels, weights). "
                f"Received: labeled_data of type {type(labeled_data).__name__}"
            )
        sentences, labels, weights = (*labeled_data, None)[:3]
        examples = self.encode_examples(sentences)
        if weights is not None:
            weights = row_weights(weights, len(examples))
        if not len(examples):
            raise ValueError(
                "Expected at least one example with a label. "
                "Received: 0 examples"
            )
        labels = self.classes.encode(labels, len(examples))
        if options.get("weighted"):  # Nothing fills a batch of these up.
            batch_size = min(batch_size, len(examples))
        # A dict, so that a compiled step tells examples from sentences.
        return ArrayBatches(
            examples,
            batch_size,
            labels,
            weights,
            draw=lambda rows, generator: {"examples": rows},
            **options,
        )

    @checked(batch_size=COUNT, **FIT_RULES)
    def fit(  # type: ignore[override]
        self,
        x: Any = None,
        labeled_data: Any = None,
        batch_size: int = 64,
        validation_data: Any = None,
        shuffle: bool = True,
        steps_per_epoch: int | None = None,
        **options: Any,
    ) -> keras.callbacks.History:
        """Trains on sentences without labels and examples with them.

        Each step takes a batch of either. An epoch shows the larger set once
        and the smaller one as often as fits, each time in a new order; both
        orders depend on `seed` and on the steps taken so far.

        Args:
            x: list of str, or rows of ids: the sentences without labels.
                `None` if `reconstruction_weight` is zero. Defaults to `None`.
            labeled_data: tuple `(examples, labels)`. Examples are a list of
                str, or for pairs a tuple of two lists of one length;
                sentences that are too long are truncated. Labels are names
                or ints. A third part, one number for each example, weighs
                them. `None` if `classification_weight` is zero. Defaults
                to `None`.
            batch_size: int. Sentences, and examples, a step. Defaults to
                `64`.
            validation_data: held-out data: a tuple `(examples, labels)`, or
                sentences. Defaults to `None`.
            shuffle: bool. Defaults to `True`.
            steps_per_epoch: int. Steps an epoch: each set is cycled, or a
                part of it drawn, to fit. Defaults to `None`.
            **options: `epochs`, `verbose`, `callbacks`, `initial_epoch`,
                `validation_steps`, `validation_freq` of `keras.Model.fit`.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: a set is missing, empty, or given though its weight
                is zero; labels are none of the classes; pairs are not.
        """
        self._check_given(x, labeled_data)
        if x is not None:  # A prior learns from sentences without labels.
            self.before_fit(x)
        parts = []
        if x is not None:
            extra = (self.num_parts - 1) * batch_size
            parts.append(
                self.feed(x).training(
                    x, None, None, batch_size, shuffle, steps_per_epoch, extra
                )
            )
        if labeled_data is not None:
            parts.append(
                self._example_batches(
                    labeled_data,
                    batch_size,
                    seed=(self.seed, 2) if shuffle else None,
                    clock=self.clock(),
                    steps=steps_per_epoch,
                )
            )
        if x is not None and is_dataset(x):
            options["steps_per_epoch"] = steps_per_epoch
        if validation_data is not None:
            validation_data = self._held_out(validation_data, batch_size)
        history = self.fit_batches(
            ZippedBatches(*parts) if len(parts) == 2 else parts[0],
            validation_data=validation_data,
            shuffle=False,
            **options,
        )
        if x is not None:
            self.after_fit(x, verbose=options.get("verbose", "auto"))
        return history

    def _check_given(self, x: Any, labeled_data: Any) -> None:
        """Refuses data of a part that is left out, and a part without data."""
        parts = (
            ("x", "sentences without labels", x, "reconstruction_weight"),
            (
                "labeled_data",
                "examples with labels",
                labeled_data,
                "classification_weight",
            ),
        )
        for name, what, value, weight in parts:
            if getattr(self, weight) and value is None:
                raise ValueError(
                    f"Expected {what}, `{name}`; without any set "
                    f"`{weight}=0`. Received: {name}=None"
                )
            if not getattr(self, weight) and value is not None:
                raise ValueError(
                    f"With `{weight}=0` nothing learns from {what}: leave "
                    f"`{name}` out. Received: {name} of type "
                    f"{type(value).__name__}"
                )

    def _held_out(self, data: Any, batch_size: int) -> Any:
        """Batches of held-out examples, or of sentences."""
        if not isinstance(data, tuple):
            return self.feed(data).held_out(data, batch_size=batch_size)
        return self._example_batches(data, batch_size, weighted=True)

    @checked(batch_size=optional(COUNT))
    def evaluate(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 64,
        sample_weight: Any = None,
        **options: Any,
    ) -> Any:
        """Measures classification, or without labels what `TextARAE` does.

        Args:
            x: held-out examples, as in `fit`; without labels sentences.
            y: their labels: names or ints. Defaults to `None`.
            batch_size: int. Rows a step. Defaults to `64`.
            sample_weight: float array. One weight for each example, or
                sentence. Defaults to `None`: 1.
            **options: as in `TextARAE.evaluate`.

        Returns:
            A list of numbers in the order of their names in the training
            log, or a dict by name if `return_dict` is true: of labelled
            examples `classification_loss` and `classification_accuracy`.
        """
        if y is not None:
            x = self._held_out((x, y, sample_weight), batch_size or 64)
            sample_weight = None
        return super().evaluate(
            x, None, batch_size, sample_weight=sample_weight, **options
        )

    # Verbs.

    @checked(batch_size=COUNT)
    def predict(self, x: Any, batch_size: int = 256) -> np.ndarray:
        """Probabilities of the classes.

        Args:
            x: examples, as in `fit`.
            batch_size: int. Defaults to `256`.

        Returns:
            A float32 array of shape `(num_examples, len(label_names))`.
        """
        function = self._compiled("predict", self._probabilities)
        return in_batches(function, self.encode_examples(x), batch_size)

    @checked(batch_size=COUNT)
    def classify(self, x: Any, batch_size: int = 256) -> list[str]:
        """The likeliest class of each example, by name.

        Args:
            x: examples, as in `fit`.
            batch_size: int. Defaults to `256`.

        Returns:
            A list of str.
        """
        indices = self.predict(x, batch_size).argmax(axis=1)
        return [self.label_names[index] for index in indices]

    def _probabilities(self, examples: Any) -> Any:
        return ops.softmax(self.class_logits(examples), axis=-1)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["condition"]
        return {
            **config,
            "labels": list(self.label_names),
            "pairs": self.pairs,
            "head": keras.saving.serialize_keras_object(self.head),
            "classification_weight": self.classification_weight,
            "reconstruction_weight": self.reconstruction_weight,
        }
