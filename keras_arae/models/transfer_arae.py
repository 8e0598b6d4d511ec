"""An ARAE whose codes leave an attribute out, so that it can be changed."""

import keras
import numpy as np
from keras import ops

from keras_arae.export import export
from keras_arae.layers import Classifier
from keras_arae.layers import ClassLSTMDecoder
from keras_arae.models.in_batches import in_batches
from keras_arae.models.labels import checked_names
from keras_arae.models.text_arae import TextARAE
from keras_arae.models.transfer_algorithm import CONFUSIONS
from keras_arae.models.transfer_algorithm import TransferAlgorithm


@export
class TransferARAE(TransferAlgorithm, TextARAE):
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
        preprocessor: `keras_arae.TextPreprocessor`. Saved with the model.
        labels: list of str. Names of two classes or more. Sentences'
            labels are these names or their places in this list.
        decoder_per_class: bool. Whether each class has an LSTM of its own
            (`keras_arae.layers.ClassLSTMDecoder`), as in the released code;
            otherwise the label is joined to the code. Defaults to `False`.
        classifier: Keras layer in place of the default
            `keras_arae.layers.Classifier`: maps codes to logits of shape
            `(batch, num_classes)`. Defaults to `None`.
        classifier_dims: sequence of int. Hidden widths of the default one.
            Defaults to `(128, 128)`.
        classifier_weight: float. Factor on the classifier's loss. Defaults
            to `1.0`.
        confusion_weight: float. Factor on the loss by which the encoder
            misleads the classifier; zero leaves classifier and encoder
            alone. Defaults to `0.1`, with which codes of Yelp kept more of a
            sentence than with 0.3. The paper's lambda 2 is 1.
        confusion: `"flip"` or `"uniform"`: whether the encoder makes the
            classifier see another class, one drawn anew at each step, or
            all classes alike. Defaults to `None`: `"flip"`, as in the paper,
            for two classes, `"uniform"` for more.
        adversarial: bool. Without, there are no adversaries at all: a plain
            conditional autoencoder. Defaults to `True`.
        conditional_prior: bool. As in `keras_arae.ARAE`. Defaults to
            `False`, as released: one generator for all classes.
        **options: the other arguments of `keras_arae.TextARAE`.

    Example:

    ```python
    text = ["it was good .", "it was bad ."] * 20
    labels = ["positive", "negative"] * 20
    preprocessor = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    model = keras_arae.TransferARAE(
        preprocessor, ["negative", "positive"], embedding_dim=8, code_dim=8
    )
    model.compile()
    model.fit(text, labels, batch_size=20, verbose=0)
    assert len(model.transfer(["it was good ."], to="negative")) == 1
    assert len(model.generate(3, label="positive")) == 3
    ```
    """

    def __init__(
        self,
        preprocessor,
        labels,
        embedding_dim=300,
        code_dim=300,
        decoder=None,
        decoder_per_class=False,
        classifier=None,
        classifier_dims=(128, 128),
        classifier_weight=1.0,
        confusion_weight=0.1,
        confusion=None,
        adversarial=True,
        conditional_prior=False,
        **options,
    ):
        names = checked_names(labels)
        if confusion is None:
            confusion = "flip" if len(names) == 2 else "uniform"
        if confusion not in CONFUSIONS:
            raise ValueError(
                f"`confusion` must be one of {CONFUSIONS}. "
                f"Received: confusion={confusion!r}"
            )
        if decoder_per_class and decoder is None:
            decoder = ClassLSTMDecoder(
                len(names),
                preprocessor.vocabulary_size,
                embedding_dim,
                code_dim,
            )
        super().__init__(
            preprocessor,
            embedding_dim,
            code_dim,
            decoder=decoder,
            adversarial=adversarial,
            num_classes=len(names),
            conditional_prior=conditional_prior,
            build_now=False,
            **options,
        )
        self.label_names = names
        self.classifier_weight = classifier_weight
        self.confusion_weight = confusion_weight
        self.confusion = confusion
        if not adversarial:
            classifier = None
        elif classifier is None:
            scale = code_dim**0.5 if self.normalize_codes else 1.0
            classifier = Classifier(
                len(names), classifier_dims, input_scale=scale
            )
        self.classifier = classifier
        self.build((None, preprocessor.sequence_length))

    def build(self, input_shape):
        super().build(input_shape)
        if self.adversarial:
            logits = self.classifier(ops.zeros((2, self.code_dim)))
            if logits.shape[-1] != self.num_classes:
                raise ValueError(
                    "The classifier must return logits of shape (batch, "
                    f"{self.num_classes}). Received: {tuple(logits.shape)}"
                )

    def compile(
        self,
        autoencoder_optimizer=None,
        critic_optimizer=None,
        generator_optimizer=None,
        classifier_optimizer=None,
        **options,
    ):
        """Configures training.

        Args:
            autoencoder_optimizer: optimizer of encoder and decoder. Defaults
                to that of `default_optimizers`, as do the others.
            critic_optimizer: likewise.
            generator_optimizer: likewise.
            classifier_optimizer: likewise.
            **options: `run_eagerly`, `jit_compile`, `steps_per_execution` of
                `keras.Model.compile`.
        """
        self.compile_given(
            {
                "autoencoder": autoencoder_optimizer,
                "critic": critic_optimizer,
                "generator": generator_optimizer,
                "classifier": classifier_optimizer,
            },
            **options,
        )

    def default_optimizers(self):
        return {
            **super().default_optimizers(),
            "classifier": keras.optimizers.Adam(1e-3, beta_1=0.5),
        }

    def _training_batches(self, x, y, *options):
        batches = super()._training_batches(x, y, *options)
        labels = getattr(batches, "labels", None)
        if labels is not None:
            counts = dict(zip(self.label_names, self.class_counts(labels)))
            if not all(counts.values()):
                raise ValueError(
                    "Each class needs sentences to learn from. "
                    f"Received: {counts}"
                )
        return batches

    def class_counts(self, labels):
        return np.bincount(labels, minlength=self.num_classes).tolist()

    # Verbs.

    def transfer(self, sentences, to, **options):
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

    def classify_codes(self, codes, batch_size=256):
        """What the classifier reads from codes; where training went well,
        little.

        Args:
            codes: float array of shape `(num_codes, code_dim)`.
            batch_size: int. Defaults to `256`.

        Returns:
            A float32 array of shape `(num_codes, num_classes)`: probabilities
            in the order of `labels`.
        """
        if not self.has_classifier:
            raise ValueError(
                "This model has no classifier that learned: it needs "
                "`adversarial` and a `confusion_weight` above 0. Received: "
                f"adversarial={self.adversarial}, "
                f"confusion_weight={self.confusion_weight}"
            )
        function = self._compiled("classify", self._class_probabilities)
        return in_batches(function, self.checked_codes(codes), batch_size)

    def _class_probabilities(self, code):
        logits = self.classifier(code, training=False)
        return ops.softmax(ops.cast(logits, "float32"), axis=-1)

    def get_config(self):
        config = super().get_config()
        del config["num_classes"]
        return {
            **config,
            "labels": self.label_names,
            "classifier": keras.saving.serialize_keras_object(self.classifier),
            "classifier_weight": self.classifier_weight,
            "confusion_weight": self.confusion_weight,
            "confusion": self.confusion,
        }
