"""Time constants (T2): inside a layer with a non-diagonal Hessian, all neurons must share one τ.

dE/dt = -ẋᵀTHẋ needs sym(TH) ⪰ 0; T and H commute if τ is one number or H is diagonal. A softmax layer with two
different time constants has states and velocities with ẋᵀTHẋ < 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checks import Check, Claim, claim_of_layer
from hopverify.networks import Model
from hopverify.obligations import CompatibleTimes


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    return [claim_of_layer(CompatibleTimes(layer)) for layer in model.dynamic]


CHECK = Check(
    name="time_constants",
    title="Time constants are compatible",
    refuted="Time constants are not compatible",
    theory="T2",
    explanation=(
        "The energy of a layer whose neurons share a Hessian (softmax, layer norm) descends only if they "
        "share a time constant too: otherwise TH is not symmetric and vᵀTHv can be negative. A fail names the "
        "state and the velocity. The check leaves out instantaneous layers (tau: 0)."
    ),
    premises="a layer with τ > 0 and a Lagrangian",
    sizes={
        "": "any",
    },
    claims=_claims,
    order=40,
    implicit=True,
)
