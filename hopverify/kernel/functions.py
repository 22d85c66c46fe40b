"""Functions of one and of two numbers, on balls.

Every result encloses the exact value; a ball that is not a number compares false with everything, so that it proves
nothing. Precision is python-flint's, which :func:`precision` sets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import reduce

import flint
from flint import acb, arb, fmpq, fmpq_mat


@contextmanager
def precision(bits: int = 128) -> Iterator[None]:
    """Set the precision in bits, and put the old one back."""
    before, flint.ctx.prec = flint.ctx.prec, bits
    try:
        yield
    finally:
        flint.ctx.prec = before


def ball(value: Fraction | float | int) -> arb:
    """Return an enclosure of a rational, or of a double exactly."""
    if isinstance(value, float):
        return arb(value)
    return arb(fmpq(value.numerator, value.denominator))


def exactly(value: Fraction) -> fmpq:
    """Return a rational for python-flint."""
    return fmpq(value.numerator, value.denominator)


def fraction(value: fmpq) -> Fraction:
    """Return a rational of python-flint."""
    return Fraction(int(value.p), int(value.q))


def exact(value: arb) -> Fraction:
    """Return the rational that an exact ball is."""
    mantissa, exponent = value.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def matrix(rows: Sequence[Sequence[Fraction]]) -> fmpq_mat:
    """Return a matrix for python-flint."""
    return fmpq_mat(len(rows), len(rows[0]), [exactly(each) for row in rows for each in row])


def _monotone(function: Callable[[arb], arb], even: bool = False) -> Callable[[arb], arb]:
    """Enclose a function that is monotone, or even and monotone in |u|, by its values at the ends."""

    def enclosed(u: arb) -> arb:
        if not u.is_finite() or u.is_exact():
            return function(u)
        low, high = (u.abs_lower(), u.abs_upper()) if even else (u.lower(), u.upper())
        return function(low).union(function(high))

    return enclosed


def _hull(low: int, high: int) -> arb:
    return arb(low).union(arb(high))


def relu(u: arb) -> arb:
    """Return max(u, 0)."""
    return u.max(arb(0))


def _step(u: arb) -> arb:
    return arb(1) if u > 0 else arb(0) if u < 0 else arb.nan() if u.is_nan() else _hull(0, 1)


def _sign(u: arb) -> arb:
    return arb(1) if u > 0 else arb(-1) if u < 0 else arb.nan() if u.is_nan() else _hull(-1, 1)


def _mish_integral(u: arb) -> arb:
    """∫_0^u t·tanh(softplus(t)) dt, by tanh(softplus(t)) = 1 - 2·Im 1/(a + e^t), a = 1 - i, and parts."""
    if not u.is_finite():
        return arb.nan()
    a = acb(1, -1)

    def below(t: arb) -> arb:
        ratio = acb(t.exp()) / a
        return 2 * ((t * (1 + ratio).log() + (-ratio).polylog(2)) / a).imag

    def above(t: arb) -> arb:
        ratio = acb((-t).exp()) * a
        return t * t / 2 + 2 * ((t * (1 + ratio).log() - (-ratio).polylog(2)) / a).imag

    middle = arb(u.mid())
    primitive = above if middle > 0 else below
    # The integrand is at most |t| in absolute value.
    return primitive(middle) - primitive(arb(0)) + _hull(-1, 1) * u.rad() * u.abs_upper()


def root(u: arb, exponent: Fraction) -> arb:
    """u^exponent for an exponent that is not whole: defined for u > 0, and for 0 itself if the exponent is positive."""
    if u > 0:
        return u ** ball(exponent)
    # A ball with 0 on its edge is none that FLINT makes.
    return arb(0) if u == 0 and exponent > 0 else arb.nan()


NARROW = 20
"""Balls with more bits than these are points that were rounded; of others FLINT's product loses much of their ends."""


def product(u: arb, v: arb) -> arb:
    """Return u·v: of wide balls, the hull of the products of their ends."""
    if u.rel_accuracy_bits() > NARROW or v.rel_accuracy_bits() > NARROW:
        return u * v
    corners = [one * other for one in (u.lower(), u.upper()) for other in (v.lower(), v.upper())]
    return reduce(arb.union, corners)


def power(u: arb, exponent: Fraction) -> arb:
    """Return u^exponent."""
    if exponent.denominator != 1:
        return root(u, exponent)
    n = int(exponent)
    if n == 0:
        return arb(1) if u.is_finite() else arb.nan()
    if u.rel_accuracy_bits() > NARROW or not u.is_finite() or (n < 0 and u.contains(0)):
        return u**n
    if not u.contains(0):
        return (u.lower() ** n).union(u.upper() ** n)
    # FLINT's own power of a ball that holds 0 is not a number.
    return (u.lower() ** n).union(u.upper() ** n) if n % 2 else arb(0).union(u.abs_upper() ** n)


OF_NUMBERS: Mapping[str, Callable[[arb], arb]] = {
    **{name: getattr(arb, name) for name in ("exp", "expm1", "log", "log1p", "sin", "cos", "sinh", "cosh")},
    "erf": _monotone(arb.erf),
    "negate": lambda u: -u,
    "sqrt": lambda u: root(u, Fraction(1, 2)),
    "tanh": _monotone(arb.tanh),
    "sech": _monotone(arb.sech, even=True),
    "logcosh": _monotone(lambda u: abs(u) + (-2 * abs(u)).exp().log1p() - arb(2).log(), even=True),
    "sigmoid": _monotone(lambda u: 1 / (1 + (-u).exp())),
    "softplus": _monotone(lambda u: u.exp().log1p()),
    "softplus_integral": _monotone(lambda u: -acb(-u.exp()).polylog(2).real),
    "mish_integral": _mish_integral,
    "arctan": arb.atan,
    "relu": relu,
    "abs": abs,
    "sign": _sign,
    "step": _step,
    "kink": lambda u: arb(0) if u > 0 or u < 0 else arb.nan(),
}

OF_TWO: Mapping[str, Callable[[arb, arb], arb]] = {
    "add": lambda u, v: u + v,
    "subtract": lambda u, v: u - v,
    "multiply": product,
    "divide": lambda u, v: u / v,
    "max": lambda u, v: u.max(v),
    "min": lambda u, v: u.min(v),
}
