"""Energy descent (T1, T2): dE/dt ≤ 0 along the flow from every state, not from sampled ones.

The theorem: if every drive is -∇S, every bias is counted, and every layer with τ > 0 has a convex, regular Lagrangian
and compatible time constants, then dE/dt = -ẋᵀTHẋ ≤ 0. Instantaneous layers need no convexity, since ∂E/∂x = 0 there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checks import Check, Claim, at_instantaneous_values
from hopverify.networks import Model
from hopverify.obligations import Descent, premises_of_descent

_STATEMENT = "E never increases along the flow: dE/dt = -ẋᵀTH(x)ẋ ≤ 0 from every state"


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    bare = [layer.name for layer in model.layers.values() if not layer.function.has_lagrangian]
    if bare and model.claimed is None:
        said = f"layer {', '.join(bare)} has no Lagrangian, so there is no energy"
        return [Claim(model.name, _STATEMENT, inapplicable=said)]
    assumptions = at_instantaneous_values(model.layers.values())
    return [Claim(model.name, _STATEMENT, (Descent(model),), premises_of_descent(model), assumptions, by="T2")]


CHECK = Check(
    name="energy_descent",
    title="Energy never increases",
    refuted="The energy rises",
    theory="T1, T2",
    explanation=(
        "For drives that are minus the gradient of the synaptic energy, ∇E = -H(x)·Tẋ, hence dE/dt = "
        "-ẋᵀTH(x)ẋ. The pass is this theorem with its premises proved for the model. A fail is a state at "
        "which dE/dt > 0, evaluated in ball arithmetic with the dynamics and the energy exactly as the spec "
        "states them."
    ),
    premises=(
        "an energy: every layer has a Lagrangian, or the spec claims one. The theorem needs drives -∇S "
        "(symmetric weights), convex Lagrangians and compatible time constants; without them the check looks for a "
        "state at which E rises"
    ),
    sizes={
        "": "any, if structure decides",
    },
    claims=_claims,
    order=50,
)
