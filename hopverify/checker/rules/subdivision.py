"""Subdivision: h(x) ≥ 0 on every interval of a cover of the line (elementwise layers).

The payload lists the cuts; with the kinks of h they split the line into intervals, the first and last unbounded. On
each one, either sign analysis excludes negative values or interval arithmetic with outward rounding encloses h above 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from math import inf
from typing import Any

import numpy as np

from hopverify.checker.floats import assert_rounding
from hopverify.checker.payload import rational
from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.checker.rules.sign import slope_of
from hopverify.errors import EvidenceRejected
from hopverify.expr.evaluate import evaluate
from hopverify.expr.intervals import INTERVALS, Interval, as_interval, enclose
from hopverify.expr.pieces import Piece, pieces_or_whole
from hopverify.expr.signs import NONNEGATIVE, signs
from hopverify.obligations import Convex, Outcome

MAX_CUTS = 100_000


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


def _judge(obligation: Convex, payload: Mapping[str, Any]) -> Judgement:
    listed = payload["cuts"]
    if not isinstance(listed, list) or len(listed) > MAX_CUTS:
        raise EvidenceRejected(f"cuts: expected a list of at most {MAX_CUTS} rational numbers")
    cuts = [rational(cut) for cut in listed]
    if any(a >= b for a, b in pairwise(cuts)):
        raise EvidenceRejected("cuts: expected increasing numbers")
    assert_rounding()
    for piece in pieces_or_whole(slope_of(obligation.function, payload)):
        open_boxes = undecided(piece, cuts)
        if open_boxes:
            raise EvidenceRejected(f"h ≥ 0 does not follow on [{open_boxes[0][0]}, {open_boxes[0][1]}]")
    return Judgement(Outcome.PROVED, {"intervals": len(cuts) + 1})


RULE = Rule(
    name="subdivision",
    summary="h ≥ 0 in interval arithmetic on each interval of a cover of the line",
    obligations=(Convex,),
    judge=_judge,
    required=frozenset({"cuts"}),
    optional=frozenset({"rewritten"}),
    reach=Reach.ANY,
)
