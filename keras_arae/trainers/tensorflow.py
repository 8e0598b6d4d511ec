"""What training by phases needs from TensorFlow."""

import tensorflow as tf


class BackendTrainer:
    """Step signatures, gradients and compilation on TensorFlow."""

    @property
    def skips_padding(self):
        """Whether shapes may depend on data: not where XLA compiles."""
        return not self.jit_compile

    def train_step(self, data):
        return self.training_step(data)

    def test_step(self, data):
        return self.evaluation_step(data)

    def minimize(self, loss, variables, optimizer):
        """One step of `optimizer` on `variables` down `loss() -> (y, aux)`."""
        values = [variable.value for variable in variables]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(values)
            value, aux = loss()
            # tf.distribute sums gradients over replicas; ours are of means.
            value = value / tf.distribute.get_strategy().num_replicas_in_sync
        gradients = tape.gradient(
            value, values, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        # Gradients of embeddings come sparse; the other backends' are dense.
        gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]
        optimizer.apply(gradients, variables)
        return aux

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
