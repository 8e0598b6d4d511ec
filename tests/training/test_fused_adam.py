"""PyTorch's fused Adam gives what Keras' own gives."""

import keras
import numpy as np
import pytest

pytestmark = pytest.mark.skipif(
    keras.config.backend() != "torch",
    reason="the other backends compile Keras' own step",
)
SHAPES = (30, 12), (12,), (50, 8)
Adam, AdamW = keras.optimizers.Adam, keras.optimizers.AdamW


def trained(optimizer, fused, steps=12):
    import torch

    from keras_arae.backend.torch_adam import use_fused_adam

    generator = np.random.default_rng(0)
    variables = [
        keras.Variable(generator.standard_normal(shape), dtype="float32")
        for shape in SHAPES
    ]
    optimizer.build(variables)
    if fused:
        use_fused_adam(optimizer)
    for _ in range(steps):
        # Some so small that epsilon counts.
        gradients = [
            torch.tensor(
                generator.standard_normal(shape) * 10.0**power,
                dtype=torch.float32,
            )
            for shape, power in zip(SHAPES, (0, -7, -3))
        ]
        # As a product with a transposed weight gives it.
        gradients[0] = gradients[0].t().contiguous().t()
        with torch.no_grad():
            optimizer.apply(gradients, variables)
    return [np.array(variable) for variable in variables]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Adam(1e-2),
        lambda: Adam(1e-2, beta_1=0.5, epsilon=1e-3, global_clipnorm=1.0),
        lambda: AdamW(1e-2, weight_decay=0.1, clipnorm=0.5),
        lambda: Adam(1e-2, use_ema=True, ema_overwrite_frequency=5),
        lambda: Adam(1e-2, gradient_accumulation_steps=3),
        lambda: Adam(keras.optimizers.schedules.CosineDecay(1e-2, 10)),
        lambda: Adam(1e-2, amsgrad=True),
    ],
)
def test_the_same_weights(make, monkeypatch):
    import torch

    steps = []
    fused_step = torch._fused_adam_

    def counted(*args, **options):
        steps.append(1)
        fused_step(*args, **options)

    monkeypatch.setattr(torch, "_fused_adam_", counted)
    optimizer = make()
    for ours, keras_own in zip(
        trained(optimizer, True), trained(make(), False)
    ):
        assert np.abs(ours - keras_own).max() < 1e-5  # Rounding: 1.2e-6.
    expected = 12 // (optimizer.gradient_accumulation_steps or 1)
    assert len(steps) == (0 if optimizer.amsgrad else expected)


def test_it_is_in_use_and_saved_as_keras_own():
    optimizer = Adam(1e-2)
    trained(optimizer, True)
    assert "_parallel_update_step" in vars(optimizer)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert type(again) is type(optimizer)
