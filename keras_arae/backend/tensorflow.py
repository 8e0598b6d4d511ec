"""What the library needs from TensorFlow."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops
from tensorflow.python.framework.config import is_op_determinism_enabled

from keras_arae.backend import plain_sgd
from keras_arae.backend.dense_output import is_dense
from keras_arae.backend.tensorflow_descent import by_rows
from keras_arae.backend.tensorflow_descent import descend
from keras_arae.backend.tensorflow_descent import squared_norm
from keras_arae.backend.tensorflow_graphs import custom_gradient
from keras_arae.backend.tensorflow_graphs import forgetting
from keras_arae.backend.tensorflow_graphs import keep_no_graph
from keras_arae.backend.tensorflow_losses import sums_in_chunks
from keras_arae.backend.tensorflow_lstm import may_depend_on_values
from keras_arae.backend.tensorflow_lstm import packed_states
from keras_arae.backend.tensorflow_lstm import shapes_of_values
from keras_arae.backend.tensorflow_replicas import StrategyReplicas

replicas = StrategyReplicas()


class Trainer:
    """Step signatures, gradients and compiled functions on TensorFlow."""

    # Of `keras.export.ExportArchive`; `None` where it holds one function.
    export_options: dict | None = {}
    training_step: Callable[[Any], dict[str, Any]]
    evaluation_step: Callable[[Any], dict[str, Any]]
    distribute_strategy: Any
    jit_compile: Any
    run_eagerly: bool
    _compile_options: dict[str, Any]
    _flatten_layers: Callable

    @property
    def skips_masked(self) -> bool:
        """Whether shapes may depend on data: not where XLA compiles."""
        return not self.jit_compile

    def running(self) -> contextlib.AbstractContextManager:
        """What JAX needs around `fit` and `evaluate`: nothing here."""
        return contextlib.nullcontext()

    def scope(self) -> contextlib.AbstractContextManager:
        """Where variables are made and batches dealt out: the strategy's."""
        return self.distribute_strategy.scope()

    def alone(self) -> contextlib.AbstractContextManager:
        """What JAX needs where one process acts alone: nothing here."""
        return contextlib.nullcontext()

    def check_compilation(self, jit_compile: Any, num_steps: int) -> None:
        """Refuses what cannot be compiled for several replicas."""
        count = self.distribute_strategy.num_replicas_in_sync
        if count > 1 and (jit_compile is True or num_steps > 1):
            raise ValueError(
                "TensorFlow compiles no steps of several replicas by XLA, nor "
                "several steps into one: leave `jit_compile` at 'auto' and "
                f"`steps_per_execution` at 1. Received: jit_compile="
                f"{jit_compile}, steps_per_execution={num_steps}, "
                f"{count} replicas"
            )

    def train_step(self, data: Any) -> dict[str, Any]:
        """Keras' signature of a step of training."""
        with shapes_of_values(self.skips_masked):
            return forgetting(self.training_step)(data)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Keras' signature of a step of evaluation."""
        with shapes_of_values(self.skips_masked):
            return forgetting(self.evaluation_step)(data)

    def record(
        self,
        function: Callable,
        variables: Sequence = (),
        inputs: Sequence = (),
    ) -> tuple[Any, Any, Callable]:
        """Runs `function(*inputs) -> (y, aux)` so that `y` has gradients.

        Returns:
            `y`, `aux` and a callable, once, from the gradient by `y` to those
            by the variables and the inputs. One by an embedding may be
            `tf.IndexedSlices`.
        """
        values = [*(variable.value for variable in variables), *inputs]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(values)
            y, aux = function(*inputs)

        def pullback(by_y: Any) -> list:
            return tape.gradient(
                y,
                values,
                output_gradients=by_y,
                unconnected_gradients=tf.UnconnectedGradients.ZERO,
            )

        return y, aux, pullback

    def input_gradient(self, function: Callable, x: Any) -> Any:
        """Gradient of `sum(function(x))` by `x`, itself differentiable."""
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            y = function(x)
        return tape.gradient(y, x)

    def update(
        self, optimizer: Any, gradients: Sequence, variables: Sequence
    ) -> Any:
        """One step of an optimizer; returns the gradients' squared norm.

        Gradients are means over replicas. Keras clips those of each replica,
        and then sums them: so the first replica has them all.
        """
        alone = not tf.distribute.has_strategy()
        plain = alone and plain_sgd.is_plain(optimizer, variables)
        if plain and may_depend_on_values():
            gradients = list(map(by_rows, variables, gradients))
        else:
            gradients = [tf.convert_to_tensor(x) for x in gradients]
        norm = squared_norm(gradients)
        if plain:
            descend(
                variables, gradients, plain_sgd.clipped_rate(optimizer, norm)
            )
            plain_sgd.finish(optimizer, variables)
            return norm
        if replicas.count > 1:
            context = tf.distribute.get_replica_context()
            is_first = context.replica_id_in_sync_group == 0
            gradients = [
                tf.where(is_first, gradient, tf.zeros_like(gradient))
                for gradient in gradients
            ]
        keep_no_graph(optimizer)
        optimizer.apply(gradients, variables)
        return norm

    def clip(self, variables: Sequence, bound: float) -> None:
        """Bounds variables from below and above."""
        for variable in variables:
            variable.assign(ops.clip(variable, -bound, bound))

    def compile_update(self, update: Callable) -> Callable:
        """An update of fixed shapes by XLA, in a step that XLA has not.

        Such a step runs operation by operation, and one of a small network
        takes less time than to begin it.
        """
        if (
            tf.executing_eagerly()
            or self.jit_compile
            or self._compile_options["jit_compile"] is False
            or self.distribute_strategy.num_replicas_in_sync > 1
            or not all(layer.supports_jit for layer in self._flatten_layers())
            or is_op_determinism_enabled()
        ):
            return update
        static = shapes_of_values(False)
        return tf.function(static(update), jit_compile=True, autograph=False)

    def where_finite(self, value: Any, number: Any) -> Any:
        """`value`, or NaN if a number is not finite."""
        return ops.where(ops.isfinite(number), value, float("nan"))

    def compile_function(
        self, function: Callable, seeds: Sequence = (), reads: Sequence = ()
    ) -> Callable:
        """Compiles `function(*tensors)`, which reads this model.

        `seeds` are random states that the function advances, `reads` other
        variables than the model's that it reads.
        """
        if self.run_eagerly:
            return function
        function = shapes_of_values(self.skips_masked)(forgetting(function))
        # Loops are `keras.ops`: to look for Python's would double the time.
        return tf.function(
            function,
            jit_compile=self.jit_compile,
            autograph=False,
        )


