"""How labels condition an ARAE."""

import numpy as np
from keras import ops

from keras_arae.models.paths import path


class Labels:
    """Mixin of `ARAE`: joins labels to what networks take.

    In a conditional model decoder, generator and critic see the label,
    one-hot, behind the code or the noise. Before a dense or a recurrent
    kernel that is the same as joining a learned vector of each class.

    Attributes:
        label_names: tuple of str or `None`. Names that stand for labels.
    """

    label_names = None

    @property
    def conditional(self):
        """Whether data have labels."""
        return self.num_classes is not None

    def with_labels(self, x, label):
        """Tensors of codes or noise with their labels, one-hot, behind them.

        Args:
            x: float tensor of shape `(batch, dim)`.
            label: int tensor of shape `(batch,)`, or `None`.

        Returns:
            A tensor of shape `(batch, dim + num_classes)`; `x` without labels.
        """
        if label is None:
            return x
        one_hot = ops.one_hot(label, self.num_classes, dtype=x.dtype)
        return ops.concatenate([x, one_hot], axis=-1)

    def prepare_labels(self, y, num_rows):
        """Turns users' labels into an array, or refuses them.

        Args:
            y: int array of shape `(num_rows,)`, or where labels have names
                also a list of str; `None`: no labels.
            num_rows: int.

        Returns:
            An int32 array of shape `(num_rows,)`; `None` without labels.
        """
        if not self.conditional:
            if y is not None:
                raise ValueError(
                    "This model knows no labels: make it with `num_classes`, "
                    f"or give none. Received: labels of type {type(y).__name__}"
                )
            return None
        return checked_labels(y, num_rows, self.num_classes, self.label_names)

    def label_path(self, label, end_label, num_paths, steps):
        """Shares of classes along paths; `None` without labels."""
        start = self.label_shares(label, num_paths)
        if start is None:
            return None
        end = start
        if end_label is not None:
            end = self.label_shares(end_label, num_paths)
        return path(start, end, steps).reshape(-1, self.num_classes)

    def beside_labels(self, x, label):
        """Codes or noise with the shares of their classes behind them."""
        shares = self.label_shares(label, len(x))
        return x if shares is None else np.concatenate([x, shares], axis=1)

    def label_shares(self, label, num_rows):
        """Labels as float rows of shares of classes, `None` without any."""
        shape = (num_rows, self.num_classes)
        if self.conditional and np.shape(label) == shape:
            return np.asarray(label, "float32")
        if np.ndim(label) == 0 and label is not None:
            label = [label] * num_rows
        labels = self.prepare_labels(label, num_rows)
        if labels is None:
            return None
        return np.eye(self.num_classes, dtype="float32")[labels]


def checked_labels(y, num_rows, num_classes, names=None):
    """Turns labels, numbers or names, into an array, or refuses them.

    Args:
        y: int array of shape `(num_rows,)`, or a list of names.
        num_rows: int.
        num_classes: int.
        names: sequence of str or `None`. The classes' names.

    Returns:
        An int32 array of shape `(num_rows,)`.

    Raises:
        ValueError: in words, for anything else.
    """
    known = f" or names among {list(names)}" if names else ""
    expected = (
        f"Expected {num_rows} integer labels from 0 to {num_classes - 1}"
        f"{known}, one for each row. Received: "
    )
    if y is None:
        raise ValueError(expected + "none")
    labels = ops.convert_to_numpy(y) if hasattr(y, "dtype") else np.asarray(y)
    if names and labels.dtype.kind in "OSU":
        unknown = sorted(set(labels.tolist()) - set(names))
        if unknown:
            raise ValueError(f"{expected}the unknown {unknown[:5]}")
        places = {name: place for place, name in enumerate(names)}
        labels = np.array([places[name] for name in labels.tolist()], "int32")
    if labels.dtype.kind not in "iu" or labels.shape != (num_rows,):
        raise ValueError(
            f"{expected}an array of dtype {labels.dtype} and shape "
            f"{labels.shape}"
        )
    if num_rows and not (0 <= labels.min() and labels.max() < num_classes):
        raise ValueError(
            f"{expected}labels from {labels.min()} to {labels.max()}"
        )
    return labels.astype("int32")


def checked_names(labels):
    """Refuses anything but two or more distinct names; returns a tuple."""
    names = () if isinstance(labels, str) else tuple(labels)
    if (
        len(names) < 2
        or len(set(names)) < len(names)
        or not all(isinstance(name, str) for name in names)
    ):
        raise ValueError(
            "`labels` must be two or more distinct names of classes (str). "
            f"Received: labels={labels!r}"
        )
    return names
