"""Normalised vectors: y = x/norm(x, e), or y = (x - mean x)/√(variance x + e), times a number c, and their slopes.

Their ranges on a box come from its ends, since y_i rises with u and falls, seen from 0, with s:

    y_i = u/√(u² + s),                             u = x_i,                            s = Σ x_j² + e,
    y_i = (n-1)/n·u/√((n-1)/n²·u² + s),            u = x_i - Σ x_j/(n-1),              s = Σ (x_j - x_k)²/(n(n-1)) + e

with sums over neurons other than i, and over pairs of them. With the divisor r, r² = Σ x² + e or Σ (x_j - x_k)²/n² + e,
∂(cy_i)/∂x_j = c/r·(δ_ij - y_i y_j), or c/r·(δ_ij - 1/n - y_i y_j/n): sharper than what the chain rule has node by node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from flint import arb

from hopverify.kernel.functions import ball, power, product
from hopverify.kernel.sums import multiple
from hopverify.kernel.terms import STATE, Apply, Number, Term, Variable

X, TWO = Variable(STATE), Fraction(2)
MEAN, VARIANCE = Apply("mean", (X,)), Apply("variance", (X,))


@dataclass(frozen=True)
class Normalised:
    """c times a vector over its norm, or, ``centred``, over its deviation; e is the ``offset``."""

    factor: Fraction
    offset: Fraction
    centred: bool

    def values(self, x: Sequence[arb]) -> list[arb]:
        """Return the ranges of y on a box."""
        found, n, squares = list[arb](), len(x), _squares(x)
        for i, own in enumerate(x):
            others = [u for k, u in enumerate(x) if k != i]
            if not self.centred:
                rest = self._raised(sum((u for k, u in enumerate(squares) if k != i), arb(0)))
                found.append(_quotient(own, rest, arb(1), arb(1)))
            elif others:
                rest = self._raised(_pairs(others) / (n * (n - 1)))
                beyond = own - sum(others, arb(0)) / (n - 1)
                found.append(_quotient(beyond, rest, ball(Fraction(n - 1, n)), ball(Fraction(n - 1, n**2))))
            else:
                found.append(arb(0) / self.divisor(x))
        return found

    def divisor(self, x: Sequence[arb]) -> arb:
        """Return the range of r."""
        return self._raised(_pairs(x) / len(x) ** 2 if self.centred else sum(_squares(x), arb(0))).sqrt()

    def _raised(self, square: arb) -> arb:
        """Return u + e for a square u, whose ball may reach below 0."""
        return square.lower().max(arb(0)).union(square.upper()) + ball(self.offset)

    def slopes(self, x: Sequence[arb]) -> list[list[arb]]:
        """Return all derivatives on a box."""
        n, y, steep = len(x), self.values(x), ball(self.factor) / self.divisor(x)
        part, share = (Fraction(1, n), ball(Fraction(1, n))) if self.centred else (Fraction(0), arb(1))

        own, other = ball(1 - part), ball(-part)
        rows: list[list[arb]] = []
        for i in range(n):
            left = [row[i] for row in rows]
            right = [product(steep, other - share * product(y[i], y[j])) for j in range(i + 1, n)]
            rows.append([*left, product(steep, own - share * power(y[i], TWO)), *right])
        return rows


def _squares(x: Sequence[arb]) -> list[arb]:
    return [power(u, TWO) for u in x]


def _pairs(x: Sequence[arb]) -> arb:
    return sum((power(u - v, TWO) for u, v in combinations(x, 2)), arb(0))


def _quotient(u: arb, s: arb, a: arb, b: arb) -> arb:
    """Return the range of a·u/√(b·u² + s), s ≥ 0, from its values at the ends."""

    def at(u: arb, s: arb) -> arb:
        return a * u / (b * u * u + s).sqrt()

    low, high, near, far = u.lower(), u.upper(), s.lower(), s.upper()
    return at(low, far if low >= 0 else near).union(at(high, near if high >= 0 else far))


def normalised(g: Term) -> Normalised | None:
    """Return what an activation of a layer as a whole normalises, if it has one of the forms."""
    if not isinstance(g, Apply) or g.function != "divide":
        return None
    (factor, u), under = multiple(g.arguments[0]), g.arguments[1]
    if not isinstance(under, Apply):
        return None
    if under.function == "norm" and under.arguments[0] == u == X:
        return _of(factor, under.arguments[1], centred=False)
    if under.function == "sqrt" and u == Apply("subtract", (X, MEAN)):
        return _of(factor, _beside_variance(under.arguments[0]), centred=True)
    return None


def _of(factor: Fraction, offset: Term | None, centred: bool) -> Normalised | None:
    known = isinstance(offset, Number) and offset.value >= 0
    return Normalised(factor, offset.value, centred) if known and isinstance(offset, Number) else None


def _beside_variance(u: Term) -> Term | None:
    """Return what is added to the variance."""
    if u == VARIANCE:
        return Number(Fraction(0))
    return u.arguments[1] if isinstance(u, Apply) and u.function == "add" and u.arguments[0] == VARIANCE else None
