"""Several optimizers that `fit` and `save` see as one."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import TypeAlias

import keras
from keras import ops

from keras_arae.arguments import DICT
from keras_arae.arguments import Rule
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.export import export

Schedule: TypeAlias = keras.optimizers.schedules.LearningRateSchedule


OPTIMIZER = Rule(
    "a Keras optimizer, or the name of one",
    lambda value: isinstance(value, keras.optimizers.Optimizer),
    keras.optimizers.get,
)


@export
class OptimizerGroup(keras.optimizers.Optimizer):
    """Named optimizers, each for its own phases of a training step.

    Keras threads one `model.optimizer` through `fit` and `save`. This group
    stands there; its `variables` are those of all its members, and callbacks
    that know groups (`LearningRateScheduler`, `ReduceLROnPlateau`,
    `TensorBoard`) reach each member through `optimizers`.

    The group owns the clock: `iterations` counts training steps, and so do
    the learning-rate schedules of all members, however often a member is
    applied within a step.

    `keras.optimizers.MultiOptimizer` does not serve: it wants the gradients
    of all variables at once, while a phase has those of one or two networks.

    Args:
        optimizers: dict of name to `keras.optimizers.Optimizer`. Each member
            takes its name, so that logs read `learning_rate_<name>`.
        name: str. Defaults to `"optimizer_group"`.

    Example:

    ```python
    group = keras_arae.training.OptimizerGroup(
        {"critic": keras.optimizers.Adam(1e-4)}
    )
    assert group["critic"].name == "critic"
    ```
    """

    @checked(optimizers=DICT)
    def __init__(
        self,
        optimizers: Mapping[str, keras.optimizers.Optimizer],
        name: str = "optimizer_group",
    ) -> None:
        super().__init__(learning_rate=0.0, name=name)
        self._members: dict[str, keras.optimizers.Optimizer] = {}
        self._updates: dict[str, Sequence] = {}
        for key, optimizer in optimizers.items():
            optimizer = check(f"{key}_optimizer", optimizer, OPTIMIZER)
            if any(optimizer is other for other in self._members.values()):
                raise ValueError(
                    "Each phase needs an optimizer object of its own, also "
                    "where the settings are the same. "
                    f"Received: the same {optimizer.name!r} again for {key!r}"
                )
            _refuse_loss_scale(key, optimizer)
            optimizer.name = key
            rate = optimizer.get_config().get("learning_rate")
            if isinstance(rate, dict):  # The configuration of a schedule.
                optimizer.learning_rate = StepSchedule(
                    keras.optimizers.schedules.deserialize(rate),
                    self.iterations,
                )
            self._members[key] = optimizer

    def __getitem__(self, key: str) -> keras.optimizers.Optimizer:
        return self._members[key]

    def __contains__(self, key: str) -> bool:
        return key in self._members

    @property
    def optimizers(self) -> list[keras.optimizers.Optimizer]:
        """The members, in the order in which they were given."""
        return list(self._members.values())

    @property
    def learning_rate(self) -> Any:
        """The rate of the only member; of several each has its own."""
        return self._only_member("read").learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self._only_member("set").learning_rate = value

    def _only_member(self, verb: str) -> keras.optimizers.Optimizer:
        if len(self._members) > 1:
            raise AttributeError(
                f"The model has several optimizers: {verb} "
                "`model.optimizer[name].learning_rate`, by name, or go through "
                "all in `model.optimizer.optimizers`. "
                f"Received: a group of {list(self._members)}"
            )
        return self.optimizers[0]

    @property
    def variables(self) -> list[keras.Variable]:
        """The clock, and the variables of all members."""
        members = [v for member in self.optimizers for v in member.variables]
        return [self.iterations, *members]

    def advance(self) -> None:
        """Counts one training step."""
        self.iterations.assign(self.iterations + 1)

    def build_members(self, variables: Mapping[str, Sequence]) -> None:
        """Creates each member's state.

        Args:
            variables: dict of name to the variables that the member updates.
        """
        for key, member in self._members.items():
            member.build(variables[key])
        self._updates = dict(variables)
        self.built = True

    def build(self, variables: Sequence) -> None:
        """Does nothing: `build_members` knows which member updates what."""

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Refuses: each phase applies its own member."""
        raise TypeError(
            "An OptimizerGroup applies nothing itself: each phase uses a "
            "member, group[name].apply(...)."
        )

    def finalize_variable_values(self, trainable_variables: Any) -> None:
        """Lets each member write its averaged weights (`use_ema`)."""
        for key, member in self._members.items():
            member.finalize_variable_values(self._updates[key])

    def save_own_variables(self, store: Any) -> None:
        """Writes the clock and each member's state."""
        store["iterations"] = ops.convert_to_numpy(self.iterations)
        for key, member in self._members.items():
            for index, variable in enumerate(member.variables):
                store[f"{key}_{index}"] = ops.convert_to_numpy(variable)

    def load_own_variables(self, store: Any) -> None:
        """Reads what `save_own_variables` wrote.

        State of networks that were frozen since is left out, with a warning
        of Keras: the member starts anew.
        """
        self.iterations.assign(store["iterations"])
        saved = [name.rpartition("_")[0] for name in store.keys()]
        for key, member in self._members.items():
            if saved.count(key) > len(member.variables):
                continue
            for index, variable in enumerate(member.variables):
                name = f"{key}_{index}"
                if name not in store.keys():
                    raise ValueError(
                        "The file holds other optimizers than this model has: "
                        "compile with those of the saved run. "
                        f"Received: no {name!r} in the file"
                    )
                variable.assign(store[name])

    def get_config(self) -> dict[str, Any]:
        return {
            "optimizers": {
                key: _serialize(member) for key, member in self._members.items()
            },
            "name": self.name,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> OptimizerGroup:
        """Makes a group from what `get_config` returned."""
        optimizers = {
            key: keras.optimizers.deserialize(member, custom_objects)
            for key, member in config["optimizers"].items()
        }
        return cls(optimizers, name=config["name"])


@export
class StepSchedule(Schedule):
    """A schedule that counts training steps instead of an optimizer's own.

    Saved and loaded, it is the schedule itself again: the next group winds it
    up.

    Args:
        schedule: Keras learning-rate schedule.
        steps: variable. The number of training steps so far.
    """

    def __init__(self, schedule: Schedule, steps: keras.Variable) -> None:
        self.schedule = schedule
        self.steps = steps

    def __call__(self, step: Any) -> Any:
        return self.schedule(self.steps)

    def get_config(self) -> dict[str, Any]:
        schedule = keras.optimizers.schedules.serialize(self.schedule)
        return {"schedule": schedule}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Schedule:
        """Makes the schedule, without a clock."""
        return keras.optimizers.schedules.deserialize(config["schedule"])


def _refuse_loss_scale(key: str, optimizer: Any) -> None:
    """Refuses what would learn at a rate divided by the scale."""
    is_scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if is_scaled or getattr(optimizer, "loss_scale_factor", None):
        raise ValueError(
            "A phase scales no loss, which an optimizer that unscales "
            "gradients expects: leave out `loss_scale_factor` and "
            "`LossScaleOptimizer`; bfloat16 needs neither. "
            f"Received: {type(optimizer).__name__} for {key!r}"
        )


def _serialize(optimizer: keras.optimizers.Optimizer) -> dict[str, Any]:
    """Configuration that any backend can read.

    Keras itself writes the torch backend's own class names, which no other
    backend finds.
    """
    config = keras.optimizers.serialize(optimizer)
    if config["module"].startswith("keras.src.backend"):
        return {
            "class_name": config["class_name"],
            "config": config["config"],
        }
    return config
