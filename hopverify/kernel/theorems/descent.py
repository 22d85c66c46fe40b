"""dE/dt ≤ 0 along the flow, from every state (T1, T2); a state from which the energy rises."""

from hopverify.kernel import points
from hopverify.kernel.core import Core
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import ball, precision
from hopverify.kernel.numbers import rational
from hopverify.kernel.steps import BITS, point_of, states_of


def by_t2(case: Case) -> Fact:
    """Gradient drives, regular functions, and convex L with compatible times where τ > 0; the premises in this order.

    The derived energy; for each synapse a gradient drive that is locally Lipschitz; for each layer an activation that
    is locally Lipschitz and ∇L; for each layer with τ > 0 a convex L and compatible times. Instantaneous layers follow
    from those with τ > 0 alone, so that their states move as regularly.
    """
    case.keys("premises")
    case.need(case.core.spins is None, "spins follow no flow")
    points.check_explicit(case.core)
    case.premises(*premises_of_t2(case.core))
    return Fact(case.core, case.claim)


def premises_of_t2(core: Core) -> list[tuple[str, dict[str, str]]]:
    """Return the premises of T2, in their order."""
    both = ("convex", "compatible times")
    return [*energy_premises(core), *((name, {"layer": each.name}) for each in core.slow_layers for name in both)]


def energy_premises(core: Core) -> list[tuple[str, dict[str, str]]]:
    """Return what makes ∇E = ∇²L(ρx - drive - b), in this order, with functions that are locally Lipschitz (T1)."""
    wanted: list[tuple[str, dict[str, str]]] = [("derived energy", {})]
    for synapse in core.synapses:
        wanted += [(name, {"synapse": synapse.name}) for name in ("gradient drive", "Lipschitz drive")]
    for layer in core.layers:
        wanted += [(name, {"layer": layer.name}) for name in ("Lipschitz activation", "gradient of L")]
    return wanted


def ascent(case: Case) -> Fact:
    """At states of the layers with τ > 0, dE/dt is at least the rate > 0, in balls; E is the one that the core states.

    With a step: one update x + step·Tẋ raises E by at least the number > 0 that the claim states.
    """
    case.keys()
    case.need(case.core.spins is None, "spins follow no flow")
    with precision(BITS):
        _check_rise(case)
    return Fact(case.core, case.claim)


def _check_rise(case: Case) -> None:
    """Refuse the states of the claim unless E rises there, and with one update if the claim has a step."""
    claim, where = case.claim, case.where
    x = states_of(case, claim["state"])
    point = point_of(case, x, None)
    least = rational(claim["rate"], f"{where}.rate")
    case.need(least > 0, "the rate that is claimed is not positive")
    case.need(points.rate(point) >= ball(least), "dE/dt is not certainly so high at this state")
    case.need(("step" in claim.fields) == ("rise" in claim.fields), "a step goes with a rise")
    if "step" in claim.fields:
        step, rise = (rational(claim[key], f"{where}.{key}") for key in ("step", "rise"))
        case.need(step > 0 and rise > 0, "the step or the rise that is claimed is not positive")
        ahead = {name: [a + ball(step) * b for a, b in zip(x[name], point.flow[name], strict=True)] for name in x}
        after = point_of(case, ahead, None)
        case.need(after.energy - point.energy >= ball(rise), "one update does not certainly raise E so far")
