"""What the energy cannot see of an equilibrium (T6), and the flat region around it, all of it in the basin (T8).

For elementwise layers the region is a product of intervals, the flat segments of the neurons. For the others it is
told in words: x + R·1 where L is affine along the vector of ones, and below a threshold for neurons outside the support
of sparsemax or entmax. T8 needs nothing of the time constants where H is diagonal; elsewhere the state returns on a
straight line, inside the convex region, only if the layer has one time constant and one leak.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hopverify.checker.equilibria import Equilibrium
from hopverify.checker.range_stability import alive_neurons, enclosed_state, hessian_at, is_flat_along_ones
from hopverify.checker.stability import stability_of
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.pieces import End
from hopverify.model import Layer, LinearNetwork
from hopverify.model.segments import Segment, segments

IN_THE_BASIN = "all of it in the basin"
NOT_SHOWN = "not shown to lie in the basin: the time constants or leaks differ inside the layer"


def _flat_segment(network: LinearNetwork, equilibrium: Equilibrium, neuron: int) -> Segment | None:
    """Return the flat segment in which the equilibrium's state of a neuron lies for certain, its ends included."""
    parts = segments(network.functions[neuron])
    if parts is None:
        return None
    if equilibrium.exact is not None:
        ends = [equilibrium.exact[neuron]]
    else:
        ends = [Fraction(float(equilibrium.lower[neuron])), Fraction(float(equilibrium.upper[neuron]))]
    return next((part for part in parts if part.slope == 0 and all(map(part.holds, ends))), None)


def flat_neurons(network: LinearNetwork, equilibrium: Equilibrium) -> dict[int, Segment]:
    """Return the neurons whose state the energy does not determine, with their flat segments."""
    found = {i: _flat_segment(network, equilibrium, i) for i in range(network.size)}
    return {i: part for i, part in found.items() if part is not None}


def recovered(network: LinearNetwork, equilibrium: Equilibrium) -> dict[str, Any]:
    """Return the undetermined coordinates and their values x⋆(γ); exact states are verified by substitution.

    An enclosed state is one of the solutions of x = x⋆(g(x)): its enclosure encloses the recovered values.
    """
    if equilibrium.exact is not None:
        _substitute(network, equilibrium)
    names, states = network.names(), equilibrium.texts()
    hidden = {names[i]: states[i] for i in flat_neurons(network, equilibrium)}
    for layer, support, outside in whole_layers(network, equilibrium):
        hidden |= {names[i]: states[i] for i in outside}
        if is_flat_along_ones(layer):
            ends = [[Fraction(float(bound[i])) for i in support] for bound in (equilibrium.lower, equilibrium.upper)]
            of = f"{layer.name} over its support" if outside else layer.name
            hidden[f"the mean of {of}"] = [str(sum(end, Fraction(0)) / len(support)) for end in ends]
    return {"x": states, "undetermined": hidden}


def _substitute(network: LinearNetwork, equilibrium: Equilibrium) -> None:
    assert equilibrium.exact is not None
    gamma = equilibrium.exact.copy()
    for i, function in enumerate(network.functions):
        part = next(part for part in segments(function) or () if part.holds(equilibrium.exact[i]))
        gamma[i] = part.value(equilibrium.exact[i])
    if not bool((network.target(gamma) == equilibrium.exact).all()):
        raise EvidenceRejected("an equilibrium is not x⋆ of its activation")


def whole_layers(network: LinearNetwork, equilibrium: Equilibrium) -> list[tuple[Layer, list[int], list[int]]]:
    """Return the layers that are not elementwise; their neurons, apart from those outside the support; and those.

    Outside the support of sparsemax or entmax the activation is 0, and stays 0 beside the equilibrium (a row of zeros).
    """
    if network.elementwise:
        return []
    found = []
    with precision():
        x, alive = enclosed_state(equilibrium), alive_neurons(hessian_at(network, equilibrium))
        for layer, neurons in network.places():
            if layer.function.elementwise:
                continue
            gamma = layer.function.activate(x[neurons], BALLS)
            outside = [int(i) for i, g in zip(neurons, gamma, strict=True) if i not in alive and bool(g == 0)]
            found.append((layer, [i for i in neurons.tolist() if i not in outside], outside))
    return found


def flat_region(network: LinearNetwork, equilibrium: Equilibrium) -> dict[str, Any]:
    """Return the flat region, layer by layer, and whether a neighbourhood lies in the basin too."""
    names = network.names()
    region = {
        names[i]: [_end(part.lower, "-∞"), _end(part.upper, "+∞")]
        for i, part in flat_neurons(network, equilibrium).items()
    }
    shown, layers = True, {}
    for layer, _, outside in whole_layers(network, equilibrium):
        form = _closed_form(layer, [names[i] for i in outside])
        if form is not None:
            returns = layer.uniform_tau and len(set(layer.leak)) == 1
            shown &= returns
            layers[layer.name] = f"{form}, {IN_THE_BASIN if returns else NOT_SHOWN}"
    stable = shown and stability_of(network, equilibrium).verdict == "stable"
    neighbourhood = "an open neighbourhood lies in the basin too" if stable else "no more is claimed"
    found = {"x": equilibrium.texts(), "region": region, "neighbourhood": neighbourhood}
    return found | ({"layers": layers} if layers else {})


def is_in_basin(region: dict[str, Any]) -> bool:
    """Whether all of a flat region is shown to lie in the basin."""
    return not any(text.endswith(NOT_SHOWN) for text in region.get("layers", {}).values())


def _closed_form(layer: Layer, outside: list[str]) -> str | None:
    """Return F(γ) in words: the normal cone of the simplex at γ makes it wider outside the support."""
    if not is_flat_along_ones(layer):
        return None
    if not outside:
        return "x + R·1"
    return f"x + t·1 for every t, with {', '.join(outside)} anywhere up to t above the threshold of the support"


def _end(end: End, infinite: str) -> str:
    return infinite if end is None else str(end)
