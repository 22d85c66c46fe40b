"""Identities between expressions that programs write in another way, for the sake of rounding.

max(u, v) + log(1 + e^-|u - v|) = log(e^u + e^v), as JAX and NumPy compute it: softplus(u) if v = 0, log cosh u + log 2
if v = -u, and v + softplus(u - v) else.

>>> from hopverify.expr.parser import parse
>>> print(rewritten(parse("relu(2*x) + softplus(-abs(2*x))")))
softplus(2*x)
>>> print(rewritten(parse("max(x, -x) + softplus(-abs(2*x))")))
logcosh(x) + log(2)
>>> print(rewritten(parse("abs(x) + softplus(-2*abs(x))")))
logcosh(x) + log(2)
"""

from __future__ import annotations

from fractions import Fraction

from hopverify.expr.differentiate import gradient
from hopverify.expr.functions import FUNCTIONS, Shape
from hopverify.expr.nodes import ZERO, Apply, Expression, Number, Symbol, apply, substitute, symbols, walk
from hopverify.expr.rational import identical

JUMPING = ("step", "sign", "kink")


def rewritten(expression: Expression) -> Expression:
    """Return an identical expression in the words of the catalogue."""
    done: dict[int, Expression] = {}
    for node in walk(expression):
        if isinstance(node, Apply):
            renewed = apply(node.function, *(done[id(argument)] for argument in node.arguments))
            done[id(node)] = _log_add_exp(renewed) or renewed
        else:
            done[id(node)] = node
    return done[id(expression)]


def _log_add_exp(node: Expression) -> Expression | None:
    if not isinstance(node, Apply) or node.function != "add":
        return None
    for one, other in (node.arguments, node.arguments[::-1]):
        pair, decay = _larger(one), _argument(other, "softplus")
        if pair is None or not isinstance(decay, Apply):
            continue
        u, v = pair
        sizes: list[Expression] = [Apply("abs", (difference,)) for difference in (u - v, v - u)]
        if identical(v, -u):
            sizes += [2 * Apply("abs", (each,)) for each in (u, v)]
        if any(identical(decay, -size) for size in sizes):
            return _of_two(u, v)
    return None


def _larger(node: Expression) -> tuple[Expression, Expression] | None:
    """Return u and v if the expression is max(u, v); |u| = max(u, -u)."""
    if isinstance(node, Apply) and node.function == "abs":
        return node.arguments[0], -node.arguments[0]
    if not isinstance(node, Apply) or node.function not in ("relu", "max") or len(node.arguments) > 2:
        return None
    return node.arguments[0], node.arguments[1] if node.function == "max" else ZERO


def _of_two(u: Expression, v: Expression) -> Expression:
    """Return log(e^u + e^v)."""
    if v == ZERO:
        return Apply("softplus", (u,))
    if identical(v, -u):
        return Apply("logcosh", (u,)) + Apply("log", (Number(Fraction(2)),))
    return v + Apply("softplus", (u - v,))


def acts_on_single_numbers(expression: Expression) -> bool:
    """Whether an expression has a meaning for one neuron: no sums, products of matrices or indices in it."""
    return all(
        FUNCTIONS[node.function].shape is Shape.ELEMENTWISE for node in walk(expression) if isinstance(node, Apply)
    )


def same(one: Expression, other: Expression) -> bool:
    """Whether two continuous functions of ``x`` are seen to be the same: by normal form, or on both half-lines.

    >>> from hopverify.expr.parser import parse
    >>> same(parse("x^2/2 - relu(x)^2/2"), parse("relu(-x)^2/2"))
    True
    """
    if identical(one, other):
        return True
    if any(isinstance(node, Apply) and node.function in JUMPING for e in (one, other) for node in walk(e)):
        return False
    return all(identical(_on_half_line(one, sign), _on_half_line(other, sign)) for sign in (1, -1))


