"""Values of terms of the core language (docs/core.md) as JSON writes them, in mpmath, at many digits.

What has no single value at a point (a division by 0, a jump) raises :class:`Undefined`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import mpmath
from mpmath import mpf

Value = Any
"""An mpf, or a list of values."""

DIGITS = 60


class Undefined(Exception):
    """A function has no value, or more than one."""


def number(text: str) -> mpf:
    """Return a rational."""
    top, _, bottom = text.partition("/")
    return mpf(int(top)) / int(bottom or "1")


def value(term: Any, values: Mapping[tuple[str, ...], Value]) -> Value:
    """Return the value of a term; ``values`` are those of its variables, such as ("state",) and ("array", "W")."""
    if isinstance(term, str):
        return number(term)
    name, *arguments = term
    if name in ("state", "activation", "array"):
        return values[tuple(term)]
    if name == "power":
        exponent = number(arguments[1])
        return _each(lambda u: _power(u, exponent), value(arguments[0], values))
    if name in _WITH_WHOLE:
        return _WITH_WHOLE[name](value(arguments[0], values), *(int(each) for each in arguments[1:]))
    given = [value(each, values) for each in arguments]
    if name in _OF_NUMBER:
        return _each(_OF_NUMBER[name], given[0])
    if name in _OF_TWO:
        return reduce(lambda u, v: _beside(_OF_TWO[name], u, v), given)
    return _OF_VECTORS[name](*given)


def _each(function: Callable[[mpf], mpf], u: Value) -> Value:
    return [_each(function, entry) for entry in u] if isinstance(u, list) else function(u)


def _depth(u: Value) -> int:
    return 1 + _depth(u[0]) if isinstance(u, list) else 0


def _beside(function: Callable[[mpf, mpf], mpf], u: Value, v: Value) -> Value:
    if _depth(u) == _depth(v):
        return [_beside(function, *pair) for pair in zip(u, v, strict=True)] if isinstance(u, list) else function(u, v)
    if _depth(u) > _depth(v):
        return [_beside(function, entry, v) for entry in u]
    return [_beside(function, u, entry) for entry in v]


def _need(holds: bool) -> None:
    if not holds:
        raise Undefined


def _power(u: mpf, exponent: mpf) -> mpf:
    _need(u != 0 or exponent >= 0)
    if exponent == int(exponent):
        return u ** int(exponent)
    _need(u >= 0)
    return mpf(0) if u == 0 else mpmath.exp(exponent * mpmath.log(u))


def _log(u: mpf) -> mpf:
    _need(u > 0)
    return mpmath.log(u)


def _log1p(u: mpf) -> mpf:
    _need(u > -1)
    return mpmath.log1p(u)


def _sqrt(u: mpf) -> mpf:
    _need(u >= 0)
    return mpmath.sqrt(u)


def _jump(below: int, above: int) -> Callable[[mpf], mpf]:
    def function(u: mpf) -> mpf:
        _need(u != 0)
        return mpf(above if u > 0 else below)

    return function


def _softplus(u: mpf) -> mpf:
    return max(u, mpf(0)) + mpmath.log1p(mpmath.exp(-abs(u)))


def _mish_integral(u: mpf) -> mpf:
    return mpmath.quad(lambda t: t * mpmath.tanh(_softplus(t)), mpmath.linspace(0, u, 9))


_OF_NUMBER: Mapping[str, Callable[[mpf], mpf]] = {
    **{each: getattr(mpmath, each) for each in ("exp", "expm1", "sin", "cos", "sinh", "cosh", "tanh", "sech", "erf")},
    "negate": lambda u: -u,
    "log": _log,
    "log1p": _log1p,
    "sqrt": _sqrt,
    "logcosh": lambda u: abs(u) + mpmath.log1p(mpmath.exp(-2 * abs(u))) - mpmath.log(2),
    "sigmoid": lambda u: 1 / (1 + mpmath.exp(-u)),
    "softplus": _softplus,
    "softplus_integral": lambda u: -mpmath.polylog(2, -mpmath.exp(u)).real,
    "mish_integral": _mish_integral,
    "arctan": mpmath.atan,
    "relu": lambda u: max(u, mpf(0)),
    "abs": abs,
    "sign": _jump(-1, 1),
    "step": _jump(0, 1),
    "kink": _jump(0, 0),
}


def _divided(u: mpf, v: mpf) -> mpf:
    _need(v != 0)
    return u / v


_OF_TWO: Mapping[str, Callable[[mpf, mpf], mpf]] = {
    "add": lambda u, v: u + v,
    "subtract": lambda u, v: u - v,
    "multiply": lambda u, v: u * v,
    "divide": _divided,
    "max": max,
    "min": min,
}

_WITH_WHOLE: Mapping[str, Callable[..., Value]] = {
    "index": lambda u, place: u[place],
    "unit": lambda u, place: [mpf(int(k == place)) for k in range(len(u))],
    "slice": lambda u, start, stop: u[start:stop],
}


def _dot(u: Sequence[mpf], v: Sequence[mpf]) -> mpf:
    return mpmath.fsum(a * b for a, b in zip(u, v, strict=True))


def _softmax(u: Sequence[mpf], ghost: int = 0) -> list[mpf]:
    largest = max([*u, mpf(0)] if ghost else u)
    weights = [mpmath.exp(each - largest) for each in u]
    whole = mpmath.fsum(weights) + ghost * mpmath.exp(-largest)
    return [each / whole for each in weights]


def _logsumexp(u: Sequence[mpf]) -> mpf:
    largest = max(u)
    return largest + mpmath.log(mpmath.fsum(mpmath.exp(each - largest) for each in u))


def _variance(u: Sequence[mpf]) -> mpf:
    mean = mpmath.fsum(u) / len(u)
    return mpmath.fsum((each - mean) ** 2 for each in u) / len(u)


def _columns(matrix: Value) -> Value:
    return [list(column) for column in zip(*matrix, strict=True)]


def _matmul(matrix: Value, right: Value) -> Value:
    if _depth(right) == 1:
        return [_dot(row, right) for row in matrix]
    return [[_dot(row, column) for column in _columns(right)] for row in matrix]


def _root(falling: Callable[[mpf], mpf], low: mpf, high: mpf) -> mpf:
    for _ in range(4 * DIGITS):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return (low + high) / 2


def _entmax(u: Sequence[mpf], alpha: mpf) -> list[mpf]:
    scores, exponent = [(alpha - 1) * each for each in u], 1 / (alpha - 1)

    def shares(t: mpf) -> list[mpf]:
        return [_power(max(each - t, mpf(0)), exponent) for each in scores]

    return shares(_root(lambda t: mpmath.fsum(shares(t)) - 1, max(scores) - 1, max(scores)))


def _normmax(u: Sequence[mpf], gamma: mpf) -> list[mpf]:
    """The maximiser is proportional to relu(u - t)^(1/(γ-1)), for the t with a norm of 1 in the dual exponent."""
    above = gamma / (gamma - 1)

    def excess(t: mpf) -> mpf:
        return mpmath.fsum(_power(max(each - t, mpf(0)), above) for each in u) - 1

    t = _root(excess, max(u) - 1, max(u))
    weights = [_power(max(each - t, mpf(0)), 1 / (gamma - 1)) for each in u]
    return [each / mpmath.fsum(weights) for each in weights]


def _entmax_conjugate(u: Sequence[mpf], alpha: mpf) -> mpf:
    p = _entmax(u, alpha)
    return _dot(u, p) - (mpmath.fsum(_power(each, alpha) for each in p) - 1) / (alpha * (alpha - 1))


def _normmax_conjugate(u: Sequence[mpf], gamma: mpf) -> mpf:
    p = _normmax(u, gamma)
    return _dot(u, p) - _power(mpmath.fsum(_power(each, gamma) for each in p), 1 / gamma) + 1


_OF_VECTORS: Mapping[str, Callable[..., Value]] = {
    "pi": lambda: +mpmath.pi,
    "sum": mpmath.fsum,
    "mean": lambda u: mpmath.fsum(u) / len(u),
    "size": lambda u: mpf(len(u)),
    "variance": _variance,
    "norm": lambda u, offset: _sqrt(_dot(u, u) + offset),
    "dot": _dot,
    "ones": lambda u: [mpf(1)] * len(u),
    "softmax": _softmax,
    "logsumexp": _logsumexp,
    "ghostmax": lambda u: _softmax(u, 1),
    "ghost_logsumexp": lambda u: _logsumexp([*u, mpf(0)]),
    "entmax": _entmax,
    "entmax_conjugate": _entmax_conjugate,
    "normmax": _normmax,
    "normmax_conjugate": _normmax_conjugate,
    "matmul": _matmul,
    "transpose": _columns,
    "stack": lambda *each: list(each),
    "concatenate": lambda *each: [entry for vector in each for entry in vector],
    "column_squares": lambda matrix: [_dot(column, column) for column in _columns(matrix)],
}
