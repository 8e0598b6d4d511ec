"""A model whose training step is an ordered list of phases."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_arae import backend
from keras_arae import data
from keras_arae.arguments import COUNT
from keras_arae.arguments import FLAG
from keras_arae.arguments import NATURAL
from keras_arae.arguments import SEED
from keras_arae.arguments import TEXT
from keras_arae.arguments import checked
from keras_arae.arguments import either
from keras_arae.arguments import instance
from keras_arae.arguments import number
from keras_arae.arguments import one_of
from keras_arae.arguments import optional
from keras_arae.arguments import several
from keras_arae.atomic_file import replacing
from keras_arae.training.optimizer_group import OptimizerGroup
from keras_arae.training.phase import Phase
from keras_arae.training.progress_bar import LEVELS
from keras_arae.training.progress_bar import ProgressBar
from keras_arae.training.training_monitor import TrainingMonitor
from keras_arae.training.training_monitor import set_directions
from keras_arae.training.training_monitor import watches_nan
from keras_arae.training.writing_callback import of_this_process

CALLBACK = instance(keras.callbacks.Callback)
VERBOSE = either(one_of(*LEVELS), FLAG)
FIT_RULES = {
    "epochs": NATURAL,
    "verbose": VERBOSE,
    "callbacks": optional(either(CALLBACK, several(CALLBACK))),
    "shuffle": FLAG,
    "initial_epoch": NATURAL,
    "steps_per_epoch": optional(COUNT),
    "validation_steps": optional(COUNT),
    "validation_freq": either(COUNT, several(COUNT, 1)),
}
EVALUATE_RULES = {
    "verbose": VERBOSE,
    "steps": optional(COUNT),
    "callbacks": optional(either(CALLBACK, several(CALLBACK))),
    "return_dict": FLAG,
}


class PhasedModel(backend.Trainer, keras.Model):
    """Runs phases in order; each is a loss that one optimizer lowers.

    A subclass defines `phases`; it need not know which backend runs. (No
    method of it may be called `loss`, which Keras sets in `compile`.) The
    codec turns users' data into integers, the condition users' labels into
    numbers.

    Args:
        codec: `keras_arae.data.Codec` or `None`. Saved with the model.
            Defaults to `None`: arrays of integers, of the shape that comes.
        condition: `keras_arae.data.Condition`, an int (a number of classes),
            a list of str (their names) or `None`. Defaults to `None`.
        seed: int or `None`. Random seed of noise and shuffling. Defaults to
            `None`, a seed drawn from numpy's global generator, which
            `keras.utils.set_random_seed` fixes.
        name: str or `None`. Defaults to `None`.

    Attributes:
        evaluation_seed_generator: `keras.random.SeedGenerator`. What phases'
            `evaluate` draw with: the same in each evaluation.
    """

    @checked(
        codec=optional(instance(data.Codec)),
        seed=optional(SEED),
        name=optional(TEXT),
    )
    def __init__(
        self,
        codec: data.Codec | None = None,
        condition: Any = None,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        policy = keras.dtype_policies.get(self.dtype_policy).name
        if policy in ("mixed_float16", "float16"):
            raise ValueError(
                "Several optimizers would need several loss scales, and "
                "without them float16 gradients vanish unseen. Use "
                '`keras.config.set_dtype_policy("mixed_bfloat16")`, which '
                f"needs none. Received: dtype policy {policy!r}"
            )
        self.codec: Any = codec
        self.condition: Any = data.get_condition(condition)
        self.seed = int(np.random.randint(2**31)) if seed is None else seed
        self.evaluation_seed_generator = keras.random.SeedGenerator(0)
        # Ids of the variables that the compiled steps train.
        self._trained: list[int] = []

    # What a subclass defines.

    def phases(self) -> list[Phase]:
        """The phases of one training step, in order."""
        raise NotImplementedError

    def batch_of(self, x: Any, y: Any, sample_weight: Any = None) -> Any:
        """What phases take for a batch.

        Args:
            x: tensor. Rows of data.
            y: tensor or `None`. What came beside them.
            sample_weight: tensor of shape `(batch,)` or `None`. Weights of
                rows; zero for those that only fill a batch up.

        Returns:
            By default a `keras_arae.data.Batch`.
        """
        condition = None
        if self.condition is not None:
            condition = self.condition.vectors(y)
        return data.Batch(x, condition, sample_weight)

    def held_out_batch(self, x: Any, y: Any, sample_weight: Any) -> Any:
        """What the phases' `evaluate` take for a batch, as `batch_of`."""
        return self.batch_of(x, y, sample_weight)

    @property
    def num_parts(self) -> int:
        """Parts of equal size of a batch of training.

        The first is of the batch's own rows, the others of rows drawn at
        random beside them.
        """
        return 1

    def epoch_numbers(self) -> dict[str, float]:
        """Numbers to log once an epoch, such as the noise level."""
        return {}

    # What follows from the phases.

    def default_optimizers(self) -> dict[str, Any]:
        """Functions that make the optimizers, by name, as phases declare."""
        makers: dict[str, Any] = {}
        for phase in self.phases():
            if makers.get(phase.optimizer) is None:
                makers[phase.optimizer] = phase.default_optimizer
        return makers

    @functools.cached_property
    def _trackers(self) -> dict[str, keras.metrics.Mean]:
        """One running mean for each number that the phases declare."""
        names = dict.fromkeys(
            name
            for phase in self.phases()
            for name in (*phase.logs, phase.regularization)
        )
        return {key: keras.metrics.Mean(key, dtype="float32") for key in names}

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """One running mean for each number that the model logs."""
        return list(self._trackers.values())

    # Compilation.

    @checked(
        run_eagerly=FLAG,
        jit_compile=either(FLAG, one_of("auto")),
        steps_per_execution=COUNT,
    )
    def compile(
        self,
        *optimizers: keras.optimizers.Optimizer,
        run_eagerly: bool = False,
        jit_compile: bool | str = "auto",
        steps_per_execution: int = 1,
        **named_optimizers: keras.optimizers.Optimizer,
    ) -> None:
        """Configures training.

        Args:
            *optimizers: Keras optimizers, in the order of the phases.
            run_eagerly: bool. As in `keras.Model.compile`.
            jit_compile: bool or `"auto"`. As in `keras.Model.compile`; not
                on PyTorch, nor on several devices of TensorFlow. On its CPU
                `"auto"` compiles updates of `static_shapes`: where models
                are many and small, `False` saves the seconds and some 35 MB
                that each takes and TensorFlow keeps.
            steps_per_execution: int. As in `keras.Model.compile`; likewise.
            **named_optimizers: Keras optimizers as `<name>_optimizer`, such
                as `critic_optimizer`; `optimizer` where the model has only
                one. Each defaults to the one that its phase declares.

        Raises:
            ValueError: if the model has no phase with such an optimizer.
        """
        self.check_compilation(jit_compile, steps_per_execution)
        makers = self.default_optimizers()
        given = _named(optimizers, named_optimizers, list(makers))
        super().compile(
            optimizer=None,
            run_eagerly=run_eagerly,
            jit_compile=jit_compile,
            steps_per_execution=steps_per_execution,
        )
        for name, make in makers.items():
            if name not in given:
                given[name] = _default(name, make)
        self.optimizer = OptimizerGroup({name: given[name] for name in makers})
        self._compile_options: dict[str, Any] = {
            "run_eagerly": run_eagerly,
            "jit_compile": jit_compile,
            "steps_per_execution": steps_per_execution,
        }
        if self.built:
            self.build_optimizers()

    def build_optimizers(self) -> None:
        """Creates the optimizers' state for the variables they update."""
        variables: dict[str, dict] = {}
        for phase in self.phases():
            known = variables.setdefault(phase.optimizer, {})
            known.update({id(v): v for v in phase.variables})
        self.optimizer.build_members(
            {key: list(known.values()) for key, known in variables.items()}
        )

    # Training and evaluation.

    @checked(
        batch_size=COUNT, validation_split=number(least=0, below=1), **FIT_RULES
    )
    def fit(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 64,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: list | None = None,
        validation_data: Any = None,
        validation_split: float = 0.0,
        shuffle: bool = True,
        class_weight: Mapping[Any, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        **options: Any,
    ) -> keras.callbacks.History:
        """Trains on data, as `keras.Model.fit` does.

        Each epoch shows every row once, in an order that depends on `seed`
        and on the steps taken so far, so a loaded model goes on as if it had
        never stopped. Batches have one size: the last one of an epoch is
        filled up with rows from the start of that epoch's order. With
        `steps_per_epoch` passes through the rows go on where the epoch before
        stopped.

        A row of weight `w` counts as `w` rows in every mean over rows of
        data, in each phase.

        Args:
            x: the training data: what the codec encodes, or batches of it: a
                `keras.utils.PyDataset`, a `tf.data.Dataset`, a
                `torch.utils.data.DataLoader`, a Python generator or another
                iterable.
            y: the condition of each row (labels), for a model with a
                `condition`; datasets yield pairs `(x, y)`, or `(x, y,
                weights)`, instead. Defaults to `None`.
            batch_size: int. Rows a step. Defaults to `64`.
            epochs: int. Epoch at which to stop. Defaults to `1`.
            verbose: `0`, silent; `1` or `"auto"`, on a terminal a bar with the
                numbers that phases declare as `shown`, elsewhere a line an
                epoch; `2`, a line an epoch. Defaults to `"auto"`.
            callbacks: list of Keras callbacks, or one. Defaults to `None`.
            validation_data: held-out data of the same kinds; with labels
                a pair `(x, y)`, with weights `(x, y, weights)`. Defaults to
                `None`.
            validation_split: float. Share of the rows, from the end, to hold
                out. Defaults to `0`.
            shuffle: bool. Whether to shuffle rows each epoch; of a
                `PyDataset` its batches. Other datasets shuffle themselves.
                Defaults to `True`.
            class_weight: dict of class (number or name) to weight, for a
                model whose condition is classes: the weight of each row of
                that class. Defaults to `None`: 1.
            sample_weight: float array of shape `(num_rows,)`. Weights of
                rows. Defaults to `None`: 1.
            initial_epoch: int. Epochs already trained. Defaults to `0`.
            steps_per_epoch: int. Steps an epoch; needed for a stream that
                does not say how many batches it has. Defaults to `None`: a
                pass through the data.
            **options: `validation_steps`, `validation_freq` of
                `keras.Model.fit`.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: if an argument is given that has no effect here.
            FloatingPointError: if a loss becomes NaN; names the phase. Stops
                before any checkpoint is written over. Not raised where the
                callbacks hold `keras.callbacks.TerminateOnNaN`.
        """
        if validation_split and validation_data is not None:
            raise ValueError(
                "Give `validation_data` or `validation_split`, not both. "
                f"Received: validation_split={validation_split} beside "
                f"validation_data of type {type(validation_data).__name__}"
            )
        self.before_fit(x)
        # Our own batches shuffle rows themselves; tf.data its elements.
        shuffles_batches = shuffle and isinstance(x, keras.utils.PyDataset)
        x = data.as_batches(x)
        feed = self.feed(x)
        weights = feed.weights(x, y, class_weight, sample_weight)
        held_out = None
        if validation_split:
            x, validation_data = feed.split(x, y, weights, validation_split)
        elif not data.is_dataset(x):
            x = feed.arrays(x, y, weights)  # Once, for `after_fit` too.
        if not data.is_dataset(x):
            y = weights = None  # They are in `x`.
        if validation_data is not None:
            held_out = feed.validation(validation_data, batch_size)
        extra = (self.num_parts - 1) * batch_size
        batches = feed.training(
            x, y, weights, batch_size, shuffle, steps_per_epoch, extra
        )
        if data.is_dataset(x):
            options["steps_per_epoch"] = steps_per_epoch
        history = self.fit_batches(
            batches,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=held_out,
            initial_epoch=initial_epoch,
            shuffle=shuffles_batches,
            **options,
        )
        self.after_fit(x, y, weights, verbose)
        return history

    def before_fit(self, x: Any) -> None:
        """Runs before `fit` begins: refuses data that `after_fit` cannot use.

        Args:
            x: the training data as `fit` got them.
        """

    def after_fit(
        self,
        x: Any,
        y: Any = None,
        weights: Any = None,
        verbose: Any = "auto",
    ) -> None:
        """Runs when `fit` has ended: learns what is learned from the result.

        Args:
            x: the training data, without what `fit` held out of them.
            y: the condition of each row, or `None`.
            weights: float array, one for each row, or `None`.
            verbose: as in `fit`.
        """

    def feed(self, x: Any) -> data.Feed:
        """Turns users' data into batches for this model.

        Args:
            x: the data: where no codec was given, their shape makes one.
        """
        self.meet_others()
        if self.codec is None:
            rows = data.first_rows(x) if data.is_dataset(x) else x
            self.build((None, *data.check_integers(rows).shape[1:]))
        return data.Feed(self.codec, self.condition, self.seed, self.clock())

    def meet_others(self) -> None:
        """Meets the other processes of a run, and takes the first one's seed.

        All that `seed` decides, such as the order of rows, is then the same.
        """
        with self.scope():
            backend.replicas.join()
        self.seed = backend.replicas.agreed(self.seed)

    def shared(self, batches: Any, num_parts: int = 1) -> Any:
        """Batches of the rows of all as those of this process and its devices.

        Args:
            batches: dataset of encoded batches.
            num_parts: int. As the attribute. Defaults to `1`.

        Returns:
            The same on one device, else `keras_arae.data.SharedBatches`.
        """
        replicas = backend.replicas
        if replicas.divisor == 1:
            return batches
        return data.shared(
            batches,
            divisor=replicas.divisor,
            groups=replicas.groups,
            readers=replicas.readers,
            reader=replicas.reader,
            num_parts=num_parts,
        )

    def agree(self, batches: Any, **facts: Any) -> None:
        """Has all processes of a run begin with the same model.

        Args:
            batches: what `shared` returned.
            **facts: what processes must have in common, beside data and the
                shapes of variables.

        Raises:
            ValueError: if they differ in one of these.
        """
        if backend.replicas.processes == 1:
            return
        variables = list(self.variables)
        if self.compiled:
            variables += self.optimizer.variables
        if isinstance(batches, data.SharedBatches):
            facts["first batch (a hash)"] = data.batch_hash(batches.dataset)
        facts["shapes of variables"] = [tuple(v.shape) for v in variables]
        backend.replicas.check_same(facts)
        backend.replicas.synchronize(variables)

    def clock(self) -> Callable[[], int] | None:
        """What counts training steps, for the batches of a run.

        It holds the count alone: TensorFlow keeps datasets for good, and with
        them would keep the model.
        """
        if not self.compiled:
            return None
        iterations = self.optimizer.iterations
        return lambda: int(ops.convert_to_numpy(iterations))

    def fit_batches(
        self,
        batches: Any,
        callbacks: list | None = None,
        verbose: Any = "auto",
        **options: Any,
    ) -> keras.callbacks.History:
        """`keras.Model.fit` that watches for NaN and logs learning rates.

        Args:
            batches: dataset of encoded batches.
            callbacks: list of Keras callbacks, or one. Defaults to `None`.
            verbose: as in `fit`. Defaults to `"auto"`.
            **options: the other arguments of `keras.Model.fit`.
        """
        _refuse_others("fit", options, FIT_OPTIONS)
        for dataset, steps in (
            (batches, "steps_per_epoch"),
            (options.get("validation_data"), "validation_steps"),
        ):
            data.check_steps(dataset, steps, options.get(steps))
        self._drop_stale_functions()
        callbacks = of_this_process(_as_list(callbacks))
        if not backend.replicas.writes:
            verbose = 0
        epochs = {key: options.get(key) for key in ("epochs", "initial_epoch")}
        with self.scope():
            set_directions(callbacks, self._trackers)
            batches = self.shared(batches, self.num_parts)
            held_out = options.get("validation_data")
            if held_out is not None:
                options["validation_data"] = self.shared(held_out)
        with self.running(), ProgressBar(self._shown()) as bar:
            self.agree(batches, **epochs)
            return super().fit(
                batches,
                callbacks=[
                    TrainingMonitor(stop_on_nan=not watches_nan(callbacks)),
                    *(self.monitors() if backend.replicas.writes else []),
                    *_with_bar(callbacks, bar),
                ],
                verbose=LEVELS[verbose],
                **options,
            )

    def monitors(self) -> list[keras.callbacks.Callback]:
        """Callbacks of every `fit`, which run before the user's."""
        return []

    def _shown(self) -> list[str]:
        """Names that the progress bar shows; of held-out data at the end."""
        names = {"loss": None, "val_loss": None}
        for phase in self.phases():
            names.update(dict.fromkeys(phase.shown))
        return sorted(names, key=lambda name: name.startswith("val_"))

    def _drop_stale_functions(self) -> None:
        """Has steps compiled anew where networks were frozen or thawed."""
        trained = [id(variable) for variable in self.trainable_variables]
        if trained != self._trained:
            self._trained = trained
            self.train_function = self.test_function = None

    @checked(batch_size=optional(COUNT), **EVALUATE_RULES)
    def evaluate(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 64,
        sample_weight: Any = None,
        **options: Any,
    ) -> Any:
        """Measures held-out data, without noise. Every row counts once.

        Args:
            x: held-out data, of the kinds that `fit` takes.
            y: the condition of each row, as in `fit`. Defaults to `None`.
            batch_size: int. Rows a step. Defaults to `64`.
            sample_weight: float array of shape `(num_rows,)`. Weights of
                rows, as in `fit`. Defaults to `None`: 1.
            **options: `verbose`, as in `fit`; `steps`, `callbacks`,
                `return_dict` of `keras.Model.evaluate`.

        Returns:
            A list of numbers in the order of their names in the training
            log, or a dict by name if `return_dict` is true.
        """
        _refuse_others("evaluate", options, EVALUATE_OPTIONS)
        if options.get("_use_cached_eval_dataset"):  # `fit` has prepared all.
            with self.running():
                self._draw_as_before()
                return super().evaluate(x, **options)
        x = data.as_batches(x)
        batches = self.feed(x).held_out(x, y, sample_weight, batch_size or 64)
        data.check_steps(batches, "steps", options.get("steps"))
        self._drop_stale_functions()
        verbose = options.pop("verbose", "auto")
        callbacks = of_this_process(_as_list(options.pop("callbacks", None)))
        with self.scope():
            batches = self.shared(batches)
        with self.running(), ProgressBar(self._shown()) as bar:
            self.agree(batches)
            self._draw_as_before()
            return super().evaluate(
                batches,
                callbacks=_with_bar(callbacks, bar),
                verbose=LEVELS[verbose] if backend.replicas.writes else 0,
                **options,
            )

    def _draw_as_before(self) -> None:
        """Has each evaluation draw the same; training goes on undisturbed."""
        seeds = np.random.SeedSequence((self.seed, 3)).generate_state(1) >> 1
        state = self.evaluation_seed_generator.state
        state.assign(np.array([seeds[0], 0], "uint32"))

    def training_step(self, data: Any) -> dict[str, Any]:
        """Runs every phase on one batch: the algorithm, on any backend."""
        batch = self.batch_of(*keras.utils.unpack_x_y_sample_weight(data))
        phases, names = self.phases(), dict[str, None]()
        for phase in phases:
            if not phase.variables:
                continue
            update: Callable = functools.partial(self.run_phase, phase)
            if phase.static_shapes:
                update = self.compile_update(update)
            inputs = phase.inputs(batch) if phase.inputs else [batch]
            found = [update(phase_input) for phase_input in inputs]
            self._track(phase, *found)
            names.update(dict.fromkeys(found[-1]))
        self.optimizer.advance()
        return self._results(phases, names)

    def run_phase(self, phase: Phase, phase_input: Any) -> dict[str, Any]:
        """One step of a phase's optimizer down its loss.

        Args:
            phase: `Phase`.
            phase_input: what `phase.loss` takes.

        Returns:
            The dict of numbers that the loss logs.
        """
        variables = phase.variables
        if phase.through is None:
            loss, logs, pullback = self.record(
                lambda: _penalised(phase, phase_input), variables
            )
            gradients = pullback(ops.ones_like(loss))
        else:
            output, *others = phase_input
            penalised = any(v.regularizer is not None for v in variables)
            loss, logs, pullback = self.record(
                lambda output: _penalised(phase, (output, *others)),
                variables if penalised else (),
                [output],
            )
            *of_penalties, by_output = pullback(ops.ones_like(loss))
            gradients = phase.through.gradients(by_output)
            if penalised:
                gradients = list(map(ops.add, gradients, of_penalties))
        gradients = backend.replicas.mean(gradients)
        optimizer = self.optimizer[phase.optimizer]
        squared_norm = self.update(optimizer, gradients, variables)
        if phase.after is not None:
            phase.after()
        return self._watched(phase, logs, squared_norm)

    def _watched(
        self, phase: Phase, logs: dict[str, Any], squared_norm: Any
    ) -> dict[str, Any]:
        """The logs; the first number is NaN if gradients have no finite norm.

        A finite loss may have such gradients, and the first to see what they
        do to the weights would be another phase.
        """
        name = _first_log(phase, logs)
        if name not in logs:
            return logs
        value, weight = _as_pair(logs[name])
        value = self.where_finite(value, squared_norm)
        return {**logs, name: value if weight is None else (value, weight)}

    def evaluation_step(self, data: Any) -> dict[str, Any]:
        """Logs one held-out batch; changes no network."""
        batch = self.held_out_batch(*keras.utils.unpack_x_y_sample_weight(data))
        phases, names = self.phases(), dict[str, None]()
        for phase in phases:
            if phase.evaluate is not None:
                logs = _with_penalties(phase, phase.evaluate(batch))
                self._track(phase, logs)
                names.update(dict.fromkeys(logs))
        return self._results(phases, names)

    def _track(self, phase: Phase, *found: Mapping[str, Any]) -> None:
        """Adds the numbers of a phase's updates to the running means."""
        phase.check_logs(found[-1])
        for key, value in _over_replicas(_stacked(found)).items():
            value, weight = _as_pair(value)
            self._trackers[key].update_state(
                ops.stop_gradient(value), sample_weight=weight
            )

    def _results(
        self, phases: list[Phase], names: Mapping[str, None]
    ) -> dict[str, Any]:
        """Running means by name, and `loss`: the terms of the objective."""
        results = {key: self._trackers[key].result() for key in names}
        factors: dict[str, float] = {}
        for phase in phases:
            if phase.objective:
                factors.update({phase.regularization: 1.0, **phase.objective})
        loss = sum(
            factor * results[key]
            for key, factor in factors.items()
            if key in results
        )
        return {"loss": loss, **results}

    # Saving.

    def save(
        self,
        filepath: str | os.PathLike,
        overwrite: bool = True,
        zipped: bool | None = None,
        **options: Any,
    ) -> None:
        """`keras.Model.save` that leaves no half file, whatever stops it.

        Of several processes the first one writes.

        Args:
            filepath: str or path. A `.keras` file; others, such as folders
                and remote ones, are written as Keras does.
            overwrite: bool. As in `keras.Model.save`. Defaults to `True`.
            zipped: bool or `None`. As in `keras.Model.save`. Defaults to
                `None`.
            **options: as in `keras.Model.save`.
        """
        name = str(filepath)
        if name.endswith((".h5", ".hdf5")):
            raise ValueError(
                "An .h5 file holds no codec and cannot be loaded again: save "
                "as '.keras', or the weights alone by `save_weights`, as "
                f"'.weights.h5'. Received: filepath={name!r}"
            )
        if not backend.replicas.writes:
            return
        if not overwrite or "://" in name or not name.endswith(".keras"):
            with self.alone():
                super().save(filepath, overwrite, zipped, **options)
            return
        with self.alone(), replacing(filepath) as partial:
            super().save(partial, overwrite, zipped, **options)

    def save_weights(self, *args: Any, **options: Any) -> None:
        """`keras.Model.save_weights`; of several processes the first writes.

        Args:
            *args: as in `keras.Model.save_weights`.
            **options: as in `keras.Model.save_weights`.
        """
        if backend.replicas.writes:
            with self.alone():
                super().save_weights(*args, **options)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> PhasedModel:
        """Makes a model from what `get_config` returned."""
        return cls(
            **{
                key: keras.saving.deserialize_keras_object(value)
                if isinstance(value, dict)
                else value
                for key, value in config.items()
            }
        )

    def get_config(self) -> dict[str, Any]:
        serialize = keras.saving.serialize_keras_object
        return {
            "codec": serialize(self.codec),
            "condition": serialize(self.condition),
            "seed": self.seed,
            "name": self.name,
        }

    def get_compile_config(self) -> dict[str, Any]:
        """The arguments of `compile`, for saving; none before it."""
        if not self.compiled:
            return {}
        return {
            "optimizers": keras.saving.serialize_keras_object(self.optimizer),
            **self._compile_options,
        }

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles with what `get_compile_config` returned."""
        config = dict(config)
        group = keras.saving.deserialize_keras_object(config.pop("optimizers"))
        self.compile(*group.optimizers, **config)

    def save_assets(self, path: str) -> None:
        """Saves what the codec's config leaves out."""
        if self.codec is not None:
            self.codec.save_assets(path)

    def load_assets(self, path: str) -> None:
        """Loads what `save_assets` wrote."""
        if self.codec is not None:
            self.codec.load_assets(path)

    def save_own_variables(self, store: Any) -> None:
        """Saves the random states, which Keras leaves out of files."""
        for index, state in enumerate(self._random_states()):
            store[f"random_state_{index}"] = ops.convert_to_numpy(state)

    def load_own_variables(self, store: Any) -> None:
        """Loads what `save_own_variables` wrote."""
        for index, state in enumerate(self._random_states()):
            state.assign(store[f"random_state_{index}"])

    def _random_states(self) -> list[keras.Variable]:
        """States of all seed generators: variables that are no weights."""
        others = {id(v) for v in self.weights}
        others.update(id(v) for v in self.metrics_variables)
        others.add(id(self.evaluation_seed_generator.state))  # Begins anew.
        return [v for v in self.variables if id(v) not in others]


FIT_OPTIONS = (
    "epochs",
    "validation_data",
    "shuffle",
    "initial_epoch",
    "steps_per_epoch",
    "validation_steps",
    "validation_freq",
)
# The last is what `keras.Model.fit` says when it evaluates.
EVALUATE_OPTIONS = (
    "verbose",
    "steps",
    "callbacks",
    "return_dict",
    "_use_cached_eval_dataset",
)


def _refuse_others(verb: str, options: dict, known: tuple[str, ...]) -> None:
    """Refuses arguments of Keras' verb that would have no effect."""
    for name, value in options.items():
        if name not in known:
            raise ValueError(
                f"`{verb}` takes no `{name}`: it would have no effect. Beside "
                f"data it knows {[key for key in known if key[0] != '_']}. "
                f"Received: {name} of type {type(value).__name__}"
            )


def _as_list(callbacks: Any) -> list:
    if isinstance(callbacks, keras.callbacks.Callback):
        return [callbacks]
    return list(callbacks or [])


def _with_bar(callbacks: list, bar: ProgressBar) -> list:
    """The bar, then the callbacks; a user's own bar takes its place."""
    kind = keras.callbacks.ProgbarLogger
    if any(isinstance(callback, kind) for callback in callbacks):
        return callbacks
    return [bar, *callbacks]


def _penalised(phase: Phase, phase_input: Any) -> tuple[Any, dict[str, Any]]:
    """A phase's loss and logs, with the penalties on its networks."""
    loss, logs = phase.loss(phase_input)
    if backend.replicas.count > 1:
        _, weight = _as_pair(logs.get(_first_log(phase, logs), loss))
        if weight is not None:
            loss = loss * backend.replicas.share_of(weight)
    logs = _with_penalties(phase, logs)
    return loss + logs.get(phase.regularization, 0.0), logs


def _first_log(phase: Phase, logs: Mapping[str, Any]) -> str:
    """Name of the first number that the phase logs: that of its loss."""
    return next((name for name in phase.logs if name in logs), "")


def _with_penalties(phase: Phase, logs: dict[str, Any]) -> dict[str, Any]:
    """The logs and, where there are any, the sum of the penalties."""
    penalties = phase.penalties()
    if not penalties:
        return logs
    return {**logs, phase.regularization: sum(penalties)}


def _as_pair(value: Any) -> tuple[Any, Any]:
    """A number and its weight, or `None` where it has none."""
    return value if isinstance(value, tuple) else (value, None)


def _stacked(found: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The numbers of several updates: one vector, or pair of them, each."""
    if len(found) == 1:
        return found[0]
    stacked = {}
    for key in found[-1]:
        values, weights = zip(*(_as_pair(logs[key]) for logs in found))
        values = ops.stack(values)
        if weights[0] is None:
            stacked[key] = values
        else:
            stacked[key] = values, ops.stack(weights)
    return stacked


def _over_replicas(logs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Logs of the global batch: of all replicas, by their weights."""
    if backend.replicas.count == 1:
        return logs
    pairs = {key: _as_pair(value) for key, value in logs.items()}
    numbers = []
    for value, weight in pairs.values():
        value = ops.cast(value, "float32")
        weight = ops.ones_like(value) if weight is None else weight
        numbers += [value * weight, weight]
    means = backend.replicas.mean(numbers)
    found = {}
    for key, total, count in zip(pairs, means[::2], means[1::2]):
        value = total / ops.maximum(count, 1e-12)
        _, weight = pairs[key]
        found[key] = value if weight is None else (value, count)
    return found


def _default(name: str, make: Any) -> keras.optimizers.Optimizer:
    if make is None:
        raise ValueError(
            f"No phase declares a default optimizer {name!r}: give one to "
            f"`compile`, or to Phase(default_optimizer=...). "
            f"Received: {name}_optimizer=None"
        )
    return make()


def _named(
    optimizers: tuple, named_optimizers: Mapping[str, Any], names: list[str]
) -> dict[str, Any]:
    """Optimizers by name, without those that are `None`; refuses others."""
    if len(optimizers) > len(names):
        raise ValueError(
            f"Expected at most {len(names)} optimizers, {names}. "
            f"Received: {len(optimizers)}"
        )
    given = dict(zip(names, optimizers))
    keys = {f"{name}_optimizer": name for name in names}
    if len(names) == 1:
        keys["optimizer"] = names[0]
    for key, optimizer in named_optimizers.items():
        if key not in keys or keys[key] in given:
            raise ValueError(
                f"Expected each of {list(keys)} at most once: the model's "
                f"phases have no other optimizers. Received: {key}={optimizer}"
            )
        given[keys[key]] = optimizer
    return {key: value for key, value in given.items() if value is not None}
