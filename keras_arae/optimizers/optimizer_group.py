"""Several optimizers that `fit` and `save` see as one."""

import keras

from keras_arae.export import export


@export
class OptimizerGroup(keras.optimizers.Optimizer):
    """Named optimizers, each for its own phases of a training step.

    Keras threads one `model.optimizer` through `fit` and `save`. This group
    stands there; its `variables` are those of all its members, and callbacks
    that know groups (`LearningRateScheduler`, `ReduceLROnPlateau`,
    `TensorBoard`) reach each member through `optimizers`.

    `keras.optimizers.MultiOptimizer` does not serve: it wants the gradients
    of all variables at once, while a phase has those of one or two networks.

    Args:
        optimizers: dict of name to `keras.optimizers.Optimizer`. Each member
            takes its name, so that logs read `learning_rate_<name>`.
        name: str. Defaults to `"optimizer_group"`.

    Example:

    ```python
    group = keras_arae.optimizers.OptimizerGroup(
        {"critic": keras.optimizers.Adam(1e-4)}
    )
    assert group["critic"].name == "critic"
    ```
    """

    def __init__(self, optimizers, name="optimizer_group"):
        super().__init__(learning_rate=0.0, name=name)
        self._members = {}
        self._updates = {}
        for key, optimizer in optimizers.items():
            optimizer = keras.optimizers.get(optimizer)
            if any(optimizer is other for other in self._members.values()):
                raise ValueError(
                    "Each phase needs an optimizer object of its own, also "
                    "where the settings are the same. "
                    f"Received: the same {optimizer.name!r} again for {key!r}"
                )
            optimizer.name = key
            self._members[key] = optimizer

    def __getitem__(self, key):
        return self._members[key]

    @property
    def optimizers(self):
        """The members, in the order in which they were given."""
        return list(self._members.values())

    @property
    def iterations(self):
        """Steps taken by the first member."""
        return self.optimizers[0].iterations

    @property
    def variables(self):
        return [v for member in self.optimizers for v in member.variables]

    def build_members(self, variables):
        """Creates each member's state.

        Args:
            variables: dict of name to the variables that the member updates.
        """
        for key, member in self._members.items():
            member.build(variables[key])
        self._updates = dict(variables)
        self.built = True

    def build(self, variables):
        """Does nothing: `build_members` knows which member updates what."""

    def apply(self, grads, trainable_variables=None):
        raise TypeError(
            "An OptimizerGroup applies nothing itself: each phase uses a "
            "member, group[name].apply(...)."
        )

    def finalize_variable_values(self, trainable_variables):
        """Lets each member write its averaged weights (`use_ema`)."""
        for key, member in self._members.items():
            member.finalize_variable_values(self._updates[key])

    def save_own_variables(self, store):
        for key, member in self._members.items():
            for index, variable in enumerate(member.variables):
                store[f"{key}_{index}"] = keras.ops.convert_to_numpy(variable)

    def load_own_variables(self, store):
        for key, member in self._members.items():
            for index, variable in enumerate(member.variables):
                name = f"{key}_{index}"
                if name not in store.keys():
                    raise ValueError(
                        "The file holds other optimizers than this model has: "
                        "compile with those of the saved run. "
                        f"Received: no {name!r} in the file"
                    )
                variable.assign(store[name])

    def get_config(self):
        return {
            "optimizers": {
                key: serialize_optimizer(member)
                for key, member in self._members.items()
            },
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        optimizers = {
            key: keras.optimizers.deserialize(member, custom_objects)
            for key, member in config["optimizers"].items()
        }
        return cls(optimizers, name=config["name"])


def serialize_optimizer(optimizer):
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
