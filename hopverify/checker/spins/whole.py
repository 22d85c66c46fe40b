"""Whole numbers in arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[Any]
"""Whole numbers: int64 where no sum of them overflows, else Python's."""

ROOM = 2**59
"""Sums of this size, a few of them added up, fit into 64 bits."""


def as_integers(values: NDArray[Any], unit: int) -> Whole:
    """Return Fractions times a number that makes them whole, as Python's integers."""
    result = np.empty(values.size, dtype=object)
    result[:] = [entry.numerator * (unit // entry.denominator) for entry in values.flat]
    return result.reshape(values.shape)
