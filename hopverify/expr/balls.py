"""Ball arithmetic through python-flint: every result is an enclosure of the exact value.

Arrays are NumPy object arrays of ``flint.arb``. python-flint's precision is process-wide; it is set here and
nowhere else, by :func:`precision`. A ball that is not a number compares false with everything, so it can never
prove anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import flint
import numpy as np
from flint import acb, arb, fmpq

from hopverify.expr.evaluate import Arithmetic, Value

DEFAULT_BITS = 128


@contextmanager
def precision(bits: int = DEFAULT_BITS) -> Iterator[None]:
    """Set the working precision in bits, and put the old one back."""
    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        yield
    finally:
        flint.ctx.prec = before


def ball(value: Fraction | int) -> arb:
    """Return an enclosure of a rational."""
    value = Fraction(value)
    return arb(fmpq(value.numerator, value.denominator))


# Beyond this radius a plain formula, in which u occurs more than once, would blow up or leave its domain.
_NARROW = 2.0**-20

Function = Callable[[arb], arb]


def _increasing(function: Function) -> Function:
    """Enclose an increasing function on a wide ball by its values at the ends."""

    def enclosed(u: arb) -> arb:
        if u.rad() < _NARROW or not u.is_finite():
            return function(u)
        return function(u.lower()).union(function(u.upper()))

    return enclosed


def _even(function: Function) -> Function:
    """Enclose an even function that is monotone in |u| likewise."""

    def enclosed(u: arb) -> arb:
        if u.rad() < _NARROW or not u.is_finite():
            return function(u)
        return function(u.abs_lower()).union(function(u.abs_upper()))

    return enclosed


def _softplus_integral(u: arb) -> arb:
    return -acb(-u.exp()).polylog(2).real


def _mish_integral(u: arb) -> arb:
    """Return ∫_0^u t·tanh(softplus(t)) dt; on a wide ball by the mean value theorem, as |g(t)| ≤ |t|."""
    if not u.is_finite():
        return arb.nan()
    if u.rad() < _NARROW:
        primitive = _mish_primitive_above if u.mid() > 0 else _mish_primitive_below
        return primitive(u) - primitive(arb(0))
    return _mish_integral(u.mid()) + _hull(-1, 1) * u.rad() * u.abs_upper()


# Primitives in closed form, by tanh(softplus(t)) = 1 - 2·Im 1/(a + e^t) with a = 1 - i, and integration by parts.
_A = (1, -1)


def _mish_primitive_below(u: arb) -> arb:
    ratio = acb(u.exp()) / acb(*_A)
    return 2 * ((u * (1 + ratio).log() + (-ratio).polylog(2)) / acb(*_A)).imag


def _mish_primitive_above(u: arb) -> arb:
    ratio = acb((-u).exp()) * acb(*_A)
    return u * u / 2 + 2 * ((u * (1 + ratio).log() - (-ratio).polylog(2)) / acb(*_A)).imag


def _relu(u: arb) -> arb:
    if u > 0:
        return u
    return arb(0) if u <= 0 else u.nonnegative_part() if u.is_finite() else arb.nan()


def _hull(low: int, high: int) -> arb:
    return arb(low).union(arb(high))


def _sign(u: arb) -> arb:
    if u > 0:
        return arb(1)
    if u < 0:
        return arb(-1)
    return arb.nan() if u.is_nan() else _hull(-1, 1)


def _step(u: arb) -> arb:
    if u > 0:
        return arb(1)
    if u < 0:
        return arb(0)
    return arb.nan() if u.is_nan() else _hull(0, 1)


def _sqrt(u: arb) -> arb:
    return _root(u, Fraction(1, 2))


def _whole_power(u: arb, n: int) -> arb:
    """Return uⁿ. FLINT's own power of a ball that holds 0 is NaN: there the ends decide, where uⁿ is monotone."""
    if n <= 0 or not u.contains(0):
        return u**n
    if n % 2:
        return (u.lower() ** n).union(u.upper() ** n)
    return arb(0).union(u.abs_upper() ** n)


