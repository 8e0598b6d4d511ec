"""An ARAE of sentences whose codes a classifier of few labels shares."""

import keras
from keras import ops

from keras_arae.export import export
from keras_arae.layers import Classifier
from keras_arae.models.classification import Classification
from keras_arae.models.in_batches import in_batches
from keras_arae.models.labeled_feeding import LabeledFeeding
from keras_arae.models.labels import checked_names
from keras_arae.models.text_arae import TextARAE


@export
class SemiSupervisedARAE(LabeledFeeding, Classification, TextARAE):
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
        preprocessor: `keras_arae.TextPreprocessor`. Between sentences and
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
        **options: the other arguments of `keras_arae.TextARAE`, among them
            `encoder_gradient_scale`, the weight of the adversarial part, and
            `adversarial`.

    Example:

    ```python
    text = ["a man sleeps .", "two men talk .", "a cat runs ."] * 20
    preprocessor = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    model = keras_arae.SemiSupervisedARAE(
        preprocessor, ["animal", "human"], embedding_dim=8, code_dim=8
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
    preprocessor = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    arae = keras_arae.TextARAE(preprocessor, embedding_dim=8, code_dim=8)
    arae.compile()
    arae.fit(text, batch_size=20, verbose=0)
    model = keras_arae.SemiSupervisedARAE(
        preprocessor,
        ["animal", "human"],
        encoder=arae.encoder,
        reconstruction_weight=0,
        adversarial=False,
        embedding_dim=8,
        code_dim=8,
    )
    model.compile(keras.optimizers.Adam(1e-3))
    labeled = ["a man talks .", "a cat sleeps ."], ["human", "animal"]
    model.fit(labeled_data=labeled, verbose=0)

    ids = keras.Input((preprocessor.sequence_length,), dtype="int32")
    outputs = keras.layers.Dense(2, "softmax")(arae.encoder(ids))
    classifier = keras.Model(ids, outputs)
    classifier.compile("adam", "sparse_categorical_crossentropy")
    classifier.fit(preprocessor(labeled[0]), np.array([1, 0]), verbose=0)
    ```
    """

    logged = (
        *TextARAE.logged,
        "classification_loss",
        "classification_accuracy",
    )

    def __init__(
        self,
        preprocessor,
        labels,
        pairs=False,
        head=None,
        classification_weight=1.0,
        reconstruction_weight=1.0,
        **options,
    ):
        labels = checked_names(labels)
        weights = (classification_weight, reconstruction_weight)
        if min(weights) < 0 or max(weights) == 0:
            raise ValueError(
                "`classification_weight` and `reconstruction_weight` must not "
                "be negative, nor both be zero. Received: "
                f"classification_weight={classification_weight}, "
                f"reconstruction_weight={reconstruction_weight}"
            )
        if options.get("num_classes") is not None:
            raise ValueError(
                "The decoder of a SemiSupervisedARAE knows no labels: name "
                "the classes with `labels`. "
                f"Received: num_classes={options['num_classes']}"
            )
        super().__init__(preprocessor, build_now=False, **options)
        self.label_names = labels
        self.pairs = pairs
        self.head = head or Classifier(len(labels))
        self.classification_weight = classification_weight
        self.reconstruction_weight = reconstruction_weight
        self.build((None, preprocessor.sequence_length))

    def build(self, input_shape):
        super().build(input_shape)
        logits = self.head(self.features(ops.zeros((2, self.code_dim))))
        num_rows = 1 if self.pairs else 2
        if tuple(logits.shape) != (num_rows, len(self.label_names)):
            raise ValueError(
                "The head must return logits of shape "
                f"(batch, {len(self.label_names)}), one for each label. "
                f"Received: {tuple(logits.shape)} for a batch of {num_rows}"
            )

    def predict(self, x, batch_size=256):
        """Probabilities of the classes.

        Args:
            x: examples, as in `fit`.
            batch_size: int. Defaults to `256`.

        Returns:
            A float32 array of shape `(num_examples, len(label_names))`.
        """
        function = self._compiled("predict", self.probabilities)
        return in_batches(function, self.prepare_examples(x), batch_size)

    def classify(self, x, batch_size=256):
        """The likeliest class of each example, by name.

        Args:
            x: examples, as in `fit`.
            batch_size: int. Defaults to `256`.

        Returns:
            A list of str.
        """
        places = self.predict(x, batch_size).argmax(axis=1)
        return [self.label_names[place] for place in places]

    def get_config(self):
        return {
            **super().get_config(),
            "labels": list(self.label_names),
            "pairs": self.pairs,
            "head": keras.saving.serialize_keras_object(self.head),
            "classification_weight": self.classification_weight,
            "reconstruction_weight": self.reconstruction_weight,
        }
