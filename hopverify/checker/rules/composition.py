"""Composition: the Lagrangian is convex by the composition rules of :mod:`hopverify.expr.curvature`.

The rules speak of a function where it is defined; that it is defined at every state is asked of its structure too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.curvature import curvature
from hopverify.expr.functions import Bend
from hopverify.expr.nodes import Expression
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.obligations import Convex, Outcome


def is_convex(potential: Expression | None) -> bool:
    """Return whether L is, by structure, defined everywhere and convex."""
    if potential is None or not is_locally_lipschitz(potential):
        return False
    return curvature(potential, {"x"}).bend in (Bend.CONVEX, Bend.AFFINE)


def _judge(obligation: Convex, payload: Mapping[str, Any]) -> Judgement:
    if not is_convex(obligation.function.potential):
        raise EvidenceRejected("the composition rules do not show that the Lagrangian is convex")
    return Judgement(Outcome.PROVED)


RULE = Rule(
    name="composition",
    summary="L is convex by composition (sums, scalings, convex functions of affine ones)",
    obligations=(Convex,),
    judge=_judge,
    reach=Reach.ANY,
)
