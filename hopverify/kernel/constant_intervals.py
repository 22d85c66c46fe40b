"""Where the activation of one neuron is constant, and its affine pieces.

On a cell between kinks g is *dead* if its slope is 0, by its range or by normal forms; it *moves* if its slope vanishes
on no interval: by its range, or because g is analytic, and its slope is not 0 at some point. Of other cells nothing is
known. A continuous g has one value where two cells meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from hopverify.kernel.cells import Cell, cells, cells_or_line, polynomial
from hopverify.kernel.composition import of_state
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.derive import ZERO
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.functions import ball
from hopverify.kernel.identity import same
from hopverify.kernel.intervals import Range, between
from hopverify.kernel.network import activation, slope
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.terms import STATE

SHARES = (Fraction(1, 2), Fraction(1, 3), Fraction(4, 5))
"""Where in a cell the slope of an analytic g is looked at."""

End = Fraction | None


def slope_of(core: Core, layer: Layer, cell: Cell, on: Range) -> Range:
    """Return the range of g' on an interval inside a cell."""
    return of_state(core, layer, slope(core, layer, cell.terms[0]), on).range


def is_dead(core: Core, layer: Layer, cell: Cell) -> bool:
    """Whether g is certainly constant on a cell: Lipschitz with the slopes {0}, or analytic with the slope 0."""
    on = between(cell.low, cell.high)
    known, own = of_state(core, layer, cell.terms[0], on), slope_of(core, layer, cell, on)
    if known.lipschitz and own.nonnegative and own.nonpositive:
        return True
    return known.analytic and same(slope(core, layer, cell.terms[0]), ZERO, core.places_of(layer), core.arrays)


def moves(core: Core, layer: Layer, cell: Cell, points: Sequence[Fraction]) -> bool:
    """Whether g' certainly vanishes on no interval of a cell."""
    on = between(cell.low, cell.high)
    known = of_state(core, layer, cell.terms[0], on)
    if known.lipschitz and slope_of(core, layer, cell, on).nonzero:
        return True
    moved = slope(core, layer, cell.terms[0])
    at = [{**arrays_of(core, moved), STATE: ball(point)} for point in points if cell.holds(point)]
    values = [evaluate(moved, each) for each in at]
    return known.analytic and any(bool(value > 0) or bool(value < 0) for value in values)


@dataclass(frozen=True)
class Interval:
    """A closed interval, None for infinite ends, on which g is constant, or, if not ``known``, may be on a part."""

    low: End
    high: End
    known: bool

    def holds(self, low: Fraction, high: Fraction) -> bool:
        """Whether all of [low, high] lies inside."""
        return (self.low is None or self.low <= low) and (self.high is None or high <= self.high)

    def meets(self, low: Fraction, high: Fraction) -> bool:
        """Whether a part of [low, high] lies inside."""
        return (self.low is None or self.low <= high) and (self.high is None or low <= self.high)


def constant_intervals(core: Core, layer: Layer) -> list[Interval]:
    """Return the intervals on which a locally Lipschitz g is, or may be, constant; each is as long as it can be."""
    found: list[Interval] = []
    for cell in cells_or_line(activation(core, layer)):
        known = _is_known_dead(core, layer, cell)
        if not known and _is_known_to_move(core, layer, cell):
            continue
        low = cell.low
        if found and low is not None and found[-1].high == low:
            before = found.pop()
            low, known = before.low, known and before.known
        found.append(Interval(low, cell.high, known))
    return found


def _is_known_dead(core: Core, layer: Layer, cell: Cell) -> bool:
    try:
        return is_dead(core, layer, cell)
    except Rejected:
        return False


def _is_known_to_move(core: Core, layer: Layer, cell: Cell) -> bool:
    try:
        return moves(core, layer, cell, [_inside(cell, share) for share in SHARES])
    except Rejected:
        return False


def _inside(cell: Cell, share: Fraction) -> Fraction:
    if cell.low is not None and cell.high is not None:
        return cell.low + share * (cell.high - cell.low)
    return cell.high - share if cell.high is not None else share + (cell.low or 0)


@dataclass(frozen=True)
class AffinePiece:
    """The closed interval [low, high], None for infinite ends, on which g(x) = slope·x + intercept."""

    low: End
    high: End
    slope: Fraction
    intercept: Fraction

    def value(self, x: Fraction) -> Fraction:
        """Return g(x) for x in the interval."""
        return self.slope * x + self.intercept

    def holds(self, x: Fraction) -> bool:
        """Whether x lies in the interval."""
        return (self.low is None or self.low <= x) and (self.high is None or x <= self.high)

    def is_inside(self, x: Fraction) -> bool:
        """Whether x lies in the interval, and is no end of it."""
        return (self.low is None or self.low < x) and (self.high is None or x < self.high)


def affine_pieces(core: Core, layer: Layer) -> list[AffinePiece]:
    """Return the pieces of a continuous, piecewise affine g; neighbours with one function are one. Refuse others."""
    need(layer.elementwise, "pieces", "the layer acts as a whole")
    found: list[AffinePiece] = []
    for cell in cells(activation(core, layer)):
        line = polynomial(cell.terms[0])
        need(line.degree() <= 1, "pieces", "the activation is not piecewise affine")
        intercept, rate = (Fraction(int(line[k].p), int(line[k].q)) for k in (0, 1))
        low = cell.low
        if found and (found[-1].slope, found[-1].intercept) == (rate, intercept):
            low = found.pop().low
        found.append(AffinePiece(low, cell.high, rate, intercept))
    return found
