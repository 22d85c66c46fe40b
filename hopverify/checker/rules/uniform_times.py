"""Uniform times: T and H(x) commute, because the layer has one time constant or H is diagonal (T2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.errors import EvidenceRejected
from hopverify.obligations import CompatibleTimes, Outcome


def _judge(obligation: CompatibleTimes, payload: Mapping[str, Any]) -> Judgement:
    layer = obligation.layer
    if not (layer.uniform_tau or layer.function.elementwise):
        raise EvidenceRejected("the time constants differ inside a layer whose Hessian is not diagonal")
    return Judgement(Outcome.PROVED, {"because": "one time constant" if layer.uniform_tau else "H is diagonal"})


RULE = Rule(
    name="uniform_times",
    summary="one time constant per layer, or a diagonal Hessian",
    obligations=(CompatibleTimes,),
    judge=_judge,
    reach=Reach.ANY,
)
