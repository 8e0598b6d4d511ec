"""Matrix products whose derivatives are fast on every backend."""

import functools

import keras
from keras import ops


class Dense(keras.layers.Dense):
    """A `keras.layers.Dense` that multiplies with `product`.

    On PyTorch product and bias are one operation, as in its own layer. On
    JAX the bias is added by `add_bias`.
    """

    def call(self, inputs, training=None):
        if keras.config.backend() == "torch" and self._is_plain(inputs):
            import torch

            weights = self.bias.value, self.kernel.value
            bias, kernel = (w.to(inputs.dtype) for w in weights)
            return self.activation(torch.addmm(bias, inputs, kernel))
        outputs = product(inputs, self.kernel)
        if self.bias is not None:
            outputs = add_bias(outputs, self.bias)
        return self.activation(outputs)

    def _is_plain(self, inputs):
        return self.bias is not None and len(inputs.shape) == 2


def product(x, kernel):
    """`ops.matmul` of a batch of vectors and a kernel.

    On a CPU, XLA's code for a product whose left side is transposed, which
    every kernel's gradient is, takes two and a half times as long as that
    for the same product of matrices as they lie in memory. So on JAX the
    left side is transposed first, and the other gradient turned around.

    Args:
        x: float tensor of shape `(..., dim)`.
        kernel: float tensor of shape `(dim, units)`.

    Returns:
        A float tensor of shape `(..., units)`.
    """
    if not _for_xla_on_cpu(x):
        return ops.matmul(x, kernel)
    kernel = ops.cast(kernel, x.dtype)
    return _jax_product()(ops.convert_to_tensor(x), kernel)


def add_bias(x, bias):
    """`ops.add` of rows and a bias.

    On a CPU, XLA makes the gradient of the rows a second time, for its sum
    over rows, but not for a product: so on JAX that sum is a product with a
    row of ones.

    Args:
        x: float tensor of shape `(..., units)`.
        bias: float tensor of shape `(units,)`.

    Returns:
        A float tensor of the shape of `x`.
    """
    if not _for_xla_on_cpu(x):
        return ops.add(x, bias)
    return _jax_add_bias()(x, ops.cast(bias, x.dtype))


def _for_xla_on_cpu(x):
    return keras.config.backend() == "jax" and len(x.shape) == 2 and on_cpu()


@functools.cache
def on_cpu():
    """Whether layers run on a CPU."""
    if keras.config.backend() == "jax":
        import jax

        return jax.default_backend() == "cpu"
    if keras.config.backend() == "torch":
        import torch

        return not torch.cuda.is_available()
    import tensorflow as tf

    return not tf.config.list_logical_devices("GPU")


@functools.cache
def _jax_product():
    import jax

    lay_out = jax.lax.optimization_barrier

    @jax.custom_vjp
    def multiply(x, kernel):
        return x @ kernel

    def forward(x, kernel):
        return x @ kernel, (x, kernel)

    def backward(saved, gradient):
        x, kernel = saved
        by_x = lay_out(kernel @ gradient.T).T
        by_kernel = lay_out(x.T) @ gradient
        return by_x, by_kernel

    multiply.defvjp(forward, backward)
    return multiply


@functools.cache
def _jax_add_bias():
    import jax
    import jax.numpy as jnp

    def backward(_, gradient):
        return gradient, jnp.ones(len(gradient), gradient.dtype) @ gradient

    add = jax.custom_vjp(lambda x, bias: x + bias)
    add.defvjp(lambda x, bias: (x + bias, None), backward)
    return add
