"""Arrays of Fractions for tests, from what is easily written: whole numbers, texts such as "1/3", doubles."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np


def exact(values: Any) -> np.ndarray[Any, Any]:
    """Return an array of any shape, exactly, in Fractions."""
    array = values if isinstance(values, np.ndarray) else np.array(values, dtype=object)
    return np.array([Fraction(value) for value in array.ravel().tolist()], dtype=object).reshape(array.shape)


def vector(*entries: Any) -> np.ndarray[Any, Any]:
    """Return a vector of Fractions."""
    return exact(entries)
