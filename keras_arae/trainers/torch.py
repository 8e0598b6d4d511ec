"""What training by phases needs from PyTorch."""

import torch


class BackendTrainer:
    """Step signatures, gradients and compilation on PyTorch."""

    num_replicas = 1
    skips_padding = True

    def train_step(self, data):
        return self.training_step(data)

    def test_step(self, data):
        return self.evaluation_step(data)

    def record(self, function, variables=(), inputs=()):
        """Runs `function(*inputs) -> (y, aux)` so that `y` has gradients."""
        inputs = [x.detach().requires_grad_(True) for x in inputs]
        values = [*(variable.value for variable in variables), *inputs]
        y, aux = function(*inputs)

        def pullback(by_y):
            return list(
                torch.autograd.grad(y, values, by_y, materialize_grads=True)
            )

        return y, aux, pullback

    def update(self, optimizer, gradients, variables):
        """One step of an optimizer."""
        with torch.no_grad():
            optimizer.apply(gradients, variables)

    def input_gradient(self, function, x):
        """Gradient of `sum(function(x))` by `x`, itself differentiable."""
        with torch.enable_grad():
            x = x.detach().requires_grad_(True)
            return torch.autograd.grad(function(x).sum(), x, create_graph=True)[
                0
            ]

    def sums_of_first(self, function, count, layer, *rows):
        """Scalars that `function(layer, *rows)` sums over the first rows."""
        return function(layer, *(part[:count] for part in rows))

    def compile_function(self, function, seeds=()):
        """Wraps `function(*tensors)`, which reads this model: runs eagerly."""
        return torch.no_grad()(function)
