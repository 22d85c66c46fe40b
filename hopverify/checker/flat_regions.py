"""What the energy cannot see of an equilibrium (T6), and the flat region around it, all of it in the basin (T8).

For elementwise layers the region is a product of intervals: each neuron's state may be anywhere on the constant piece
of its activation. For the others it is told in words where a closed form is known: x + R·1 for softmax and layer norm,
wider outside the support of sparsemax. T8 needs nothing of the time constants where H is diagonal; elsewhere the state
returns on a straight line, inside the region, only if that is convex and the layer has one time constant and one leak.
Instantaneous layers have no states of their own to start from, and take no part in the region.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.checker.constant_pieces import Interval, Place, constant_pieces
from hopverify.checker.convexity import is_convex
from hopverify.checker.elimination import negative_pivot
from hopverify.checker.equilibria import Equilibrium
from hopverify.checker.range_stability import (
    Balls,
    enclosed_state,
    hessian_at,
    is_flat_along_ones,
    mirrored,
)
from hopverify.checker.stability import stability_of
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.curvature import curvature
from hopverify.expr.pieces import End
from hopverify.expr.translation import is_flat_only_along_ones, is_threshold_potential
from hopverify.networks import Layer, LinearNetwork

AROUND = "its flat region"
IN_THE_BASIN = "all of it in the basin"
NOT_SHOWN = "not shown to lie in the basin"
DIFFERENT_TIMES = f"{NOT_SHOWN}: the time constants or leaks differ inside the layer"
NOT_CONVEX = f"{NOT_SHOWN}: no Lagrangian that is evidently convex"


def _ends(equilibrium: Equilibrium, neuron: int) -> tuple[Fraction, Fraction]:
    if equilibrium.exact is not None:
        return equilibrium.exact[neuron], equilibrium.exact[neuron]
    return Fraction(float(equilibrium.lower[neuron])), Fraction(float(equilibrium.upper[neuron]))


def _place(network: LinearNetwork, equilibrium: Equilibrium, neuron: int) -> Interval | Place:
    """Return the constant piece on which a neuron's state lies, or what is known of it otherwise."""
    function = network.functions[neuron]
    if not function.elementwise:
        return Place.ALIVE
    return constant_pieces(function).around(*_ends(equilibrium, neuron))


def flat_neurons(network: LinearNetwork, equilibrium: Equilibrium) -> dict[int, Interval]:
    """Return the neurons of elementwise layers whose state the energy does not determine, with their flat pieces."""
    found = {i: _place(network, equilibrium, i) for i in range(network.size)}
    return {i: place for i, place in found.items() if isinstance(place, Interval)}


def unsettled_neurons(network: LinearNetwork, equilibrium: Equilibrium) -> list[int]:
    """Return the neurons of elementwise layers of which it is not known whether the energy determines their state."""
    return [i for i in range(network.size) if _place(network, equilibrium, i) is Place.UNSETTLED]


def recovered(network: LinearNetwork, equilibrium: Equilibrium) -> dict[str, Any]:
    """Return the undetermined coordinates and their values x⋆(γ); exact states are verified by substitution.

    An enclosed state is one of the solutions of x = x⋆(g(x)): its enclosure encloses the recovered values. Under
    ``unsettled`` stand neurons and layers of which the energy may leave more open.
    """
    if equilibrium.exact is not None:
        _substitute(network, equilibrium)
    names, states = network.names(), equilibrium.texts()
    hidden = {names[i]: states[i] for i in flat_neurons(network, equilibrium)}
    unsettled = [names[i] for i in unsettled_neurons(network, equilibrium)]
    for whole in whole_layers(network, equilibrium):
        hidden |= {names[i]: states[i] for i in whole.outside}
        if is_flat_along_ones(whole.layer):
            ends = [
                [Fraction(float(bound[i])) for i in whole.support] for bound in (equilibrium.lower, equilibrium.upper)
            ]
            of = f"{whole.layer.name} over its support" if whole.outside else whole.layer.name
            hidden[f"the mean of {of}"] = [str(sum(end, Fraction(0)) / len(whole.support)) for end in ends]
        if not whole.known:
            unsettled.append(whole.layer.name)
    return {"x": states, "undetermined": hidden} | ({"unsettled": unsettled} if unsettled else {})


