"""Negative curvature: a state x and a velocity v with vᵀT H(x)v < 0 in ball arithmetic, while L is convex."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.convexity import is_convex
from hopverify.checker.payload import shown, vector
from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, precision
from hopverify.obligations import CompatibleTimes, Outcome


def _judge(obligation: CompatibleTimes, payload: Mapping[str, Any]) -> Judgement:
    function, size = obligation.function, obligation.layer.size
    if function.potential is None:
        raise EvidenceRejected("the layer has no Lagrangian")
    if not is_convex(function.potential):
        raise EvidenceRejected("the Lagrangian is not evidently convex")
    with precision():
        x, d = (BALLS.array(vector(payload[key], size)) for key in ("state", "direction"))
        tau = obligation.layer.per_neuron(obligation.layer.tau, BALLS)
        value = (tau * d * function.hessian_times(x, d, BALLS)).sum()
        if not value < 0:
            raise EvidenceRejected("the curvature at this state is not certainly negative")
        return Judgement(Outcome.REFUTED, {"curvature": shown(value)})


RULE = Rule(
    name="negative_curvature",
    summary="a state and a velocity with vᵀTH(x)v < 0 in balls, for convex L",
    obligations=(CompatibleTimes,),
    judge=_judge,
    required=frozenset({"state", "direction"}),
)
