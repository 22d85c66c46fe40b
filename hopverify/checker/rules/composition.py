"""Composition: the Lagrangian is convex by the composition rules of :mod:`hopverify.expr.curvature`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.curvature import curvature
from hopverify.expr.functions import Bend
from hopverify.obligations import Convex, Outcome


def _judge(obligation: Convex, payload: Mapping[str, Any]) -> Judgement:
    potential = obligation.function.potential
    if potential is None or curvature(potential, {"x"}).bend not in (Bend.CONVEX, Bend.AFFINE):
        raise EvidenceRejected("the composition rules do not show that the Lagrangian is convex")
    return Judgement(Outcome.PROVED)


RULE = Rule(
    name="composition",
    summary="L is convex by composition (sums, scalings, convex functions of affine ones)",
    obligations=(Convex,),
    judge=_judge,
)
