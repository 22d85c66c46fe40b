"""Comparison: drives that are gradients, (1 - p)W = pWᵀ, decided by comparing exact numbers of the spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.obligations import GradientDrive, Outcome


def _judge(obligation: GradientDrive, payload: Mapping[str, Any]) -> Judgement:
    defect = obligation.synapse.defect()
    if defect is None:
        return Judgement(Outcome.PROVED)
    return Judgement(Outcome.REFUTED, {"index": list(defect.index), "violated": defect.statement})


RULE = Rule(
    name="comparison",
    summary="equalities between the spec's exact numbers",
    obligations=(GradientDrive,),
    judge=_judge,
    reach=Reach.ANY,
)
