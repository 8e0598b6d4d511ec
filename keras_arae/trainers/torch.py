"""What training by phases needs from PyTorch."""

import torch


class BackendTrainer:
    """Step signatures, gradients and compilation on PyTorch."""

    skips_padding = True

    def train_step(self, data):
        return self.training_step(data)

    def test_step(self, data):
        return self.evaluation_step(data)

    def minimize(self, loss, variables, optimizer):
        """One step of `optimizer` on `variables` down `loss() -> (y, aux)`."""
        value, aux = loss()
        gradients = torch.autograd.grad(
            value,
            [variable.value for variable in variables],
            materialize_grads=True,
        )
        with torch.no_grad():
            optimizer.apply(list(gradients), variables)
        return aux

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
