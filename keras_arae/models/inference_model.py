"""What a model says and reads, as functions that need no keras_arae."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_arae.sampling import SequenceDecoder
from keras_arae.sampling.samplers import make_sampler

FORMAT = "tf_saved_model"


def write_inference_model(model: Any, path: str, format: str = FORMAT) -> None:
    """Writes a TensorFlow SavedModel of a `GenerativeModel`.

    Args:
        model: `keras_arae.models.GenerativeModel`, trained.
        path: str. The folder.
        format: str. Only `"tf_saved_model"`: others hold one function.

    Raises:
        ValueError: if the format or the backend writes none.
    """
    if format != FORMAT:
        raise ValueError(
            f"An inference model has several functions: format={FORMAT!r} "
            f"holds them. Received: format={format!r}"
        )
    if model.export_options is None:
        raise ValueError(
            "This backend writes no SavedModel of several functions: load "
            "the model's .keras file with KERAS_BACKEND=tensorflow or jax, "
            f"and export it there. Received: filepath={path!r}"
        )
    archive = keras.export.ExportArchive()
    parts = (model.encoder, model.standardization, model.decoder, model.prior)
    for network in parts:
        if network is not None:
            archive.track(network)
    for name, (function, signature) in inference_functions(model).items():
        archive.add_endpoint(name, function, signature, **model.export_options)
    archive.write_out(path, verbose=False)


def inference_functions(model: Any) -> dict[str, tuple[Callable, list]]:
    """The functions of an inference model, each with its signature.

    Args:
        model: `keras_arae.models.GenerativeModel`.

    Returns:
        A dict by name of functions of tensors, and lists of
        `keras.InputSpec`.
    """

    def encode(x: Any) -> Any:
        return model.code(x)

    def decode(code: Any, condition: Any = None) -> Any:
        return _likeliest(model, model.decoder.joined(code, condition))

    def generate(noise: Any, condition: Any = None) -> Any:
        seen = condition if model.prior.conditional else None
        code = ops.cast(model.prior(noise, seen, training=False), "float32")
        return decode(code, condition)

    conditions = []
    if model.condition is not None:
        conditions = [_floats(model.condition.dim, "condition")]
    x = keras.InputSpec(shape=(None, *model.x_shape), dtype="int32", name="x")
    functions: dict[str, tuple[Callable, list]] = {"encode": (encode, [x])}
    codes = _floats(model.code_dim, "code")
    functions["decode"] = decode, [codes, *conditions]
    if model.prior is not None and model.prior.is_fitted:
        noise = _floats(model.prior.noise_dim, "noise")
        functions["generate"] = generate, [noise, *conditions]
    return functions


def _floats(dim: int, name: str) -> keras.InputSpec:
    return keras.InputSpec(shape=(None, dim), dtype="float32", name=name)


def _likeliest(model: Any, code: Any) -> Any:
    """Integers from joined codes, greedily."""
    if not model.decoder.autoregressive:
        logits = model.decoder(code, training=False)
        return ops.cast(ops.argmax(logits, axis=-1), "int32")
    decode = SequenceDecoder(
        model.decoder, model.x_shape[0], model.compile_function
    )
    return decode.decode_together(code, make_sampler("greedy"))
