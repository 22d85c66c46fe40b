"""No Euler step x + hẋ up to a length raises the energy, from any state (T14): E, or V of an altered system."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from hopverify.kernel.altered import altered_system
from hopverify.kernel.core import Core
from hopverify.kernel.drive_ranges import Bounds
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.json_values import keys, listed, rationals
from hopverify.kernel.json_values import name as name_of
from hopverify.kernel.numbers import rational
from hopverify.kernel.semidefinite import is_semidefinite
from hopverify.kernel.step_form import of_altered, of_energy
from hopverify.kernel.steps import check_rise
from hopverify.kernel.theorems.descent import energy_premises


def of_network(case: Case) -> Fact:
    """M(h) = diag(2a/β̃ + ρ/β) + W - B ⪰ 0 on neurons with τ > 0, κ ≤ H ≤ β, a = τ/h - ρ, β̃ = β if a ≥ 0, else κ.

    The premises make ∇E = H(ρx - drive - b), with locally Lipschitz functions; a convex L of each instantaneous layer.
    Synapses that are named join layers with τ > 0 only, and have ∇²S ⪯ B; the others are quadratic.
    """
    case.keys("slopes", "premises", optional=("curved", "guesses"))
    check_network(case, {})
    return Fact(case.core, case.claim)


def check_network(case: Case, box: Mapping[str, Sequence[Bounds]]) -> None:
    """Refuse a proof of T14 for steps between states of a box."""
    core = _of(case, "E")
    slow = [layer.name for layer in core.slow_layers]
    keys(case.proof["slopes"], f"{case.where}.slopes", *slow)
    slopes = {name: rationals(case.proof["slopes"][name], 2, f"{case.where}.slopes") for name in slow}
    curved = [name_of(each, case.where) for each in listed(case.proof.get("curved", []), f"{case.where}.curved")]
    named = {each.name for each in core.synapses}
    case.need(set(curved) <= named, "a curved synapse has another name")
    case.need(len(set(curved)) == len(curved), "a curved synapse is named twice")
    case.need(is_semidefinite(of_energy(core, slopes, curved, _pace(case), box)), "M(h) is not positive semidefinite")
    case.premises(*energy_premises(core), *(("convex", {"layer": each.name}) for each in core.fast_layers))
    _check_told(case)


def of_altered_system(case: Case) -> Fact:
    """M(h) = 2 sym(TP)/h - λP - Aᵀdiag(μ/ρ)A ⪰ 0 for the stated P ≻ 0 with PB = Aᵀ; L + ½μ|x|² is convex.

    Layers with a modulus μ do not inhibit themselves; the others have a convex L. A residual asks for h ≤ τ/λ.
    """
    case.keys("premises", optional=("moduli", "guesses"))
    system, pace = altered_system(_of(case, "V")), _pace(case)
    system.check_metric(system.metric, timed=False)
    system.check_residual()
    names = [layer.name for layer in system.fast]
    stated = case.proof.get("moduli", {})
    keys(stated, f"{case.where}.moduli", optional=names)
    moduli = {name: rational(each, f"{case.where}.moduli") for name, each in stated.items()}
    for name, modulus in moduli.items():
        case.need(modulus >= 0 and not any(system.c[name]), f"the modulus of layer {name} is < 0, or c > 0")
    residual = system.core.residual is not None
    case.need(not residual or pace * max(system.tau) >= system.rate, "a residual may rise in steps longer than τ/λ")
    case.need(is_semidefinite(of_altered(system, moduli, pace)), "M(h) is not positive semidefinite")
    bent = [("weakly convex", {"layer": name, "modulus": str(each)}) for name, each in moduli.items()]
    convex = [("convex", {"layer": name}) for name in names if name not in moduli and not any(system.c[name])]
    case.premises(*system.premises(), *convex, *bent)
    _check_told(case)
    return Fact(case.core, case.claim)


def _of(case: Case, energy: str) -> Core:
    case.need(case.core.spins is None, "spins follow no flow")
    case.need(case.claim["energy"] == energy, f"the energy is called {energy}")
    return case.core


def _pace(case: Case) -> Fraction:
    """Return 1/h, or 0 for steps of any length."""
    if case.claim["up_to"] is None:
        return Fraction(0)
    step = rational(case.claim["up_to"], f"{case.where}.up_to")
    case.need(step > 0, "the step is not positive")
    return 1 / step


def _check_told(case: Case) -> None:
    """Refuse what the claim tells beside: h/τ of each layer with τ > 0, and a longer step that raises the energy."""
    fields, pace = case.claim.fields, _pace(case)
    case.need(("alpha" in fields) == (pace > 0), "alpha goes with a step")
    if pace > 0:
        alpha = {
            layer.name: [str(1 / (pace * Fraction(tau))) for tau in (max(layer.tau.entries), min(layer.tau.entries))]
            for layer in case.core.slow_layers
        }
        case.need(fields["alpha"] == alpha, "alpha is not h/τ of each layer, for its largest and its smallest τ")
    if "longer" in fields:
        where = f"{case.where}.longer"
        keys(fields["longer"], where, "state", "step", "rise")
        longer: Any = fields["longer"]
        case.need(pace * rational(longer["step"], where) > 1, "the longer step is not longer")
        check_rise(case, longer)
