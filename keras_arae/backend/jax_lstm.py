"""An LSTM's loop over positions, with its backward pass written out."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp


@jax.custom_vjp
def recurrence(products: Any, kernel: Any) -> Any:
    """States of an LSTM, from the products of its inputs with the kernel.

    JAX's own derivative of the loop keeps a dozen tensors of the states' size
    at each position, and adds up the kernel's gradient there. This one keeps
    six, and the kernel's gradient is one product.

    Args:
        products: float tensor of shape `(batch, length, 4 * units)`. Gates in
            the order of Keras: input, forget, candidate, output.
        kernel: float tensor of shape `(units, 4 * units)`.

    Returns:
        A tensor of shape `(batch, length, units)`.
    """
    return _run(products, kernel)[0]


def _run(products: Any, kernel: Any) -> tuple:
    def step(state: tuple, part: Any) -> tuple:
        hidden, carry = state
        gates = jnp.split(part + hidden @ kernel, 4, axis=1)
        opened, forget, _, output = map(jax.nn.sigmoid, gates)
        candidate = jnp.tanh(gates[2])
        carry = forget * carry + opened * candidate
        hidden = output * jnp.tanh(carry)
        gates = jnp.concatenate([opened, forget, candidate, output], axis=1)
        return (hidden, carry), (gates, carry, hidden)

    shape = (products.shape[0], kernel.shape[0])
    zeros = jnp.zeros(shape, products.dtype)
    products = jnp.swapaxes(products, 0, 1)
    _, (gates, carries, states) = jax.lax.scan(step, (zeros, zeros), products)
    return jnp.swapaxes(states, 0, 1), (gates, carries, states, kernel)


def _run_back(saved: tuple, by_states: Any) -> tuple:
    gates, carries, states, kernel = saved
    opened, forget, candidate, output = jnp.split(gates, 4, axis=2)
    squashed = jnp.tanh(carries)
    by_carries = output * (1 - squashed**2)
    # Of each gate by the carry, the last one by the state.
    slopes = jnp.concatenate(
        [
            candidate * opened * (1 - opened),
            _before(carries) * forget * (1 - forget),
            opened * (1 - candidate**2),
            squashed * output * (1 - output),
        ],
        axis=2,
    )

    def step(later: tuple, parts: tuple) -> tuple:
        by_hidden, by_carry = later
        by_state, slope, by_carry_of_state, forget = parts
        by_state = by_state + by_hidden
        by_carry = by_carry + by_state * by_carry_of_state
        by_gates = slope * jnp.concatenate([*[by_carry] * 3, by_state], axis=1)
        return (by_gates @ kernel.T, by_carry * forget), by_gates

    zeros = jnp.zeros_like(states[0])
    parts = (jnp.swapaxes(by_states, 0, 1), slopes, by_carries, forget)
    _, by_gates = jax.lax.scan(step, (zeros, zeros), parts, reverse=True)
    # Transposed in memory first, as `backend.product` does and says why.
    before = jax.lax.optimization_barrier(
        _before(states).reshape(-1, states.shape[-1]).T
    )
    by_kernel = before @ by_gates.reshape(-1, by_gates.shape[-1])
    return jnp.swapaxes(by_gates, 0, 1), by_kernel


def _before(values: Any) -> Any:
    """Values one position before; zeros at the first."""
    return jnp.pad(values[:-1], ((1, 0), (0, 0), (0, 0)))


recurrence.defvjp(_run, _run_back)
