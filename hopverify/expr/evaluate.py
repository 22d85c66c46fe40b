"""Evaluation of an expression in any number system.

A number system (:class:`Arithmetic`) says what a constant is and what the elementary functions of one number are.
Everything else, from ``+`` to softmax, is written here once in those terms, on scalars and NumPy arrays. Arrays
have dtype float64 for floats and dtype object for exact rationals, balls, intervals and jets.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

import numpy as np

from hopverify.errors import ExpressionError
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, walk
from hopverify.expr.signs import NONNEGATIVE, signs

Value = Any
"""A scalar of the number system, or a NumPy array of them."""

Operation = TypeVar("Operation", bound=Callable[[Any, Any], Any])


class Arithmetic(ABC):
    """A number system. Final classes implement the six abstract methods.

    Sets of numbers (intervals, and duals over them) override :meth:`softmax` and :meth:`average` too, whose formulas
    name a variable twice and so would lose sharpness.
    """

    @property
    def working_precision(self) -> int:
        """The bits to which constants are rounded now, where that can change; else 0. A cache has to know them."""
        return 0

    @abstractmethod
    def number(self, value: Fraction) -> Value:
        """Return the constant ``value`` (enclosed, where it cannot be held exactly)."""

    @abstractmethod
    def array(self, values: np.ndarray[Any, Any]) -> Value:
        """Return an array of exact values (float64 dyadics, or Fractions) as an array of this system."""

    @abstractmethod
    def elementary(self, name: str, *argument: Value) -> Value:
        """Return an elementary function of a scalar or, elementwise, of an array (``pi`` has no argument)."""

    @abstractmethod
    def power(self, base: Value, exponent: Fraction) -> Value:
        """Return base to a rational constant power, elementwise."""

    @abstractmethod
    def threshold(self, scores: Value, exponent: Fraction) -> Value:
        """Return the t with Σ relu(s_i - t)^exponent = 1 (scores: a vector; exponent ≥ 1)."""

    @abstractmethod
    def shift(self, vector: Value) -> Value:
        """Return a constant near max(vector): subtracting it keeps exponentials in range. Any constant is correct."""

    def where_defined(self, base: Value) -> Value:
        """Return the base of a root whose sign is not evident, where it is certainly ≥ 0.

        Sets of numbers may take a base as ≥ 0 that reaches below 0 by no more than a rounding; here they must not.
        """
        return base

    def softmax(self, vector: Value) -> Value:
        """Return e^u / Σ e^u for a vector u."""
        _, weights = _shifted(self, vector)
        return weights / weights.sum()

    def average(self, weights: Value, values: Value) -> Value:
        """Return Σ w v / Σ w for weights w ≥ 0."""
        return (weights * values).sum() / weights.sum()


def scalar_operation(method: Operation) -> Operation:
    """Make a binary operation of a number class step back where the other operand should act.

    Arrays of such numbers are left to NumPy, which spreads the operation over them; a number the class cannot read
    (a dual number over it, say) is asked for its own reflected operation.
    """

    @wraps(method)
    def operation(self: Any, other: Any) -> Any:
        if isinstance(other, np.ndarray) and other.dtype == object:
            return NotImplemented
        try:
            return method(self, other)
        except TypeError:
            return NotImplemented

    return cast(Operation, operation)


def evaluate(expression: Expression, variables: Mapping[str, Value], arithmetic: Arithmetic) -> Value:
    """Return the value of ``expression``; arrays among the variables must belong to the number system."""
    with np.errstate(all="ignore"):
        return _evaluate(expression, variables, arithmetic)


def _evaluate(expression: Expression, variables: Mapping[str, Value], arithmetic: Arithmetic) -> Value:
    done: dict[int, Value] = {}
    for node in walk(expression):
        if isinstance(node, Number):
            done[id(node)] = arithmetic.number(node.value)
        elif isinstance(node, Symbol):
            done[id(node)] = variables[node.name]
        else:
            assert isinstance(node, Apply)
            values = [done[id(argument)] for argument in node.arguments]
            if _may_be_undefined(node):
                values[0] = arithmetic.where_defined(values[0])
            done[id(node)] = _apply(node, values, arithmetic)
    return done[id(expression)]


@lru_cache(maxsize=1024)
def _may_be_undefined(node: Apply) -> bool:
    """Whether an expression is a root of something that is not evidently ≥ 0."""
    exponent = node.arguments[1] if node.function == "power" else None
    is_root = node.function == "sqrt" or (isinstance(exponent, Number) and exponent.value.denominator > 1)
    return is_root and not signs(node.arguments[0], {}) <= NONNEGATIVE


def _apply(node: Apply, values: list[Value], arithmetic: Arithmetic) -> Value:
    name = node.function
    if name in ("power", "index", "unit", "entmax", "entmax_conjugate", "normmax", "normmax_conjugate"):
        parameter = node.arguments[1]
        if not isinstance(parameter, Number):
            raise ExpressionError(f"the second argument of {name} must be a constant")
        return _WITH_PARAMETER[name](arithmetic, values[0], parameter.value)
    composite = _COMPOSITES.get(name)
    return composite(arithmetic, *values) if composite else arithmetic.elementary(name, *values)


def _shifted(a: Arithmetic, u: Value) -> tuple[Value, Value]:
    shift = a.shift(u)
    return shift, a.elementary("exp", u - shift)


def _logsumexp(a: Arithmetic, u: Value) -> Value:
    shift, weights = _shifted(a, u)
    return shift + a.elementary("log", weights.sum())


def _with_ghost(a: Arithmetic, u: Value) -> Value:
    """Return u with a component 0 at the end: log(1 + Σ e^u) is the log-sum-exp of that vector."""
    return np.append(u, a.number(Fraction(0)))


def _norm(a: Arithmetic, u: Value, offset: Value) -> Value:
    return a.elementary("sqrt", (a.power(u, Fraction(2))).sum() + offset)


def _variance(a: Arithmetic, u: Value) -> Value:
    centred = u - u.sum() / _size(a, u)
    return a.power(centred, Fraction(2)).sum() / _size(a, u)


def _size(a: Arithmetic, u: Value) -> Value:
    return a.number(Fraction(len(u)))


def _entmax(a: Arithmetic, u: Value, alpha: Fraction) -> Value:
    """Return p = relu((α-1)u - t)^(1/(α-1)) with Σp = 1 (arXiv:1905.05702, eq. 7)."""
    scores, exponent = u * a.number(alpha - 1), 1 / (alpha - 1)
    return a.power(a.elementary("relu", scores - a.threshold(scores, exponent)), exponent)


def _entmax_conjugate(a: Arithmetic, u: Value, alpha: Fraction) -> Value:
    """Return max over the simplex of ⟨u, p⟩ - (Σp^α - 1)/(α(α-1)), attained at p = entmax(u)."""
    p = _entmax(a, u, alpha)
    entropy = (a.power(p, alpha).sum() - a.number(Fraction(1))) / a.number(alpha * (alpha - 1))
    return (u * p).sum() - entropy


def _normmax(a: Arithmetic, u: Value, gamma: Fraction) -> Value:
    """Return the maximiser of ⟨u, p⟩ - ‖p‖_γ on the simplex.

    Its optimality conditions, u_i - (p_i/‖p‖)^(γ-1) = t on the support, give p proportional to relu(u - t)^(1/(γ-1))
    with Σ relu(u - t)^(γ/(γ-1)) = 1.
    """
    gap = a.elementary("relu", u - a.threshold(u, gamma / (gamma - 1)))
    weights = a.power(gap, 1 / (gamma - 1))
    return weights / weights.sum()


def _normmax_conjugate(a: Arithmetic, u: Value, gamma: Fraction) -> Value:
    p = _normmax(a, u, gamma)
    return (u * p).sum() - a.power(a.power(p, gamma).sum(), 1 / gamma) + a.number(Fraction(1))


def _unit(a: Arithmetic, like: Value, position: Fraction) -> Value:
    entries = [a.number(Fraction(int(i == position))) for i in range(len(like))]
    return np.array(entries, dtype=np.asarray(like).dtype)


def _ones(a: Arithmetic, like: Value) -> Value:
    return np.array([a.number(Fraction(1))] * len(like), dtype=np.asarray(like).dtype)


def _index(a: Arithmetic, u: Value, position: Fraction) -> Value:
    if position >= len(u):
        raise ExpressionError(f"index {position} is out of range for a vector of length {len(u)} (counted from 0)")
    return u[int(position)]


def _dot(a: Arithmetic, u: Value, v: Value) -> Value:
    return (u * v).sum()


_WITH_PARAMETER: dict[str, Callable[[Arithmetic, Value, Fraction], Value]] = {
    "power": lambda a, u, exponent: a.power(u, exponent),
    "index": _index,
    "unit": _unit,
    "entmax": _entmax,
    "entmax_conjugate": _entmax_conjugate,
    "normmax": _normmax,
    "normmax_conjugate": _normmax_conjugate,
}

_COMPOSITES: dict[str, Callable[..., Value]] = {
    "add": lambda a, u, v: u + v,
    "subtract": lambda a, u, v: u - v,
    "multiply": lambda a, u, v: u * v,
    "divide": lambda a, u, v: u / v,
    "negate": lambda a, u: -u,
    "max": lambda a, u, v: v + a.elementary("relu", u - v),
    "min": lambda a, u, v: v - a.elementary("relu", v - u),
    "sum": lambda a, u: u.sum(),
    "mean": lambda a, u: u.sum() / _size(a, u),
    "size": _size,
    "dot": _dot,
    "norm": _norm,
    "variance": _variance,
    "logsumexp": _logsumexp,
    "ghost_logsumexp": lambda a, u: _logsumexp(a, _with_ghost(a, u)),
    "softmax": lambda a, u: a.softmax(u),
    "ghostmax": lambda a, u: a.softmax(_with_ghost(a, u))[:-1],
    "matmul": lambda a, matrix, u: matrix @ u,
    "transpose": lambda a, matrix: matrix.T,
    "ones": _ones,
}
