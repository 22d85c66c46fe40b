"""Exact rational arithmetic: defined only where the value of a function is a known rational.

Used where a statement is an equality (two states with exactly the same activation). A function whose value is
not evidently rational raises :class:`NotRational`, so nothing is ever approximated.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.expr.evaluate import Arithmetic, Value

MAX_BITS = 1_000_000
"""The size of numerator and denominator beyond which a power is not computed."""

MAX_SHOWN_BITS = 200
"""The size of a number that a message tells: Python does not even write one of more than 4,300 digits."""


class NotRational(HopverifyError):
    """The value is not known to be rational."""


def _only_at_zero(value: int) -> Callable[[Fraction], Fraction]:
    def function(u: Fraction) -> Fraction:
        if u != 0:
            raise NotRational("a transcendental function is rational at 0 only")
        return Fraction(value)

    return function


def square_root(u: Fraction) -> Fraction:
    """Return the square root of the square of a rational; raise :class:`NotRational` for any other number."""
    if u < 0:
        raise NotRational("the square root of a negative number")
    numerator, denominator = isqrt(u.numerator), isqrt(u.denominator)
    if numerator**2 != u.numerator or denominator**2 != u.denominator:
        short = u.numerator.bit_length() + u.denominator.bit_length() <= MAX_SHOWN_BITS
        raise NotRational(f"the square root of {u if short else 'a long number'} is irrational")
    return Fraction(numerator, denominator)


def _whole_power(u: Fraction, exponent: int) -> Fraction:
    bits = max(u.numerator.bit_length(), u.denominator.bit_length())
    if bits * abs(exponent) > MAX_BITS:
        raise NotRational("a power with more digits than are kept")
    return u**exponent


def _at_jump(u: Fraction, value: Fraction) -> Fraction:
    if u == 0:
        raise NotRational("the function is set-valued at 0")
    return value


_FUNCTIONS: dict[str, Callable[[Fraction], Fraction]] = {
    "exp": _only_at_zero(1),
    "cosh": _only_at_zero(1),
    "cos": _only_at_zero(1),
    "sech": _only_at_zero(1),
    **{name: _only_at_zero(0) for name in ("expm1", "log1p", "sin", "sinh", "tanh", "logcosh", "arctan", "erf")},
    "mish_integral": _only_at_zero(0),
    "log": lambda u: _only_at_zero(0)(u - 1),
    "sqrt": square_root,
    "sigmoid": lambda u: _only_at_zero(1)(u) / 2,
    "relu": lambda u: max(u, Fraction(0)),
    "abs": abs,
    "sign": lambda u: _at_jump(u, Fraction((u > 0) - (u < 0))),
    "step": lambda u: _at_jump(u, Fraction(int(u > 0))),
    "kink": lambda u: _at_jump(u, Fraction(0)),
}


class Exact(Arithmetic):
    """Fractions, in object arrays."""

    def number(self, value: Fraction) -> Value:
        return value

    def array(self, values: np.ndarray[Any, Any]) -> Value:
        return np.frompyfunc(Fraction, 1, 1)(values)

    def elementary(self, name: str, *argument: Value) -> Value:
        if name not in _FUNCTIONS or not argument:
            raise NotRational(f"{name} has no rational values that are known")
        function = _FUNCTIONS[name]
        return np.frompyfunc(function, 1, 1)(*argument)

    def power(self, base: Value, exponent: Fraction) -> Value:
        if exponent.denominator == 2:
            base, exponent = np.frompyfunc(square_root, 1, 1)(base), exponent * 2
        if exponent.denominator != 1:
            raise NotRational("a power with this exponent is not known to be rational")
        return np.frompyfunc(lambda u: _whole_power(u, int(exponent)), 1, 1)(base)

    def threshold(self, scores: Value, exponent: Fraction) -> Value:
        """Return the exact threshold of sparsemax (exponent 1): the mean of the top k scores, less 1/k."""
        if exponent != 1:
            raise NotRational("only the threshold of sparsemax is rational")
        total, best = Fraction(0), Fraction(0)
        for k, score in enumerate(sorted(scores, reverse=True), start=1):
            total += score
            if 1 + k * score > total:
                best = (total - 1) / k
        return best

    def shift(self, vector: Value) -> Value:
        return max(vector)


EXACT = Exact()
