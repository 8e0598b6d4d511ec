"""A model whose training step is an ordered list of phases."""

import dataclasses
from collections.abc import Callable
from collections.abc import Sequence

import keras
from keras import ops

from keras_arae.optimizers import OptimizerGroup
from keras_arae.trainers.backend_trainer import BackendTrainer
from keras_arae.trainers.shared_pass import SharedPass
from keras_arae.trainers.training_monitor import TrainingMonitor
from keras_arae.trainers.training_monitor import watches_nan


@dataclasses.dataclass(frozen=True)
class Phase:
    """A loss, the networks that it trains and the optimizer that does so.

    Args:
        name: str. Names the phase in messages.
        loss: callable. Takes one input and returns the loss, a scalar, and a
            dict of numbers to log; a number may come as `(mean, weight)`.
        networks: sequence of Keras layers. Only their variables change.
        optimizer: str. Name of the optimizer in the model's group.
        inputs: callable or `None`. Takes the batch and returns a list with
            the input of each repetition, constants to the phase: computed
            once, before the first. `None` stands for the batch, once.
        after: callable or `None`. Runs after each update.
        through: `SharedPass` or `None`. The pass that made the first part of
            each input: gradients by that part go on through it, to the
            variables of its networks, which are the phase's.
    """

    name: str
    loss: Callable
    networks: Sequence
    optimizer: str
    inputs: Callable | None = None
    after: Callable | None = None
    through: SharedPass | None = None

    @property
    def variables(self):
        """The trainable variables of the phase's networks."""
        return [v for net in self.networks for v in net.trainable_variables]


