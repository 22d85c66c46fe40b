"""Energy bounded below (T10): E, as a function of the state, has a finite lower bound.

With energy descent it means that E converges along every solution. It does not mean that states are bounded: the
energy is blind along flat regions, which may be unbounded; that is asked by ``boundedness``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checks import Check, Claim
from hopverify.networks import Model
from hopverify.obligations import EnergyBoundedBelow


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    obligation = EnergyBoundedBelow(model)
    bare = [layer.name for layer in model.layers.values() if layer.function.potential is None]
    if bare and model.claimed is None:
        said = f"the Lagrangian of layer {', '.join(bare)} is not stated, so that no values of the energy are known"
        return [Claim(model.name, obligation.statement, inapplicable=said)]
    return [Claim(model.name, obligation.statement, (obligation,))]


CHECK = Check(
    name="energy_bounded_below",
    title="Energy is bounded below",
    refuted="The energy has no lower bound",
    theory="T4, T10",
    explanation=(
        "For convex L the energy is Σρ L*(γ) - bᵀγ + S(γ), and L*(γ) ≥ -L(0). Bounded activations thus bound E "
        "from below; unbounded ones do if the form diag(ρ/s) + ∇²S, s the slope of their growth, is positive on "
        "their cone (ReLU with leak 1: I - W strictly copositive), or if S and its slopes are bounded. The data hold "
        "the bound, and whether E also bounds the activations. A fail is a ray of states along which E falls like a "
        "power of t. A pass is about the energy derived from the dynamics; of one that the spec claims only a "
        "ray is sought. States may be unbounded even if E is bounded below."
    ),
    premises="an energy: every layer has a Lagrangian. A proof needs convex ones",
    sizes={
        "": "any, if activations are bounded; hundreds of neurons with unbounded ones; thousands for a ray",
    },
    claims=_claims,
    order=82,
    diagnostic=True,
)
