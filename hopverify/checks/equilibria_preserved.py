"""Equilibria preserved (T11, T12, T13): a repaired model rests where its original rests, and is stable where it is.

The states x of an equilibrium are the same, y = (Bg(x) + a)/λ. *Stability.* Let P ≻ 0, every L be convex, and W = AB/λ
- diag c. On the range of H, ∇²V ≻ 0 iff ρH⁻¹ + c - AP⁻¹Aᵀ/λ ≻ 0 (Schur complement), and AP⁻¹Aᵀ = AB: that is ρH⁻¹ - W
≻ 0, the condition of T7 for the original; both have equally many negative directions. The flow is ẏ = -(PT)⁻¹∇V, whose
linearisation has as many growing directions as ∇²V has negative ones (sym(PT) ≻ 0; Ostrowski & Schneider 1962). Without
convexity, the eigenvalues of BHA and ABH agree but for 0, which decides where all neurons share their times (T11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hopverify.checks import Check, Claim, at_instantaneous_values
from hopverify.checks.altered_energy_descent import SIZES_OF_ALTERED
from hopverify.networks import AlteredSystem, Model, altered_system
from hopverify.obligations import CompatibleTimes, Convex, Obligation, Regular, SameEquilibria

_PLACES = "its equilibria and those of the original correspond one to one: x is the same, and y = (Bg(x) + a)/λ"
_STABILITY = "where the activations are differentiable, an equilibrium is linearly stable in both, or in neither"


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    system = altered_system(model)
    if isinstance(system, str):
        if model.original is None:
            said = f"names no original, and is no altered system: {system}"
            return [Claim(model.name, _PLACES, inapplicable=said)]
        same = SameEquilibria(model, None)
        return [Claim(model.name, same.statement, premises=(same,))]
    assumptions = at_instantaneous_values(system.fast)
    regular: list[Obligation] = [Regular(layer) for layer in system.fast]
    unique: list[Obligation] = [Convex(layer) for layer in system.fast if layer.name in model.inhibition]
    places = (SameEquilibria(model, system), *regular, *unique)
    stability = (SameEquilibria(model, system, stably=True), *regular, *_stability(system))
    return [
        Claim(f"{model.name}, places", _PLACES, premises=places, assumptions=assumptions),
        Claim(f"{model.name}, stability", _STABILITY, premises=stability, assumptions=assumptions),
    ]


def _stability(system: AlteredSystem) -> tuple[Obligation, ...]:
    if system.shares_times or system.keeps_flow:
        return ()
    theirs = () if system.model.original is None else system.model.original.dynamic
    # By these names claims tell layers of the original from the model's own.
    times = [CompatibleTimes(replace(layer, name=f"original: {layer.name}")) for layer in theirs]
    return (*(Convex(layer) for layer in system.fast), *times)


CHECK = Check(
    name="equilibria_preserved",
    title="Equilibria are those of the original",
    theory="T6, T7, T11, T12, T13",
    explanation=(
        "Eliminating the slow layer of an altered system gives ρx = (AB/λ - diag c)g(x) + b + Aa/λ. If the spec names "
        "its `original`, that network is compared with the original, exactly, neuron by neuron up to a positive "
        "factor, linear layers of the original eliminated. Stability agrees because ∇²V and the form of T7 have the "
        "same sign on the range of H. A model with an original that is no altered system (T13: the same flow, "
        "symmetric weights) is compared as it is."
    ),
    premises="an altered system, or a spec that names its original",
    sizes={"": SIZES_OF_ALTERED},
    claims=_claims,
    order=62,
    implicit=True,
)