Dense = keras.layers.Dense
BatchNormalization = keras.layers.BatchNormalization


class Embedding(keras.layers.Embedding):
    """Keras' own, that reads the rows it looks up and not the whole table.

    So a step may change some rows alone: TensorFlow then copies the table for
    each that reads it whole, as Keras' own does.
    """

    def build(self, input_shape: Any = None) -> None:
        super().build(input_shape)
        self._embeddings.is_read_by_rows = True

    def call(self, inputs: Any) -> Any:
        if self.lora_enabled or self.quantization_mode is not None:
            return super().call(inputs)
        ids = ops.cast(inputs, "int32")
        rows = tf.nn.embedding_lookup(self._embeddings.value, ids)
        return ops.cast(rows, self.compute_dtype)


def product(x: Any, kernel: Any) -> Any:
    """Product of a batch of vectors and a kernel."""
    return ops.matmul(x, kernel)


def lstm(layer: Any, inputs: Any, constant: Any, lengths: Any) -> Any:
    """States of a `TokenLSTM`: by cuDNN on a GPU, else by products.

    Of the tokens that count alone, where shapes may depend on them.
    """
    if not on_cpu():
        states = layer.by_keras(inputs, constant)
    elif (
        lengths is None
        or not may_depend_on_values()
        or inputs.dtype != tf.float32
    ):
        states = layer.by_products(inputs, constant)
    else:
        return packed_states(layer, inputs, constant, lengths)
    return layer.without_padding(states, lengths)


def likeliest(logits: Any) -> Any:
    """The place of each row's largest value; faster than `argmax`."""
    return tf.math.top_k(logits, 1)[1][:, 0]


def cross_entropy(x: Any, logits: Any) -> Any:
    """Negative log-likelihood in nats, of shape `(num_rows,)`.

    On a CPU by oneDNN's softmax: TensorFlow's own loss takes over twice as
    long.

    Args:
        x: int tensor of shape `(num_rows,)`.
        logits: float32 tensor of shape `(num_rows, num_values)`.
    """
    if on_cpu() and logits.shape[-1] > 100:
        return _cross_entropy_by_softmax(x, logits)
    return ops.sparse_categorical_crossentropy(x, logits, from_logits=True)


def losses_of_first(
    function: Callable,
    count: Any,
    layer: keras.layers.Layer,
    *rows: Any,
    training: bool = False,
) -> Any:
    """Nats and correct predictions that a function sums over the first rows.

    Args:
        function: callable. `function(layer, hidden, x, weights)` is what is
            to be computed.
        count: int scalar. Further rows add nothing.
        layer: Keras layer. Turns `hidden` into logits.
        *rows: `hidden`, `x` and `weights`, of one number of rows.
        training: bool. Whether the first sum will be differentiated: then
            its gradients are computed beside it. Defaults to `False`.
    """
    first = [part[:count] for part in rows]
    if training and on_cpu() and is_dense(layer, Dense):
        return sums_in_chunks(function, layer, *first)
    return function(layer, *first)


@functools.cache
def on_cpu() -> bool:
    """Whether layers run on a CPU."""
    return not tf.config.list_logical_devices("GPU")


def _cross_entropy_by_softmax(x: Any, logits: Any) -> Any:
    @custom_gradient
    def function(logits: Any) -> Any:
        # Of the largest logit: its probability cannot vanish.
        probabilities = tf.nn.softmax(logits)
        log_sum = tf.reduce_max(logits, axis=-1) - tf.math.log(
            tf.reduce_max(probabilities, axis=-1)
        )

        def gradient(by_losses: Any) -> Any:
            indices = tf.stack([tf.range(tf.size(x)), tf.cast(x, "int32")], 1)
            return tf.tensor_scatter_nd_sub(
                by_losses[:, None] * probabilities, indices, by_losses
            )

        return log_sum - tf.gather(logits, x, batch_dims=1), gradient

    return function(logits)
