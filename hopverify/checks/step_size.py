"""Step size (T14): how long Euler steps x + hẋ may be without ever raising the energy, from any state.

Of the network with its derived energy, or of an altered system with the metric that its spec states. Attention and
CCCP updates are steps of length τ/ρ. The kernel has the theorem (docs/theory.md); what it asks for stands beside it as
premises, so that a reader sees what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.checks import Check, Claim, ParameterError, at_instantaneous_values
from hopverify.checks.altered_energy_descent import premises as premises_of_altered
from hopverify.networks import AlteredSystem, Model, altered_system
from hopverify.obligations import (
    Convex,
    DerivedEnergy,
    GradientDrive,
    Obligation,
    Regular,
    SafeSteps,
    StepForm,
)
from hopverify.obligations.steps import Region
from hopverify.spec import Field, FieldKind


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    length: Fraction | None = values["step"]
    system = _with_metric(model)
    region, below = _region(model, values), values["below"]
    wanted = SafeSteps(model, length, system, region, below)
    without = _without_energy(model, system)
    if without is None and wanted.local and system is not None:
        without = "a region or a level is one of E, and the energy that falls here is V"
    if without is not None:
        return [Claim(model.name, wanted.statement, inapplicable=without)]
    form = StepForm(model, length, system, region, below)
    premises = _premises(model) if system is None else premises_of_altered(system)
    assumptions = at_instantaneous_values(model.layers.values())
    return [Claim(model.name, wanted.statement, (wanted,), (*premises, form), assumptions)]


def _region(model: Model, values: Mapping[str, Any]) -> Region | None:
    """Return the interval of each neuron with τ > 0, or None if all states are meant."""
    if values["lower"] is None and values["upper"] is None:
        return None
    ends: list[list[Fraction | None]] = []
    for name in ("lower", "upper"):
        given = values[name]
        if given is not None and len(given) not in (1, model.size):
            moving = "" if all(all(layer.tau) for layer in model.layers.values()) else " with τ > 0"
            said = f"expected one number, or one for each of {model.size} neurons{moving}, got {len(given)}"
            raise ParameterError(name, said)
        ends.append([None] * model.size if given is None else list(given * (model.size if len(given) == 1 else 1)))
    for low, high in zip(*ends, strict=True):
        if low is not None and high is not None and low >= high:
            raise ParameterError("upper", f"the region is empty, or flat: lower {low} is not below upper {high}")
    return tuple(zip(*ends, strict=True))


def _with_metric(model: Model) -> AlteredSystem | None:
    """Return the model as an altered system, if it is one whose spec states the metric of its energy."""
    system = altered_system(model)
    return system if isinstance(system, AlteredSystem) and system.synapse.metric is not None else None


def _without_energy(model: Model, system: AlteredSystem | None) -> str | None:
    """Return why there is no energy to speak of, None where there is one."""
    bare = [layer.name for layer in model.layers.values() if not layer.function.has_lagrangian]
    if bare and model.claimed is None:
        return f"layer {', '.join(bare)} has no Lagrangian, so there is no energy"
    altered = altered_system(model)
    if system is None and isinstance(altered, AlteredSystem) and altered.synapse.defect() is not None:
        return "the energy of an altered system depends on its metric P: state it as `metric`, with PB = Aᵀ"
    return None


def _premises(model: Model) -> tuple[Obligation, ...]:
    found: list[Obligation] = [DerivedEnergy(model)]
    found += [GradientDrive(model, name) for name in model.synapses]
    for layer in model.layers.values():
        found += [Regular(layer), Convex(layer)]
    return tuple(found)


CHECK = Check(
    name="step_size",
    title="Steps do not raise the energy",
    refuted="A step raises the energy",
    theory="T14",
    explanation=(
        "One Euler step of length h is x + hẋ; in each layer that is α = h/τ of the way to its target. For convex "
        "Lagrangians with slopes at most β and drives -∇S no step up to h raises E if diag(2(τ/h - ρ)/β + ρ/β) + W is "
        "positive semidefinite on the neurons with τ > 0: for one τ and ρ = 1, α ≤ 1 and α(1 - β·λ_min(W)) ≤ 2. "
        "Nor does E rise where neurons go by lengths of their own up to h, in any order. "
        "Of synapses that are not quadratic a bound of their Hessian takes the place of -W (0 for a concave S): for "
        "gradient descent that is h ≤ 2/Λ. "
        "Neurons with slopes of at least κ > 0 may go beyond τ/ρ: attention and CCCP up to 2τ/ρ. V of an altered "
        "system with a stated metric allows h ≤ 2τ/λ. With `step` the claim is about that length: a fail is a state "
        "from which such a step raises the energy. Without it the report has the longest certified step, and the "
        "shortest one that a search found to raise the energy from some state. Where the Hessian of E is bounded on "
        "bounded sets alone, as that of a double well, `below` asks it of the states with E ≤ c, which such steps do "
        "not leave, and `lower` and `upper` of the states of a box: without `below`, of steps that end in it."
    ),
    premises=(
        "drives -∇S of S that are quadratic or have a bounded Hessian, and convex Lagrangians; or an altered system "
        "whose spec states its metric"
    ),
    sizes={
        "": "400 neurons",
    },
    claims=_claims,
    order=55,
    parameters=(
        Field("step", FieldKind.NUMBER, "the length h of the step", default=None, minimum=Fraction(0), strict=True),
        Field("lower", FieldKind.NUMBERS, "lower ends of the states meant: one, or one a neuron", default=None),
        Field("upper", FieldKind.NUMBERS, "upper ends of the states meant", default=None),
        Field("below", FieldKind.NUMBER, "the largest energy of the states meant", default=None),
    ),
    diagnostic=True,
    implicit=True,
)
