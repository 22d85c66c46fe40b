"""Convergence of spins (D1-D3): every run of updates comes to rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checks import Check, Claim
from hopverify.networks import SpinModel
from hopverify.obligations import SpinConvergence


def _claims(model: SpinModel, values: Mapping[str, Any]) -> list[Claim]:
    obligation = SpinConvergence(model)
    return [Claim(model.name, obligation.statement, necessary=(obligation,))]


CHECK = Check(
    name="spin_convergence",
    title="Updates come to rest",
    refuted="Some updates never come to rest",
    theory="D1, D2, D3",
    explanation=(
        "An energy that falls strictly with every change does so finitely often, as there are finitely many states. "
        "For asynchronous updates weights that a positive diagonal makes symmetric, with W_ii ≥ 0, are enough. "
        "Synchronous updates of symmetric weights rest or end in a cycle of two states (Goles); they come to rest from "
        "every state if W ⪰ 0. A fail is a cycle: a state to which updates return after having changed it."
    ),
    premises="a model of spins (±1)",
    sizes={
        "": "any, if structure decides; W ⪰ 0 in rationals: 200 neurons",
    },
    claims=_claims,
    order=210,
    discrete=True,
)
