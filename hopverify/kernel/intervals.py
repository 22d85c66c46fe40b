"""Intervals with ends that are open or closed, finite or infinite, rounded outward.

An end is a ball's exact centre, and open if no value reaches it: that exp(u) > 0, and not only ≥ 0, is told by the open
end 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import product

from flint import arb

from hopverify.kernel.functions import ball

INF = arb("inf")

End = tuple[arb, bool]
"""A number, exact or infinite, and whether no value reaches it."""


@dataclass(frozen=True)
class Range:
    """The interval between two ends."""

    low: End
    high: End

    @property
    def positive(self) -> bool:
        """Whether every value is > 0."""
        return bool(self.low[0] > 0) or (self.nonnegative and self.low[1])

    @property
    def negative(self) -> bool:
        """Whether every value is < 0."""
        return negated(self).positive

    @property
    def nonnegative(self) -> bool:
        """Whether every value is ≥ 0."""
        return bool(self.low[0] >= 0)

    @property
    def nonpositive(self) -> bool:
        """Whether every value is ≤ 0."""
        return bool(self.high[0] <= 0)

    @property
    def nonzero(self) -> bool:
        """Whether no value is 0."""
        return self.positive or self.negative

    @property
    def size(self) -> arb:
        """The largest |u|."""
        return abs(self.low[0]).max(abs(self.high[0]))

    def __str__(self) -> str:
        (low, below), (high, above) = self.low, self.high
        return f"{'(' if below else '['}{float(low):g}, {float(high):g}{')' if above else ']'}"


ANY = Range((-INF, True), (INF, True))


def between(low: Fraction | None, high: Fraction | None, inside: bool = True) -> Range:
    """Return an interval with the ends given, None for an infinite one; ``inside``: without its ends."""
    below, above = (None if end is None else ball(end) for end in (low, high))
    return enclosed((-INF if below is None else below, inside), (INF if above is None else above, inside))


def enclosed(low: End, high: End) -> Range:
    """Return the interval with ends rounded outward; an end that is no number is infinite."""
    below, above = low[0].lower(), high[0].upper()
    below, above = -INF if below.is_nan() else below, INF if above.is_nan() else above
    return Range((below, low[1] or abs(below) == INF), (above, high[1] or abs(above) == INF))


def only(value: arb) -> Range:
    """Return the interval of one number."""
    return closed(value, value)


def exactly(value: Fraction) -> Range:
    """Return the interval of a rational."""
    return only(ball(value))


def closed(low: arb | int, high: arb | int) -> Range:
    """Return the interval between two numbers, which are in it."""
    return enclosed((arb(low), False), (arb(high), False))


# ---------------------------------------------------------------------------------------------------------- arithmetic


def lower(a: End, b: End, open_wins: bool = False) -> End:
    """Return the lower one of two ends; of equal ones, the one that is reached, or the one that is not."""
    if a[0] == b[0]:
        return a[0], (a[1] or b[1]) if open_wins else (a[1] and b[1])
    return a if a[0] < b[0] else b


def higher(a: End, b: End, open_wins: bool = False) -> End:
    """Return the higher one of two ends, in the same way."""
    value, is_open = lower((-a[0], a[1]), (-b[0], b[1]), open_wins)
    return -value, is_open


def negated(a: Range) -> Range:
    """Return the range of -u."""
    return Range((-a.high[0], a.high[1]), (-a.low[0], a.low[1]))


def added(a: Range, b: Range) -> Range:
    """Return the range of u + v."""
    low, high = ((one[0] + other[0], one[1] or other[1]) for one, other in ((a.low, b.low), (a.high, b.high)))
    return enclosed(low, high)


def multiplied(a: Range, b: Range) -> Range:
    """Return the range of u·v: the extremes lie at corners."""
    corners = [_corner(one, other) for one, other in product((a.low, a.high), (b.low, b.high))]
    found = [enclosed(corner, corner) for corner in corners]
    return hull(found)


def _corner(a: End, b: End) -> End:
    """Return a product of ends. 0·∞ is 0, since ∞ is no value; an end 0 that is reached gives 0 with any value."""
    if a[0] == 0 or b[0] == 0:
        reached = (a[0] == 0 and not a[1]) or (b[0] == 0 and not b[1])
        return arb(0), not reached
    return a[0] * b[0], a[1] or b[1]


def hull(parts: Sequence[Range]) -> Range:
    """Return the interval that holds all of some."""
    return reduce(lambda a, b: Range(lower(a.low, b.low), higher(a.high, b.high)), parts)


def inverse(a: Range) -> Range:
    """Return the range of 1/u, of u that are not 0."""
    if not a.nonzero:
        return ANY
    low, high = ((_reciprocal(end[0], 1 if a.positive else -1), end[1]) for end in (a.high, a.low))
    return enclosed(low, high)


def _reciprocal(value: arb, sign: int) -> arb:
    if value == 0:
        return sign * INF
    return arb(0) if abs(value) == INF else 1 / value


def largest(a: Range, b: Range) -> Range:
    """Return the range of max(u, v)."""
    return Range(higher(a.low, b.low, open_wins=True), higher(a.high, b.high))


def smallest(a: Range, b: Range) -> Range:
    """Return the range of min(u, v)."""
    return Range(lower(a.low, b.low), lower(a.high, b.high, open_wins=True))


def total(a: Range) -> Range:
    """Return the range of a sum of one entry or more."""
    return multiplied(a, Range((arb(1), False), (INF, True)))
