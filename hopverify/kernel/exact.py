"""Values of terms in rational arithmetic, where they are known to be rational; nothing is approximated.

A function with irrational values is known at the points at which its value is told here, and refused at others.

>>> from hopverify.kernel import language
>>> exact(language.read(["exp", ["multiply", "2", ["state"]]], ""), {("state", ""): Fraction(0)})
Fraction(1, 1)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import isqrt
from operator import add
from typing import Any

from hopverify.kernel import terms
from hopverify.kernel.arrays import Array
from hopverify.kernel.core import Core
from hopverify.kernel.numbers import need
from hopverify.kernel.terms import Apply, Number, Place, Term
from hopverify.kernel.vectors import beside, mapped

Value = Any
"""A Fraction, or a list of values."""

MAX_BITS = 1_000_000
"""Numbers have at most so many digits in base 2."""


def exact(term: Term, values: Mapping[Place, Value]) -> Value:
    """Return the value of a term, or refuse it."""
    known: dict[int, Value] = {}
    for node in terms.walk(term):
        if isinstance(node, Number):
            known[id(node)] = node.value
        elif isinstance(node, Apply):
            known[id(node)] = _applied(node, [known[id(each)] for each in node.arguments])
        else:
            known[id(node)] = values[node.place]
    return known[id(term)]


def at(core: Core, term: Term, x: Value) -> Value:
    """Return the value of a term in ["state"]."""
    return exact(term, {**arrays_of(core), ("state", ""): x})


def arrays_of(core: Core) -> dict[Place, Value]:
    """Return the arrays of a core as values."""
    return {("array", name): _nested(held) for name, held in core.arrays.items()}


def _nested(held: Array) -> Value:
    entries: list[Value] = [held.fraction(place) for place in range(len(held.entries))]
    for length in reversed(held.shape[1:]):
        entries = [entries[start : start + length] for start in range(0, len(entries), length)]
    return entries if held.shape else entries[0]


def _applied(node: Apply, given: list[Value]) -> Value:
    name = node.function
    if name in _AT or name in _OF_NUMBERS:
        return mapped(lambda u: _of_number(name, u), given[0])
    if name in _OF_TWO:
        return beside(_OF_TWO[name], *given)
    if name in _WITH_CONSTANT:
        return _WITH_CONSTANT[name](given[0], *(terms.constant(each) for each in node.arguments[1:]))
    need(name in _OF_VECTORS, "exact", f"{name} has no rational values that are known")
    return _OF_VECTORS[name](*given)


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


_OF_NUMBERS: Mapping[str, Callable[[Fraction], Fraction]] = {
    "negate": lambda u: -u,
    "sqrt": square_root,
    "relu": lambda u: max(u, Fraction(0)),
    "abs": abs,
    "sign": lambda u: Fraction(1 if u > 0 else -1),
    "step": lambda u: Fraction(1 if u > 0 else 0),
    "kink": lambda u: Fraction(0),
}


def _of_number(name: str, u: Fraction) -> Fraction:
    if name in _AT:
        place, value = _AT[name]
        need(u == place, "exact", f"{name} is known to be rational at {place} only")
        return value
    need(u != 0 or name not in ("sign", "step", "kink"), "exact", f"{name} of 0 has no single value")
    return _OF_NUMBERS[name](u)


def _divided(u: Fraction, v: Fraction) -> Fraction:
    need(v != 0, "exact", "division by 0")
    return u / v


_OF_TWO: Mapping[str, Callable[[Fraction, Fraction], Fraction]] = {
    "add": lambda u, v: u + v,
    "subtract": lambda u, v: u - v,
    "multiply": lambda u, v: u * v,
    "divide": _divided,
    "max": max,
    "min": min,
}


def _power(u: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator == 2:
        u, exponent = square_root(u), exponent * 2
    need(exponent.denominator == 1, "exact", "a power is not known to be rational")
    bits = max(u.numerator.bit_length(), u.denominator.bit_length())
    need(bits * abs(exponent) <= MAX_BITS, "exact", "a power has too many digits")
    need(u != 0 or exponent >= 0, "exact", "division by 0")
    return u ** int(exponent)


def _total(u: Sequence[Fraction]) -> Fraction:
    return reduce(add, u, Fraction(0))


def _dot(u: Sequence[Fraction], v: Sequence[Fraction]) -> Fraction:
    return _total([a * b for a, b in zip(u, v, strict=True)])


def _variance(u: Sequence[Fraction]) -> Fraction:
    mean = _total(u) / len(u)
    return _total([(each - mean) ** 2 for each in u]) / len(u)


def _columns(matrix: Value) -> Value:
    return [list(column) for column in zip(*matrix, strict=True)]


def _matmul(matrix: Value, right: Value) -> Value:
    if not isinstance(right[0], list):
        return [_dot(row, right) for row in matrix]
    return [[_dot(row, column) for column in _columns(right)] for row in matrix]


def _sparsemax(u: Sequence[Fraction], parameter: Fraction) -> Value:
    """p = relu(u - t), where t is the mean of the k largest less 1/k, for the largest k that keeps all k above t."""
    need(parameter == 2, "exact", "of the entmax family only sparsemax has rational values that are known")
    sums, threshold = Fraction(0), Fraction(0)
    for k, each in enumerate(sorted(u, reverse=True), start=1):
        sums += each
        if 1 + k * each > sums:
            threshold = (sums - 1) / k
    return [max(each - threshold, Fraction(0)) for each in u]


_OF_VECTORS: Mapping[str, Callable[..., Value]] = {
    "sum": _total,
    "mean": lambda u: _total(u) / len(u),
    "size": lambda u: Fraction(len(u)),
    "variance": _variance,
    "norm": lambda u, offset: square_root(_dot(u, u) + offset),
    "dot": _dot,
    "ones": lambda u: [Fraction(1)] * len(u),
    "matmul": _matmul,
    "transpose": _columns,
    "stack": lambda *parts: list(parts),
    "concatenate": lambda *parts: [entry for part in parts for entry in part],
}

_WITH_CONSTANT: Mapping[str, Callable[..., Value]] = {
    "power": lambda u, exponent: mapped(lambda each: _power(each, exponent), u),
    "index": lambda u, place: u[int(place)],
    "slice": lambda u, start, stop: u[int(start) : int(stop)],
    "unit": lambda u, place: [Fraction(int(k == place)) for k in range(len(u))],
    "entmax": _sparsemax,
}
