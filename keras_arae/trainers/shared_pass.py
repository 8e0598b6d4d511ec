"""A pass through networks that several phases of a step build upon."""


class SharedPass:
    """Runs when a phase first needs it, and once a step.

    Phases may take its output for a constant. One phase, whose `through` it
    is, passes gradients on to its networks; no phase before that one may
    change them.

    Args:
        record: callable. The trainer's.
        function: callable. Takes the batch and returns a tensor.
        networks: sequence of Keras layers. What the tensor depends on.
    """

    def __init__(self, record, function, networks):
        self._record = record
        self._function = function
        self._variables = [
            v for network in networks for v in network.trainable_variables
        ]
        self._output = None
        self._pullback = None

    def __call__(self, batch):
        """The output; later calls of a step repeat that of the first."""
        if self._pullback is None:
            self._output, _, self._pullback = self._record(
                lambda: (self._function(batch), {}), self._variables
            )
        return self._output

    def gradients(self, by_output):
        """Gradients by the networks' variables, from those by the output."""
        return self._pullback(by_output)
