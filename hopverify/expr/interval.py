"""One interval per box: NumPy arrays of lower and upper bounds, rounded outward by one unit in the last place."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf, isinf, nextafter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.balls import BALLS, precision
from hopverify.expr.evaluate import scalar_operation

Bounds = NDArray[np.float64]


def down(values: Bounds) -> Bounds:
    """Return the next smaller doubles; NaN becomes -∞."""
    with np.errstate(over="ignore"):
        return np.nextafter(np.where(np.isnan(values), -inf, values), -inf)


def up(values: Bounds) -> Bounds:
    """Return the next larger doubles; NaN becomes +∞."""
    with np.errstate(over="ignore"):
        return np.nextafter(np.where(np.isnan(values), inf, values), inf)


@dataclass(frozen=True, eq=False)
class Interval:
    """One interval per box: ``lower ≤ value ≤ upper`` elementwise."""

    lower: Bounds
    upper: Bounds

    @scalar_operation
    def __add__(self, other: Any) -> Interval:
        other = as_interval(other)
        with np.errstate(invalid="ignore", over="ignore"):
            return Interval(down(self.lower + other.lower), up(self.upper + other.upper))

    __radd__ = __add__

    def __neg__(self) -> Interval:
        return Interval(-self.upper, -self.lower)

    @scalar_operation
    def __sub__(self, other: Any) -> Interval:
        return self + -as_interval(other)

    @scalar_operation
    def __rsub__(self, other: Any) -> Interval:
        return as_interval(other) + -self

    @scalar_operation
    def __mul__(self, other: Any) -> Interval:
        other = as_interval(other)
        with np.errstate(invalid="ignore", over="ignore"):
            ends = [a * b for a in (self.lower, self.upper) for b in (other.lower, other.upper)]
        # 0·∞ stands for a product of numbers of which one is 0: its limit set contains 0 and the other ends bound it.
        ends = [np.where(np.isnan(end), 0.0, end) for end in ends]
        return Interval(down(np.minimum.reduce(ends)), up(np.maximum.reduce(ends)))

    __rmul__ = __mul__

    @scalar_operation
    def __truediv__(self, other: Any) -> Interval:
        other = as_interval(other)
        crosses = (other.lower <= 0) & (other.upper >= 0)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            inverse = Interval(
                np.where(crosses, -inf, down(1 / other.upper)), np.where(crosses, inf, up(1 / other.lower))
            )
        return self * inverse

    @scalar_operation
    def __rtruediv__(self, other: Any) -> Interval:
        return as_interval(other) / self


def as_interval(value: Any) -> Interval:
    """Return a number (a float, taken exactly) or an interval as an interval."""
    if isinstance(value, Interval):
        return value
    return Interval(np.asarray(value, dtype=np.float64), np.asarray(value, dtype=np.float64))


def enclose(value: Fraction) -> Interval:
    """Return the tightest interval of doubles around a rational."""
    try:
        nearest = float(value)
    except OverflowError:
        nearest = inf if value > 0 else -inf
    if isinf(nearest):
        low, high = (nextafter(inf, 0.0), inf) if value > 0 else (-inf, -nextafter(inf, 0.0))
        return Interval(np.asarray(low), np.asarray(high))
    exact = Fraction(nearest)
    low = nearest if exact <= value else nextafter(nearest, -inf)
    high = nearest if exact >= value else nextafter(nearest, inf)
    return Interval(np.asarray(low), np.asarray(high))


def power(u: Interval, exponent: Fraction) -> Interval:
    """Return u to a rational power; of a negative number only to a whole one."""
    if exponent < 0:
        return 1.0 / power(u, -exponent)
    if exponent.denominator != 1:
        clipped = Interval(np.maximum(u.lower, 0.0), np.maximum(u.upper, 0.0))
        return Interval(_real_power(clipped.lower, exponent, 0), _real_power(clipped.upper, exponent, 1))
    low, high = _whole_power(u.lower, int(exponent)), _whole_power(u.upper, int(exponent))
    if exponent % 2:
        return Interval(low.lower, high.upper)
    near = np.where((u.lower <= 0) & (u.upper >= 0), 0.0, np.minimum(low.lower, high.lower))
    return Interval(np.maximum(near, 0.0), np.maximum(low.upper, high.upper))


def _whole_power(point: Bounds, exponent: int) -> Interval:
    result, base = as_interval(np.ones_like(point)), Interval(point, point)
    for bit in bin(exponent)[2:]:
        result = result * result
        result = result * base if bit == "1" else result
    return result


def _real_power(points: Bounds, exponent: Fraction, side: int) -> Bounds:
    def bound(u: float) -> float:
        if u == 0 or isinf(u):
            return u
        with precision(80):
            value = BALLS.power(BALLS.number(Fraction(u)), exponent)
            ends = (nextafter(float(value.lower()), -inf), nextafter(float(value.upper()), inf))
        return ends[side]

    bounds: Bounds = np.vectorize(bound, otypes=[float])(points)
    return bounds
