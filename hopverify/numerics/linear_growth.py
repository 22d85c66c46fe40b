"""Growth of activations: at most linear, with proved slopes and offsets.

For an elementwise activation and every x, with x⁺ = max(x, 0) and x⁻ = max(-x, 0),

    g(x) ≤ r·x⁺ + l·x⁻ + t    and    -g(x) ≤ r'·x⁺ + l'·x⁻ + t',    r, l, r', l' ≥ 0.

Exact for piecewise-linear g: the slopes at ±∞, and t as a maximum over the kinks. Otherwise, on each half-line, a
finite interval enclosure of g; |g| by sums of products of x with bounded factors; or an enclosure of the slope h, with
g(x) - g(0) = ∫h (g locally Lipschitz).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from hopverify.checker.enclosure import Ends, enclosure
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, symbols
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.networks import LayerFunction
from hopverify.networks.segments import Segment, segments

Vector = np.ndarray[Any, Any]
ZERO = Fraction(0)


@dataclass(frozen=True)
class Bound:
    """The function right·x⁺ + left·x⁻ + offset."""

    right: Fraction
    left: Fraction
    offset: Fraction

    def at(self, x: Fraction) -> Fraction:
        """Return the value at x."""
        return self.right * max(x, ZERO) + self.left * max(-x, ZERO) + self.offset


@dataclass(frozen=True)
class Growth:
    """g(x) ≤ above(x) and -g(x) ≤ below(x) for every x."""

    above: Bound
    below: Bound

    @property
    def range(self) -> tuple[Fraction | None, Fraction | None]:
        """Lower and upper bound of g where finite, else None."""
        low = -self.below.offset if self.below.right == self.below.left == 0 else None
        high = self.above.offset if self.above.right == self.above.left == 0 else None
        return low, high


@lru_cache(maxsize=1024)
def growth(function: LayerFunction) -> Growth | None:
    """Return the growth of an elementwise activation, or None if no linear bound is evident."""
    if not function.elementwise or symbols(function.activation[0]) - {"x"}:
        return None
    parts = segments(function)
    if parts is not None:
        return Growth(_bound_of(parts, 1), _bound_of(parts, -1))
    above, below = (_enclosed(function, sign) for sign in (1, -1))
    return Growth(above, below) if above is not None and below is not None else None


def _bound_of(parts: Sequence[Segment], sign: int) -> Bound:
    """Return the bound of sign·g: what exceeds the slopes at ±∞ is largest at a kink or at 0."""
    right, left = max(sign * parts[-1].slope, ZERO), max(-sign * parts[0].slope, ZERO)
    bare = Bound(right, left, ZERO)
    kinks = [part.lower for part in parts if part.lower is not None] + [ZERO]
    offset = max(sign * part.value(x) - bare.at(x) for x in kinks for part in parts if part.holds(x))
    return Bound(right, left, offset)


def _enclosed(function: LayerFunction, sign: int) -> Bound | None:
    """Return a bound of sign·g by enclosures of g, or of its slope, on the two half-lines."""
    sides = [_side(function, sign, right) for right in (True, False)]
    if sides[0] is None or sides[1] is None:
        return None
    return Bound(sides[0][0], sides[1][0], max(sides[0][1], sides[1][1]))


def _side(function: LayerFunction, sign: int, right: bool) -> tuple[Fraction, Fraction] | None:
    """Return (slope, offset) with sign·g(x) ≤ slope·|x| + offset on one half-line."""
    ends = (ZERO, None) if right else (None, ZERO)
    bound = _extreme(enclosure(function.activation[0], *ends), sign)
    if bound is not None:
        return ZERO, bound
    linear = _linear(function.activation[0], ends)
    if linear is not None:
        return linear
    if function.slope is None or not is_locally_lipschitz(function.activation[0]):
        return None
    slope = _extreme(enclosure(function.slope, *ends), sign if right else -sign)
    start = _extreme(enclosure(function.activation[0], ZERO, ZERO), sign)
    return (max(slope, ZERO), start) if slope is not None and start is not None else None


def _linear(expression: Expression, ends: Ends) -> tuple[Fraction, Fraction] | None:
    """Return (slope, offset) with |value| ≤ slope·|x| + offset, by the structure of sums and products."""
    largest = _size(expression, ends)
    if largest is not None:
        return ZERO, largest
    if isinstance(expression, Symbol):
        return (Fraction(1), ZERO) if expression.name == "x" else None
    # A number has a size.
    assert isinstance(expression, Apply)
    if expression.function == "negate":
        return _linear(expression.arguments[0], ends)
    if expression.function in ("add", "subtract"):
        left, right = (_linear(argument, ends) for argument in expression.arguments)
        return (left[0] + right[0], left[1] + right[1]) if left is not None and right is not None else None
    if expression.function == "multiply":
        for factor, other in (expression.arguments, expression.arguments[::-1]):
            scale = _size(factor, ends)
            inner = _linear(other, ends) if scale is not None else None
            if scale is not None and inner is not None:
                return scale * inner[0], scale * inner[1]
    if expression.function == "divide" and isinstance(expression.arguments[1], Number):
        inner, divisor = _linear(expression.arguments[0], ends), abs(expression.arguments[1].value)
        return (inner[0] / divisor, inner[1] / divisor) if inner is not None and divisor else None
    return None


def _size(expression: Expression, ends: Ends) -> Fraction | None:
    """Return a bound of the absolute value on a half-line, if it is finite."""
    low, high = enclosure(expression, *ends)
    return max(abs(low), abs(high)) if low is not None and high is not None else None


def _extreme(ends: tuple[Fraction | None, Fraction | None], sign: int) -> Fraction | None:
    """Return the largest value of sign·v for v between two ends."""
    low, high = ends
    if sign > 0:
        return high
    return -low if low is not None else None
