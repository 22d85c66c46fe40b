"""What the energy cannot see of an equilibrium (T6), and the flat region around it, all of it in the basin (T8)."""

from __future__ import annotations

from typing import Any

from hopverify.checker.equilibria import Equilibrium
from hopverify.checker.stability import stability_of
from hopverify.errors import EvidenceRejected
from hopverify.expr.pieces import End
from hopverify.model import LinearNetwork
from hopverify.model.segments import Segment, segments


def _flat_segment(network: LinearNetwork, equilibrium: Equilibrium, neuron: int) -> Segment | None:
    """Return the flat segment in which the equilibrium's state of a neuron lies, its ends included."""
    parts = segments(network.functions[neuron])
    if parts is None or equilibrium.exact is None:
        return None
    x = equilibrium.exact[neuron]
    return next((part for part in parts if part.slope == 0 and part.holds(x)), None)


def flat_neurons(network: LinearNetwork, equilibrium: Equilibrium) -> dict[int, Segment]:
    """Return the neurons whose state the energy does not determine, with their flat segments."""
    found = {i: _flat_segment(network, equilibrium, i) for i in range(network.size)}
    return {i: part for i, part in found.items() if part is not None}


def recovered(network: LinearNetwork, equilibrium: Equilibrium) -> dict[str, Any]:
    """Return the undetermined coordinates and their values x⋆(γ); exact states are verified by substitution."""
    hidden = flat_neurons(network, equilibrium)
    if equilibrium.exact is not None:
        gamma = equilibrium.exact.copy()
        for i, function in enumerate(network.functions):
            part = next(part for part in segments(function) or () if part.holds(equilibrium.exact[i]))
            gamma[i] = part.value(equilibrium.exact[i])
        if not bool((network.target(gamma) == equilibrium.exact).all()):
            raise EvidenceRejected("an equilibrium is not x⋆ of its activation")
    names, states = network.names(), equilibrium.texts()
    return {"x": states, "undetermined": {names[i]: states[i] for i in hidden}}


def flat_region(network: LinearNetwork, equilibrium: Equilibrium) -> dict[str, Any]:
    """Return the flat region as a product of intervals, and whether a neighbourhood lies in the basin too.

    Elementwise layers have a diagonal Hessian, so T8 needs nothing of the time constants: from a state in the region
    the activation, and with it the drive, never changes, and each neuron relaxes exponentially inside its interval.
    """
    names = network.names()
    region = {
        names[i]: [_end(part.lower, "-∞"), _end(part.upper, "+∞")]
        for i, part in flat_neurons(network, equilibrium).items()
    }
    stable = stability_of(network, equilibrium).verdict == "stable"
    neighbourhood = "an open neighbourhood lies in the basin too" if stable else "no more is claimed"
    return {"x": equilibrium.texts(), "region": region, "neighbourhood": neighbourhood}


def _end(end: End, infinite: str) -> str:
    return infinite if end is None else str(end)
