"""What SymPy derived when this version was made: of the catalogue, and of every kind of synapse and layer.

The data beside this file are written by ``python -m hopverify.derivation.symbolic``, and a test derives them again. A
Lagrangian has records: the first whose ``when`` agrees with the parameters holds, the last one for all others. The
formulas are the text that :func:`hopverify.derivation.formula.read` reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"
Record = Mapping[str, Any]


@cache
def lagrangians() -> Mapping[str, Mapping[str, Sequence[Record]]]:
    """Return the records of the catalogue: ``lagrangians`` and ``activations`` by name."""
    found: Mapping[str, Mapping[str, Sequence[Record]]] = _read("lagrangians")
    return found


@cache
def networks() -> Mapping[str, Mapping[str, Record]]:
    """Return what is derived of kinds of ``layers`` and ``synapses``."""
    found: Mapping[str, Mapping[str, Record]] = _read("networks")
    return found


def _read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def record_of(registry: str, name: str, parameters: Mapping[str, Fraction]) -> Record | None:
    """Return the record of an entry of the catalogue for these parameters; None where it has none."""
    for record in lagrangians()[registry].get(name, []):
        if all(parameters.get(key) == Fraction(value) for key, value in record["when"].items()):
            return record
    return None
