"""Quotients that are bounded because their numerator stands in the divisor: u/(1 + |u|), u/(c + Σu) for u ≥ 0.

>>> from hopverify.expr.parser import parse
>>> share(parse("2*x/(1 + abs(x))"))
(Fraction(-2, 1), Fraction(2, 1))
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from hopverify.expr.nodes import Apply, Expression, Number
from hopverify.expr.signs import NONNEGATIVE, signs


def share(expression: Expression) -> tuple[Fraction, Fraction] | None:
    """Return bounds of such a quotient, or None for any other expression."""
    if not isinstance(expression, Apply) or expression.function != "divide":
        return None
    (factor, inner), *others = _summands(expression.arguments[0], Fraction(1))
    parts = list(_summands(expression.arguments[1], Fraction(1)))
    constant = sum((own * term.value for own, term in parts if isinstance(term, Number)), Fraction(0))
    moving = [(k, term) for k, term in parts if not isinstance(term, Number)]
    if others or len(moving) != 1 or constant < 0 or moving[0][0] <= 0:
        return None
    (k, w), size = moving[0], Apply("abs", (inner,))
    if w not in (size, Apply("sum", (size,))):
        if not signs(inner, {}) <= NONNEGATIVE or w not in (inner, Apply("sum", (inner,))):
            return None
        return min(factor / k, Fraction(0)), max(factor / k, Fraction(0))
    return -abs(factor / k), abs(factor / k)


def _summands(u: Expression, factor: Fraction) -> Iterator[tuple[Fraction, Expression]]:
    if isinstance(u, Apply) and u.function in ("add", "subtract"):
        yield from _summands(u.arguments[0], factor)
        yield from _summands(u.arguments[1], factor if u.function == "add" else -factor)
    elif isinstance(u, Apply) and u.function == "negate":
        yield from _summands(u.arguments[0], -factor)
    elif isinstance(u, Apply) and u.function == "multiply" and isinstance(u.arguments[0], Number):
        yield from _summands(u.arguments[1], factor * u.arguments[0].value)
    elif isinstance(u, Apply) and u.function == "multiply" and isinstance(u.arguments[1], Number):
        yield from _summands(u.arguments[0], factor * u.arguments[1].value)
    else:
        yield factor, u
