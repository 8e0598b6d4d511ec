"""How users' data reach the model: `fit` and `evaluate` of every model."""

import keras
import numpy as np
from keras import ops

from keras_arae.preprocessing.array_batches import ArrayBatches
from keras_arae.preprocessing.prepared_batches import PreparedBatches
from keras_arae.preprocessing.prepared_batches import map_tf_dataset
from keras_arae.preprocessing.zipped_batches import ZippedBatches


class Feeding:
    """Mixin of models: turns users' data into batches of integers.

    A guest of the core overrides `prepare` (users' data to arrays of
    integers), `present` (arrays back to users' data) and perhaps
    `prepare_corpus` and `draw`, nothing else.
    """

    def prepare(self, x):
        """Turns users' data into an array of integers, or refuses it.

        Args:
            x: int array of shape `(num_rows, *x_shape)`.

        Returns:
            An int32 array of shape `(num_rows, *x_shape)`.
        """
        # An array stays what it is: it may lie in a file.
        array = x if isinstance(x, np.ndarray) else ops.convert_to_numpy(x)
        if array.dtype.kind not in "iub":
            raise ValueError(
                "Expected integers (class indices). Received: an array of "
                f"dtype {array.dtype} and shape {array.shape}"
            )
        if self.built:
            if array.shape[1:] != self.x_shape:
                raise ValueError(
                    "Expected an array of shape "
                    f"{('num_rows', *self.x_shape)}. "
                    f"Received: shape {array.shape}"
                )
            if array.size and not (
                0 <= array.min() and array.max() < self.num_values
            ):
                raise ValueError(
                    f"Expected integers from 0 to {self.num_values - 1}. "
                    f"Received: values from {array.min()} to {array.max()}"
                )
        return array.astype("int32", copy=False)

    def prepare_corpus(self, x, y):
        """Turns data to learn from, or to evaluate on, into arrays.

        Here rows may be left out, with their labels, or stay such that
        `draw` has something to choose.

        Args:
            x: users' data.
            y: users' labels or `None`.

        Returns:
            An array of shape `(num_rows, *x_shape)` and one of labels, of
            shape `(num_rows,)`, or `None`.
        """
        rows = self.prepare(x)
        return rows, self.prepare_labels(y, len(rows))

    def present(self, x):
        """Turns an array of integers into users' data."""
        return x

    def draw(self, rows, generator):
        """Draws the integers of a batch, where `prepare_corpus` left a choice.

        Args:
            rows: array, rows of what `prepare_corpus` returned.
            generator: `numpy.random.Generator`.

        Returns:
            An int32 array of the same shape.
        """
        return rows

    def num_extra_rows(self, batch_size):
        """Rows, drawn at random, that follow each batch of training."""
        return 0

    # Training and evaluation.

    def fit(
        self,
        x,
        y=None,
        batch_size=64,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_data=None,
        validation_split=0.0,
        shuffle=True,
        initial_epoch=0,
        **options,
    ):
        """Trains on data, as `keras.Model.fit` does.

        Each epoch shows every row once, in an order that depends on `seed`
        and on the steps taken so far, so a loaded model goes on as if it had
        never stopped. Batches have one size: the last one of an epoch is
        filled up with rows from the start of that epoch's order.

        Args:
            x: the training data: what `encode` takes, or a
                `keras.utils.PyDataset` or `tf.data.Dataset` of batches of it.
            y: int array of shape `(num_rows,)`: labels, for a model with
                `num_classes`; datasets yield pairs `(x, y)` instead. Defaults
                to `None`.
            batch_size: int. Rows a step. Defaults to `64`.
            epochs: int. Epoch at which to stop. Defaults to `1`.
            verbose: as in `keras.Model.fit`. Defaults to `"auto"`.
            callbacks: list of Keras callbacks. Defaults to `None`.
            validation_data: held-out data of the same kinds; with labels
                a pair `(x, y)`. Defaults to `None`.
            validation_split: float. Share of the rows, from the end, to hold
                out. Defaults to `0`.
            shuffle: bool. Whether to shuffle rows each epoch. Defaults to
                `True`.
            initial_epoch: int. Epochs already trained. Defaults to `0`.
            **options: `steps_per_epoch`, `validation_steps`,
                `validation_freq` of `keras.Model.fit`.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            FloatingPointError: if a loss becomes NaN; names the phase. Stops
                before any checkpoint is written over. Not raised where the
                callbacks hold `keras.callbacks.TerminateOnNaN`.
        """
        if validation_split and validation_data is None:
            x, y, validation_data = self._split(x, y, validation_split)
        elif not (self.conditional and isinstance(validation_data, tuple)):
            validation_data = (validation_data, None)
        return super().fit(
            self._training_batches(x, y, batch_size, shuffle),
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=None
            if validation_data[0] is None
            else self._evaluation_batches(*validation_data, batch_size),
            initial_epoch=initial_epoch,
            # Our own batches shuffle rows themselves; tf.data its elements.
            shuffle=shuffle and isinstance(x, keras.utils.PyDataset),
            **options,
        )

    def evaluate(self, x, y=None, batch_size=64, **options):
        """Measures reconstruction and codes on held-out data.

        No noise is added to codes. Every row counts once.

        Args:
            x: held-out data, of the kinds that `fit` takes.
            y: labels, as in `fit`. Defaults to `None`.
            batch_size: int. Rows a step. Defaults to `64`.
            **options: `verbose`, `steps`, `callbacks`, `return_dict` of
                `keras.Model.evaluate`.

        Returns:
            A list of numbers in the order of their names in the training
            log, or a dict by name if `return_dict` is true.
        """
        options.pop("sample_weight", None)  # Keras passes it as None.
        batches = self._evaluation_batches(x, y, batch_size or 64)
        return super().evaluate(batches, **options)

    def _rows(self, x, y):
        """Data and labels as arrays; builds the model from their shape."""
        rows, labels = self.prepare_corpus(x, y)
        if not self.built:
            self.build((None, *rows.shape[1:]))
            rows = self.prepare(rows)
        return rows, labels

    def _split(self, x, y, validation_split):
        """Rows to learn from, their labels, and the last ones as a pair."""
        if is_dataset(x) or not 0 < validation_split < 1:
            raise ValueError(
                "`validation_split` is a share between 0 and 1 of a list or "
                "an array; with datasets pass `validation_data`. Received: "
                f"validation_split={validation_split}, x of type "
                f"{type(x).__name__}"
            )
        rows, labels = self._rows(x, y)
        kept = int(len(rows) * (1 - validation_split))
        if labels is None:
            return rows[:kept], None, (rows[kept:], None)
        return rows[:kept], labels[:kept], (rows[kept:], labels[kept:])

    def _training_batches(self, x, y, batch_size, shuffle):
        if is_dataset(x):
            return self._dataset(x, y)
        rows, labels = self._rows(x, y)
        return ArrayBatches(
            rows,
            batch_size,
            labels=labels,
            shuffle_key=self._shuffle_key if shuffle else None,
            num_extra=self.num_extra_rows(batch_size),
            draw=self.draw,
        )

    def _evaluation_batches(self, x, y, batch_size):
        if is_dataset(x):
            return self._dataset(x, y)
        rows, labels = self._rows(x, y)
        return ArrayBatches(
            rows,
            min(batch_size, max(len(rows), 1)),
            labels=labels,
            draw=self.draw,
            weighted=True,
        )

    def _shuffle_key(self):
        return self.seed, int(ops.convert_to_numpy(self.optimizer.iterations))

    def _dataset(self, dataset, y):
        """A dataset of users' data as one of arrays."""
        if y is not None:
            raise ValueError(
                "A dataset of batches brings its labels: let it yield pairs "
                f"(x, y). Received: y of type {type(y).__name__} beside a "
                f"{type(dataset).__name__}"
            )
        if isinstance(dataset, (ArrayBatches, PreparedBatches, ZippedBatches)):
            return dataset
        prepare = (self.prepare, self.prepare_labels)
        prepare = prepare if self.conditional else prepare[:1]
        if isinstance(dataset, keras.utils.PyDataset):
            dataset = PreparedBatches(dataset, *prepare)
            self._build_from(dataset[0])
            return dataset
        dataset = map_tf_dataset(dataset, *prepare)
        self._build_from(next(iter(dataset)))
        return dataset

    def _build_from(self, batch):
        if not self.built:
            rows = batch[0] if isinstance(batch, tuple) else batch
            self.build((None, *rows.shape[1:]))


def is_dataset(x):
    """Whether `x` yields batches: a PyDataset or a tf.data.Dataset."""
    return isinstance(x, keras.utils.PyDataset) or hasattr(x, "element_spec")
