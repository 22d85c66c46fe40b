"""The numbers in the text of a program: the floats that they become, or the short numbers that were written."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np


def as_held(value: Any) -> Fraction:
    """Return the number that a float is.

    >>> as_held(np.float32(0.1))
    Fraction(13421773, 134217728)
    """
    return Fraction(value.item())


def simplest(value: Any) -> Fraction:
    """Return the simplest number that rounds to a float: a ratio of small numbers, or the shortest decimal.

    >>> simplest(np.float32(0.1)), simplest(np.float32(1 / 3)), simplest(np.float32(1e-5))
    (Fraction(1, 10), Fraction(1, 3), Fraction(1, 100000))
    """
    if value.dtype.kind != "f":
        return Fraction(value.item())
    ratio = Fraction(value.item()).limit_denominator(64)
    if value.dtype.type(float(ratio)) == value:
        return ratio
    return Fraction(np.format_float_positional(value, unique=True))
