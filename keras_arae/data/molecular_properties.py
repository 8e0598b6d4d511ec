"""Properties of molecules as a condition, computed where users give none."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_arae.arguments import DICT
from keras_arae.arguments import check
from keras_arae.arguments import checked
from keras_arae.arguments import optional
from keras_arae.arguments import shown
from keras_arae.data import chemistry
from keras_arae.data.batches import ROWS
from keras_arae.data.condition import Numbers
from keras_arae.export import export


@export
class MolecularProperties(Numbers):
    """Real numbers of molecules by name; rdkit computes those that it knows.

    Beside a molecule's logP, QED, SA, TPSA and weight, which need not be
    given, it takes numbers of other names, such as measured ones, which must.

    Args:
        names: sequence of str. Of `"logP"` (Crippen), `"QED"`, `"SA"`
            (synthetic accessibility, 1 to 10), `"TPSA"` (square angstroms),
            `"weight"` (g/mol), and others.
        units: as in `keras_arae.Numbers`. Defaults to `None`: those of the
            numbers that rdkit computes.
        statistics: as in `keras_arae.Numbers`. Defaults to `None`.

    Example:

    ```python
    condition = keras_arae.data.MolecularProperties(["logP", "pIC50"])
    numbers = condition.of(["CCO", "c1ccccc1"], {"pIC50": [5.0, 6.5]})
    assert numbers["logP"].round(1).tolist() == [0.0, 1.7]
    ```
    """

    def __init__(
        self,
        names: Sequence[str],
        units: Mapping[str, str] | None = None,
        statistics: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        super().__init__(names, units, statistics)
        if units is None:
            known = chemistry.UNITS
            self.units = {n: known[n] for n in self.names if n in known}

    @checked(molecules=chemistry.SMILES, given=optional(DICT))
    def of(
        self, molecules: Sequence[str], given: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The numbers of molecules: those given, the others computed.

        Args:
            molecules: list of str, SMILES.
            given: dict by name of a number, or of one for each molecule, or
                `None`. Defaults to `None`.

        Returns:
            A dict with each of the names.

        Raises:
            ValueError: if a number is not given that rdkit cannot compute, or
                a string is no molecule.
        """
        given = given or {}
        missing = [name for name in self.names if name not in given]
        unknown = [n for n in missing if n not in chemistry.PROPERTIES]
        if unknown or set(given) - set(self.names):
            raise ValueError(
                f"Expected a dict with numbers of names among "
                f"{list(self.names)}; those that rdkit computes, of "
                f"{list(chemistry.PROPERTIES)}, may be left out. "
                f"Received: {shown(list(given))}"
            )
        if not missing:
            return dict(given)
        table = chemistry.properties(molecules, missing)
        bad = np.argwhere(np.isnan(table))
        if len(bad):
            row, column = bad[0]
            raise ValueError(
                f"`{missing[column]}` must be a number of each molecule, and "
                f"of {len(np.unique(bad[:, 0]))} of {len(molecules)} it cannot "
                "be computed: give the numbers, or leave these out. "
                f"Received: {shown(molecules[row])}"
            )
        return {**given, **dict(zip(missing, table.T))}

    def told(self, values: Any, data: Callable) -> Any:
        """What is not given of data's numbers is computed."""
        if values is not None and not isinstance(values, Mapping):
            return values
        return self.of(data(), values)

    def encode_kept(
        self, values: Any, num_rows: int, kept: np.ndarray, data: Callable
    ) -> np.ndarray:
        """As `encode`, of the rows kept; what is not given is computed."""
        if values is not None and not isinstance(values, Mapping):
            return super().encode_kept(values, num_rows, kept, data)
        given = {}
        for name, column in (values or {}).items():
            column = check(name, column, ROWS)
            if len(column) != num_rows:
                raise ValueError(
                    f"Expected one `{name}` for each of {num_rows} molecules. "
                    f"Received: {len(column)}"
                )
            given[name] = column[kept]
        return self.encode(self.of(data(), given), len(kept))
