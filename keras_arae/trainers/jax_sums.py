"""Sums over as many rows as count, where shapes cannot depend on data."""

import jax
import jax.numpy as jnp

# Rows at once: logits of so many words' vocabularies stay in the cache.
CHUNK = 128


def sums_of_first(function, count, weights, *rows):
    """Scalars that `function(weights, *rows)` sums over the first rows.

    Rows come in chunks, in a loop over as many chunks as hold rows that
    count. What a chunk needs stays in the cache, and memory does not grow
    with the number of rows. A loop whose length is not known has no reverse:
    derivatives are computed beside the values.

    Args:
        function: callable. Returns a scalar, which is differentiated by
            `weights` and by the first of `rows`, and a tuple of others.
        count: int scalar. Further rows add nothing to any sum.
        weights: list of tensors.
        *rows: tensors of one number of rows.

    Returns:
        What `function` returns.
    """

    def values(weights, *rows):
        return function(weights, *rows), ()

    def values_and_gradients(weights, *rows):
        outputs, (by_weights, by_rows) = jax.value_and_grad(
            function, argnums=(0, 1), has_aux=True
        )(weights, *rows)
        return (outputs, by_weights), (by_rows,)

    @jax.custom_vjp
    def sums(weights, *rows):
        return _in_chunks(values, count, weights, rows)[0]

    def forward(weights, *rows):
        (outputs, by_weights), (by_rows,) = _in_chunks(
            values_and_gradients, count, weights, rows
        )
        return outputs, (by_weights, by_rows)

    def backward(gradients, cotangents):
        by_weights, by_rows = jax.tree.map(
            lambda x: (cotangents[0] * x).astype(x.dtype), gradients
        )
        return by_weights, by_rows, *[None for _ in rows[1:]]

    sums.defvjp(forward, backward)
    return sums(weights, *rows)


def _in_chunks(function, count, weights, rows):
    """Applies a function to chunks of rows.

    Args:
        function: callable. Returns what is summed over rows, and what has a
            row for each row.
        count: int scalar. Rows that count.
        weights: list of tensors.
        rows: list of tensors.

    Returns:
        What `function` returns; rows of chunks left out are zero.
    """
    num_rows = len(rows[0])
    size = min(CHUNK, num_rows)
    rows = _filled(rows, -(-num_rows // size) * size)

    def add_chunk(index, results):
        sums, parts = results
        start = index * size
        new_sums, new_parts = function(
            weights,
            *(jax.lax.dynamic_slice_in_dim(part, start, size) for part in rows),
        )
        parts = [
            jax.lax.dynamic_update_slice_in_dim(part, new, start, 0)
            for part, new in zip(parts, new_parts)
        ]
        return jax.tree.map(jnp.add, sums, new_sums), tuple(parts)

    shapes = jax.eval_shape(function, weights, *(part[:size] for part in rows))
    sums, parts = jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), shapes)
    sums, parts = jax.lax.fori_loop(
        0,
        -(-count // size),
        add_chunk,
        (sums, _filled(parts, len(rows[0]))),
    )
    return sums, tuple(part[:num_rows] for part in parts)


def _filled(parts, num_rows):
    """Tensors filled up with zeros to a number of rows."""
    return tuple(
        jnp.pad(part, [(0, num_rows - len(part))] + [(0, 0)] * (part.ndim - 1))
        for part in parts
    )
