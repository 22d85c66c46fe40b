"""Expressions of whole vectors in SymPy, at general size: softmax of size n, not of size 3.

A vector is an expression in the index i. In a :class:`Calculus` reductions become named totals that can be
differentiated; without one they become explicit sums, for display.

>>> from hopverify.expr.parser import parse
>>> whole_layer(parse("logsumexp(2*x)/2"), {"x": Vector(STATE[I], SIZE)})
log(Sum(exp(2*x[k]), (k, 1, n)))/2
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy

from hopverify.derivation.formula import NoFormula
from hopverify.derivation.symbolic.calculus import SIZE, STATE, Calculus, I, J, K
from hopverify.derivation.symbolic.translation import ELEMENTWISE, number
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, walk

_INDICES = (K, *sympy.symbols("l q r1 r2 r3 r4 r5", integer=True))


@dataclass(frozen=True)
class Vector:
    """``entry`` in the index i, and the length."""

    entry: Any
    length: Any

    def at(self, index: Any) -> Any:
        """Return one component."""
        return self.entry.subs(I, index)


@dataclass(frozen=True)
class Matrix:
    """``entry`` in the indices i and j, with its shape."""

    entry: Any
    shape: tuple[Any, Any]


Value = Any
"""A scalar of SymPy, a Vector or a Matrix."""


def whole_layer(expression: Expression, names: Mapping[str, Value], calculus: Calculus | None = None) -> Value:
    """Return an expression with the given meanings of its names."""
    rules = _Rules(calculus)
    done: dict[int, Value] = {}
    for node in walk(expression):
        if isinstance(node, Number):
            done[id(node)] = number(node.value)
        elif isinstance(node, Symbol):
            if node.name not in names:
                raise NoFormula(f"{node.name} is not known")
            done[id(node)] = names[node.name]
        else:
            assert isinstance(node, Apply)
            done[id(node)] = rules.apply(node, [done[id(argument)] for argument in node.arguments])
    return done[id(expression)]


def of_layer(expression: Expression, parameters: Mapping[str, Value], calculus: Calculus) -> Value:
    """Return a function of a layer's state x, its totals named in ``calculus``."""
    return whole_layer(expression, {"x": Vector(STATE[I], SIZE)} | dict(parameters), calculus)


def _entry(value: Value, index: Any = I) -> Any:
    return value.at(index) if isinstance(value, Vector) else value


class _Rules:
    """How each function of vectors is written."""

    def __init__(self, calculus: Calculus | None) -> None:
        self.calculus = calculus
        self.table: dict[str, Callable[..., Value]] = {
            "sum": lambda u: self.total("s", _entry(u, K), u),
            "mean": lambda u: self.total("m", _entry(u, K), u, scale=1 / u.length),
            "variance": self.variance,
            "norm": self.norm,
            "dot": self.dot,
            "size": lambda u: u.length,
            "logsumexp": lambda u: sympy.log(self.partition(u, 0)),
            "ghost_logsumexp": lambda u: sympy.log(self.partition(u, 1)),
            "softmax": lambda u: Vector(sympy.exp(u.entry) / self.partition(u, 0), u.length),
            "ghostmax": lambda u: Vector(sympy.exp(u.entry) / self.partition(u, 1), u.length),
            "matmul": self.matmul,
            "transpose": lambda A: Matrix(A.entry.subs({I: J, J: I}, simultaneous=True), (A.shape[1], A.shape[0])),
            "index": self.index,
            "unit": lambda u, k: Vector(sympy.KroneckerDelta(I, k + 1), u.length),
            "ones": lambda u: Vector(sympy.S.One, u.length),
            "subtract": self.subtract,
        }

    def apply(self, node: Apply, values: list[Value]) -> Value:
        rule = self.table.get(node.function)
        if rule is not None:
            return rule(*values)
        function = ELEMENTWISE.get(node.function)
        if function is None:
            if self.calculus is not None:
                raise NoFormula(f"{node.function} has no closed form")
            return _undefined(node.function, values)
        if any(isinstance(value, Matrix) for value in values):
            raise NoFormula("functions of matrices, entry by entry")
        entry = function(*(_entry(value) for value in values))
        lengths = [value.length for value in values if isinstance(value, Vector)]
        return Vector(entry, lengths[0]) if lengths else entry

    def total(
        self,
        name: str,
        body: Any,
        like: Vector,
        *,
        offset: Any = 0,
        scale: Any = 1,
        root: int = 1,
        positive: bool | None = None,
    ) -> Any:
        if not isinstance(like, Vector):
            raise NoFormula("a reduction of one number")
        if self.calculus is None:
            inside = {index for nested in body.atoms(sympy.Sum) for index in nested.variables}
            index = next(k for k in _INDICES if k not in inside)
            summed = sympy.Sum(body.subs(K, index), (index, 1, like.length))
            return (offset + scale * summed) ** sympy.Rational(1, root)
        if sympy.sympify(offset).free_symbols & (set(self.calculus.totals) | {STATE}):
            inner = self.calculus.total("s", body, scale=scale)
            return (offset + inner) ** sympy.Rational(1, root)
        return self.calculus.total(name, body, offset=offset, scale=scale, root=root, positive=positive)

    def partition(self, u: Vector, offset: int) -> Any:
        return self.total("Z", sympy.exp(_entry(u, K)), u, offset=offset, positive=True)

    def subtract(self, u: Value, v: Value) -> Value:
        """Name u - mean(u) as a vector c; any other difference is as it is."""
        entry = _entry(u) - _entry(v)
        if not isinstance(u, Vector) or isinstance(v, Vector):
            return Vector(entry, v.length) if isinstance(v, Vector) else entry
        mean = self.calculus.totals.get(v) if self.calculus is not None else None
        if self.calculus is None or mean is None or (mean.body, mean.scale) != (u.at(K), 1 / u.length):
            return Vector(entry, u.length)
        return Vector(self.calculus.vector("c", entry.subs(I, K)).subs(K, I), u.length)

    def variance(self, u: Vector) -> Any:
        mean = self.total("m", _entry(u, K), u, scale=1 / u.length)
        centred = _entry(self.subtract(u, mean), K)
        return self.total("v", centred**2, u, scale=1 / u.length)

    def norm(self, u: Vector, offset: Any) -> Any:
        return self.total("r", _entry(u, K) ** 2, u, offset=offset, root=2, positive=True)

    def dot(self, u: Value, v: Value) -> Any:
        return self.total("s", _entry(u, K) * _entry(v, K), u if isinstance(u, Vector) else v)

    def matmul(self, A: Matrix, u: Value) -> Value:
        if not isinstance(u, Vector) or self.calculus is not None:
            raise NoFormula("a product of matrices")
        inside = {index for nested in u.entry.atoms(sympy.Sum) for index in nested.variables}
        index = next(k for k in _INDICES[1:] if k not in inside)
        body = A.entry.subs(J, index) * u.at(index)
        return Vector(sympy.Sum(body, (index, 1, u.length)), A.shape[0])

    def index(self, u: Value, position: Any) -> Value:
        if isinstance(u, Matrix):
            return Vector(u.entry.subs(I, position + 1).subs(J, I), u.shape[1])
        return u.at(position + 1)


def _undefined(name: str, values: list[Value]) -> Value:
    """Return a function without a closed form, printed by name; a vector argument stands for all its components."""
    function = sympy.Function(name, real=True)(*(_entry(value) for value in values))
    lengths = [value.length for value in values if isinstance(value, Vector)]
    return function if name.endswith("conjugate") else Vector(function, lengths[0])
