"""Germs: polynomials of a number t, with rational coefficients, as functions of all large t.

Sums and products are polynomials again. For all large t one has the sign of its leading coefficient, which tells what
functions with a kink are there. Other functions are known of constants alone, where they are rational.

>>> t = fmpq_poly([0, 1])
>>> GERMS.apply("relu", t - 5), GERMS.apply("max", t, t * t)
(x + (-5), x^2)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_poly

from hopverify.kernel.arithmetic import Arithmetic
from hopverify.kernel.exact import RATIONALS
from hopverify.kernel.numbers import need

MAX_DEGREE = 64


def germ(value: Any, *higher: Any) -> fmpq_poly:
    """Return the polynomial with these coefficients, rationals or doubles, lowest first."""
    exact = (Fraction(each) for each in (value, *higher))
    return fmpq_poly([fmpq(each.numerator, each.denominator) for each in exact])


def leading(u: fmpq_poly) -> Fraction:
    """Return the leading coefficient, 0 of 0."""
    found = u[max(u.degree(), 0)]
    return Fraction(int(found.p), int(found.q))


def _product(u: fmpq_poly, v: fmpq_poly) -> fmpq_poly:
    need(u.degree() + v.degree() <= MAX_DEGREE, "germ", f"polynomials have degree at most {MAX_DEGREE}")
    return u * v


def _quotient(u: fmpq_poly, v: fmpq_poly) -> fmpq_poly:
    need(v.degree() == 0, "germ", "the divisor is not a constant other than 0")
    return u * (1 / v[0])


_FUNCTIONS: Mapping[str, Callable[..., fmpq_poly]] = {
    "negate": lambda u: -u,
    "relu": lambda u: u if leading(u) > 0 else germ(0),
    "abs": lambda u: u if leading(u) > 0 else -u,
    "add": lambda u, v: u + v,
    "subtract": lambda u, v: u - v,
    "multiply": _product,
    "divide": _quotient,
    "max": lambda u, v: u if leading(u - v) > 0 else v,
    "min": lambda u, v: v if leading(u - v) > 0 else u,
}

_JUMPS: Mapping[str, tuple[int, int]] = {"sign": (-1, 1), "step": (0, 1), "kink": (0, 0)}
"""The values below and above 0."""


def _apply(name: str, *given: fmpq_poly) -> fmpq_poly:
    if name in _FUNCTIONS:
        return _FUNCTIONS[name](*given)
    if name in _JUMPS:
        sign = leading(given[0])
        need(sign != 0, "germ", f"{name} of 0 has no single value")
        return germ(_JUMPS[name][1 if sign > 0 else 0])
    need(given[0].degree() <= 0, "germ", f"{name} of a state that moves is no polynomial")
    return germ(RATIONALS.apply(name, leading(given[0])))


def _power(u: fmpq_poly, exponent: Fraction) -> fmpq_poly:
    if u.degree() <= 0:
        return germ(RATIONALS.power(leading(u), exponent))
    whole = exponent.denominator == 1 and 0 <= exponent * u.degree() <= MAX_DEGREE
    need(whole, "germ", f"a power is no polynomial of degree at most {MAX_DEGREE}")
    return u ** int(exponent)


GERMS = Arithmetic(number=germ, apply=_apply, power=_power, own={})
