"""How sentences without labels and examples with them reach a model."""

import numpy as np

from keras_arae.models.labels import checked_labels
from keras_arae.preprocessing.array_batches import ArrayBatches
from keras_arae.preprocessing.zipped_batches import ZippedBatches


class LabeledFeeding:
    """Mixin of `SemiSupervisedARAE`: two sets of data in one `fit`."""

    def prepare_examples(self, examples):
        """Turns examples into rows of ids, or refuses them.

        Args:
            examples: list of str; for pairs a tuple of two such lists.

        Returns:
            An int32 array of shape `(num_examples, 1 or 2, length)`.
        """
        if not self.pairs:
            return self.prepare(examples)[:, None]
        if not (isinstance(examples, tuple) and len(examples) == 2):
            raise ValueError(
                "Expected pairs as a tuple of two lists of sentences, such as "
                "(premises, hypotheses); `tuple(map(list, zip(*pairs)))` makes "
                "it from a list of pairs. "
                f"Received: an object of type {type(examples).__name__}"
            )
        first, second = map(self.prepare, examples)
        if len(first) != len(second):
            raise ValueError(
                "Expected pairs: as many first sentences as second ones. "
                f"Received: {len(first)} and {len(second)}"
            )
        return np.stack([first, second], axis=1)

    def prepare_corpus(self, x, y):
        """Sentences, or with labels examples: none of these is left out."""
        if y is None:
            return super().prepare_corpus(x, None)
        examples = self.prepare_examples(x)
        if not len(examples):
            raise ValueError(
                "Expected at least one example with a label. "
                "Received: 0 examples"
            )
        names = self.label_names
        return examples, checked_labels(y, len(examples), len(names), names)

    def draw(self, rows, generator):
        """Tells examples from sentences, which a compiled step must know."""
        if rows.ndim == 3:
            return {"examples": rows}
        return super().draw(rows, generator)

    def fit(
        self,
        x=None,
        labeled_data=None,
        batch_size=64,
        validation_data=None,
        shuffle=True,
        steps_per_epoch=None,
        **options,
    ):
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
                or ints. `None` if `classification_weight` is zero. Defaults
                to `None`.
            batch_size: int. Sentences, and examples, a step. Defaults to
                `64`.
            validation_data: held-out data: a tuple `(examples, labels)`, or
                sentences. Defaults to `None`.
            shuffle: bool. Defaults to `True`.
            steps_per_epoch: int. Steps an epoch: each set is cycled, or a
                part of it drawn, to fit. Defaults to `None`.
            **options: the other arguments of `TextARAE.fit`.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: a set is missing, empty, or given though its weight
                is zero; labels are none of the classes; pairs are not.
        """
        check_given(
            "x", "sentences without labels", x, "reconstruction_weight",
            self.reconstruction_weight,
        )  # fmt: skip
        check_given(
            "labeled_data", "examples with labels", labeled_data,
            "classification_weight", self.classification_weight,
        )  # fmt: skip
        parts = []
        if x is not None:
            parts.append(self._training_batches(x, None, batch_size, shuffle))
        if labeled_data is not None:
            key = (lambda: (*self._shuffle_key(), 2)) if shuffle else None
            examples, labels = self.prepare_corpus(*checked_data(labeled_data))
            parts.append(
                ArrayBatches(
                    examples,
                    batch_size,
                    labels,
                    shuffle_key=key,
                    draw=self.draw,
                )
            )
        if steps_per_epoch:
            for part in parts:
                part.steps = steps_per_epoch
        if isinstance(validation_data, tuple):
            validation_data = self._evaluation_batches(
                *validation_data, batch_size
            )
        return super().fit(
            ZippedBatches(*parts) if len(parts) == 2 else parts[0],
            validation_data=validation_data,
            batch_size=batch_size,
            shuffle=False,
            **options,
        )

    def evaluate(self, x, y=None, batch_size=64, **options):
        """Measures classification, or without labels what `TextARAE` does.

        Args:
            x: held-out examples, as in `fit`; without labels sentences.
            y: their labels: names or ints. Defaults to `None`.
            batch_size: int. Rows a step. Defaults to `64`.
            **options: as in `TextARAE.evaluate`.

        Returns:
            A list of numbers in the order of their names in the training
            log, or a dict by name if `return_dict` is true: of labelled
            examples `classification_loss` and `classification_accuracy`.
        """
        return super().evaluate(x, y, batch_size, **options)


def checked_data(labeled_data):
    """Refuses anything but examples and labels in a tuple."""
    if (
        not isinstance(labeled_data, tuple)
        or len(labeled_data) != 2
        or labeled_data[1] is None
    ):
        raise ValueError(
            "Expected `labeled_data` as a tuple (examples, labels). "
            f"Received: labeled_data of type {type(labeled_data).__name__}"
        )
    return labeled_data


def check_given(name, what, value, weight_name, weight):
    """Refuses data of a part that is left out, and a part without data."""
    if weight and value is None:
        raise ValueError(
            f"Expected {what}, `{name}`; without any set "
            f"`{weight_name}=0`. Received: {name}=None"
        )
    if not weight and value is not None:
        raise ValueError(
            f"With `{weight_name}=0` nothing learns from {what}: leave "
            f"`{name}` out. Received: {name} of type {type(value).__name__}"
        )
