"""Sums over as many rows as count, where shapes cannot depend on data."""

import jax
import jax.numpy as jnp

NUM_SIZES = 16
CHUNK = 1024


def sums_of_first(function, count, weights, *rows):
    """Scalars that `function(weights, *rows)` sums over the first rows.

    Up to `CHUNK` rows are cut to the smallest of a few sizes that holds those
    that count, and one branch for each size is compiled. More rows than that
    come in chunks, so that what a chunk needs stays in the cache and memory
    does not grow. In both, derivatives are computed beside the values:
    branches cannot share what they would have to keep for later, and a loop
    whose length is not known has no reverse.

    Args:
        function: callable. Returns a scalar, which is differentiated by
            `weights` and by the first of `rows`, and a tuple of others.
        count: int scalar. Further rows add nothing to any sum.
        weights: list of tensors.
        *rows: tensors of one number of rows.

    Returns:
        What `function` returns.
    """
    run = _in_chunks if len(rows[0]) > CHUNK else _cut

    def values(weights, *rows):
        return function(weights, *rows), ()

    def values_and_gradients(weights, *rows):
        outputs, (by_weights, by_rows) = jax.value_and_grad(
            function, argnums=(0, 1), has_aux=True
        )(weights, *rows)
        return (outputs, by_weights), (by_rows,)

    @jax.custom_vjp
    def sums(weights, *rows):
        return run(values, count, weights, rows)[0]

    def forward(weights, *rows):
        (outputs, by_weights), (by_rows,) = run(
            values_and_gradients, count, weights, rows
        )
        return outputs, (by_weights, by_rows)

    def backward(gradients, cotangents):
        by_weights, by_rows = jax.tree.map(
            lambda gradient: cotangents[0] * gradient, gradients
        )
        return by_weights, by_rows, *[None for _ in rows[1:]]

    sums.defvjp(forward, backward)
    return sums(weights, *rows)


def _cut(function, count, weights, rows):
    """Applies a function to the first rows, as few as there are sizes for.

    Args:
        function: callable. Returns what is summed over rows, and what has a
            row for each row.
        count: int scalar.
        weights: list of tensors.
        rows: list of tensors.

    Returns:
        What `function` returns; rows that were cut off are zero.
    """
    num_rows = len(rows[0])
    shares = range(1, NUM_SIZES + 1)
    sizes = sorted({-(-num_rows * share // NUM_SIZES) for share in shares})

    def branch(size):
        def apply(weights, rows):
            sums, parts = function(weights, *(part[:size] for part in rows))
            return sums, _filled(parts, num_rows)

        return apply

    index = jnp.searchsorted(jnp.array(sizes), count)
    branches = [branch(size) for size in sizes]
    return jax.lax.switch(index, branches, weights, rows)


def _in_chunks(function, count, weights, rows):
    """As `_cut`, but in a loop over as many chunks as hold rows that count."""
    num_rows = len(rows[0])
    rows = _filled(rows, -(-num_rows // CHUNK) * CHUNK)

    def add_chunk(index, results):
        sums, parts = results
        start = index * CHUNK
        new_sums, new_parts = function(
            weights,
            *(
                jax.lax.dynamic_slice_in_dim(part, start, CHUNK)
                for part in rows
            ),
        )
        parts = [
            jax.lax.dynamic_update_slice_in_dim(part, new, start, 0)
            for part, new in zip(parts, new_parts)
        ]
        return jax.tree.map(jnp.add, sums, new_sums), tuple(parts)

    shapes = jax.eval_shape(function, weights, *(part[:CHUNK] for part in rows))
    sums, parts = jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), shapes)
    sums, parts = jax.lax.fori_loop(
        0,
        -(-count // CHUNK),
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
