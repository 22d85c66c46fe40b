"""Normalised vectors: y = x/norm(x, e), or y = (x - mean x)/√(variance x + e), times a number c, and their slopes.

With the divisor r, ∂(cy_i)/∂x_j = c/r·(δ_ij - y_i y_j), or c/r·(δ_ij - 1/n - y_i y_j/n): over a box these are sharper
than what the chain rule has node by node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from hopverify.kernel.evaluate import evaluate
from hopverify.kernel.functions import ball, power, product
from hopverify.kernel.terms import STATE, Apply, Number, Term, Variable

X = Variable(STATE)
MEAN, VARIANCE = Apply("mean", (X,)), Apply("variance", (X,))


@dataclass(frozen=True)
class Normalised:
    """c times a vector over its norm, or, ``centred``, over its deviation."""

    factor: Fraction
    divisor: Term
    centred: bool

    def slopes(self, x: Sequence[arb]) -> list[list[arb]]:
        """Return all derivatives on a box."""
        n, r = len(x), evaluate(self.divisor, {STATE: list(x)})
        vector = Apply("subtract", (X, MEAN)) if self.centred else X
        y = evaluate(Apply("divide", (vector, self.divisor)), {STATE: list(x)})
        part, share = (Fraction(1, n), ball(Fraction(1, n))) if self.centred else (Fraction(0), arb(1))
        steep = ball(self.factor) / r

        def slope(i: int, j: int) -> arb:
            square = power(y[i], Fraction(2)) if i == j else product(y[i], y[j])
            return product(steep, ball((i == j) - part) - share * square)

        return [[slope(i, j) for j in range(n)] for i in range(n)]


def normalised(g: Term) -> Normalised | None:
    """Return what an activation of a layer as a whole normalises, if it has one of the forms."""
    if not isinstance(g, Apply) or g.function != "divide":
        return None
    factor, (u, under) = Fraction(1), g.arguments
    while isinstance(u, Apply) and u.function == "multiply" and isinstance(u.arguments[0], Number):
        factor, u = factor * u.arguments[0].value, u.arguments[1]
    if not isinstance(under, Apply):
        return None
    if under.function == "norm" and under.arguments[0] == u == X and isinstance(under.arguments[1], Number):
        return Normalised(factor, under, centred=False)
    if under.function == "sqrt" and u == Apply("subtract", (X, MEAN)) and _is_spread(under.arguments[0]):
        return Normalised(factor, under, centred=True)
    return None


def _is_spread(u: Term) -> bool:
    """Whether a term is variance x, or that and a number."""
    return u == VARIANCE or (
        isinstance(u, Apply)
        and u.function == "add"
        and u.arguments[0] == VARIANCE
        and isinstance(u.arguments[1], Number)
    )
