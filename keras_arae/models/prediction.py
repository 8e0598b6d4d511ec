"""What a decoder says of data: logits, losses, likelihood."""

from keras import ops

from keras_arae.metrics.likelihood import negative_log_likelihood
from keras_arae.models.in_batches import in_batches
from keras_arae.models.likelihood import packed_weighted_sums
from keras_arae.models.likelihood import position_weights
from keras_arae.models.likelihood import weighted_sums


class Prediction:
    """Mixin of models with a `decoder`: how well it predicts data."""

    def logits(self, code, x, label=None, training=False):
        """Logits of `x` given codes, of shape `(*x.shape, num_values)`."""
        code = self.with_labels(code, label)
        if getattr(self.decoder, "autoregressive", False):
            return self.decoder(code, x, training=training)
        return self.decoder(code, training=training)

    def prediction(self, code, x, label=None, row_weights=None, training=False):
        """Loss and accuracy at the positions of `x` that count.

        Returns:
            Two pairs `(mean, weight)`, the first in nats a position.
        """
        pad_id = getattr(self.decoder, "pad_id", None)
        weights = position_weights(x, pad_id, row_weights)
        if self.skips_padding and hasattr(self.decoder, "states"):
            loss, hits = packed_weighted_sums(
                x,
                self.decoder.states(self.with_labels(code, label), x),
                self.decoder.output_layer,
                weights,
                self.sums_of_first,
            )
        else:
            logits = self.logits(code, x, label, training=training)
            loss, hits = weighted_sums(x, logits, weights)
        count = ops.maximum(ops.sum(weights), 1.0)
        return (loss / count, count), (hits / count, count)

    def negative_log_likelihood(
        self, x, label=None, codes=None, batch_size=256
    ):
        """How unlikely data are given their codes, or other ones, in nats.

        Args:
            x: the data, as in `fit`.
            label: as in `decode`. Defaults to `None`.
            codes: float array of shape `(num_rows, code_dim)`, such as codes
                of damaged versions of `x`. Defaults to `None`: codes of `x`.
            batch_size: int. Defaults to `256`.

        Returns:
            A float32 array of shape `(num_rows,)`: sums over the positions
            that count.
        """
        rows = self._verb_rows(x)
        if codes is None:
            codes = self._own_codes(rows)
        codes = self.checked_codes(codes)
        if len(codes) != len(rows):
            raise ValueError(
                "Each row needs a code. "
                f"Received: {len(rows)} rows and {len(codes)} codes"
            )
        function = self._compiled("nll", self._negative_log_likelihood)
        codes = self.beside_labels(codes, label)
        return in_batches(function, rows, batch_size, codes)

    def _verb_rows(self, x):
        self._require_built()
        return self.prepare(x)

    def _negative_log_likelihood(self, x, code):
        return negative_log_likelihood(
            x, self.logits(code, x), getattr(self.decoder, "pad_id", None)
        )

    def _compiled(self, name, function):
        functions = self.__dict__.setdefault("_functions", {})
        if name not in functions:
            functions[name] = self.compile_function(function)
        return functions[name]

    def _require_built(self):
        if not self.built:
            raise ValueError(
                "The model has seen no data yet: call `fit` first, or "
                "`build((None, *x_shape))`. Received: a model without weights"
            )
