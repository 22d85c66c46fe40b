"""Where an elementwise activation is constant: the flat segments of piecewise-linear ones, the dead zones of others.

A piece of h is dead if it is 0 by normal forms, and alive if sign analysis shows that it is positive, or if it is
analytic and not 0 at some point. Of the rest nothing is known. Closed intervals, since g is continuous.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache

from hopverify.expr.balls import BALLS, precision
from hopverify.expr.evaluate import evaluate
from hopverify.expr.nodes import ZERO
from hopverify.expr.pieces import End, Piece, pieces_or_whole
from hopverify.expr.rational import identical
from hopverify.expr.regularity import is_analytic
from hopverify.expr.signs import POSITIVE, signs
from hopverify.networks import LayerFunction
from hopverify.networks.segments import segments

# Where on a piece an analytic h is tried; one certain value other than 0 is enough.
SHARES = (Fraction(1, 2), Fraction(1, 3), Fraction(4, 5))

Run = tuple[End, End, bool]
"""A run of pieces that are not known to be alive, with its ends, and whether all of them are dead."""


@dataclass(frozen=True)
class Interval:
    """A closed interval of states; None for an infinite end."""

    lower: End
    upper: End

    def holds(self, low: Fraction, high: Fraction) -> bool:
        """Whether all of [low, high] lies inside."""
        return (self.lower is None or self.lower <= low) and (self.upper is None or high <= self.upper)

    def meets(self, low: Fraction, high: Fraction) -> bool:
        """Whether a part of [low, high] lies inside."""
        return (self.lower is None or self.lower <= high) and (self.upper is None or low <= self.upper)


class Place(Enum):
    """Where a state lies that is known to be in no one constant piece."""

    ALIVE = "on no segment on which g is constant"
    UNSETTLED = "beside the end of a constant piece, or where the slope is not known to vanish nowhere"


@dataclass(frozen=True)
class ConstantPieces:
    """The ``flat`` intervals, each as long as it can be, and ``unknown`` ones, on parts of which g may be constant."""

    flat: tuple[Interval, ...]
    unknown: tuple[Interval, ...]

    def around(self, low: Fraction, high: Fraction) -> Interval | Place:
        """Return the constant piece of a state enclosed by [low, high], or what is known without one."""
        if any(piece.meets(low, high) for piece in self.unknown):
            return Place.UNSETTLED
        piece = next((piece for piece in self.flat if piece.meets(low, high)), None)
        if piece is None:
            return Place.ALIVE
        return piece if piece.holds(low, high) else Place.UNSETTLED


def is_alive(piece: Piece) -> bool:
    """Whether h vanishes on no segment of a piece, for certain."""
    if signs(piece.expression, piece.signs()) == POSITIVE:
        return True
    return is_analytic(piece.expression, piece.signs()) and any(_is_nonzero(piece, share) for share in SHARES)


def _is_nonzero(piece: Piece, share: Fraction) -> bool:
    with precision():
        value = evaluate(piece.expression, {"x": BALLS.number(piece.inside(share))}, BALLS)
        return bool(value > 0) or bool(value < 0)


def is_nowhere_flat(function: LayerFunction) -> bool:
    """Return whether an elementwise activation is, evidently, constant on no interval."""
    return function.slope is not None and all(map(is_alive, pieces_or_whole(function.slope)))


@lru_cache(maxsize=1024)
def constant_pieces(function: LayerFunction) -> ConstantPieces:
    """Return where a locally Lipschitz elementwise activation is constant, from left to right."""
    assert function.slope is not None
    parts = segments(function)
    if parts is not None:
        return ConstantPieces(tuple(Interval(part.lower, part.upper) for part in parts if part.slope == 0), ())
    found: list[Run] = []
    for piece in pieces_or_whole(function.slope):
        dead = identical(piece.expression, ZERO)
        if dead or not is_alive(piece):
            found.append((piece.lower, piece.upper, dead))
    runs = _joined(found)
    flat, unknown = ([Interval(*ends) for *ends, dead in runs if dead is known] for known in (True, False))
    return ConstantPieces(tuple(flat), tuple(unknown))


def _joined(found: Iterable[Run]) -> list[Run]:
    """Join neighbours: a continuous g has one value on both sides of their common end."""
    runs: list[Run] = []
    for lower, upper, dead in found:
        if runs and runs[-1][1] == lower:
            before = runs.pop()
            lower, dead = before[0], dead and before[2]
        runs.append((lower, upper, dead))
    return runs
