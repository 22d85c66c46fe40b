"""Shift invariance: L(x + t·1) = L(x) + c·t for all x and t, so g never changes along the vector of ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.translation import response_to_shift
from hopverify.obligations import NowhereFlat, Outcome


def _judge(obligation: NowhereFlat, payload: Mapping[str, Any]) -> Judgement:
    potential = obligation.function.potential
    if potential is None or obligation.function.elementwise or response_to_shift(potential, "x") is None:
        raise EvidenceRejected("the Lagrangian is not, by structure, affine along the vector of ones")
    data = {
        "kind": "singular everywhere",
        "direction": "1 (the vector of ones)",
        "unbounded": True,
        "region": "x + R·1",
    }
    return Judgement(Outcome.REFUTED, data)


RULE = Rule(
    name="shift_invariance",
    summary="L is affine along the vector of ones, at every state",
    obligations=(NowhereFlat,),
    judge=_judge,
    reach=Reach.ANY,
)
