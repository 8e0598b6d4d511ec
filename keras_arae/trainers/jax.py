"""What training by phases needs from JAX: the same steps, without state."""

import jax
import keras

from keras_arae.trainers.jax_sums import sums_of_first


class BackendTrainer:
    """Step signatures, gradients and compilation on JAX.

    Keras runs stateful code inside a `StatelessScope`, which holds the
    variables' values and collects their updates. Scopes do not inherit from
    each other, so an inner one is given every value.
    """

    num_replicas = 1

    @property
    def skips_padding(self):
        """Whether to gather rows that count: not from several devices."""
        return keras.distribution.distribution() is None

    def train_step(self, state, data):
        return self._in_scope(
            self.training_step,
            [
                self.trainable_variables,
                self.non_trainable_variables,
                self.optimizer.variables,
                self.metrics_variables,
            ],
            state,
            data,
        )

    def test_step(self, state, data):
        return self._in_scope(
            self.evaluation_step,
            [
                self.trainable_variables,
                self.non_trainable_variables,
                self.metrics_variables,
            ],
            state,
            data,
        )

    def _in_scope(self, step, variables, state, data):
        """Runs `step(data)` on `state`; returns its logs and the new state."""
        pairs = [pair for part in zip(variables, state) for pair in zip(*part)]
        with keras.StatelessScope(state_mapping=pairs) as scope:
            logs = step(data)
        new_state = tuple(
            [scope.get_current_value(v) for v in part] for part in variables
        )
        return logs, new_state

    def record(self, function, variables=(), inputs=()):
        """Runs `function(*inputs) -> (y, aux)` so that `y` has gradients.

        Returns:
            `y`, `aux` and a callable, once, from the gradient by `y` to those
            by the variables and the inputs.
        """
        constants = _values(self.trainable_variables)
        state = self.non_trainable_variables

        def stateless_function(values, inputs):
            pairs = [
                *constants,
                *_values(state),
                *zip(variables, values),
            ]
            with keras.StatelessScope(state_mapping=pairs) as scope:
                y, aux = function(*inputs)
            return y, (aux, [scope.get_current_value(v) for v in state])

        y, pullback, (aux, updates) = jax.vjp(
            stateless_function,
            [variable.value for variable in variables],
            list(inputs),
            has_aux=True,
        )
        for variable, update in zip(state, updates):
            variable.assign(update)
        return y, aux, lambda by_y: sum(pullback(by_y), [])

    def update(self, optimizer, gradients, variables):
        """One step of an optimizer."""
        optimizer.apply(gradients, variables)

    def input_gradient(self, function, x):
        """Gradient of `sum(function(x))` by `x`, itself differentiable."""
        return jax.grad(lambda x: function(x).sum())(x)

    def sums_of_first(self, function, count, layer, *rows):
        """Scalars that `function(layer, *rows)` sums over the first rows.

        Args:
            function: callable. The first of the scalars is differentiated, by
                the layer's weights and by the first of `rows`.
            count: int scalar. Further rows add nothing to any sum.
            layer: Keras layer without state.
            *rows: tensors of one number of rows.
        """
        weights = [variable.value for variable in layer.trainable_variables]

        def call(weights, first, *others):
            def stateless_layer(x):
                return layer.stateless_call(weights, [], x)[0]

            first, *others = function(stateless_layer, first, *others)
            return first, tuple(others)

        first, others = sums_of_first(call, count, weights, *rows)
        return first, *others

    def compile_function(self, function, seeds=()):
        """Compiles `function(*tensors)`, which reads this model.

        `seeds` are random states that the function advances.
        """
        if self.run_eagerly:
            return function
        variables = [*self.variables, *seeds]

        @jax.jit
        def stateless_function(values, *inputs):
            pairs = zip(variables, values)
            with keras.StatelessScope(state_mapping=pairs) as scope:
                outputs = function(*inputs)
            return outputs, [scope.get_current_value(v) for v in seeds]

        def compiled_function(*inputs):
            values = [variable.value for variable in variables]
            outputs, new_seeds = stateless_function(values, *inputs)
            for variable, value in zip(seeds, new_seeds):
                variable.assign(value)
            return outputs

        return compiled_function


def _values(variables):
    return [(variable, variable.value) for variable in variables]
