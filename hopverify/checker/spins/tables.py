"""A function of whole numbers as a table of whole numbers that enclose it, all multiplied by one unit.

Where the function is rational, its values are multiplied by their common denominator, and both ends are equal.
Otherwise they are enclosed in balls, multiplied by a power of two and rounded outward.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.spins.whole import as_integers
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.evaluate import evaluate
from hopverify.expr.exact import EXACT, NotRational
from hopverify.expr.nodes import Expression

BITS = 256
# A sum should fit into so many bits, if that leaves enough of them for the fraction.
WORD, LEAST_BITS, MOST_BITS, FRACTION_BITS = 59, 16, 40, 64

Whole = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Table:
    """``low[z + reach] ≤ unit·F(z) ≤ high[z + reach]`` for all whole |z| ≤ reach."""

    low: Whole
    high: Whole
    unit: int

    @property
    def exact(self) -> bool:
        """Whether the values are known exactly."""
        return self.low is self.high


def table_of(function: Expression, reach: int, denominator: int, terms: int) -> Table | None:
    """Return the table of a function of z; None where some value is none.

    The unit is a multiple of ``denominator``. Sums of so many ``terms`` fit into 64 bits if that costs little accuracy.
    """
    points = np.array([Fraction(z) for z in range(-reach, reach + 1)], dtype=object)
    try:
        values = np.broadcast_to(evaluate(function, {"z": EXACT.array(points)}, EXACT), points.shape)
    except (NotRational, ZeroDivisionError):
        return _enclosed(function, points, denominator, terms)
    unit = lcm(denominator, *{Fraction(value).denominator for value in values})
    whole = as_integers(np.array([Fraction(value) for value in values], dtype=object), unit)
    return Table(whole, whole, unit)


def _enclosed(function: Expression, points: Whole, denominator: int, terms: int) -> Table | None:
    with precision(BITS):
        values = np.broadcast_to(evaluate(function, {"z": BALLS.array(points)}, BALLS), points.shape)
        if not all(value.is_finite() for value in values):
            return None
        largest = max(max(-_scaled(value.lower(), 0), -_scaled(-value.upper(), 0)) for value in values)
        room = WORD - largest.bit_length() - (terms * denominator).bit_length()
        bits = min(room, MOST_BITS) if room >= LEAST_BITS else FRACTION_BITS
        low = [denominator * _scaled(value.lower(), bits) for value in values]
        high = [-denominator * _scaled(-value.upper(), bits) for value in values]
    return Table(np.array(low, dtype=object), np.array(high, dtype=object), denominator << bits)


def _scaled(end: Any, bits: int) -> int:
    """Return ⌊end·2^bits⌋ for a ball that is one dyadic number."""
    mantissa, exponent = (int(part) for part in end.man_exp())
    shift = exponent + bits
    return mantissa << shift if shift >= 0 else mantissa >> -shift
