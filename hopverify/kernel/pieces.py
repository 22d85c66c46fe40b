"""Pieces of an activation: a function of a number that bends one way between two ends.

Bounds of p·x + q·g(x) on a part of a piece come from its ends where that bends down, and from a line beside g where it
bends up: any mean of tangents bounds it. Ends of pieces are exact, or infinite.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor, frexp, inf, isfinite, ldexp

from flint import arb

from hopverify.kernel.formulas import Function
from hopverify.kernel.functions import ball
from hopverify.kernel.intervals import INF, Range
from hopverify.kernel.known import Known

Tangent = tuple[float, tuple[arb, arb] | None]
"""About how steep a tangent is, and α and β of it, where that is known to be one."""

PLACES = [Fraction(2) ** power * Fraction(8 + part, 8) for power in range(-8, 6) for part in range(8)]
"""Distances from an end of a piece at which slopes are tabulated, to find tangents by."""

PARTS, STEPS, MOST_TANGENTS = 6, 4, 2**14
"""Tangents touch at places on a grid, at least 2⁻⁶ of the distance between those of the table; so many are kept."""

MIDDLE = 64
"""Into so many parts a piece with two ends is cut for the table."""


@dataclass(frozen=True, eq=False)
class Piece:
    """g from ``low`` to ``high``: convex (bend "+"), concave ("-"), affine ("0"), or either ("?").

    ``rate`` is g', ``second`` g'' over an interval; ``reached`` is the range of g on one, which may be infinite.
    ``rates`` is the range of g' on the whole piece. ``line`` are α and β of a piece αx + β with rational numbers.
    """

    low: Fraction | None
    high: Fraction | None
    value: Function
    rate: Function
    second: Function
    reached: Callable[[Range], Known]
    bend: str
    rates: Range
    line: tuple[Fraction, Fraction] | None

    @cached_property
    def monotone(self) -> bool:
        """Whether g only rises, or only falls."""
        return self.rates.nonnegative or self.rates.nonpositive

    @cached_property
    def ends(self) -> tuple[arb, arb]:
        """The ends as balls, or infinite."""
        return -INF if self.low is None else ball(self.low), INF if self.high is None else ball(self.high)

    def least(self, p: arb, q: arb, part: Part, at_ends: arb) -> arb:
        """Return a lower bound of p·x + q·g(x) over a part of the piece, given the least value at the ends of the part.

        Where the sum bends down that is one at its ends; where it bends up, a line below it bounds it, too. Where it is
        not known how g bends, it comes from the values between which a chord lies, and from how far from the chord g''
        can take it: |x - a||x - b|/2 ≤ (b - a)²/8 times its range.
        """
        if self.bend == "0" or part.u.is_exact() or (q <= 0 if self.bend == "+" else self.bend == "-" and q >= 0):
            return at_ends
        line = None
        if self.bend != "?" and 2.0**-900 < part.high - part.low < 2.0**900 and not q.contains(0):
            line = self._line(float((-p / q).mid()), part.low, part.high)
        if line is None:
            return self._by_range(p, q, part.u, at_ends)
        slope = p + q * line[0]
        return at_ends.min(((slope * part.ends[0]).min(slope * part.ends[1]) + q * line[1]).lower())

    def _line(self, wanted: float, low: float, high: float) -> tuple[arb, arb] | None:
        """Return α and β of a line on one side of the piece, about as steep as wanted, close to g where g is so steep.

        It is a mean of two tangents. None where doubles near an end lie beyond it, where g may bend the other way.
        """
        wanted *= self._turn
        (s, one), (u, other) = self._around(wanted, low, high)
        if one is None or other is None:
            return None
        share = arb(min(max((u - wanted) / (u - s), 0.0), 1.0) if s < u else 0.5)
        return other[0] + share * (one[0] - other[0]), other[1] + share * (one[1] - other[1])

    def _around(self, wanted: float, low: float, high: float) -> tuple[Tangent, Tangent]:
        """Return tangents near each other, between which the slope is the wanted one, if it is between two places.

        They touch at places on a grid, so that they are met again.
        """
        slopes, places = self._table
        at = bisect_left(slopes, wanted)
        t = min(max(places[at - 1], low), high) if at else low
        v = min(max(places[at], low), high) if at < len(places) else high
        step = max(ldexp(1.0, frexp(v - t or high - low)[1] - PARTS), 2.0**-1000)
        first, last = ceil(t / step), floor(v / step)
        if last < first:
            first = last = max(last, ceil(low / step))
        one, other = self._tangent(first * step), self._tangent(last * step)
        for _ in range(STEPS):
            if last - first < 2 or not -inf < one[0] < wanted < other[0]:
                break
            share = (wanted - one[0]) / (other[0] - one[0])
            middle = first + min(int(share * (last - first)), last - first - 1)
            below, above = self._tangent(middle * step), self._tangent((middle + 1) * step)
            if wanted < below[0]:
                last, other = middle, below
            elif wanted > above[0]:
                first, one = middle + 1, above
            else:
                return below, above
        return one, other

    @cached_property
    def _table(self) -> tuple[list[float], list[float]]:
        """Slopes, rising, or falling ones negated, and where they are: they only choose a tangent."""
        found = [(self._tangent(float(place))[0], float(place)) for place in sorted(set(self._places()))]
        kept = [each for each in found if isfinite(each[0])]
        return [each for each, _ in kept], [place for _, place in kept]

    def _places(self) -> Iterator[Fraction]:
        yield from (end for end in (self.low, self.high) if end is not None)
        if self.low is not None and self.high is not None:
            step = (self.high - self.low) / MIDDLE
            yield from (self.low + k * step for k in range(1, MIDDLE))
            return
        for base, signs in ((self.low, (1,)), (self.high, (-1,)), (Fraction(0), (0, 1, -1))):
            if base is not None and (len(signs) == 1 or (self.low, self.high) == (None, None)):
                yield from (base + sign * step for sign in signs for step in PLACES)

    @cached_property
    def _turn(self) -> int:
        """1 where slopes rise, else -1."""
        return 1 if self.bend == "+" else -1

    @cached_property
    def _tangents(self) -> dict[float, Tangent]:
        return {}

    def _tangent(self, place: float) -> Tangent:
        """Return how steep g is at a place, negated where slopes fall, and the tangent if the place is in the piece."""
        if place not in self._tangents:
            if len(self._tangents) > MOST_TANGENTS:
                self._tangents.clear()
            x = arb(place)
            slope, inside = self.rate(x), self.ends[0] <= x and x <= self.ends[1]
            line = (slope, self.value(x) - slope * x) if inside else None
            self._tangents[place] = self._turn * float(slope.mid()), line
        return self._tangents[place]

    @cached_property
    def _bent(self) -> arb:
        """The range of g'' on the piece, no number where that is unbounded, or not known."""
        return self.second(self.ends[0].union(self.ends[1])) if self.low is not None is not self.high else arb.nan()

    def _by_range(self, p: arb, q: arb, u: arb, at_ends: arb) -> arb:
        far = q * self._bent * (2 * u.rad()) ** 2 / 8
        if far.is_finite():
            return at_ends - far.upper().max(arb(0))
        middle = u.mid()
        return (p * middle + q * self.value(middle) + (p + q * self.rate(u)) * (u - middle)).lower()


class Part:
    """The part of a piece between two places: as a ball, and as doubles that are not beyond the ends of the piece."""

    __slots__ = ("ends", "high", "low", "piece", "u", "values")

    def __init__(self, piece: Piece, ends: tuple[arb, arb], values: tuple[arb, arb]) -> None:
        self.piece, self.ends, self.values, self.u = piece, ends, values, ends[0].union(ends[1])
        # The ball may reach a little beyond an end of the piece.
        self.low = max(float(self.u.lower()), float(piece.ends[0]))
        self.high = min(float(self.u.upper()), float(piece.ends[1]))

    def least(self, p: arb, q: arb) -> arb:
        """Return a lower bound of p·x + q·g(x)."""
        (begin, end), (first, last) = self.ends, self.values
        return self.piece.least(p, q, self, (p * begin + q * first).min(p * end + q * last))