def _on_half_line(expression: Expression, sign: int) -> Expression:
    """Return the expression as it is where sign·x > 0, relu and |·| of multiples of x written out."""
    done: dict[int, Expression] = {}
    for node in walk(expression):
        done[id(node)] = node
        if isinstance(node, Apply):
            arguments = [done[id(argument)] for argument in node.arguments]
            renewed = apply(node.function, *arguments)
            bent = _unbent(node.function, arguments[0], sign) if node.function in ("relu", "abs") else None
            done[id(node)] = bent if bent is not None else renewed
    return done[id(expression)]


def _unbent(function: str, u: Expression, sign: int) -> Expression | None:
    """Return relu(u) or |u| where sign·x > 0, if u is a multiple of x."""
    if symbols(u) != {"x"} or not acts_on_single_numbers(u):
        return None
    slope = gradient(u, "x", {"x": 0})
    if not isinstance(slope, Number) or substitute(u, {"x": ZERO}) != ZERO:
        return None
    if slope.value * sign >= 0:
        return u
    return ZERO if function == "relu" else -u


def piecewise(positive: Expression, case: Expression, otherwise: Expression) -> Expression:
    """Return ``case`` where ``positive`` > 0 and ``otherwise`` elsewhere.

    Where u is ±(x - t) and the two cases meet at t, that is case(max(x, t)) + otherwise(min(x, t)) - case(t), without
    a jump in it; else it is written with a step.

    >>> from hopverify.expr.parser import parse
    >>> print(piecewise(parse("x"), parse("x^2/2"), parse("exp(x) - x - 1")))
    relu(x)^2/2 + (exp(-relu(-x)) - (-relu(-x)) - 1)
    """
    inner = _unnamed(positive, case, otherwise)
    if inner is not None:
        written = piecewise(Symbol(_NEW), *(replaced(each, positive, Symbol(_NEW)) for each in (case, otherwise)))
        return substitute(written, {_NEW: inner})
    (name, *more) = symbols(positive) or {""}
    slope = gradient(positive, name, {name: 0}) if name and not more and acts_on_single_numbers(positive) else None
    parts = (case, otherwise)
    simple = all(acts_on_single_numbers(part) and symbols(part) <= {name} for part in parts)
    if not simple or not isinstance(slope, Number) or slope.value == 0:
        return otherwise + (case - otherwise) * Apply("step", (positive,))
    x = Symbol(name)
    threshold = apply("divide", substitute(positive, {name: ZERO}), Number(-slope.value))
    at = [substitute(part, {name: threshold}) for part in parts]
    if not isinstance(threshold, Number) or not identical(*at):
        return otherwise + (case - otherwise) * Apply("step", (positive,))
    above, below = (case, otherwise) if slope.value > 0 else (otherwise, case)
    joined = substitute(above, {name: _at_least(x, threshold)}) + substitute(below, {name: _at_most(x, threshold)})
    return joined - at[0]


_NEW = "the argument of the cases"


def _unnamed(positive: Expression, case: Expression, otherwise: Expression) -> Expression | None:
    """Return u, if it is no number of one neuron, and the cases u > 0 and u <= 0 are functions of u."""
    if isinstance(positive, Number) or (acts_on_single_numbers(positive) and len(symbols(positive)) < 2):
        return None
    parts = [replaced(each, positive, Symbol(_NEW)) for each in (case, otherwise)]
    return positive if all(symbols(part) <= {_NEW} and acts_on_single_numbers(part) for part in parts) else None


def replaced(expression: Expression, old: Expression, new: Expression) -> Expression:
    """Return an expression with another in the place of a part of it."""
    if expression == old:
        return new
    if not isinstance(expression, Apply):
        return expression
    return apply(expression.function, *(replaced(each, old, new) for each in expression.arguments))


def _at_least(x: Expression, threshold: Number) -> Expression:
    return Apply("relu", (x,)) if threshold.value == 0 else Apply("max", (x, threshold))


def _at_most(x: Expression, threshold: Number) -> Expression:
    return -Apply("relu", (-x,)) if threshold.value == 0 else Apply("min", (x, threshold))


def _argument(node: Expression, function: str) -> Expression | None:
    return node.arguments[0] if isinstance(node, Apply) and node.function == function else None
