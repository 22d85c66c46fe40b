"""Altered energy descent (T11, T12): V of an altered system falls along the flow, and rests at equilibria only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hopverify.checks import Check, Claim, at_instantaneous_values
from hopverify.networks import AlteredSystem, Model, altered_system
from hopverify.obligations import AlteredEnergy, Convex, Obligation, Regular

SIZES_OF_ALTERED = "hundreds of neurons"
_STATEMENT = "P ≻ 0 and PB = Aᵀ; V falls along the flow, dV/dt = -ẏᵀTPẏ, wherever the state moves"


def premises(system: AlteredSystem) -> tuple[Obligation, ...]:
    """Return what has to hold for the fast layers to follow y, and for the residual's part to fall."""
    found: list[Obligation] = [Regular(layer) for layer in system.fast]
    found += [Convex(layer) for layer in system.fast if layer.name in system.model.inhibition]
    if system.residual is not None:
        found += [Convex(system.residual), Regular(system.residual)]
    return tuple(found)


def claims_about(statement: str, *, falls: bool) -> Callable[[Model, Mapping[str, Any]], list[Claim]]:
    """Return the claims of a check that makes one statement about the energy of an altered system."""

    def claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
        system = altered_system(model)
        if isinstance(system, str):
            return [Claim(model.name, statement, inapplicable=system)]
        # Without a metric there is no such energy: a refutation of P refutes the claim.
        energy, assumptions = AlteredEnergy(system, falls), at_instantaneous_values(system.fast)
        return [Claim(model.name, statement, (energy,), (energy, *premises(system)), assumptions)]

    return claims


CHECK = Check(
    name="altered_energy_descent",
    title="Altered energy falls",
    refuted="Altered system has no such energy",
    theory="T11, T12",
    explanation=(
        "An altered system T ẏ = Bγ + a - λy, with neurons that follow y at once, has the energy V(y) = ½λyᵀPy - aᵀPy "
        "+ Σ[ρ(x·γ - L) - b·γ] - γᵀAy + ½γᵀ(c∘γ) for every metric P ≻ 0 with PB = Aᵀ: ∇V = -PTẏ. L must be "
        "convex only where neurons inhibit themselves, so GELU and SiLU have such an energy too. If the spec "
        "states no P, the search finds one. A fail is an entry at which PB and Aᵀ differ or AB is not symmetric, or a "
        "direction that no metric allows."
    ),
    premises="an altered system: a linear layer with τ > 0 and layers with tau: 0, joined by feedforward_feedback",
    sizes={"": SIZES_OF_ALTERED},
    claims=claims_about(_STATEMENT, falls=True),
    order=51,
    implicit=True,
)
