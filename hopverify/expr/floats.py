"""Expressions in double precision: for candidates and pictures, never for proofs."""

from __future__ import annotations

from fractions import Fraction
from math import erf, inf, isfinite, nan
from typing import Any

import numpy as np

from hopverify.expr.evaluate import Arithmetic, Value


def _nearest(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


def _logcosh(u: Value) -> Value:
    # |u| + log1p(e^{-2|u|}) - log 2 does not overflow; log(cosh(u)) does from |u| = 711.
    return np.abs(u) + np.log1p(np.exp(-2 * np.abs(u))) - np.log(2.0)


def _sigmoid(u: Value) -> Value:
    small = np.exp(-np.abs(u))
    return np.where(np.asarray(u) >= 0, 1.0, small) / (1.0 + small)


def _by_balls(name: str) -> Any:
    """Return a slow but accurate version of a function that NumPy lacks: the midpoint of its ball."""

    def value(u: float) -> float:
        from hopverify.expr.balls import BALLS

        if not isfinite(u):
            return inf if u > 0 else nan
        return float(BALLS.elementary(name, BALLS.number(Fraction(u))).mid())

    return np.vectorize(value, otypes=[float])


_FUNCTIONS: dict[str, Any] = {
    **{name: getattr(np, name) for name in ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "sinh", "cosh")},
    **{name: getattr(np, name) for name in ("tanh", "arctan", "abs", "sign")},
    "sech": lambda u: 2 * np.exp(-np.abs(u)) / (1 + np.exp(-2 * np.abs(u))),
    "logcosh": _logcosh,
    "sigmoid": _sigmoid,
    "softplus": lambda u: np.logaddexp(0.0, u),
    "softplus_integral": _by_balls("softplus_integral"),
    "mish_integral": _by_balls("mish_integral"),
    "erf": np.vectorize(erf, otypes=[float]),
    "relu": lambda u: np.maximum(u, 0.0),
    "step": lambda u: np.where(np.asarray(u) > 0, 1.0, 0.0),
    "kink": lambda u: np.where(np.asarray(u) == 0, inf, 0.0),
}


class Floats(Arithmetic):
    """Double precision on float64 arrays. Out-of-range values become infinities and NaNs, silently."""

    def number(self, value: Fraction) -> Value:
        return np.float64(_nearest(value))

    def array(self, values: np.ndarray[Any, Any]) -> Value:
        if values.dtype == object:
            return np.vectorize(_nearest, otypes=[float])(values)
        return np.asarray(values, dtype=np.float64)

    def elementary(self, name: str, *argument: Value) -> Value:
        if name == "pi":
            return np.pi
        with np.errstate(all="ignore"):
            return _FUNCTIONS[name](*argument)

    def power(self, base: Value, exponent: Fraction) -> Value:
        with np.errstate(all="ignore"):
            return np.asarray(base, dtype=np.float64) ** (
                int(exponent) if exponent.denominator == 1 else float(exponent)
            )

    def threshold(self, scores: Value, exponent: Fraction) -> Value:
        low, high = np.max(scores) - 1.0, np.max(scores)
        for _ in range(100):
            middle = (low + high) / 2
            if np.sum(np.maximum(scores - middle, 0.0) ** float(exponent)) >= 1:
                low = middle
            else:
                high = middle
        return low

    def shift(self, vector: Value) -> Value:
        return np.max(vector)

    def softmax(self, vector: Value) -> Value:
        """Dual numbers hold their parts as arrays of objects."""
        return super().softmax(np.asarray(vector, dtype=np.float64))


FLOATS = Floats()