def _substitute(network: LinearNetwork, equilibrium: Equilibrium) -> None:
    assert equilibrium.exact is not None
    if not network.rests_at(equilibrium.exact):
        raise EvidenceRejected("an equilibrium is not x⋆ of its activation")


@dataclass(frozen=True)
class WholeState:
    """An equilibrium's state of a layer that is not elementwise: its neurons, those outside the support apart.

    ``known`` if F(γ) is told exactly, as a ``point`` or as what the properties below say.
    """

    layer: Layer
    support: list[int]
    outside: list[int]
    known: bool
    point: bool = False

    def form(self, names: list[str]) -> str:
        """Return F(γ) in words: the normal cone of the simplex at γ makes it wider outside the support."""
        if self.outside and self.known:
            dead = ", ".join(names[i] for i in self.outside)
            return f"x + t·1 for every t, with {dead} anywhere up to t above the threshold of the support"
        return "x + R·1" if self.known else AROUND

    def basin(self) -> str:
        """Return whether F(γ) lies in the basin (T8), for layers of which it is more than a point."""
        if not self.known and not is_convex(self.layer.function.potential):
            return NOT_CONVEX
        returns = self.layer.uniform_tau and len(set(self.layer.leak)) == 1
        return IN_THE_BASIN if returns else DIFFERENT_TIMES


def whole_layers(network: LinearNetwork, equilibrium: Equilibrium) -> list[WholeState]:
    """Return what is known of the layers that are not elementwise."""
    if network.elementwise:
        return []
    with precision():
        x, H = enclosed_state(equilibrium), hessian_at(network, equilibrium)
        places = [(layer, neurons) for layer, neurons in network.places() if not layer.function.elementwise]
        return [_whole(layer, neurons.tolist(), x[neurons], H[np.ix_(neurons, neurons)]) for layer, neurons in places]


def _whole(layer: Layer, neurons: list[int], x: Balls, H: Balls) -> WholeState:
    """Return what is known of one layer, from balls for its state and its Hessian."""
    potential = layer.function.potential
    if potential is None:
        return WholeState(layer, neurons, [], known=False)
    if is_threshold_potential(potential):
        gamma = layer.function.activate(x, BALLS)
        # Outside the support the activation is 0, and stays 0 beside the equilibrium (a row of zeros).
        dead = [bool(g == 0) and all(bool(entry == 0) for entry in row) for g, row in zip(gamma, H, strict=True)]
        support = [i for i, out in zip(neurons, dead, strict=True) if not out]
        known = all(out or bool(g > 0) for g, out in zip(gamma, dead, strict=True))
        return WholeState(layer, support, [i for i in neurons if i not in support], known)
    point = is_convex(potential) and (
        curvature(potential, {"x"}).strict or negative_pivot(mirrored(H))[0] == "positive"
    )
    return WholeState(layer, neurons, [], point or is_flat_only_along_ones(potential), point)


def flat_region(network: LinearNetwork, equilibrium: Equilibrium) -> dict[str, Any]:
    """Return the flat region, layer by layer, and whether a neighbourhood lies in the basin too."""
    names, moving = network.names(), _moving(network)
    region = {
        names[i]: [_end(piece.lower, "-∞"), _end(piece.upper, "+∞")]
        for i, piece in flat_neurons(network, equilibrium).items()
        if i in moving
    }
    layers = {names[i]: f"{AROUND}, {IN_THE_BASIN}" for i in unsettled_neurons(network, equilibrium) if i in moving}
    for whole in whole_layers(network, equilibrium):
        if not whole.point and not whole.layer.instantaneous:
            layers[whole.layer.name] = f"{whole.form(names)}, {whole.basin()}"
    found = {"x": equilibrium.texts(), "region": region} | ({"layers": layers} if layers else {})
    stable = is_in_basin(found) and stability_of(network, equilibrium).verdict == "stable"
    return found | {"neighbourhood": "an open neighbourhood lies in the basin too" if stable else "no more is claimed"}


def _moving(network: LinearNetwork) -> set[int]:
    """Return the neurons with a state of their own, τ > 0."""
    return {i for layer, neurons in network.places() if not layer.instantaneous for i in neurons.tolist()}


def is_in_basin(region: dict[str, Any]) -> bool:
    """Whether all of a flat region is shown to lie in the basin."""
    return not any(NOT_SHOWN in text for text in region.get("layers", {}).values())


def _end(end: End, infinite: str) -> str:
    return infinite if end is None else str(end)
