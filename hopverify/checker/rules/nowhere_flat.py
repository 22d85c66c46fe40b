"""Nowhere flat: the activation is constant on no segment of states.

Elementwise: on every piece of h, either sign analysis shows h > 0, or h is real-analytic and certainly not 0 at one
point, so its zeros are isolated. Whole layer: L is strictly convex by composition, so its gradient is injective.
The data tell whether the layer saturates: h < 2⁻¹⁶ on x ≥ 2²⁰ or on x ≤ -2²⁰, by interval arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

import numpy as np

from hopverify.checker.constant_pieces import is_nowhere_flat
from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.curvature import curvature
from hopverify.expr.evaluate import evaluate
from hopverify.expr.intervals import INTERVALS, Interval, as_interval
from hopverify.expr.pieces import Piece, pieces_or_whole
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.obligations import NowhereFlat, Outcome

FAR, SMALL = 2.0**20, 2.0**-16


def _saturates(piece: Piece) -> list[str]:
    """Return at which infinite ends of a piece h falls below the bound."""
    ends = {"x → -∞": (-inf, -FAR)} if piece.lower is None else {}
    if piece.upper is None:
        ends["x → +∞"] = (FAR, inf)
    found = []
    for end, (lower, upper) in ends.items():
        box = Interval(np.array([lower]), np.array([upper]))
        if bool(np.all(as_interval(evaluate(piece.expression, {"x": box}, INTERVALS)).upper < SMALL)):
            found.append(end)
    return found


def _judge(obligation: NowhereFlat, payload: Mapping[str, Any]) -> Judgement:
    function = obligation.function
    if function.potential is None or not is_locally_lipschitz(function.potential):
        raise EvidenceRejected("the layer has no Lagrangian that is, by structure, defined everywhere")
    if function.slope is None:
        if not curvature(function.potential, {"x"}).strict:
            raise EvidenceRejected("the composition rules do not show strict convexity")
        return Judgement(Outcome.PROVED, {"kind": "strictly convex"})
    parts = pieces_or_whole(function.slope)
    if not is_nowhere_flat(function):
        raise EvidenceRejected("h may vanish on an interval")
    ends = [end for piece in parts for end in _saturates(piece)]
    return Judgement(Outcome.PROVED, {"kind": "saturated", "at": ends} if ends else {"kind": "alive"})


RULE = Rule(
    name="nowhere_flat",
    summary="h > 0, or analytic with isolated zeros, on each piece; or L strictly convex",
    obligations=(NowhereFlat,),
    judge=_judge,
    reach=Reach.ANY,
)
