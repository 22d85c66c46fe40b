"""Rational arithmetic: values where they are known to be rational; nothing is approximated.

A function with irrational values is known at the points at which its value is told here, and refused at others.

>>> from hopverify.kernel import language
>>> evaluate(language.read(["exp", ["multiply", "2", ["state"]]], ""), {("state", ""): Fraction(0)}, RATIONALS)
Fraction(1, 1)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import isqrt

from hopverify.kernel.arithmetic import Arithmetic, Value
from hopverify.kernel.core import Core
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.numbers import need
from hopverify.kernel.properties import JUMPING
from hopverify.kernel.terms import Term
from hopverify.kernel.vectors import matrix_product

MAX_BITS = 1_000_000
"""Numbers have at most so many digits in base 2."""


def exact(core: Core, term: Term, x: Value, every: bool = True) -> Value:
    """Return the value of a term in ["state"], or refuse it; with ``every`` array that is meant, or the given ones."""
    return evaluate(term, {**arrays_of(core, term, arithmetic=RATIONALS, every=every), ("state", ""): x}, RATIONALS)


# Functions that are irrational at every other rational point, or not known to be rational there: (u, f(u)).
_AT: Mapping[str, tuple[int, Fraction]] = {
    **dict.fromkeys(("exp", "cosh", "cos", "sech"), (0, Fraction(1))),
    **dict.fromkeys(("expm1", "log1p", "sin", "sinh", "tanh", "logcosh", "arctan", "erf"), (0, Fraction(0))),
    "mish_integral": (0, Fraction(0)),
    "log": (1, Fraction(0)),
    "sigmoid": (0, Fraction(1, 2)),
}


def square_root(u: Fraction) -> Fraction:
    """Return the root of a square."""
    root = Fraction(isqrt(max(u.numerator, 0)), isqrt(u.denominator))
    need(root * root == u, "exact", "a square root is irrational")
    return root


def _divided(u: Fraction, v: Fraction) -> Fraction:
    need(v != 0, "exact", "division by 0")
    return u / v


_FUNCTIONS: Mapping[str, Callable[..., Fraction]] = {
    "negate": lambda u: -u,
    "sqrt": square_root,
    "relu": lambda u: max(u, Fraction(0)),
    "abs": abs,
    "sign": lambda u: Fraction(1 if u > 0 else -1),
    "step": lambda u: Fraction(1 if u > 0 else 0),
    "kink": lambda u: Fraction(0),
    "add": lambda u, v: u + v,
    "subtract": lambda u, v: u - v,
    "multiply": lambda u, v: u * v,
    "divide": _divided,
    "max": max,
    "min": min,
}


def _apply(name: str, *given: Fraction) -> Fraction:
    if name in _AT:
        place, value = _AT[name]
        need(given[0] == place, "exact", f"{name} is known to be rational at {place} only")
        return value
    need(name in _FUNCTIONS, "exact", f"{name} has no rational values that are known")
    need(name not in JUMPING or given[0] != 0, "exact", f"{name} of 0 has no single value")
    return _FUNCTIONS[name](*given)


def _power(u: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator == 2:
        u, exponent = square_root(u), exponent * 2
    need(exponent.denominator == 1, "exact", "a power is not known to be rational")
    bits = max(u.numerator.bit_length(), u.denominator.bit_length())
    need(bits * abs(exponent) <= MAX_BITS, "exact", "a power has too many digits")
    need(u != 0 or exponent >= 0, "exact", "division by 0")
    return u ** int(exponent)


def _sparsemax(u: Sequence[Fraction], parameter: Fraction) -> Value:
    """p = relu(u - t), where t is the mean of the k largest less 1/k, for the largest k that keeps all k above t."""
    need(parameter == 2, "exact", "of the entmax family only sparsemax has rational values that are known")
    sums, threshold = Fraction(0), Fraction(0)
    for k, each in enumerate(sorted(u, reverse=True), start=1):
        sums += each
        if 1 + k * each > sums:
            threshold = (sums - 1) / k
    return [max(each - threshold, Fraction(0)) for each in u]


def dot(u: Sequence[Fraction], v: Sequence[Fraction]) -> Fraction:
    """Return Σ u_i v_i; products with one denominator are added as whole numbers.

    >>> dot([Fraction(1, 2), Fraction(3)], [Fraction(1, 4), Fraction(1, 3)])
    Fraction(9, 8)
    """
    sums: dict[int, int] = {}
    for a, b in zip(u, v, strict=True):
        if a and b:
            below = a.denominator * b.denominator
            sums[below] = sums.get(below, 0) + a.numerator * b.numerator
    return sum((Fraction(*pair[::-1]) for pair in sums.items()), Fraction(0))


RATIONALS = Arithmetic(
    number=Fraction,
    apply=_apply,
    power=_power,
    own={"entmax": _sparsemax, "dot": dot, "matmul": partial(matrix_product, dot)},
)
