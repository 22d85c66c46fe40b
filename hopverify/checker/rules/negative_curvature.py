"""Negative curvature: a state x and a direction d with dᵀH(x)d < 0, in ball arithmetic.

Refutes convexity. With time constants, vᵀT H(x)v < 0 while L is convex (by composition) refutes their compatibility.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.checker.payload import shown, vector
from hopverify.checker.rules import Judgement, Rule
from hopverify.checker.rules.composition import is_convex
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, precision
from hopverify.obligations import CompatibleTimes, Convex, Outcome


def _judge(obligation: Convex | CompatibleTimes, payload: Mapping[str, Any]) -> Judgement:
    function, size = obligation.function, obligation.layer.size
    if function.potential is None:
        raise EvidenceRejected("the layer has no Lagrangian")
    timed = isinstance(obligation, CompatibleTimes)
    if timed and not is_convex(function.potential):
        raise EvidenceRejected("the Lagrangian is not evidently convex")
    with precision():
        x, d = (BALLS.array(vector(payload[key], size)) for key in ("state", "direction"))
        tau = obligation.layer.per_neuron(obligation.layer.tau, BALLS) if timed else BALLS.number(Fraction(1))
        value = (tau * d * function.hessian_times(x, d, BALLS)).sum()
        if not value < 0:
            raise EvidenceRejected("the curvature at this state is not certainly negative")
        return Judgement(Outcome.REFUTED, {"curvature": shown(value)})


RULE = Rule(
    name="negative_curvature",
    summary="a state and a direction with dᵀH(x)d < 0 (vᵀTH(x)v < 0) in balls",
    obligations=(Convex, CompatibleTimes),
    judge=_judge,
    required=frozenset({"state", "direction"}),
)
