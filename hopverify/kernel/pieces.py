"""Pieces of an activation: a function of a number that bends one way between two ends.

Bounds of p·x + q·g(x) on a part of a piece come from its ends where that bends down, and from a tangent where it bends
up: any tangent bounds it. Ends of pieces are exact, or infinite.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from flint import arb

from hopverify.kernel.formulas import Function
from hopverify.kernel.functions import ball
from hopverify.kernel.intervals import INF, Range
from hopverify.kernel.known import Known

PLACES = [Fraction(2) ** power * Fraction(8 + part, 8) for power in range(-8, 6) for part in range(8)]
"""Distances from an end of a piece at which slopes are tabulated, to find tangents by."""

CHORDS = 2
"""So many steps lead from the table to the place of a tangent."""

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

    @cached_property
    def _table(self) -> tuple[list[float], list[float]]:
        """Slopes, rising, and where they are: approximate numbers that only choose a tangent."""
        found = [(float(self.rate(ball(place)).mid()), float(place)) for place in sorted(set(self._places()))]
        kept = found if self.bend == "+" else found[::-1]
        return [each for each, _ in kept], [place for _, place in kept]

    def _places(self) -> Iterator[Fraction]:
        if self.low is not None and self.high is not None:
            step = (self.high - self.low) / MIDDLE
            yield from (self.low + k * step for k in range(1, MIDDLE))
            return
        for base, signs in ((self.low, (1,)), (self.high, (-1,)), (Fraction(0), (0, 1, -1))):
            if base is not None and (len(signs) == 1 or (self.low, self.high) == (None, None)):
                yield from (base + sign * step for sign in signs for step in PLACES)

    def touching(self, wanted: float, low: float, high: float) -> float:
        """Return a place between two others where the slope is about the wanted one."""
        slopes, places = self._table
        at = bisect_left(slopes, wanted)
        if at == 0 or at == len(slopes) or abs(places[at] - places[at - 1]) > high - low:
            # The ends are nearer than places of the table, or it has none beyond.
            (s, t), (u, v) = sorted((float(self.rate(arb(end)).mid()), end) for end in (low, high))
        else:
            s, t, u, v = slopes[at - 1], places[at - 1], slopes[at], places[at]
        if not s < wanted < u:
            near = t if wanted <= s else v
        else:
            # The table is coarse: chords through what is found come closer.
            for _ in range(CHORDS):
                near = t + (wanted - s) / (u - s) * (v - t)
                found = float(self.rate(arb(near)).mid())
                if s < found < wanted:
                    s, t = found, near
                elif wanted < found < u:
                    u, v = found, near
            near = t + (wanted - s) / (u - s) * (v - t)
        # The ends of a ball may lie a little outside the part that it encloses.
        margin = (high - low) * 2.0**-20
        return min(max(near, low + margin), high - margin)

    def bounds(self, p: arb, q: arb, u: arb, at_ends: tuple[arb, arb]) -> tuple[arb, arb]:
        """Return bounds of p·x + q·g(x) over a part u of the piece, given the values at the ends of the part.

        Of a piece whose bend is not known they come from the values between which a chord lies, and from how far from
        the chord g'' can take it: |x - a||x - b|/2 ≤ (b - a)²/8 times its range.
        """
        low, high = at_ends[0].min(at_ends[1]), at_ends[0].max(at_ends[1])
        if self.bend == "0" or u.is_exact():
            return low, high
        place = u.mid()
        if self.bend != "?" and not q.contains(0):
            place = arb(self.touching(float((-p / q).mid()), float(u.lower()), float(u.upper())))
        # Doubles near an end may lie beyond it, where g may bend the other way.
        inside = self.ends[0] <= place and place <= self.ends[1]
        if self.bend == "?" or not inside:
            return self._by_range(p, q, u, low, high)
        tangent = p * place + q * self.value(place) + (p + q * self.rate(place)) * (u - place)
        # With a q whose sign is not certain, either may be.
        convex, concave = (q > 0, q < 0) if self.bend == "+" else (q < 0, q > 0)
        return low if concave else low.min(tangent.lower()), high if convex else high.max(tangent.upper())

    @cached_property
    def _bent(self) -> arb:
        """The range of g'' on the piece, no number where that is unbounded, or not known."""
        return self.second(self.ends[0].union(self.ends[1])) if self.low is not None is not self.high else arb.nan()

    def _by_range(self, p: arb, q: arb, u: arb, low: arb, high: arb) -> tuple[arb, arb]:
        far = q * self._bent * (2 * u.rad()) ** 2 / 8
        if far.is_finite():
            return low - far.upper().max(arb(0)), high - far.lower().min(arb(0))
        middle = u.mid()
        found = p * middle + q * self.value(middle) + (p + q * self.rate(u)) * (u - middle)
        return found.lower(), found.upper()
