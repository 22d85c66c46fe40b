"""Intervals in bulk: NumPy arrays of lower and upper bounds with outward rounding, thousands of boxes at once.

``Interval(lower, upper)`` holds one interval per box; ends may be infinite. Sums, products and quotients are
rounded outward by one unit in the last place (``nextafter``), which is enough in round-to-nearest. Elementary
functions are enclosed at the ends through balls, by their monotonicity in the table of functions; at an infinite
end the limit is taken. A function without a known trend gives the whole line, never a wrong answer.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache, reduce
from math import inf, isinf, nextafter
from typing import Any

import numpy as np

from hopverify.expr.balls import BALLS, precision
from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.expr.functions import FUNCTIONS, Trend
from hopverify.expr.interval import Bounds, Interval, as_interval, down, enclose, power, up
from hopverify.expr.interval_simplex import shares, threshold

__all__ = ["INTERVALS", "Interval", "Intervals", "as_interval", "enclose"]


@lru_cache(maxsize=65536)
def _ends(name: str, u: float) -> tuple[float, float]:
    """Return doubles below and above f(u) for a finite u."""
    with precision(80):
        value = BALLS.elementary(name, BALLS.number(Fraction(u)))
        if value.is_nan():
            return -inf, inf
        return nextafter(float(value.lower()), -inf), nextafter(float(value.upper()), inf)


# Limits at -∞ and +∞ of the functions that have a trend.
_LIMITS: dict[str, tuple[float, float]] = {
    "exp": (0.0, inf),
    "expm1": (-1.0, inf),
    "log": (-inf, inf),
    "log1p": (-inf, inf),
    "sqrt": (0.0, inf),
    "sinh": (-inf, inf),
    "cosh": (inf, inf),
    "tanh": (-1.0, 1.0),
    "sech": (0.0, 0.0),
    "logcosh": (inf, inf),
    "sigmoid": (0.0, 1.0),
    "softplus": (0.0, inf),
    "softplus_integral": (0.0, inf),
    "arctan": (-1.5707963267948968, 1.5707963267948968),
    "erf": (-1.0, 1.0),
    "relu": (0.0, inf),
    "abs": (inf, inf),
    "sign": (-1.0, 1.0),
    "step": (0.0, 1.0),
}


def _at(name: str, points: Bounds, side: int) -> Bounds:
    """Return lower (side 0) or upper (side 1) bounds of f at each point, limits at the infinite ones."""

    def bound(u: float) -> float:
        return _LIMITS[name][int(u > 0)] if isinf(u) else _ends(name, u)[side]

    different, place = np.unique(points, return_inverse=True)
    bounds: Bounds = np.vectorize(bound, otypes=[float])(different)[place].reshape(np.shape(points))
    return bounds


def _increasing(name: str, u: Interval) -> Interval:
    return Interval(_at(name, u.lower, 0), _at(name, u.upper, 1))


def _even(name: str, u: Interval, rising: bool) -> Interval:
    near = np.where((u.lower <= 0) & (u.upper >= 0), 0.0, np.minimum(np.abs(u.lower), np.abs(u.upper)))
    far = np.maximum(np.abs(u.lower), np.abs(u.upper))
    return Interval(_at(name, near if rising else far, 0), _at(name, far if rising else near, 1))


# Bounds, whatever the argument, of functions without a trend.
_RANGES: dict[str, tuple[float, float]] = {"sin": (-1.0, 1.0), "cos": (-1.0, 1.0), "mish_integral": (0.0, inf)}


def _wave(name: str, u: Interval) -> Interval:
    """Enclose sin or cos: between -1 and 1, and no further from its value at the lower end than the width."""
    width = np.where(np.isinf(u.lower) | np.isinf(u.upper), 2.0, up(u.upper - u.lower))
    start = np.where(np.isinf(u.lower), 0.0, u.lower)
    low, high = (np.vectorize(lambda v, side=side: _ends(name, v)[side], otypes=[float])(start) for side in (0, 1))
    return Interval(np.maximum(down(low - width), -1.0), np.minimum(up(high + width), 1.0))


def _elementary(name: str, u: Interval) -> Interval:
    if name in ("sin", "cos"):
        return _wave(name, u)
    if name == "sqrt":
        # IEEE 754 rounds square roots correctly.
        u = _inside_domain(name, u)
        return Interval(np.maximum(down(np.sqrt(u.lower)), 0.0), up(np.sqrt(u.upper)))
    trend = FUNCTIONS[name].trend
    if name == "kink":
        away = (u.lower > 0) | (u.upper < 0)
        return Interval(np.where(away, 0.0, -inf), np.where(away, 0.0, inf))
    if name not in _LIMITS or trend is None:
        low, high = _RANGES.get(name, (-inf, inf))
        return Interval(np.full(np.shape(u.lower), low), np.full(np.shape(u.upper), high))
    if trend is Trend.INCREASING:
        return _increasing(name, _inside_domain(name, u))
    return _even(name, u, trend is Trend.EVEN_INCREASING)


def _inside_domain(name: str, u: Interval) -> Interval:
    """Clip the argument to where the function is real: outside it there is no value to enclose."""
    floor = {"sqrt": 0.0, "log": 0.0, "log1p": -1.0}.get(name)
    if floor is None:
        return u
    return Interval(np.maximum(u.lower, floor), np.maximum(u.upper, floor))


def _map(function: Callable[[Any], Any], argument: Value) -> Value:
    return np.frompyfunc(function, 1, 1)(argument) if isinstance(argument, np.ndarray) else function(argument)


class Intervals(Arithmetic):
    """Vectors are object arrays of :class:`Interval`; each interval holds all boxes."""

    def number(self, value: Fraction) -> Value:
        return enclose(value)

    def array(self, values: np.ndarray[Any, Any]) -> Value:
        return np.frompyfunc(lambda entry: enclose(Fraction(entry)), 1, 1)(values)

    def elementary(self, name: str, *argument: Value) -> Value:
        if name == "pi":
            return Interval(np.asarray(3.141592653589793), np.asarray(nextafter(3.141592653589793, inf)))
        return _map(lambda u: _elementary(name, u), argument[0])

    def power(self, base: Value, exponent: Fraction) -> Value:
        return _map(lambda u: power(u, exponent), base)

    def threshold(self, scores: Value, exponent: Fraction) -> Value:
        """Bound t between those of the lower and of the upper ends: it rises with every score."""
        scores = [as_interval(score) for score in scores]
        lower, upper = (
            np.array(np.broadcast_arrays(*ends))
            for ends in ([score.lower for score in scores], [score.upper for score in scores])
        )
        return Interval(threshold(lower, exponent, 0), threshold(upper, exponent, 1))

    def shift(self, vector: Value) -> Value:
        return 0.0

    def softmax(self, vector: Value) -> Value:
        """Bound e^u/Σ e^u where it is least and where it is largest: one u at one end, all others at the other."""
        vector = [as_interval(u) for u in vector]
        top = reduce(np.maximum, [u.upper for u in vector])
        top = np.where(np.isfinite(top), top, 0.0)
        weights = [_increasing("exp", u - top) for u in vector]
        found = np.empty(len(weights), dtype=object)
        found[:] = shares(weights)
        return found

    def average(self, weights: Value, values: Value) -> Value:
        """Bound Σ w v/Σ w, w ≥ 0, by the quotient of the sums and by the least and the largest v."""
        values = np.frompyfunc(as_interval, 1, 1)(values)
        quotient = super().average(weights, values)
        low, high = reduce(np.minimum, [v.lower for v in values]), reduce(np.maximum, [v.upper for v in values])
        return Interval(np.maximum(quotient.lower, low), np.minimum(quotient.upper, high))


INTERVALS = Intervals()