class PhasedModel(BackendTrainer, keras.Model):
    """Runs phases in order; each is one optimizer's step down one loss.

    A subclass defines `phases`, `evaluate_batch`, `objective` and the names of
    the numbers that it logs; it need not know which backend runs.

    Args:
        logged: sequence of str. Names of the numbers that phases and
            `evaluate_batch` return. Each becomes a mean over the epoch.

    Attributes:
        phase_names: dict. The name of the phase that logs each number, in
            the order of the phases; filled by the first training step.
    """

    def __init__(self, logged, name=None):
        super().__init__(name=name)
        if keras.dtype_policies.get(self.dtype_policy).name == "mixed_float16":
            raise ValueError(
                "Three optimizers would need three loss scales, and without "
                "them float16 gradients vanish unseen. Use "
                '`keras.config.set_dtype_policy("mixed_bfloat16")`, which '
                "needs none. Received: dtype policy 'mixed_float16'"
            )
        self._trackers = {
            key: keras.metrics.Mean(name=key, dtype="float32") for key in logged
        }
        self.phase_names = {}

    def phases(self):
        """The phases of one training step, in order.

        Returns:
            A list of `Phase`.
        """
        raise NotImplementedError

    def batch_of(self, x, y):
        """What phases take for a batch: by default its rows, no labels.

        Args:
            x: tensor. Rows of data.
            y: tensor or `None`. What came beside them.
        """
        return x

    def evaluate_batch(self, batch, row_weights):
        """Numbers to log for a held-out batch.

        Args:
            batch: what `batch_of` returned for held-out data.
            row_weights: tensor of shape `(batch,)` or `None`. Zero for rows
                that only fill the batch up.

        Returns:
            A dict of name to scalar or `(mean, weight)`.
        """
        raise NotImplementedError

    def compile(
        self,
        optimizers,
        run_eagerly=False,
        jit_compile="auto",
        steps_per_execution=1,
    ):
        """Configures training.

        Args:
            optimizers: dict of name to optimizer, as the phases name them.
            run_eagerly: bool. As in `keras.Model.compile`.
            jit_compile: bool or `"auto"`. As in `keras.Model.compile`.
            steps_per_execution: int. As in `keras.Model.compile`.
        """
        super().compile(
            optimizer=None,
            run_eagerly=run_eagerly,
            jit_compile=jit_compile,
            steps_per_execution=steps_per_execution,
        )
        self.optimizer = OptimizerGroup(optimizers)
        self._compile_options = {
            "run_eagerly": run_eagerly,
            "jit_compile": jit_compile,
            "steps_per_execution": steps_per_execution,
        }
        if self.built:
            self.build_optimizers()

    def build_optimizers(self):
        """Creates the optimizers' state for the variables they update."""
        variables = {}
        for phase in self.phases():
            known = variables.setdefault(phase.optimizer, {})
            known.update({id(v): v for v in phase.variables})
        self.optimizer.build_members(
            {key: list(known.values()) for key, known in variables.items()}
        )

    @property
    def metrics(self):
        """One running mean for each number that the model logs."""
        return list(self._trackers.values())

    def objective(self, results):
        """The one number that `loss` and `val_loss` stand for.

        Args:
            results: dict of name to running mean, as logged so far.

        Returns:
            A scalar.
        """
        raise NotImplementedError

    def epoch_numbers(self):
        """Numbers to log once an epoch, such as the noise level.

        Returns:
            A dict of name to float.
        """
        return {}

    def fit(self, x, callbacks=None, **options):
        """`keras.Model.fit` that watches for NaN and logs learning rates."""
        callbacks = list(callbacks or [])
        monitor = TrainingMonitor(stop_on_nan=not watches_nan(callbacks))
        return super().fit(x, callbacks=[monitor, *callbacks], **options)

    def training_step(self, data):
        """Runs every phase on one batch: the algorithm, on any backend."""
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        batch = self.batch_of(x, y)
        names = []
        for phase in self.phases():
            inputs = phase.inputs(batch) if phase.inputs else [batch]
            for phase_input in inputs:
                logs = self.run_phase(phase, phase_input)
                self._track(logs)
            names.extend(logs)
            self.phase_names.update(dict.fromkeys(logs, phase.name))
        return self._results(names)

    def run_phase(self, phase, phase_input):
        """One update of a phase's networks; what its loss logs."""
        if phase.through is None:
            loss, logs, pullback = self.record(
                lambda: phase.loss(phase_input), phase.variables
            )
            gradients = pullback(ops.ones_like(loss) / self.num_replicas)
        else:
            output, *others = phase_input
            loss, logs, pullback = self.record(
                lambda output: phase.loss((output, *others)), inputs=[output]
            )
            by_output = pullback(ops.ones_like(loss) / self.num_replicas)
            gradients = phase.through.gradients(*by_output)
        optimizer = self.optimizer[phase.optimizer]
        self.update(optimizer, gradients, phase.variables)
        if phase.after:
            phase.after()
        return logs

    def evaluation_step(self, data):
        """Logs one held-out batch; changes no network."""
        x, y, row_weights = keras.utils.unpack_x_y_sample_weight(data)
        logs = self.evaluate_batch(self.batch_of(x, y), row_weights)
        self._track(logs)
        return self._results(logs)

    def _track(self, logs):
        for key, value in logs.items():
            value, weight = value if isinstance(value, tuple) else (value, None)
            self._trackers[key].update_state(
                ops.stop_gradient(value), sample_weight=weight
            )

    def _results(self, names):
        results = {key: self._trackers[key].result() for key in names}
        return {"loss": self.objective(results), **results}

    @classmethod
    def from_config(cls, config):
        return cls(
            **{
                key: keras.saving.deserialize_keras_object(value)
                if isinstance(value, dict)
                else value
                for key, value in config.items()
            }
        )

    def get_compile_config(self):
        return {
            "optimizers": keras.saving.serialize_keras_object(self.optimizer),
            **self._compile_options,
        }

    def compile_from_config(self, config):
        config = dict(config)
        group = keras.saving.deserialize_keras_object(config.pop("optimizers"))
        PhasedModel.compile(
            self,
            {member.name: member for member in group.optimizers},
            **config,
        )

    def save_own_variables(self, store):
        """Saves the random states, which Keras leaves out of files."""
        for index, state in enumerate(self._random_states()):
            store[f"random_state_{index}"] = ops.convert_to_numpy(state)

    def load_own_variables(self, store):
        for index, state in enumerate(self._random_states()):
            state.assign(store[f"random_state_{index}"])

    def _random_states(self):
        """States of all seed generators: variables that are no weights."""
        weights = {id(v) for v in self.weights}
        weights.update(id(v) for v in self.metrics_variables)
        return [v for v in self.variables if id(v) not in weights]
