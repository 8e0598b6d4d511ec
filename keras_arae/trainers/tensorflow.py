"""What training by phases needs from TensorFlow."""

import tensorflow as tf


class BackendTrainer:
    """Step signatures, gradients and compilation on TensorFlow."""

    @property
    def num_replicas(self):
        """Of a `tf.distribute` strategy, which sums their gradients."""
        return tf.distribute.get_strategy().num_replicas_in_sync

    @property
    def skips_padding(self):
        """Whether shapes may depend on data: not where XLA compiles."""
        return not self.jit_compile

    def train_step(self, data):
        return self.training_step(data)

    def test_step(self, data):
        return self.evaluation_step(data)

    def record(self, function, variables=(), inputs=()):
        """Runs `function(*inputs) -> (y, aux)` so that `y` has gradients."""
        values = [*(variable.value for variable in variables), *inputs]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(values)
            y, aux = function(*inputs)

        def pullback(by_y):
            gradients = tape.gradient(
                y,
                values,
                output_gradients=by_y,
                unconnected_gradients=tf.UnconnectedGradients.ZERO,
            )
            # Those of embeddings come sparse; the other backends' are dense.
            return [tf.convert_to_tensor(gradient) for gradient in gradients]

        return y, aux, pullback

    def update(self, optimizer, gradients, variables):
        """One step of an optimizer."""
        optimizer.apply(gradients, variables)

    def input_gradient(self, function, x):
        """Gradient of `sum(function(x))` by `x`, itself differentiable."""
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            y = function(x)
        return tape.gradient(y, x)

    def sums_of_first(self, function, count, layer, *rows):
        """Scalars that `function(layer, *rows)` sums over the first rows."""
        return function(layer, *(part[:count] for part in rows))

    def compile_function(self, function, seeds=()):
        """Compiles `function(*tensors)`, which reads this model."""
        if self.run_eagerly:
            return function
        return tf.function(function, jit_compile=self.jit_compile)
