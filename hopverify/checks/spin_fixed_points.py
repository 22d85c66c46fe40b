"""All fixed points of a model of spins (D4), by exact search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checks import Check, Claim
from hopverify.networks import SpinModel
from hopverify.obligations import SpinFixedPoints


def _claims(model: SpinModel, values: Mapping[str, Any]) -> list[Claim]:
    obligation = SpinFixedPoints(model)
    return [Claim(model.name, obligation.statement, necessary=(obligation,))]


CHECK = Check(
    name="spin_fixed_points",
    title="All fixed points are known",
    theory="D4",
    explanation=(
        "Which states does no update change? They are the same for both orders of updates. The search sets one neuron "
        "after the other and drops a partial state as soon as some neuron would flip for all values of the others; "
        "the sums are whole numbers, so the list is complete, ties included. It is feasible up to about 30 neurons."
    ),
    premises="a model of spins (±1)",
    sizes={
        "": "some thirty neurons",
    },
    claims=_claims,
    order=220,
    diagnostic=True,
    discrete=True,
)
