"""Interval subdivision: cut the line until interval arithmetic shows h ≥ 0 on every interval, the unbounded too."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import inf, isinf

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.expr.evaluate import evaluate
from hopverify.expr.intervals import INTERVALS, Interval, as_interval, enclose
from hopverify.expr.nodes import Expression
from hopverify.expr.pieces import Piece, pieces_or_whole
from hopverify.expr.signs import NONNEGATIVE, signs
from hopverify.obligations import Convex
from hopverify.provers import Budget, Prover
from hopverify.provers.structure import found_by_kernel

MAX_ROUNDS = 24
MAX_CUTS = 4_000


def _search(obligation: Convex, budget: Budget) -> Iterator[Evidence]:
    slope = obligation.function.slope
    cuts = None if slope is None or not obligation.function.has_lagrangian else cuts_of(slope, budget)
    if cuts is not None:
        yield found_by_kernel({"cuts": texts_of(cuts)}, "slope", "convex", layer=obligation.layer.name)


def cuts_of(slope: Expression, budget: Budget) -> list[Fraction] | None:
    """Return cuts of the line that show a form of h to be ≥ 0, or None when none were found."""
    cuts: set[Fraction] = set()
    for piece in pieces_or_whole(slope):
        found = _cuts_for(piece, budget)
        if found is None:
            return None
        cuts |= found
    return sorted(cuts)


def _cuts_for(piece: Piece, budget: Budget) -> set[Fraction] | None:
    """Return cuts that decide one piece, or None when they do not suffice."""
    cuts: set[Fraction] = set()
    for _ in range(MAX_ROUNDS):
        boxes = undecided(piece, sorted(cuts))
        if not boxes:
            return cuts
        if len(cuts) + len(boxes) > MAX_CUTS or budget.exhausted:
            return None
        fresh = {_middle(lower, upper) for lower, upper in boxes}
        if fresh <= cuts:
            return None
        cuts |= fresh
    return None


def intervals_of(piece: Piece, cuts: list[Fraction]) -> Interval:
    """Return the closed intervals into which the cuts split a piece, their ends rounded outward."""
    inside = [
        cut for cut in cuts if (piece.lower is None or piece.lower < cut) and (piece.upper is None or cut < piece.upper)
    ]
    starts = [piece.lower, *inside]
    stops = [*inside, piece.upper]
    lower = np.array([-inf if start is None else float(enclose(start).lower) for start in starts])
    upper = np.array([inf if stop is None else float(enclose(stop).upper) for stop in stops])
    return Interval(lower, upper)


def undecided(piece: Piece, cuts: list[Fraction]) -> list[tuple[float, float]]:
    """Return the intervals on which h ≥ 0 is not shown."""
    if signs(piece.expression, {}) <= NONNEGATIVE:
        return []
    boxes = intervals_of(piece, cuts)
    enclosure = as_interval(evaluate(piece.expression, {"x": boxes}, INTERVALS))
    below = np.broadcast_to(enclosure.lower < 0, boxes.lower.shape)
    return [(float(boxes.lower[i]), float(boxes.upper[i])) for i in np.flatnonzero(below)]


def _middle(lower: float, upper: float) -> Fraction:
    """Return where to cut: in the middle, or twice as far out on an unbounded interval."""
    if isinf(lower) and isinf(upper):
        return Fraction(0)
    if isinf(upper):
        return Fraction(max(1.0, 2 * lower)) if lower > -inf else Fraction(0)
    if isinf(lower):
        return Fraction(min(-1.0, 2 * upper))
    return Fraction((lower + upper) / 2)


PROVER = Prover(
    name="subdivision",
    summary="h ≥ 0 by interval arithmetic on an adaptive cover of the line",
    search=_search,
)