def _root(u: arb, exponent: Fraction) -> arb:
    """Return u^exponent for u ≥ 0 and exponent > 0.

    A ball that reaches below 0 by no more than the rounding of its radius (2^-20 of its top, far above Arb's 2^-29)
    comes from a quantity that is ≥ 0, such as relu; on it the function is enclosed by [0, top^exponent]. What is not
    evidently ≥ 0 has gone through :meth:`Balls.where_defined`.
    """
    if u > 0:
        return u.sqrt() if exponent == Fraction(1, 2) else u ** ball(exponent)
    if u == 0:
        return arb(0)
    top = u.upper()
    if not u.is_finite() or not top > 0 or not u.lower() >= -top * arb(2) ** -20:
        return arb.nan()
    return arb(0).union(top.sqrt() if exponent == Fraction(1, 2) else top ** ball(exponent))


_FUNCTIONS: dict[str, Any] = {
    **{name: getattr(arb, name) for name in ("exp", "expm1", "log", "log1p", "sin", "cos", "sinh", "cosh")},
    "sqrt": _sqrt,
    "tanh": _increasing(arb.tanh),
    "sech": _even(arb.sech),
    "logcosh": _even(lambda u: abs(u) + (-2 * abs(u)).exp().log1p() - arb(2).log()),
    "sigmoid": _increasing(lambda u: 1 / (1 + (-u).exp())),
    "softplus": _increasing(lambda u: u.exp().log1p()),
    "softplus_integral": _increasing(_softplus_integral),
    "mish_integral": _mish_integral,
    "arctan": arb.atan,
    "erf": arb.erf,
    "relu": _relu,
    "abs": abs,
    "sign": _sign,
    "step": _step,
    "kink": lambda u: arb(0) if u > 0 or u < 0 else arb.nan(),
}


class Balls(Arithmetic):
    """Enclosures at the precision in force."""

    @property
    def working_precision(self) -> int:
        bits: int = flint.ctx.prec
        return bits

    def number(self, value: Fraction) -> Value:
        return ball(value)

    def array(self, values: np.ndarray[Any, Any]) -> Value:
        convert = arb if values.dtype == np.float64 else ball
        return np.frompyfunc(convert, 1, 1)(values)

    def elementary(self, name: str, *argument: Value) -> Value:
        if name == "pi":
            return arb.pi()
        function = _FUNCTIONS[name]
        (u,) = argument
        return np.frompyfunc(function, 1, 1)(u) if isinstance(u, np.ndarray) else function(u)

    def power(self, base: Value, exponent: Fraction) -> Value:
        if exponent.denominator == 1:
            return np.frompyfunc(lambda u: _whole_power(u, int(exponent)), 1, 1)(base)
        whole = np.frompyfunc(lambda u: _root(u, exponent) if exponent > 0 else 1 / _root(u, -exponent), 1, 1)
        return whole(base)

    def where_defined(self, base: Value) -> Value:
        return np.frompyfunc(lambda u: arb.nan() if u.lower() < 0 else u, 1, 1)(base)

    def threshold(self, scores: Value, exponent: Fraction) -> Value:
        """Enclose the root by bisection: each half is kept unless the sign of Σ relu(s - t)^e - 1 is certain."""
        mids = [score.mid() for score in scores]
        high = max(mids) + max(score.rad() for score in scores) + 1
        low = min(mids) - max(score.rad() for score in scores) - 2

        def excess(t: arb) -> arb:
            total = arb(0)
            for score in scores:
                total += self.power(_relu(score - t), exponent)
            return total - 1

        low, high = arb(low.lower()), arb(high.upper())
        for certain_above in (True, False):
            outer, inner = (low, high) if certain_above else (high, low)
            for _ in range(flint.ctx.prec):
                middle = ((outer + inner) / 2).mid()
                value = excess(middle)
                if (value >= 0) if certain_above else (value <= 0):
                    outer = middle
                else:
                    inner = middle
            low, high = (outer, high) if certain_above else (low, outer)
        return low.union(high)

    def shift(self, vector: Value) -> Value:
        return max((entry.mid() for entry in vector), key=float)


BALLS = Balls()
