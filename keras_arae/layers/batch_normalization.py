"""Batch normalization by the statistics of the global batch."""

from __future__ import annotations

from typing import Any

from keras import ops

from keras_arae import backend
from keras_arae.export import export


@export
class BatchNormalization(backend.BatchNormalization):
    """Keras' own, which several replicas of a step compute as one would.

    Of each replica's rows alone, statistics would be those of a smaller batch.
    Keras' `synchronized=True` does the same, on TensorFlow only. Where inputs
    come with a mask, statistics are of each replica's rows. It takes the
    arguments of `keras.layers.BatchNormalization`.

    Call arguments:
        inputs: float tensor of any shape, the batch first.
        training: bool. Whether to normalize by the batch, or by moving
            averages.

    Input shape: any.

    Output shape: the same.

    Example:

    ```python
    normalization = keras_arae.layers.BatchNormalization(momentum=0.9)
    x = np.random.default_rng(0).normal(5.0, 2.0, (100, 3)).astype("float32")
    y = keras.ops.convert_to_numpy(normalization(x, training=True))
    assert abs(y.mean()) < 1e-3 and abs(y.std() - 1.0) < 1e-3
    ```
    """

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        learns = training and self.trainable and mask is None
        if not learns or backend.replicas.count == 1:
            return super().call(inputs, training=training, mask=mask)
        if self.renorm:
            raise ValueError(
                "Several replicas normalize by the statistics of the global "
                "batch, without corrections: leave out `renorm`. "
                "Received: renorm=True"
            )
        inputs = ops.cast(inputs, "float32")
        axis = self.axis % len(inputs.shape)
        others = [i for i in range(len(inputs.shape)) if i != axis]
        # Of replicas with as many rows each, one message for both.
        mean, square = ops.unstack(
            backend.replicas.batch_mean(
                ops.stack(
                    [
                        ops.mean(inputs, axis=others),
                        ops.mean(ops.square(inputs), axis=others),
                    ]
                )
            )
        )
        variance = square - ops.square(mean)
        for average, value in (
            (self.moving_mean, mean),
            (self.moving_variance, variance),
        ):
            share = 1.0 - self.momentum
            average.assign(average * self.momentum + value * share)
        outputs = ops.batch_normalization(
            inputs,
            mean,
            variance,
            axis=self.axis,
            offset=self.beta,
            scale=self.gamma,
            epsilon=self.epsilon,
        )
        return ops.cast(outputs, self.compute_dtype)
