"""A phase: one loss, the networks that it trains, and all that follows."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import keras

from keras_arae.arguments import DICT
from keras_arae.arguments import FLAG
from keras_arae.arguments import FUNCTION
from keras_arae.arguments import LAYER
from keras_arae.arguments import TEXT
from keras_arae.arguments import check
from keras_arae.arguments import optional
from keras_arae.arguments import several


@dataclasses.dataclass(frozen=True)
class Phase:
    """One loss that an optimizer lowers: a part of each training step.

    A model is its list of phases (`PhasedModel.phases`). What a model tracks,
    which optimizers `compile` takes, what `evaluate` measures and what `loss`
    in the log adds up all follow from these declarations. Regularizers of the
    networks, and what they `add_loss`, join the loss of each phase that trains
    them, and `loss` in the log where the phase has an objective; a phase whose
    networks are all frozen (`trainable = False`) is left out of the step.

    Args:
        name: str. Names the phase in messages.
        loss: callable. Takes one input and returns the loss, a scalar, and a
            dict of numbers to log; a number may come as `(mean, weight)`.
        networks: sequence of Keras layers. Only their variables change.
        optimizer: str. Name of the optimizer: `compile` takes it as
            `<name>_optimizer`. Phases that give one name share the optimizer.
        default_optimizer: callable or `None`. Returns the optimizer that
            `compile` uses where none is given. Phases after the first that
            share an optimizer need none. Defaults to `None`.
        logs: sequence of str. Names of all numbers that `loss` and `evaluate`
            log, the loss itself first. Each becomes a mean over the epoch,
            and over devices that have a part of the batch each, by its
            weight; the loss is weighted as the first of them. Defaults to
            none.
        objective: dict of str to float. Which of the logs are terms of the
            one number `loss`, with their factors. Defaults to none.
        shown: sequence of str. Which of the logs the progress bar shows,
            beside `loss`; `val_accuracy` is the `accuracy` of held-out data.
            History and log files have all. Defaults to none.
        inputs: callable or `None`. Takes the batch and returns a list with
            the input of each repetition, constants to the phase: computed
            once, before the first. Defaults to `None`: the batch, once.
        evaluate: callable or `None`. Takes a held-out batch and returns a
            dict of numbers to log. Defaults to `None`: nothing is measured.
        after: callable or `None`. Runs after each update. Defaults to `None`.
        through: `SharedPass` or `None`. The pass that made the first part of
            each input: gradients by that part go on through it, to the
            variables of its networks, which are the phase's. Defaults to
            `None`.
        static_shapes: bool. Whether shapes depend on those of the inputs
            alone, not on values such as lengths: where a step runs operation
            by operation, an update is then compiled into one. Defaults to
            `False`.

    Example:

    ```python
    scale = keras.layers.Dense(1, use_bias=False)
    scale.build((None, 1))

    def loss(x):
        error = keras.ops.mean(keras.ops.square(scale(x) - 2.0 * x))
        return error, {"error": error}

    phase = keras_arae.training.Phase(
        "scale", loss, [scale], "scale", keras.optimizers.SGD, logs=["error"]
    )
    assert len(phase.variables) == 1
    ```
    """

    name: str
    loss: Callable[[Any], tuple[Any, dict[str, Any]]]
    networks: Sequence[keras.layers.Layer]
    optimizer: str
    default_optimizer: Callable[[], keras.optimizers.Optimizer] | None = None
    logs: Sequence[str] = ()
    objective: Mapping[str, float] = dataclasses.field(default_factory=dict)
    shown: Sequence[str] = ()
    inputs: Callable[[Any], list] | None = None
    evaluate: Callable[[Any], dict[str, Any]] | None = None
    after: Callable[[], None] | None = None
    through: SharedPass | None = None
    static_shapes: bool = False

    def __post_init__(self) -> None:
        for name, rule in _RULES.items():
            check(name, getattr(self, name), rule)
        unknown = [name for name in self.objective if name not in self.logs]
        if unknown:
            raise ValueError(
                "`objective` must be of numbers that the phase logs, "
                f"{list(self.logs)}. Received: objective={dict(self.objective)}"
            )
        known = (*self.logs, self.regularization)
        if any(name.removeprefix("val_") not in known for name in self.shown):
            raise ValueError(
                "`shown` must name numbers that the phase logs, "
                f"{list(self.logs)}, as they are or with `val_` before them. "
                f"Received: shown={list(self.shown)}"
            )

    @property
    def variables(self) -> list[keras.Variable]:
        """The trainable variables of the phase's networks."""
        return [v for net in self.networks for v in net.trainable_variables]

    @property
    def regularization(self) -> str:
        """The name under which penalties on the networks are logged."""
        return f"{self.name}_regularization"

    def penalties(self) -> list:
        """What regularizers and `add_loss` of the networks add to the loss.

        Of a `through` pass, which another phase made, only the regularizers
        of weights: what the pass itself added belongs to that phase.
        """
        if self.through is None:
            return [loss for net in self.networks for loss in net.losses]
        return [
            variable.regularizer(variable)
            for variable in self.variables
            if variable.regularizer is not None
        ]

    def check_logs(self, logs: Mapping[str, Any]) -> None:
        """Refuses numbers that the phase does not declare.

        Args:
            logs: dict of name to number. What a loss returned.

        Raises:
            ValueError: if `logs` holds a name that `self.logs` lacks.
        """
        known = (*self.logs, self.regularization)
        unknown = [name for name in logs if name not in known]
        if unknown:
            raise ValueError(
                f"The phase {self.name!r} logs {unknown}, which it does not "
                f"declare: add the names to Phase(logs=...). "
                f"Received: logs={list(self.logs)}"
            )


_RULES = {
    "name": TEXT,
    "loss": FUNCTION,
    "networks": several(optional(LAYER)),  # `None`: not made yet.
    "optimizer": TEXT,
    "default_optimizer": optional(FUNCTION),
    "logs": several(TEXT),
    "objective": DICT,
    "shown": several(TEXT),
    "inputs": optional(FUNCTION),
    "evaluate": optional(FUNCTION),
    "after": optional(FUNCTION),
    "static_shapes": FLAG,
}


class SharedPass:
    """A pass through networks that several phases of a step build upon.

    It runs when a phase first needs it, and once a step. Phases may take its
    output for a constant. One phase, whose `through` it is, passes gradients
    on to its networks; no phase before that one may change them.

    Args:
        record: callable. `PhasedModel.record`; `None` for a pass without
            gradients, such as one of evaluation.
        function: callable. Takes the batch and returns a tensor.
        networks: sequence of Keras layers. What the tensor depends on.
            Defaults to none.
    """

    def __init__(
        self,
        record: Any,
        function: Callable[[Any], Any],
        networks: Sequence[keras.layers.Layer] = (),
    ) -> None:
        self._record = record
        self._function = function
        self._variables = [
            v for network in networks for v in network.trainable_variables
        ]
        self._has_run = False
        self._output: Any = None
        self._pullback: Any = None

    def __call__(self, batch: Any) -> Any:
        """The output; later calls of a step repeat that of the first."""
        if not self._has_run and self._record is None:
            self._output = self._function(batch)
        elif not self._has_run:
            self._output, _, self._pullback = self._record(
                lambda: (self._function(batch), {}), self._variables
            )
        self._has_run = True
        return self._output

    def gradients(self, by_output: Any) -> list:
        """Gradients by the networks' variables, from those by the output."""
        return self._pullback(by_output)
